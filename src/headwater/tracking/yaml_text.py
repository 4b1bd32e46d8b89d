"""YAML text of plain data."""

from typing import Any

import yaml


class _Dumper(yaml.SafeDumper):
    """A safe dumper that writes what it does not know as numbers or text, as JSON artifacts do."""


def _represent_other(dumper: yaml.SafeDumper, value: object) -> yaml.Node:
    to_list = getattr(value, "tolist", None)  # of arrays and tensors
    return dumper.represent_data(to_list()) if callable(to_list) else dumper.represent_str(str(value))


_Dumper.add_multi_representer(object, _represent_other)


def to_yaml(value: Any) -> str:
    """Return data as block-style YAML with an indent of 2."""
    return yaml.dump(value, Dumper=_Dumper, indent=2, sort_keys=False, allow_unicode=True, default_flow_style=False)
