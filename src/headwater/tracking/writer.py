"""Writing to one run: every log verb of the fluent functions and the client ends here."""

import io
import json
import os
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from math import isfinite
from pathlib import Path
from typing import BinaryIO, SupportsFloat

from headwater import config
from headwater.protocol.alerts import AlertLevel, AlertNote
from headwater.protocol.artifacts import check_path
from headwater.protocol.contexts import check_metric_key
from headwater.protocol.entity import find_member
from headwater.protocol.errors import InsufficientStorage, InvalidParameterValue
from headwater.protocol.inputs import Dataset, DatasetInput, ModelOutput
from headwater.protocol.metrics import Metric
from headwater.protocol.names import (
    check_key,
    check_model_id,
    check_no_nul,
    check_run_id,
    check_step,
    check_timestamp,
)
from headwater.protocol.runs import RunStatus
from headwater.tracking.journal import journal_folder
from headwater.tracking.operations import RunOperations, join_operations
from headwater.tracking.records import (
    Alarm,
    ArtifactFiles,
    DeletedTag,
    Inputs,
    ModelPoints,
    Outputs,
    Params,
    Point,
    Points,
    Record,
    RevisedParams,
    Tags,
    Update,
)
from headwater.tracking.session import current_session
from headwater.tracking.spool import copy_file, copy_stream, remove_spool, write_pieces


