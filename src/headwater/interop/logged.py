"""Runs that a logger wrote into files: collected as they are read, under keys that are allowed here."""

import hashlib
import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial

import msgspec
import numpy as np

from headwater.interop.source import SourceFile
from headwater.protocol.imports import PutRun
from headwater.protocol.names import MAX_KEY
from headwater.protocol.runs import Param, RunTag
from headwater.stores.sql.blocks import Points, sort_points

_NOT_ALLOWED = re.compile(r"[^/\w.\- :]")
_IMAGES_TAG = "mlflow.loggedImages"


class KeyNames:
    """Gives each foreign key a name that is allowed, always the same, and never the same to two keys."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}
        self._taken: set[str] = set()

    def name(self, key: str) -> str:
        """Return the name: characters that are not allowed become `_`."""
        if key not in self._names:
            clean = posixpath.normpath(_NOT_ALLOWED.sub("_", key).strip("/") or "_").replace("..", "_")[:MAX_KEY]
            name, number = clean, 2
            while name in self._taken:
                name, number = f"{clean[: MAX_KEY - 8]}_{number}", number + 1
            self._names[key] = name
            self._taken.add(name)
        return self._names[key]


@dataclass(slots=True)
class LoggedRun:
    """What the files of one run say."""

    run: PutRun
    points: dict[str, list[tuple[int, int, float]]] = field(default_factory=dict)
    files: list[SourceFile] = field(default_factory=list)
    params: dict[str, str] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    metric_names: KeyNames = field(default_factory=KeyNames)
    param_names: KeyNames = field(default_factory=KeyNames)

    def add_point(self, key: str, step: int, time_ms: int, value: float) -> None:
        """Add a point."""
        self.points.setdefault(self.metric_names.name(key), []).append((step, time_ms, value))

    def add_param(self, key: str, value: object) -> None:
        """Add a param; what is inside an object becomes a param of its own."""
        if isinstance(value, Mapping) and value:
            for name, inner in value.items():
                self.add_param(f"{key}.{name}", inner)
            return
        text = value if isinstance(value, str) else msgspec.json.encode(value).decode()
        self.params[self.param_names.name(key)] = text.replace("\0", "")

    def add_tag(self, key: str, text: str) -> None:
        """Add a tag unless it is empty."""
        if text:
            self.tags[key] = text.replace("\0", "")

    def add_file(self, path: str, content: bytes) -> None:
        """Add an artifact."""
        self.files.append(SourceFile(path, partial(_chunks, content)))

    def add_image(self, key: str, step: int, time_ms: int, content: bytes) -> None:
        """Add an image as a step of an image."""
        suffix = ".png" if content.startswith(b"\x89PNG") else ".jpg" if content.startswith(b"\xff\xd8") else ".gif"
        unique = hashlib.sha256(content).hexdigest()[:32]
        self.add_file(self.image_path(key, step, time_ms, unique, suffix), content)

    def image_path(self, key: str, step: int, time_ms: int, unique: str, suffix: str) -> str:
        """Return where the page of a run looks for a step of an image, and say in a tag that there are some."""
        self.add_tag(_IMAGES_TAG, "True")
        name = self.metric_names.name(key).replace("/", "~")
        return f"images/{name}+step+{step}+timestamp+{time_ms}+{unique}{suffix}"

    def finished(self) -> PutRun:
        """Return the run with its params and tags."""
        return msgspec.structs.replace(
            self.run,
            params=[Param(key, value) for key, value in sorted(self.params.items())],
            tags=[RunTag(key, value) for key, value in sorted(self.tags.items())],
        )

    def series(self) -> Iterator[tuple[str, Points]]:
        """Yield the points of each metric."""
        for key, points in self.points.items():
            steps, times, values = zip(*points, strict=True)
            numbers = np.array(values, np.float64)
            yield key, sort_points(Points(np.array(steps, np.int64), np.array(times, np.int64), numbers))


def make_id(*parts: str) -> str:
    """Return a run id that is always the same for the same run."""
    return hashlib.blake2b("\0".join(parts).encode(), digest_size=16).hexdigest()


def _chunks(content: bytes) -> Iterator[bytes]:
    yield content
