"""The configuration of a model: a mapping, or a YAML file that holds one."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from headwater.protocol.errors import InvalidParameterValue


def read_config(given: Mapping[str, Any] | str | Path | None) -> dict[str, Any] | None:
    """Return a configuration as a dict; raise `InvalidParameterValue` for a file that holds none."""
    if given is None or isinstance(given, Mapping):
        return None if given is None else dict(given)
    import yaml  # needed for configurations in files only

    path = Path(given)
    try:
        values = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise InvalidParameterValue(f"The configuration '{path}' cannot be read: {error}.") from error
    if not isinstance(values, Mapping):
        raise InvalidParameterValue(f"The configuration '{path}' is no mapping. Write `name: value` in it.")
    return dict(values)
