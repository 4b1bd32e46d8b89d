"""The run that a watched call logs to: the user's, else one of its own that ends with the call."""

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache

from headwater.protocol.names import MAX_PARAM_VALUE, check_key
from headwater.protocol.runs import RunStatus
from headwater.tracking.active import ActiveRun, active_run, end_later, start_run
from headwater.tracking.autolog.call import Call
from headwater.tracking.session import current_session
from headwater.tracking.writer import RunWriter

AUTOLOGGING_TAG = "mlflow.autologging"

_log = logging.getLogger(__name__)


@contextmanager
def training_run(call: Call) -> Iterator[ActiveRun | None]:
    """Yield the run to log to; None where the user's run is active and `exclusive` forbids it.

    A call that is part of another one logs to the run of that. A run that is started here is active meanwhile. It ends
    as FAILED if the user's function raised, and not before everything that was deferred for it is done.
    """
    if call.outer is not None:
        yield call.outer.run
        return
    run = active_run()
    if run is not None:
        call.run = None if call.options.exclusive else run
        yield call.run
        return
    run = call.run = start_run(tags=_run_tags(call))
    call.tell("Autologging the call of %s to the new run '%s'.", call.function.__qualname__, run.info.run_id)
    try:
        yield run
    finally:
        end_later(run, RunStatus.FINISHED if call.error is None else RunStatus.FAILED)


@contextmanager
def child_run(call: Call, tags: Mapping[str, str]) -> Iterator[ActiveRun]:
    """Start a run below the active one and end it afterwards."""
    run = start_run(nested=True, tags={AUTOLOGGING_TAG: call.flavor, **tags})
    try:
        yield run
    finally:
        end_later(run, RunStatus.FINISHED)


def defer(call: Call, run: ActiveRun, name: str, work: Callable[[], object]) -> None:
    """Do `work` for a run soon, in the background; the run does not end before."""

    step = call.step(name)  # not the call itself, which holds the user's data

    def guarded() -> None:
        with step:
            work()

    current_session().deferred.add(run.info.run_id, guarded)


def log_new_params(call: Call, writer: RunWriter, params: Mapping[str, object]) -> None:
    """Log params, long ones cut as MLflow does; those that the run has with another value keep it, with a warning."""
    known = current_session().known_params(writer.uri, writer.run_id)
    texts = {key: _shorten(str(value)) for key, value in params.items()}
    changed = [key for key, text in texts.items() if known.get(key, text) != text]
    if changed and not call.options.silent:
        _log.warning(
            "Run '%s' keeps the first values of these params, which a later fit changed: %s. "
            "Start a run for each fit to have them all.",
            writer.run_id,
            ", ".join(changed),
        )
    _log_texts(call, writer, {key: text for key, text in texts.items() if key not in changed})


def log_params(call: Call, writer: RunWriter, params: Mapping[str, object]) -> None:
    """Log the params of a run that has none yet, long ones cut as MLflow does."""
    _log_texts(call, writer, {key: _shorten(str(value)) for key, value in params.items()})


def _shorten(text: str) -> str:
    """Return a param's value no longer than the store keeps."""
    return text if len(text) <= MAX_PARAM_VALUE else f"{text[: MAX_PARAM_VALUE - 3]}..."


def _log_texts(call: Call, writer: RunWriter, texts: dict[str, str]) -> None:
    """Log params at once, leaving out those that the store would refuse."""
    accepted: dict[str, str] = {}
    for key, text in texts.items():
        with call.step("params"):
            check_key("key", key, "Param key")
            accepted[key] = text.replace("\0", "�")
    writer.log_params(accepted, synchronous=None)


def _run_tags(call: Call) -> dict[str, str]:
    extra = {key: str(value) for key, value in call.options.extra_tags.items()}
    if extra.pop(AUTOLOGGING_TAG, None) is not None and not call.options.silent:
        _warn_reserved()
    return {**extra, AUTOLOGGING_TAG: call.flavor}


@cache
def _warn_reserved() -> None:
    _log.warning("The tag '%s' in extra_tags is ignored: autologging sets it itself.", AUTOLOGGING_TAG)
