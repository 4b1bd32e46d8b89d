"""Read the folders that Weights & Biases leaves on disk: `wandb/offline-run-*` and `wandb/run-*`."""

import math
import re
import struct
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Any

import msgspec

from headwater.interop.logged import KeyNames, LoggedRun, make_id
from headwater.interop.logger_source import LoggerSource
from headwater.interop.protobuf import Message
from headwater.interop.source import ArtifactFolders, Problem, SourceFile, read_file
from headwater.protocol.artifacts import check_path
from headwater.protocol.errors import DataLoss, InvalidParameterValue
from headwater.protocol.imports import PutExperiment, PutRun
from headwater.protocol.runs import RunStatus

_BLOCK_BYTES = 32768
_FILE_HEAD = struct.Struct("<4sHB")
_RECORD_HEAD = struct.Struct("<IHB")
_FULL, _FIRST, _MIDDLE, _LAST = 1, 2, 3, 4
_HISTORY, _SUMMARY, _CONFIG, _FILES, _STATS, _RUN, _EXIT, _ENVIRONMENT = 2, 3, 5, 6, 7, 17, 18, 26
_NAME = re.compile(r"run-(\w+)\.wandb")
_NO_PROJECT = "uncategorized"


class WandbSource(LoggerSource[tuple[str, str]]):
    """A folder `wandb`, one above it, or that of one run; each project is an experiment.

    Args:
        root: the folder.
        problem: is told of damaged files; what stands before the damage is read.
    """

    def __init__(self, root: Path, problem: Problem) -> None:
        places = [root, *root.glob("*run-*"), *root.glob("wandb/*run-*")] if root.is_dir() else []
        self._files: dict[str, list[Path]] = {}
        for place in sorted(place for place in places if not place.is_symlink()):
            for path in sorted(place.glob("run-*.wandb")):
                if match := _NAME.fullmatch(path.name):
                    self._files.setdefault(match[1], []).append(path)
        if not self._files:
            raise InvalidParameterValue(f"'{root}' holds no runs of Weights & Biases. Give the folder 'wandb'.")
        super().__init__(root, problem)
        self._projects: dict[str, list[str]] = {}

    def experiments(self) -> list[tuple[PutExperiment, int]]:
        """Return one experiment for each project."""
        for wandb_id, paths in self._files.items():
            self._projects.setdefault(_find_project(paths), []).append(wandb_id)
        found = []
        for project, ids in self._projects.items():
            changed = min(int(path.stat().st_mtime * 1000) for wandb_id in ids for path in self._files[wandb_id])
            experiment = PutExperiment(project, project, creation_time=changed, last_update_time=changed)
            found.append((experiment, len(ids)))
        return found

    def list_places(self, experiment_id: str) -> Iterable[tuple[str, str]]:
        """Return the runs of a project; several folders of a resumed run are one."""
        return [(experiment_id, wandb_id) for wandb_id in self._projects[experiment_id]]

    def read(self, place: tuple[str, str], problem: Problem) -> LoggedRun:
        """Return what the files of a run say."""
        project, wandb_id = place
        reader = _Reader(make_id("wandb", project, wandb_id), project)
        for path in self._files[wandb_id]:
            try:
                for record in read_records(path):
                    reader.take(Message(record))
            except (DataLoss, OSError) as error:
                problem(f"'{path}' is read up to a damage only: {error}")
            reader.take_files(path.parent / "files", problem)
        reader.logged.add_tag("wandb.run_id", wandb_id)
        return reader.finish()