class RunWriter:
    """Keeps what is logged to a run; each method returns once on local disk, unless it is asked to wait.

    A wait (`synchronous`, or `HEADWATER_LOGGING=sync`) ends when the store has the record, and raises what it
    answered. Every method may be called from any thread and process.
    """

    def __init__(self, uri: str, run_id: str) -> None:
        self.uri = uri
        self.run_id = check_run_id(run_id)

    def log_metric(
        self, key: str, value: object, *, step: int | None, timestamp: int | None, synchronous: bool | None
    ) -> RunOperations | None:
        """Log one point."""
        point = _make_point(key, value, timestamp, step)
        return self.keep(Point(*point), synchronous=synchronous)

    def log_metrics(
        self,
        metrics: Mapping[str, object],
        *,
        step: int | None,
        timestamp: int | None,
        synchronous: bool | None,
    ) -> RunOperations | None:
        """Log one point of each metric, all at the same step and time."""
        time_ms, position = _check_place(timestamp, step)
        points = [(key, _check_value(key, value), time_ms, position) for key, value in named_items("metrics", metrics)]
        return self.keep(Points(points), synchronous=synchronous) if points else None

    def log_points(self, metrics: Iterable[Metric], *, synchronous: bool | None) -> RunOperations | None:
        """Log points, each with its own step and time."""
        points: dict[tuple[str, str, str], list[tuple[str, float, int, int]]] = {}
        for metric in metrics:
            point = _make_point(metric.key, metric.value, metric.timestamp, metric.step)
            points.setdefault((metric.model_id, metric.dataset_name, metric.dataset_digest), []).append(point)
        plain = [point for (model_id, *_), found in points.items() if not model_id for point in found]
        operations = [self.keep(Points(plain), synchronous=synchronous) if plain else None]
        for (model_id, *dataset), found in points.items():
            if model_id:
                operations.append(
                    self._keep_measured(found, model_id, (dataset[0], dataset[1]), synchronous=synchronous)
                )
        return join_operations(operations)

    def log_measured(
        self,
        metrics: Mapping[str, object],
        *,
        step: int | None,
        timestamp: int | None,
        model_id: str,
        dataset: tuple[str, str],
        synchronous: bool | None,
    ) -> RunOperations | None:
        """Log one point of each metric that is a point of a logged model too, on a dataset by name and digest."""
        time_ms, position = _check_place(timestamp, step)
        points = [(key, _check_value(key, value), time_ms, position) for key, value in named_items("metrics", metrics)]
        return self._keep_measured(points, model_id, dataset, synchronous=synchronous)

    def log_params(self, params: Mapping[str, object], *, synchronous: bool | None) -> RunOperations | None:
        """Log params; one that this process gave another value raises `InvalidParameterValue`.

        Params of a resumed run that had other values before are changed, unless `HEADWATER_CHANGED_PARAMS` refuses it.
        """
        texts = {key: str(value) for key, value in named_items("params", params)}
        for key, text in texts.items():
            check_key("key", key, "Param key")
            check_no_nul("value", text)
        if not texts:
            return None
        session = current_session()
        session.remember_params(self.uri, self.run_id, texts)
        revise = session.is_resumed(self.uri, self.run_id) and config.CHANGED_PARAMS.get() != "refuse"
        return self.keep(_revised(texts) if revise else Params(texts), synchronous=synchronous)

    def set_tags(self, tags: Mapping[str, object], *, synchronous: bool | None) -> RunOperations | None:
        """Set tags."""
        texts = {key: str(value) for key, value in named_items("tags", tags)}
        for key, text in texts.items():
            check_key("key", key)
            check_no_nul("value", text)
        return self.keep(Tags(texts), synchronous=synchronous) if texts else None

    def delete_tag(self, key: str, *, synchronous: bool | None) -> RunOperations | None:
        """Remove a tag; one that is not there stays away."""
        check_key("key", key)
        return self.keep(DeletedTag(key), synchronous=synchronous)

    def update(
        self,
        *,
        status: RunStatus | None = None,
        end_time: int | None = None,
        run_name: str = "",
        synchronous: bool | None = None,
    ) -> None:
        """Change status, end time or name."""
        check_no_nul("run_name", run_name)
        self.keep(Update(status.value if status else "", end_time, run_name), synchronous=synchronous)

    def log_inputs(
        self, datasets: Sequence[DatasetInput], model_ids: Sequence[str], *, synchronous: bool | None
    ) -> RunOperations | None:
        """Note datasets and logged models that the run read."""
        for entry in datasets:
            entry.check()
        for model_id in model_ids:
            check_model_id(model_id)
        if not datasets and not model_ids:
            return None
        return self.keep(Inputs(list(datasets), list(model_ids)), synchronous=synchronous)

    def log_outputs(self, models: Sequence[ModelOutput], *, synchronous: bool | None) -> RunOperations | None:
        """Note logged models that the run made."""
        for model in models:
            if not hasattr(model, "model_id"):
                raise InvalidParameterValue(f"Invalid output '{model}'. Give LoggedModelOutput(model_id, step=0).")
            check_model_id(model.model_id)
            check_step("step", model.step)
        if not models:
            return None
        links = current_session().links(self.uri, self.run_id)
        for model in models:
            links.add_output(model.model_id, model.step)
        return self.keep(Outputs([(model.model_id, model.step) for model in models]), synchronous=synchronous)

    def alert(
        self, title: str, text: str, level: AlertLevel | str, *, synchronous: bool | None
    ) -> RunOperations | None:
        """Raise an alert."""
        note = AlertNote(title, text, find_member(AlertLevel, level), _now())
        note.check()
        return self.keep(Alarm(title, text, note.level.value, note.time), synchronous=synchronous)

    def log_files(self, files: list[tuple[str, Path]], *, synchronous: bool | None = None) -> None:
        """Keep copies of local files as artifacts; later changes to the originals do not matter."""

        def copy(folder: Path) -> list[tuple[str, str]]:
            return [(path, _copy(source, folder / str(index))) for index, (path, source) in enumerate(files)]

        if files:
            self._spool(files[0][0], copy, synchronous=synchronous)

    def log_bytes(self, data: bytes, artifact_file: str, *, synchronous: bool | None = None) -> None:
        """Keep bytes as an artifact."""
        check_path(artifact_file)
        self._spool_one(artifact_file, lambda target: target.write_bytes(data), synchronous=synchronous)

    def log_stream(self, stream: BinaryIO, artifact_file: str) -> None:
        """Keep what a binary stream holds, from where it stands to its end, as an artifact."""
        check_path(artifact_file)
        if not _is_binary(stream):
            raise InvalidParameterValue(f"Invalid stream '{stream!r}'. Give a binary stream that is open for reading.")
        self._spool_one(artifact_file, lambda target: copy_stream(stream, target), synchronous=None)

    def log_pieces(self, pieces: Iterable[bytes], artifact_file: str) -> None:
        """Keep bytes that come piece by piece as an artifact."""
        check_path(artifact_file)
        self._spool_one(artifact_file, lambda target: write_pieces(target, pieces), synchronous=False)

    def log_dict(self, dictionary: object, artifact_file: str) -> None:
        """Keep a dict as YAML if the name says so, else as JSON."""
        if artifact_file.endswith((".yml", ".yaml")):
            from headwater.tracking.yaml_text import to_yaml  # loaded by those who write YAML

            text = to_yaml(dictionary)
        else:
            text = json.dumps(dictionary, indent=2, default=_plain, ensure_ascii=False)
        self.log_bytes(text.encode(), artifact_file)

    def keep(self, record: Record, *, synchronous: bool | None) -> RunOperations | None:
        """Keep a record on local disk; wait for the store if asked to, or return a handle to wait later."""
        session = current_session()
        lane, seq = session.append(self.uri, self.run_id, record)
        if synchronous is None:
            if not session.has_mode:
                return None
            synchronous = not session.is_asynchronous
        if not synchronous:
            return RunOperations(session, ((lane, seq),))
        session.wait_stored(lane, seq)
        return None

    def _keep_measured(
        self,
        points: list[tuple[str, float, int, int]],
        model_id: str,
        dataset: tuple[str, str],
        *,
        synchronous: bool | None,
    ) -> RunOperations | None:
        check_model_id(model_id)
        DatasetInput(Dataset(*dataset)).check()
        return self.keep(ModelPoints(points, model_id, *dataset), synchronous=synchronous) if points else None

    def _spool_one(self, artifact_file: str, fill: Callable[[Path], object], *, synchronous: bool | None) -> None:
        def write(folder: Path) -> list[tuple[str, str]]:
            fill(folder / "0")
            return [(artifact_file, "0")]

        self._spool(artifact_file, write, synchronous=synchronous)

    def _spool(self, first: str, fill: Callable[[Path], list[tuple[str, str]]], *, synchronous: bool | None) -> None:
        """Fill a folder of the spool; `fill` returns the path of each artifact and its name there."""
        session = current_session()
        folder = journal_folder(config.home()) / f"{self.run_id}.{os.urandom(8).hex()}.files"
        try:
            folder.mkdir(parents=True, mode=0o700)
            names = fill(folder)
        except FileNotFoundError:
            raise
        except OSError as error:
            remove_spool(folder)
            message = f"Artifact '{first}' could not be copied to '{folder.parent}': {error.strerror}."
            session.lane(self.uri, self.run_id).note("artifact", InsufficientStorage(message))
            return
        self.keep(ArtifactFiles(folder.name, names), synchronous=synchronous)


