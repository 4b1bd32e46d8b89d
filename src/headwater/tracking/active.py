"""The fluent core: the tracking URI, the active experiment, and the stack of active runs."""

import logging
import os
import re
import sys
import time
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import unquote, urlsplit

import msgspec

from headwater import config
from headwater.protocol.errors import (
    HeadwaterError,
    InvalidParameterValue,
    ResourceDoesNotExist,
)
from headwater.protocol.experiments import LifecycleStage
from headwater.protocol.names import RUN_NAME_TAG, check_key, check_no_nul, check_run_id
from headwater.protocol.run_names import make_run_name
from headwater.protocol.runs import GetRun, RunInfo, RunStatus
from headwater.tracking.capture_choice import CAPTURED_TAG, Capture, choose
from headwater.tracking.exits import status_after
from headwater.tracking.journal import journal_folder
from headwater.tracking.links import RunLinks
from headwater.tracking.records import Creation
from headwater.tracking.run import PARENT_RUN_TAG, USER_TAG, Experiment, Run, RunData, run_from_wire
from headwater.tracking.session import current_session, hide_password
from headwater.tracking.temporary import is_temporary
from headwater.tracking.writer import RunWriter, named_items

NOTE_TAG = "mlflow.note.content"
DEFAULT_EXPERIMENT_ID = "0"

_log = logging.getLogger(__name__)


@dataclass(frozen=True, repr=False, eq=False, kw_only=True)
class ActiveRun(Run):
    """A run that is open here; leaving its `with` block ends it, as FAILED when an exception passes through.

    An attached one is another process's: it is only left.
    """

    writer: RunWriter = field(repr=False)
    links: RunLinks = field(repr=False)
    is_attached: bool = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        status = status_after(error)
        if error is not None and status != RunStatus.FINISHED:
            current_session().note_failure(self.writer.uri, self.info.run_id, error)
        while self in _RUNS.get():
            end_run(status)


_OF_DATABRICKS = frozenset({"databricks", "databricks-uc", "uc"})
_HOST_AND_PORT = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]+:[0-9]+/?")
_RUNS: ContextVar[tuple[ActiveRun, ...]] = ContextVar("headwater_active_runs", default=())


def set_tracking_uri(uri: str | Path | None) -> None:
    """Choose where runs are kept, for this process and the ones it starts; "" or None restores the default.

    Args:
        uri: `sqlite:///path`, `postgresql://…`, `http(s)://…`, or a folder, which then holds a SQLite file.

    Example:
        >>> hw.set_tracking_uri("http://localhost:5000")
    """
    config.TRACKING_URI.set(resolve_uri(str(uri or "")))


def get_tracking_uri() -> str:
    """Return where runs are kept."""
    return resolve_uri(config.TRACKING_URI.get()) or config.default_tracking_uri()


def is_tracking_uri_set() -> bool:
    """Return whether a tracking URI was chosen, in the program or in the environment."""
    return bool(config.TRACKING_URI.get())


def set_registry_uri(uri: str | Path | None) -> None:
    """Choose where registered models are kept, if not where runs are; "" or None means where runs are.

    Args:
        uri: as for `set_tracking_uri`.

    Example:
        >>> hw.set_registry_uri("http://models.example.com:5000")
    """
    config.REGISTRY_URI.set(resolve_uri(str(uri or "")))


def get_registry_uri() -> str:
    """Return where registered models are kept."""
    return resolve_uri(config.REGISTRY_URI.get()) or get_tracking_uri()