class _Reader:
    """Collects the records of one run."""

    def __init__(self, run_id: str, project: str) -> None:
        self._run_id, self._project = run_id, project
        self.logged = LoggedRun(PutRun(run_id=run_id, experiment_id=project))
        self._name = self._user = ""
        self._start_ms = self._end_ms = 0
        self._status = RunStatus.FAILED
        self._stats = 0
        self._saved: set[str] = set()
        self._images: dict[str, list[str]] = {}
        self._config: dict[str, Any] = {}
        self._summary: dict[str, Any] = {}

    def take(self, record: Message) -> None:
        """Take what one record says."""
        if record.has(_HISTORY):
            self._take_history(record.message(_HISTORY))
        elif record.has(_SUMMARY):
            for item in record.message(_SUMMARY).messages(1):
                _put(self._summary, _names(item), _value(item))
        elif record.has(_CONFIG):
            self._take_config(record.message(_CONFIG))
        elif record.has(_STATS):
            self._take_stats(record.message(_STATS))
        elif record.has(_FILES):
            self._saved |= {item.text(1) for item in record.message(_FILES).messages(1)}
        elif record.has(_RUN):
            self._take_run(record.message(_RUN))
        elif record.has(_EXIT):
            self._status = RunStatus.FAILED if record.message(_EXIT).integer(1) else RunStatus.FINISHED
        elif record.has(_ENVIRONMENT):
            self._take_environment(record.message(_ENVIRONMENT))

    def take_files(self, folder: Path, problem: Problem) -> None:
        """Add the files of the run; a link out of its folder counts if the run says that the file was saved."""
        found = ArtifactFolders(folder, None, {}, lambda _problem: None).files(folder)
        for file in found:
            names = self._images.get(file.path, [file.path])
            self.logged.files += [replace(file, path=name) for name in names]
        for name in sorted(self._saved - {file.path for file in found}):
            path = folder / name
            if not path.is_file():
                continue
            try:
                self.logged.files.append(SourceFile(check_path(name), read_file(path)))
            except InvalidParameterValue as error:
                problem(f"The file '{path}' is left out: {error.message}")

    def finish(self) -> LoggedRun:
        """Return the run."""
        for key, value in self._config.items():
            if key != "_wandb":
                self.logged.add_param(key, value)
        for key, value in self._summary.items():
            self._take_summary(key, value)
        self.logged.run = PutRun(
            run_id=self._run_id,
            experiment_id=self._project,
            run_name=self._name,
            user_id=self._user,
            status=self._status,
            start_time=self._start_ms,
            end_time=max(self._end_ms, self._start_ms),
        )
        return self.logged

    def _take_run(self, run: Message) -> None:
        self._name = run.text(8) or run.text(1)
        started = run.message(17)
        start_ms = started.integer(1) * 1000 + started.integer(2) // 1_000_000
        self._start_ms = min(self._start_ms or start_ms, start_ms)
        self._take_config(run.message(4))
        tags = [data.decode("utf-8", "replace") for data in run.all_bytes(10)]
        told = {
            "mlflow.note.content": run.text(9),
            "mlflow.source.git.repoURL": run.message(21).text(1),
            "mlflow.source.git.commit": run.message(21).text(2),
            "wandb.entity": run.text(2),
            "wandb.group": run.text(6),
            "wandb.job_type": run.text(7),
            "wandb.sweep_id": run.text(12),
            "wandb.host": run.text(13),
            "wandb.tags": msgspec.json.encode(tags).decode() if tags else "",
        }
        for key, text in told.items():
            self.logged.add_tag(key, text)

    def _take_environment(self, environment: Message) -> None:
        self._user = environment.text(13)
        self.logged.add_tag("mlflow.user", self._user)
        self.logged.add_tag("mlflow.source.name", environment.text(6))

    def _take_config(self, config: Message) -> None:
        for item in config.messages(1):
            self._config[_key(item)] = _value(item)
        for item in config.messages(2):
            self._config.pop(_key(item), None)

    def _take_history(self, history: Message) -> None:
        row: dict[str, Any] = {}
        for item in history.messages(1):
            _put(row, _names(item), _value(item))
        step = history.message(2).integer(1) if history.has(2) else int(_number(row.get("_step")) or 0)
        time_ms = round((_number(row.get("_timestamp")) or 0) * 1000) or self._end_ms or self._start_ms
        self._end_ms = max(self._end_ms, time_ms)
        for key, value in row.items():
            if not key.startswith("_"):
                self._add_value(key, step, time_ms, value)

    def _add_value(self, key: str, step: int, time_ms: int, value: object) -> None:
        if isinstance(value, Mapping):
            if "_type" in value:
                self._add_images(key, step, time_ms, value)
                return
            for name, inner in value.items():
                self._add_value(f"{key}.{name}", step, time_ms, inner)
        number = _number(value)
        if number is not None:
            self.logged.add_point(key, step, time_ms, number)

    def _add_images(self, key: str, step: int, time_ms: int, media: Mapping[str, Any]) -> None:
        """Have files that are images brought as steps of an image; other media stay files, or are left out."""
        if media["_type"] not in {"image-file", "images/separated"}:
            return
        for path in media.get("filenames") or [media.get("path")]:
            if isinstance(path, str):
                name = self.logged.image_path(key, step, time_ms, make_id(path), PurePosixPath(path).suffix)
                self._images.setdefault(path, []).append(name)

    def _take_stats(self, stats: Message) -> None:
        moment = stats.message(2)
        time_ms = moment.integer(1) * 1000 + moment.integer(2) // 1_000_000
        self._end_ms = max(self._end_ms, time_ms)
        for item in stats.messages(3):
            number = _number(_parse(item.text(16)))
            if number is not None:
                self.logged.add_point(f"system/{item.text(1)}", self._stats, time_ms, number)
        self._stats += 1

    def _take_summary(self, key: str, value: object) -> None:
        """Keep a final value: as a metric if it is a number that was never logged, as a tag if it is none."""
        if isinstance(value, Mapping) and "_type" not in value:
            for name, inner in value.items():
                self._take_summary(f"{key}.{name}", inner)
        if key.startswith("_") or self.logged.metric_names.name(key) in self.logged.points:
            return
        number = _number(value)
        if number is not None:
            self.logged.add_point(key, 0, self._end_ms or self._start_ms, number)
        elif not isinstance(value, Mapping):
            text = value if isinstance(value, str) else msgspec.json.encode(value).decode()
            self.logged.add_tag(f"wandb.summary.{KeyNames().name(key)}"[:250], text)


