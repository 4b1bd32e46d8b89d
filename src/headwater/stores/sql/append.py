"""Apply a stretch of a client's journal to a run, exactly once."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar

from headwater.loading import loading
from headwater.protocol.alerts import AlertNote
from headwater.protocol.contexts import check_metric_key
from headwater.protocol.errors import InvalidParameterValue
from headwater.protocol.inputs import DatasetInput, ModelInput, ModelOutput
from headwater.protocol.journals import Append, AppendResponse, Rejection
from headwater.protocol.metrics import Metric
from headwater.protocol.names import check_key, check_model_id, check_no_nul, check_step, check_timestamp
from headwater.protocol.runs import CreateRun, Param, RunStatus, RunTag, check_model_metric
from headwater.stores.sql.alert_rows import raise_alert
from headwater.stores.sql.clock import now_ms
from headwater.stores.sql.connection import Connection
from headwater.stores.sql.event_words import note_run_created
from headwater.stores.sql.experiments import find_active_experiment
from headwater.stores.sql.inputs import write_inputs, write_outputs
from headwater.stores.sql.model_metrics import describe_unknown_model, find_models, insert_model_metrics
from headwater.stores.sql.rows import RunRow, find_run
from headwater.stores.sql.writes import (
    apply_update,
    describe_changed_param,
    insert_run,
    revise_params,
    write_params,
    write_tags,
)

_REJECTED_TAG = "headwater.rejected"
_MAX_NOTE = 500

T = TypeVar("T")


def read_journal(connection: Connection, journal_id: str) -> int:
    """Return the number of the last record that was stored, 0 if there is none."""
    row = connection.one("SELECT last_seq FROM journal WHERE id = ?", (journal_id,))
    return row[0] if row else 0


def apply_append(connection: Connection, request: Append) -> AppendResponse:
    """Apply a checked request unless its journal was stored further, or less far, than where it begins.

    A record that cannot be applied is rejected and noted in a tag of the run; the rest is applied.
    """
    run = _lock_run(connection, request)
    stored = read_journal(connection, request.journal_id)
    has_records = request.last_seq >= request.first_seq
    if has_records and request.first_seq != stored + 1:
        return AppendResponse(stored)
    if run is None:
        run = insert_run(connection, _creation(request))
        note_run_created(connection, run.id)
    run = find_run(connection, run.uuid, active=True)
    if request.heartbeat:
        _note_heartbeat(connection, run)
    if not has_records:
        return AppendResponse(stored)
    rejected = _apply_records(connection, run, request)
    connection.execute(
        "INSERT INTO journal (id, last_seq, updated) VALUES (?, ?, ?) "
        "ON CONFLICT (id) DO UPDATE SET last_seq = excluded.last_seq, updated = excluded.updated",
        (request.journal_id, request.last_seq, now_ms()),
    )
    connection.touch(run.id)
    return AppendResponse(request.last_seq, rejected)


def _lock_run(connection: Connection, request: Append) -> RunRow | None:
    """Return the run, or None if this request may create it."""
    if request.create is not None and not _exists(connection, request.run_id):
        # Another server may be creating the run just now: this waits for it.
        find_active_experiment(connection, request.create.experiment_id)
        if not _exists(connection, request.run_id):
            return None
    return find_run(connection, request.run_id, active=False)


def _exists(connection: Connection, run_id: str) -> bool:
    return connection.one("SELECT 1 FROM run WHERE uuid = ?", (run_id,)) is not None


def _creation(request: Append) -> CreateRun:
    assert request.create is not None, "the run was found, or the request creates it"
    create = request.create
    return CreateRun(
        create.experiment_id, create.user_id, create.run_name, create.start_time, create.tags, request.run_id
    )


def _note_heartbeat(connection: Connection, run: RunRow) -> None:
    now = now_ms()
    connection.execute("UPDATE run SET heartbeat = ? WHERE id = ?", (now, run.id))
    revived = connection.execute(
        "UPDATE run SET status = ?, lost = 0, end_time = NULL WHERE id = ? AND lost = 1", (RunStatus.RUNNING, run.id)
    )
    if revived:
        connection.touch(run.id)


def _apply_records(connection: Connection, run: RunRow, request: Append) -> list[Rejection]:
    rejected: list[Rejection] = []
    if request.count:
        with loading():
            from headwater.stores.sql.incoming_points import append_points  # and numpy

        rejected += append_points(connection, run, request)
    _apply_params(connection, run, request, rejected)
    write_tags(connection, run, list(_allowed_tags(request.tags, rejected)))
    if request.deleted_tags:
        ids = connection.find_key_ids(request.deleted_tags)
        connection.many("DELETE FROM tag WHERE run_id = ? AND key_id = ?", [(run.id, i) for i in ids.values()])
    _apply_links(connection, run, request, rejected)
    _apply_alerts(connection, run, request.alerts, rejected)
    if request.update is not None:
        apply_update(connection, run, request.update)
    if rejected:
        note = f"{len(rejected)} not stored; the last: {rejected[-1].what}: {rejected[-1].message}"
        write_tags(connection, run, [RunTag(_REJECTED_TAG, note[:_MAX_NOTE])])
    return rejected


def _apply_alerts(connection: Connection, run: RunRow, notes: Sequence[AlertNote], rejected: list[Rejection]) -> None:
    for note in _allowed(notes, AlertNote.check, _describe_alert, rejected):
        try:
            raise_alert(connection, run, note)
        except InvalidParameterValue as error:  # one too many
            rejected.append(Rejection(_describe_alert(note), error.message))


def _apply_links(connection: Connection, run: RunRow, request: Append, rejected: list[Rejection]) -> None:
    if request.datasets or request.model_inputs:
        datasets = list(_allowed(request.datasets, DatasetInput.check, _describe_dataset, rejected))
        models = list(_allowed(request.model_inputs, _check_model, _describe_model, rejected))
        write_inputs(connection, run, datasets, models)
    if request.model_outputs:
        outputs = list(_allowed(request.model_outputs, _check_model, _describe_model, rejected))
        write_outputs(connection, run, outputs)
    if request.model_metrics:
        metrics = list(_allowed(request.model_metrics, _check_metric, _describe_metric, rejected))
        models_found = find_models(connection, {metric.model_id for metric in metrics})
        unknown = dict.fromkeys(metric.model_id for metric in metrics if metric.model_id not in models_found)
        rejected.extend(
            Rejection(f"metrics of model '{model_id}'", describe_unknown_model(model_id)) for model_id in unknown
        )
        known = [metric for metric in metrics if metric.model_id in models_found]
        insert_model_metrics(connection, run, known, models_found)


def _allowed(
    items: Iterable[T], check: Callable[[T], object], describe: Callable[[T], str], rejected: list[Rejection]
) -> Iterator[T]:
    for item in items:
        try:
            check(item)
        except InvalidParameterValue as error:
            rejected.append(Rejection(describe(item), error.message))
        else:
            yield item


def _check_model(model: ModelInput | ModelOutput) -> None:
    check_model_id(model.model_id)
    if isinstance(model, ModelOutput):
        check_step("step", model.step)


def _check_metric(metric: Metric) -> None:
    check_metric_key("key", metric.key)
    check_timestamp("timestamp", metric.timestamp)
    check_step("step", metric.step)
    check_model_metric(metric)


def _describe_dataset(entry: DatasetInput) -> str:
    return f"dataset '{entry.dataset.name[:100]}'"


def _describe_alert(note: AlertNote) -> str:
    return f"alert '{note.title[:100]}'"


def _describe_model(model: ModelInput | ModelOutput) -> str:
    return f"model '{model.model_id[:100]}'"


def _describe_metric(metric: Metric) -> str:
    return f"metric '{metric.key}' of model '{metric.model_id[:100]}'"


def _apply_params(connection: Connection, run: RunRow, request: Append, rejected: list[Rejection]) -> None:
    allowed: dict[str, Param] = {}
    for param in request.params:
        what = f"param '{param.key}'"
        if fault := _fault(param.key, param.value, "Param key"):
            rejected.append(Rejection(what, fault))
        elif (first := allowed.setdefault(param.key, param)).value != param.value:
            rejected.append(Rejection(what, describe_changed_param(run, param, first.value)))
    changed = write_params(connection, run, list(allowed.values()))
    if request.revise_params:
        revise_params(connection, run, changed, request.user_id)
        return
    for param, old in changed:
        rejected.append(Rejection(f"param '{param.key}'", describe_changed_param(run, param, old)))


def _allowed_tags(tags: Sequence[RunTag], rejected: list[Rejection]) -> Iterator[RunTag]:
    for tag in tags:
        if fault := _fault(tag.key, tag.value, "key"):
            rejected.append(Rejection(f"tag '{tag.key}'", fault))
        else:
            yield tag


def _fault(key: str, value: str, label: str) -> str:
    try:
        check_key("key", key, label)
        check_no_nul("value", value)
    except InvalidParameterValue as error:
        return error.message
    return ""
