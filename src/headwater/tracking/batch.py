"""Batches: many records of a journal as one request."""

import sys
import time
from array import array
from typing import NamedTuple

import msgspec

from headwater.protocol.alerts import AlertLevel, AlertNote
from headwater.protocol.inputs import DatasetInput, ModelInput, ModelOutput
from headwater.protocol.journals import Append
from headwater.protocol.metrics import Metric
from headwater.protocol.runs import CreateRun, Param, RunStatus, RunTag, UpdateRun
from headwater.tracking.frames import iter_frames
from headwater.tracking.records import (
    Alarm,
    ArtifactFiles,
    Creation,
    DeletedTag,
    Header,
    Inputs,
    ModelPoints,
    Outputs,
    Params,
    Point,
    Points,
    Record,
    RevisedParams,
    Skipped,
    Tags,
    Update,
)

MAX_POINTS = 50_000
MAX_TEXT = 2_000_000
POINTS_PER_BREATH = 200
BREATH_S = 0.00002


class Batch(NamedTuple):
    """The next records of a journal: the request for them, and what must happen before it is sent."""

    request: Append
    creation: Creation | None
    artifacts: ArtifactFiles | None
    length: int
    records: int


class _Builder:
    """Collect records as long as their order does not matter within one request."""

    def __init__(self) -> None:
        self.keys: dict[str, int] = {}
        self.key_index = array("i")
        self.steps = array("q")
        self.timestamps = array("q")
        self.values = array("d")
        self.params: dict[str, str] = {}
        self.reviser: str | None = None
        self.tags: dict[str, str] = {}
        self.deleted_tags: list[str] = []
        self.datasets: list[DatasetInput] = []
        self.model_inputs: dict[str, None] = {}
        self.model_outputs: list[ModelOutput] = []
        self.model_metrics: list[Metric] = []
        self.alerts: list[AlertNote] = []
        self.creation: Creation | None = None
        self.update: Update | None = None
        self.artifacts: ArtifactFiles | None = None
        self.records = 0
        self.text = 0

    @property
    def is_full(self) -> bool:
        return (
            len(self.values) >= MAX_POINTS
            or self.text >= MAX_TEXT
            or self.update is not None
            or self.artifacts is not None
        )

    def add_point(self, key: str, value: float, timestamp: int, step: int) -> None:
        index = self.keys.setdefault(key, len(self.keys))
        self.key_index.append(index)
        self.steps.append(step)
        self.timestamps.append(timestamp)
        self.values.append(value)

    def add(self, record: Record) -> bool:
        """Take a record, or return False if it must open the next batch."""
        match record:
            case Point(key, value, timestamp, step):
                self.add_point(key, value, timestamp, step)
            case Points(points):
                for point in points:
                    self.add_point(*point)
            case ModelPoints() | Inputs() | Outputs() | Alarm():
                self._add_link(record)
            case Params() | RevisedParams() | Tags() | DeletedTag():
                if not self._add_text(record):
                    return False
            case Creation():
                self.creation = record
            case Update():
                self.update = record
            case ArtifactFiles():
                if self.records:
                    return False
                self.artifacts = record
            case Skipped(count):
                self.records += count - 1
        self.records += 1
        return True

    def _add_text(self, record: Params | RevisedParams | Tags | DeletedTag) -> bool:
        match record:
            case Params(params) | RevisedParams(params):
                reviser = record.user_id if isinstance(record, RevisedParams) else None
                if self.params and reviser != self.reviser:
                    return False
                if any(self.params.get(key, value) != value for key, value in params.items()):
                    return False
                self.reviser = reviser
                self.params.update(params)
                self.text += sum(map(len, params.values()))
            case Tags(tags):
                if any(key in tags for key in self.deleted_tags):
                    return False
                self.tags.update(tags)
                self.text += sum(map(len, tags.values()))
            case DeletedTag(key):
                self.tags.pop(key, None)
                self.deleted_tags.append(key)
        return True

    def _add_link(self, record: ModelPoints | Inputs | Outputs | Alarm) -> None:
        match record:
            case Alarm(title, text, level, time_ms):
                self.alerts.append(AlertNote(title, text, AlertLevel(level), time_ms))
                self.text += len(text)
            case ModelPoints(points, model_id, dataset_name, dataset_digest):
                for point in points:
                    self.add_point(*point)
                    self.model_metrics.append(Metric(*point, dataset_name, dataset_digest, model_id))
            case Inputs(datasets, models):
                self.datasets += datasets
                self.model_inputs.update(dict.fromkeys(models))
                self.text += sum(len(entry.dataset.profile) + len(entry.dataset.schema) for entry in datasets)
            case Outputs(models):
                self.model_outputs += [ModelOutput(*model) for model in models]

    def build(self, header: Header, first_seq: int, *, heartbeat: bool) -> Append:
        return Append(
            journal_id=header.journal_id,
            run_id=header.run_id,
            first_seq=first_seq,
            last_seq=first_seq + self.records - 1,
            keys=list(self.keys),
            key_index=_little_endian(self.key_index),
            steps=_little_endian(self.steps),
            timestamps=_little_endian(self.timestamps),
            values=_little_endian(self.values),
            params=[Param(key, value) for key, value in self.params.items()],
            tags=[RunTag(key, value) for key, value in self.tags.items()],
            deleted_tags=self.deleted_tags,
            update=_update_run(header.run_id, self.update) if self.update else None,
            heartbeat=heartbeat and self.update is None,
            datasets=self.datasets,
            model_inputs=[ModelInput(model_id) for model_id in self.model_inputs],
            model_outputs=self.model_outputs,
            model_metrics=self.model_metrics,
            revise_params=self.reviser is not None,
            user_id=self.reviser or "",
            alerts=self.alerts,
        )


def build_batch(data: bytes, header: Header, first_seq: int, *, heartbeat: bool) -> Batch:
    """Return as many records of `data` (frames) as fit one request; raise `DamagedFrame` if the first is altered."""
    builder = _Builder()
    add_point = builder.add_point
    length = 0
    breathe_at = POINTS_PER_BREATH
    for end, record in iter_frames(data):
        if type(record) is Point:
            add_point(record.key, record.value, record.timestamp, record.step)
            builder.records += 1
        elif not builder.add(record):
            break
        length = end
        if builder.is_full:
            break
        if builder.records >= breathe_at or len(builder.values) >= breathe_at:
            # Let the interpreter lock go: the thread that logs would wait five milliseconds for it at each call.
            time.sleep(BREATH_S)
            breathe_at = max(builder.records, len(builder.values)) + POINTS_PER_BREATH
    request = builder.build(header, first_seq, heartbeat=heartbeat)
    return Batch(request, builder.creation, builder.artifacts, length, builder.records)


def with_creation(request: Append, creation: Creation, experiment_id: str) -> Append:
    """Return the request with the creation of its run in an experiment whose id is known by now."""
    create = CreateRun(
        experiment_id=experiment_id,
        user_id=creation.user_id,
        run_name=creation.run_name,
        start_time=creation.start_time,
        tags=[RunTag(key, value) for key, value in creation.tags.items()],
        run_id=request.run_id,
    )
    return msgspec.structs.replace(request, create=create)


def _update_run(run_id: str, update: Update) -> UpdateRun:
    status = RunStatus(update.status) if update.status else None
    return UpdateRun(run_id=run_id, status=status, end_time=update.end_time, run_name=update.run_name)


def _little_endian(column: "array[int] | array[float]") -> bytes:
    if sys.byteorder == "big":
        column.byteswap()
    return column.tobytes()
