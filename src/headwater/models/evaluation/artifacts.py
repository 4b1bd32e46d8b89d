"""Artifacts of an evaluation that the user makes: what a function returned becomes files."""

import io
import json
import logging
import pickle
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import numpy as np

from headwater.protocol.errors import InvalidParameterValue

_log = logging.getLogger(__name__)

ArtifactMaker = Callable[[Any, dict[str, float], str], Any]


class MadeFile(NamedTuple):
    """A file that is to be logged: its name, its bytes, and what it holds if that need not be read from them."""

    name: str
    data: bytes
    content: Any = None


def make_artifacts(makers: Sequence[ArtifactMaker], frame: Any, metrics: Mapping[str, float]) -> dict[str, MadeFile]:
    """Return the files of all custom artifacts.

    Raises:
        InvalidParameterValue: a function returned no dict of names, or a text that is neither a file nor JSON.
    """
    found: dict[str, MadeFile] = {}
    for number, maker in enumerate(makers):
        called = f"'{getattr(maker, '__name__', maker)}' at index {number} of `custom_artifacts`"
        with TemporaryDirectory() as folder:
            made = maker(frame.copy(), dict(metrics), folder)
            if not isinstance(made, dict):
                raise InvalidParameterValue(
                    f"The function {called} returned '{type(made).__name__}'. Return a dict of artifacts by name."
                )
            for name, content in made.items():
                found[str(name)] = _to_file(str(name), content, called)
    return found


def _to_file(name: str, content: Any, called: str) -> MadeFile:
    if isinstance(content, Path) or (isinstance(content, str) and Path(content).is_file()):
        path = Path(content)
        return MadeFile(f"{name}{path.suffix}", path.read_bytes())
    if isinstance(content, str):
        try:
            return MadeFile(f"{name}.json", content.encode(), json.loads(content))
        except ValueError as error:
            raise InvalidParameterValue(
                f"The function {called} returned for '{name}' the text '{content[:100]}', which is neither the path of "
                "a file nor JSON. Write it into a file and return the path."
            ) from error
    if hasattr(content, "savefig"):
        stream = io.BytesIO()
        content.savefig(stream, format="png")
        return MadeFile(f"{name}.png", stream.getvalue())
    if type(content).__module__.partition(".")[0] == "PIL":
        stream = io.BytesIO()
        content.save(stream, format="png")
        return MadeFile(f"{name}.png", stream.getvalue(), content)
    if hasattr(content, "to_csv"):
        return MadeFile(f"{name}.csv", content.to_csv(index=False).encode(), content)
    if isinstance(content, np.ndarray):
        stream = io.BytesIO()
        np.save(stream, content, allow_pickle=False)
        return MadeFile(f"{name}.npy", stream.getvalue(), content)
    try:
        return MadeFile(f"{name}.json", json.dumps(content).encode(), content)
    except (TypeError, ValueError):
        _log.warning("The artifact '%s' of type '%s' is kept as a pickle.", name, type(content).__name__)
        return MadeFile(f"{name}.pickle", pickle.dumps(content), content)