def read_records(path: Path) -> Iterator[bytes]:
    """Yield the records of a `.wandb` file; raise `DataLoss` where it is damaged, or ends in the middle of one."""
    with path.open("rb") as file:
        data = file.read(_BLOCK_BYTES)
        if len(data) < _FILE_HEAD.size or _FILE_HEAD.unpack_from(data)[:2] != (b":W&B", 0xBEE1):
            raise DataLoss("it is no file of Weights & Biases.")
        position, parts = _FILE_HEAD.size, b""
        while data:
            while position + _RECORD_HEAD.size <= len(data):
                checksum, size, kind = _RECORD_HEAD.unpack_from(data, position)
                if kind == 0 and size == 0:
                    break
                body = data[position + _RECORD_HEAD.size : position + _RECORD_HEAD.size + size]
                if len(body) < size:
                    raise DataLoss("the file ends in the middle of a record.")
                if zlib.crc32(body, zlib.crc32(bytes([kind]))) != checksum or not _FULL <= kind <= _LAST:
                    raise DataLoss("a record is damaged: its checksum is wrong.")
                parts = body if kind in {_FULL, _FIRST} else parts + body
                if kind in {_FULL, _LAST}:
                    yield parts
                position += _RECORD_HEAD.size + size
            data, position = file.read(_BLOCK_BYTES), 0


def _find_project(paths: list[Path]) -> str:
    with suppress(DataLoss, OSError):
        for record in read_records(paths[0]):
            message = Message(record)
            if message.has(_RUN):
                return message.message(_RUN).text(3) or _NO_PROJECT
    return _NO_PROJECT


def _names(item: Message) -> list[str]:
    """Return the key of an item, and those inside it that lead to the value."""
    return [data.decode("utf-8", "replace") for data in item.all_bytes(2)] or [item.text(1)]


def _key(item: Message) -> str:
    return ".".join(_names(item))


def _put(values: dict[str, Any], names: list[str], value: object) -> None:
    """Put a value where its names lead to, through objects that are made on the way."""
    place = values
    for name in names[:-1]:
        place = place.setdefault(name, {})
        if not isinstance(place, dict):  # a number has the name that leads on
            values[".".join(names)] = value
            return
    place[names[-1]] = value


def _value(item: Message) -> object:
    """Return an item's value, which has been spelled in two ways over the years."""
    if item.has(4):
        return bool(item.integer(4))
    if item.has(5):
        return item.zigzag(5)
    if item.has(6):
        return item.real(6)
    if item.has(7):
        return item.text(7)
    return _parse(item.text(16) or item.text(8))


def _parse(text: str) -> object:
    """Return what JSON says; NaN and Infinity are spelled as bare words or as texts."""
    bare = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}
    if text in bare:
        return bare[text]
    try:
        return msgspec.json.decode(text.encode())
    except msgspec.DecodeError:
        return text


def _number(value: object) -> float | None:
    spelled = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}
    if isinstance(value, str):
        return spelled.get(value)
    return float(value) if isinstance(value, int | float) else None