def set_experiment(experiment_name: str | None = None, experiment_id: str | None = None) -> Experiment:
    """Make an experiment the active one, creating it if no experiment has this name, and return it.

    While the store cannot be reached, the name is remembered and settled when records are shipped.

    Raises:
        InvalidParameterValue: unless exactly one argument is given and the experiment is not deleted.
        ResourceDoesNotExist: there is no experiment with this id.

    Example:
        >>> hw.set_experiment("churn")
        <Experiment 'churn' 1>
    """
    if (experiment_name is None) == (experiment_id is None):
        raise InvalidParameterValue("Must specify exactly one of: `experiment_id` or `experiment_name`.")
    experiment = current_session().find_experiment(
        get_tracking_uri(), experiment_name or "", "" if experiment_id is None else str(experiment_id)
    )
    if experiment.lifecycle_stage != LifecycleStage.ACTIVE:
        raise InvalidParameterValue(
            f"Cannot set a deleted experiment '{experiment.name}' as the active experiment. You can restore the "
            "experiment, or permanently delete the experiment to create a new one."
        )
    config.EXPERIMENT_ID.set(experiment.experiment_id)
    if not experiment.experiment_id:  # else the id goes before any name
        config.EXPERIMENT_NAME.set(experiment.name)
    return experiment


def active_experiment() -> Experiment:
    """Return the experiment that the next run belongs to, which is the default one if none was chosen."""
    name, experiment_id = config.EXPERIMENT_NAME.get(), config.EXPERIMENT_ID.get()
    if name and not experiment_id:
        return set_experiment(name)
    session = current_session()
    from headwater.plugins import default_experiment  # reads what is installed, which costs some milliseconds

    wanted = experiment_id or default_experiment() or DEFAULT_EXPERIMENT_ID
    return session.find_experiment(get_tracking_uri(), "", wanted)


def start_run(
    run_id: str | None = None,
    experiment_id: str | None = None,
    run_name: str | None = None,
    nested: bool = False,  # noqa: FBT001 - the order that callers of MLflow know
    parent_run_id: str | None = None,
    tags: Mapping[str, object] | None = None,
    description: str | None = None,
    log_system_metrics: bool | None = None,  # noqa: FBT001 - the order that callers of MLflow know
    *,
    capture: Capture | None = None,
) -> ActiveRun:
    """Start a run, or resume one, and make it the active run of this thread or task.

    A new run never waits for the store. Use it in a `with` block, or call `end_run`; a run that is still open at the
    end of the program is ended then.

    Args:
        run_id: resume this run instead, as does the variable `HEADWATER_RUN_ID`, once.
        experiment_id: the experiment of a new run; default: the active one.
        run_name: its name; a new run without one gets a made-up name.
        nested: allow another run to be active, which becomes the parent.
        parent_run_id: the parent of a new run.
        tags: tags to set.
        description: what the run is about, shown in the UI; Markdown.
        log_system_metrics: log the load of this machine as metrics `system/…`, or do not; default: as `capture` says.
        capture: what the run captures by itself: "all", "none", or some of "console" (what is printed), "code" (the
            program, uncommitted changes, installed packages) and "system"; default: the setting `HEADWATER_CAPTURE`.

    Raises:
        InvalidParameterValue: another run is active, the run is deleted, or arguments contradict each other.

    Example:
        >>> with hw.start_run(run_name="baseline") as run:
        ...     hw.log_metric("accuracy", 0.97)
    """
    stack = _check_stack(nested=nested)
    parts = choose(capture, log_system_metrics=log_system_metrics)
    own_tags = _own_tags(tags or {}, description, parts)
    number = current_session().count_started()
    wanted = run_id or _named_by_environment(number)
    if wanted:
        config.RUN_ID.set("")
        run = _resume(wanted, experiment_id, run_name or "", own_tags)
    else:
        parent = _parent_id(stack, parent_run_id)
        if parent:
            own_tags[PARENT_RUN_TAG] = parent
        run = _begin(experiment_id, run_name or "", own_tags)
    session = current_session()
    session.read_mode()
    session.open_run(run.writer.uri, run.info.run_id)
    _RUNS.set((*stack, run))
    if parts:
        _start_capture(run.writer, parts, is_resumed=bool(wanted), number=number)
    return run


def _named_by_environment(number: int) -> str:
    """Return the run that the environment says the run of this number is, "" if it says nothing."""
    return config.RUN_ID.get() if number >= int(config.RUN_NUMBER.get()) else ""