def _copy(source: Path, target: Path) -> str:
    """Copy a file and return the copy's name; raise `InvalidParameterValue` for one that may not be read."""
    try:
        return copy_file(source, target).name
    except PermissionError as error:
        if error.filename != str(source):
            raise
        remove_spool(target.parent)
        raise InvalidParameterValue(f"'{source}' cannot be read: {error.strerror}.") from error


def _is_binary(stream: object) -> bool:
    is_text = isinstance(stream, io.TextIOBase) or getattr(stream, "encoding", None)
    return hasattr(stream, "read") and not is_text and not getattr(stream, "closed", False)


def _plain(value: object) -> object:
    """Return what JSON has for a value that it does not know: numbers of arrays and tensors, else the text."""
    to_list = getattr(value, "tolist", None)
    return to_list() if callable(to_list) else str(value)


def _revised(params: dict[str, str]) -> RevisedParams:
    from headwater.tracking.context import user_name  # loaded by those who resume runs only

    return RevisedParams(params, user_name())


def named_items(kind: str, values: Mapping[str, object]) -> Iterable[tuple[str, object]]:
    """Return the items of a dict that a user gave; raise `InvalidParameterValue` for what has none."""
    try:
        return values.items()
    except AttributeError as error:
        hint = ", such as vars(args)" if hasattr(values, "__dict__") else ""
        raise InvalidParameterValue(
            f"Invalid {kind} '{str(values)[:100]}' of type '{type(values).__name__}'. "
            f"Give a dict of names and values{hint}."
        ) from error


def _make_point(key: str, value: object, timestamp: int | None, step: int | None) -> tuple[str, float, int, int]:
    number = _check_value(key, value)
    return key, number, *_check_place(timestamp, step)


def _check_value(key: str, value: object) -> float:
    _check_key(key) if type(key) is str else check_metric_key("key", key)
    return value if type(value) is float else _to_float(key, value)


@lru_cache(maxsize=65536)
def _check_key(key: str) -> None:
    check_metric_key("key", key)


def _check_place(timestamp: float | None, step: int | None) -> tuple[int, int]:
    if type(timestamp) is float and isfinite(timestamp):
        timestamp = int(timestamp)  # time.time() * 1000, whose fractions of a millisecond nobody means
    time_ms = _now() if timestamp is None else check_whole("timestamp", timestamp)
    position = 0 if step is None else check_whole("step", step)
    check_timestamp("timestamp", time_ms)
    check_step("step", position)
    return time_ms, position


def check_whole(parameter: str, value: object) -> int:
    """Return a whole number of any type that a user gave; raise `InvalidParameterValue` for anything else."""
    if type(value) is int:
        return value
    try:
        number = int(value)  # type: ignore[call-overload]  # anything that is a number: NumPy's, tensors, 3.0
        if number == value:
            return int(number)
    except (TypeError, ValueError, OverflowError):
        pass
    raise InvalidParameterValue(f"Invalid {parameter} '{value}' of type '{type(value).__name__}'. Give a whole number.")


def _to_float(key: str, value: object) -> float:
    item = getattr(value, "item", None)  # arrays and tensors of one element
    try:
        number = item() if callable(item) else value
        if isinstance(number, SupportsFloat | str):  # texts such as "0.25", which programs have formatted
            return float(number)
    except (TypeError, ValueError, RuntimeError, OverflowError) as error:
        raise _not_a_number(key, value) from error
    raise _not_a_number(key, value)


def _not_a_number(key: str, value: object) -> InvalidParameterValue:
    return InvalidParameterValue(
        f"Invalid value '{str(value)[:100]}' of type '{type(value).__name__}' for metric '{key}'. "
        "Give a number, or an array or tensor of one element."
    )


def _now() -> int:
    return time.time_ns() // 1_000_000
