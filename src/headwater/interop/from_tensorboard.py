"""Read TensorBoard's event files: scalars, hyperparameters, texts and images. Each folder with such files is a run."""

import os
import struct
from collections.abc import Iterable, Iterator
from pathlib import Path

from headwater.interop.logged import LoggedRun, make_id
from headwater.interop.logger_source import LoggerSource
from headwater.interop.protobuf import Message
from headwater.interop.source import Problem
from headwater.protocol.errors import DataLoss, InvalidParameterValue
from headwater.protocol.imports import PutExperiment, PutRun
from headwater.protocol.runs import RunStatus

_EXPERIMENT = "0"
_CHECKED_BYTES = 1 << 16
_MASK = 0xA282EAD8
_CRC32C = 0x82F63B78
_KINDS = {1: "<f", 2: "<d", 3: "<i", 9: "<q"}
_STATUSES = {1: RunStatus.FINISHED, 2: RunStatus.FAILED, 3: RunStatus.RUNNING}


class TensorboardSource(LoggerSource[Path]):
    """A folder that TensorBoard would be pointed at, as one experiment.

    Args:
        root: the folder.
        experiment: the experiment's name; the folder's name if it is empty.
        problem: is told of damaged files; what stands before the damage is read.
    """

    def __init__(self, root: Path, experiment: str, problem: Problem) -> None:
        found = sorted(path for path in root.rglob("*tfevents*") if path.is_file()) if root.is_dir() else []
        if not found:
            raise InvalidParameterValue(f"'{root}' holds no TensorBoard event files. Give the folder they are in.")
        super().__init__(root, problem)
        self._experiment = experiment or root.resolve().name
        self._files: dict[Path, list[Path]] = {}
        for path in found:
            self._files.setdefault(path.parent, []).append(path)

    def experiments(self) -> list[tuple[PutExperiment, int]]:
        """Return the one experiment."""
        times = [int(path.stat().st_mtime * 1000) for paths in self._files.values() for path in paths]
        experiment = PutExperiment(self._experiment, creation_time=min(times), last_update_time=max(times))
        return [(experiment, len(self._files))]

    def list_places(self, experiment_id: str) -> Iterable[Path]:  # noqa: ARG002 - there is one experiment
        """Return the folders."""
        return self._files

    def read(self, place: Path, problem: Problem) -> LoggedRun:
        """Return what the event files of a folder say."""
        relative = place.relative_to(self._root).as_posix()
        run_id = make_id("tensorboard", self._experiment, relative)
        logged = LoggedRun(PutRun(run_id=run_id, experiment_id=_EXPERIMENT))
        times: list[int] = []
        status = RunStatus.FINISHED
        for path in self._files[place]:
            try:
                for record in read_records(path):
                    event = Message(record)
                    times.append(round(event.real(1) * 1000))
                    for value in event.message(5).messages(1):
                        status = _take(logged, value, event.integer(2), times[-1]) or status
            except (DataLoss, OSError) as error:
                problem(f"'{path}' is read up to a damage only: {error}")
        logged.run = PutRun(
            run_id=run_id,
            experiment_id=_EXPERIMENT,
            run_name=relative if relative != "." else place.resolve().name,
            status=status,
            start_time=min(times, default=0),
            end_time=max(times, default=0) if status.is_terminated() else None,
        )
        return logged


def read_records(path: Path) -> Iterator[bytes]:
    """Yield the records of an event file; raise `DataLoss` where it is damaged, or ends in the middle of one."""
    with path.open("rb") as file:
        left = os.fstat(file.fileno()).st_size
        while header := file.read(12):
            if len(header) < 12 or _masked(header[:8]) != struct.unpack("<I", header[8:])[0]:
                raise DataLoss("a record's length is damaged, or the file ends within it.")
            size = struct.unpack("<Q", header[:8])[0]
            left -= 12
            if size + 4 > left:
                raise DataLoss("the file ends in the middle of a record.")
            record, checksum = file.read(size), struct.unpack("<I", file.read(4))[0]
            if size <= _CHECKED_BYTES and _masked(record) != checksum:
                raise DataLoss("a record is damaged: its checksum is wrong.")
            left -= size + 4
            yield record


def _take(logged: LoggedRun, value: Message, step: int, time_ms: int) -> RunStatus | None:
    """Add one value to the run; return the state that it tells of, if it does."""
    key = value.text(1)
    plugin = value.message(9).message(1)
    kind = plugin.text(1)
    if kind == "hparams":
        return _take_hparams(logged, plugin.message(2))
    tensor = value.message(8)
    texts = tensor.all_bytes(8)
    if value.has(2):
        logged.add_point(key, step, time_ms, value.real(2))
    elif value.has(4):
        logged.add_image(key, step, time_ms, value.message(4).bytes(4))
    elif kind == "images":
        for image in texts[2:]:  # width and height come first
            logged.add_image(key, step, time_ms, image)
    elif texts:
        name = logged.metric_names.name(key)
        logged.add_file(f"text/{name}/{step}.txt", b"\n".join(texts))
    elif kind in {"scalars", ""} and tensor.has(1):
        number = _scalar(tensor)
        if number is not None:
            logged.add_point(key, step, time_ms, number)
    return None


def _take_hparams(logged: LoggedRun, data: Message) -> RunStatus | None:
    for entry in data.message(3).messages(1):
        value = entry.message(2)
        if value.has(2):
            logged.add_param(entry.text(1), value.real(2))
        elif value.has(4):
            logged.add_param(entry.text(1), bool(value.integer(4)))
        else:
            logged.add_param(entry.text(1), value.text(3))
    return _STATUSES.get(data.message(4).integer(1)) if data.has(4) else None


def _scalar(tensor: Message) -> float | None:
    """Return the value of a tensor of one number; None for any other."""
    layout = _KINDS.get(tensor.integer(1))
    if layout is None:
        return None
    content = tensor.bytes(4)
    if len(content) == struct.calcsize(layout):
        found: float = struct.unpack(layout, content)[0]
        return float(found)
    for field in (5, 6):
        data = tensor.bytes(field)
        if len(data) == struct.calcsize(layout):
            return float(struct.unpack(layout, data)[0])
    return None


def _masked(data: bytes) -> int:
    """Return the CRC-32C, rotated and shifted as event files have it."""
    checksum = 0xFFFFFFFF
    for byte in data:
        checksum = _TABLE[(checksum ^ byte) & 255] ^ (checksum >> 8)
    checksum ^= 0xFFFFFFFF
    return ((checksum >> 15 | checksum << 17) + _MASK) & 0xFFFFFFFF


def _make_table() -> tuple[int, ...]:
    table = []
    for number in range(256):
        for _ in range(8):
            number = (number >> 1) ^ (_CRC32C if number & 1 else 0)
        table.append(number)
    return tuple(table)


_TABLE = _make_table()