def _own_tags(tags: Mapping[str, object], description: str | None, parts: frozenset[str]) -> dict[str, str]:
    own_tags = {key: str(value) for key, value in named_items("tags", tags)}
    if parts:
        own_tags.setdefault(CAPTURED_TAG, ", ".join(sorted(parts)))
    _check_tags(own_tags)
    if description and own_tags.setdefault(NOTE_TAG, description) != description:
        raise InvalidParameterValue(
            f"Description is already set via the tag {NOTE_TAG} in tags. Remove the key {NOTE_TAG} from the tags or "
            "omit the description."
        )
    return own_tags


def start_shared_run(
    run_id: str,
    experiment_id: str | None,
    run_name: str | None,
    tags: Mapping[str, object] | None,
    description: str | None,
    log_system_metrics: bool | None,  # noqa: FBT001 - as all others here, given by its one caller
    rank: int,
) -> ActiveRun:
    """Start a run under an id that other processes know, or resume it if there is one, and make it the active run."""
    stack = _check_stack(nested=False)
    parts = choose(None, log_system_metrics=log_system_metrics)
    own_tags = _own_tags(tags or {}, description, parts)
    run = _begin(experiment_id, run_name or "", own_tags, check_run_id(run_id))
    # If the run was there, its creation changes nothing, and this begins it again.
    session = current_session()
    session.note_resumed(run.writer.uri, run_id)
    run.writer.update(status=RunStatus.RUNNING)
    run.writer.set_tags(own_tags, synchronous=None)
    session.read_mode()
    session.open_run(run.writer.uri, run_id)
    _RUNS.set((*stack, run))
    if parts:
        _start_capture(run.writer, parts, is_resumed=True, rank=rank)
    return run


def attach_run(run_id: str, parts: frozenset[str] = frozenset(), rank: int | None = None) -> ActiveRun:
    """Make a run that another process starts and ends the active run; it need not exist yet.

    This process captures `parts` for it, as the one of its rank.
    """
    stack = _check_stack(nested=False)
    writer = RunWriter(get_tracking_uri(), run_id)
    info = RunInfo(run_id, "", "", "", RunStatus.RUNNING, 0, "", LifecycleStage.ACTIVE, run_id)
    session = current_session()
    run = ActiveRun(info=info, writer=writer, links=session.links(writer.uri, run_id), is_attached=True)
    session.read_mode()
    session.attach_run(writer.uri, run_id)
    _RUNS.set((*stack, run))
    if parts:
        _start_capture(writer, parts, is_resumed=True, rank=rank)
    return run


def end_run(status: str = "FINISHED") -> None:
    """End the active run, the innermost if several are nested; without an active run, do nothing."""
    stack = _RUNS.get()
    if not stack:
        return
    final = parse_status(status)
    run = stack[-1]
    _RUNS.set(stack[:-1])
    session = current_session()
    session.last_run = (run.writer.uri, run.info.run_id)
    if run.is_attached:
        session.leave_run(run.writer.uri, run.info.run_id)
        return
    session.close_run(run.writer.uri, run.info.run_id, final, time.time_ns() // 1_000_000)
    _tell_address(run)


def end_later(run: ActiveRun, status: RunStatus) -> None:
    """End a run that is active here, and those started within it, without waiting for what is deferred for them."""
    while run in (stack := _RUNS.get()):
        inner = stack[-1]
        _RUNS.set(stack[:-1])
        session = current_session()
        session.last_run = (inner.writer.uri, inner.info.run_id)
        session.close_run_later(inner.writer.uri, inner.info.run_id, status, time.time_ns() // 1_000_000)
        _tell_address(inner)


def active_run() -> ActiveRun | None:
    """Return the run that log calls of this thread or task go to, None if there is none; its data is not read."""
    stack = _RUNS.get()
    return stack[-1] if stack else None


def last_active_run() -> Run | None:
    """Return the active run, else the run that was active last in this process, as the store has it; None if none."""
    session = current_session()
    if active := active_run():
        uri, run_id = active.writer.uri, active.info.run_id
    elif session.last_run:
        uri, run_id = session.last_run
    else:
        return None
    session.settle(uri)
    return run_from_wire(session.store(uri).runs.get(GetRun(run_id=run_id)).run)


def require_run() -> ActiveRun:
    """Return the active run, started if there is none."""
    stack = _RUNS.get()
    return stack[-1] if stack else start_run()


def _check_stack(*, nested: bool) -> tuple[ActiveRun, ...]:
    stack = _RUNS.get()
    if stack and not nested:
        raise InvalidParameterValue(
            f"Run with UUID {stack[-1].info.run_id} is already active. To start a new run, first end the current run "
            "with headwater.end_run(). To start a nested run, call start_run with nested=True"
        )
    return stack


def _begin(experiment_id: str | None, run_name: str, tags: dict[str, str], run_id: str = "") -> ActiveRun:
    from headwater.tracking.context import report_dirty, run_tags  # loaded by those who start runs only

    uri = get_tracking_uri()
    if experiment_id is None:
        experiment = active_experiment()
    else:
        experiment = current_session().find_experiment(uri, "", str(experiment_id))
    if experiment.lifecycle_stage != LifecycleStage.ACTIVE:
        raise InvalidParameterValue(f"The experiment '{experiment.name}' is deleted. Restore it to start runs in it.")
    all_tags = {**run_tags(), **current_session().start_tags, **tags}
    name = run_name or all_tags.get(RUN_NAME_TAG) or make_run_name()
    if all_tags.setdefault(RUN_NAME_TAG, name) != name:
        raise InvalidParameterValue(
            "Both 'run_name' argument and 'mlflow.runName' tag are specified, but with different values "
            f"(run_name='{name}', mlflow.runName='{all_tags[RUN_NAME_TAG]}')."
        )
    check_no_nul("run_name", name)
    run_id = run_id or os.urandom(16).hex()
    now = current_session().start_time()
    user = all_tags[USER_TAG]
    creation = Creation(experiment.experiment_id, experiment.name, user, name, now, all_tags)
    writer = RunWriter(uri, run_id)
    writer.keep(creation, synchronous=None)
    current_session().note_created(uri, run_id)
    location = f"{experiment.artifact_location}/{run_id}/artifacts" if experiment.artifact_location else ""
    info = RunInfo(
        run_uuid=run_id,
        experiment_id=experiment.experiment_id,
        run_name=name,
        user_id=user,
        status=RunStatus.RUNNING,
        start_time=now,
        artifact_uri=location,
        lifecycle_stage=LifecycleStage.ACTIVE,
        run_id=run_id,
    )
    report_dirty(lambda dirty: _set_late_tags(writer, dirty))
    return ActiveRun(info=info, data=RunData(tags=all_tags), writer=writer, links=current_session().links(uri, run_id))


def _resume(run_id: str, experiment_id: str | None, run_name: str, tags: dict[str, str]) -> ActiveRun:
    uri = get_tracking_uri()
    found = _find_run(uri, check_run_id(run_id))
    info = found.info
    if info.lifecycle_stage == LifecycleStage.DELETED:
        raise InvalidParameterValue(f"Cannot start run with ID {run_id} because it is in the deleted state.")
    wanted = str(experiment_id or config.EXPERIMENT_ID.get())
    if wanted and info.experiment_id and wanted != info.experiment_id:
        raise InvalidParameterValue(
            f"Cannot start run with ID {run_id} because active experiment ID does not match environment run ID. Make "
            "sure --experiment-name or --experiment-id matches experiment set with set_experiment(), or just use "
            "command-line arguments"
        )
    writer = RunWriter(uri, run_id)
    current_session().note_resumed(uri, run_id)
    writer.update(status=RunStatus.RUNNING, run_name=run_name)
    writer.set_tags(tags, synchronous=None)
    if run_name:
        tags = {**tags, RUN_NAME_TAG: run_name}
    info = msgspec.structs.replace(info, status=RunStatus.RUNNING, run_name=run_name or info.run_name)
    data = RunData(found.data.metrics, found.data.params, {**found.data.tags, **tags})
    return ActiveRun(
        info=info,
        data=data,
        inputs=found.inputs,
        outputs=found.outputs,
        writer=writer,
        links=current_session().links(uri, run_id),
    )


def _find_run(uri: str, run_id: str) -> Run:
    session = current_session()
    session.settle(uri)
    try:
        return run_from_wire(session.store_for_start(uri).runs.get(GetRun(run_id=run_id)).run)
    except ResourceDoesNotExist:
        if not any(journal_folder(config.home()).glob(f"{run_id}.*")):
            raise  # else another process here is still shipping its creation
    except HeadwaterError as error:
        if not is_temporary(error):
            raise
        _log.warning("Resuming run '%s' without the store, records wait on local disk: %s", run_id, error)
    return Run(RunInfo(run_id, "", "", "", RunStatus.RUNNING, 0, "", LifecycleStage.ACTIVE, run_id))


def _parent_id(stack: tuple[ActiveRun, ...], parent_run_id: str | None) -> str:
    active_id = stack[-1].info.run_id if stack else ""
    if parent_run_id and active_id and parent_run_id != active_id:
        raise InvalidParameterValue(
            f"Current run with UUID {active_id} does not match the specified parent_run_id {parent_run_id}. To start a "
            f"new nested run under the parent run with UUID {active_id}, first end the current run with "
            "headwater.end_run()."
        )
    return parent_run_id or active_id


def _start_capture(
    writer: RunWriter, parts: frozenset[str], *, is_resumed: bool, rank: int | None = None, number: int = 0
) -> None:
    from headwater.tracking.capturing import RunCapture  # loaded by runs that capture only

    capture = RunCapture(writer, parts, is_resumed=is_resumed, rank=rank, number=number)
    current_session().start_capture(writer.uri, writer.run_id, capture)


def _set_late_tags(writer: RunWriter, tags: dict[str, str]) -> None:
    if tags and current_session().is_open(writer.uri, writer.run_id):
        writer.set_tags(tags, synchronous=False)


def _check_tags(tags: dict[str, str]) -> None:
    for key, value in tags.items():
        check_key("key", key)
        check_no_nul("value", value)


def parse_status(status: str) -> RunStatus:
    """Return the status with this name."""
    try:
        return RunStatus(status)
    except ValueError as error:
        raise InvalidParameterValue(f"Invalid status '{status}'. Use one of {', '.join(RunStatus)}.") from error


def _tell_address(run: ActiveRun) -> None:
    uri = hide_password(run.writer.uri).rstrip("/")
    info = run.info
    if config.QUIET_URLS.is_on() or not info.experiment_id or urlsplit(uri).scheme not in {"http", "https"}:
        return
    place = f"{uri}/#/experiments/{info.experiment_id}"
    sys.stdout.write(f"🏃 View run {info.run_name} at: {place}/runs/{info.run_id}\n🧪 View experiment at: {place}\n")


def resolve_uri(uri: str) -> str:
    """Return a tracking URI with an absolute path; a folder means the SQLite file in it."""
    if not uri:
        return ""
    parts = urlsplit(uri)
    if parts.scheme == "sqlite":
        path = uri.partition(":///")[2]
        # What names no file is refused where the store is opened.
        return uri if path in {"", ":memory:"} else f"sqlite:///{Path(path).expanduser().absolute()}"
    if uri.partition(":")[0] in _OF_DATABRICKS:
        raise InvalidParameterValue(
            f"Invalid URI '{uri}': Databricks is reached by MLflow's own client only. "
            "Use sqlite:///path, postgresql://user@host/database, http(s)://host or a folder."
        )
    if _HOST_AND_PORT.fullmatch(uri):
        raise InvalidParameterValue(
            f"Invalid URI '{uri}': nothing says how it is reached. Use http://{uri} for a server, ./{uri} for a folder."
        )
    if parts.scheme == "file" or "://" not in uri:
        folder = Path(unquote(parts.path) if parts.scheme == "file" else uri).expanduser().absolute()
        return f"sqlite:///{folder / 'headwater.db'}"
    return uri
