"""The process that has the model: it does what the other one asks, and ends when that is gone."""

import os
import queue
import sys
import threading
import time
import traceback
from typing import Any, BinaryIO

from headwater.models.isolated.wire import receive, send
from headwater.models.pyfunc import PyFuncModel, load_model
from headwater.protocol.errors import HeadwaterError, InvalidParameterValue

_WATCH_S = 1.0


def main() -> None:
    """Answer requests from standard input on standard output; what the model prints goes to standard error."""
    requests, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    waiting: queue.Queue[tuple[str, Any]] = queue.Queue()
    threading.Thread(target=_listen, args=(requests, waiting), daemon=True).start()
    threading.Thread(target=_watch, args=(os.getppid(),), daemon=True).start()
    model: PyFuncModel | None = None
    while True:
        kind, value = waiting.get()
        try:
            model = _answer(answers, kind, value, model)
        except BrokenPipeError:
            return
        except Exception as error:  # noqa: BLE001 - the border to the other process, which gets it
            send(answers, "error", _describe(error))


def _listen(requests: BinaryIO, waiting: "queue.Queue[tuple[str, Any]]") -> None:
    """Pass requests on, and end the process, whatever the model is doing, once the other one is gone."""
    while True:
        try:
            waiting.put(receive(requests))
        except (EOFError, OSError):
            os._exit(0)
        except Exception as error:  # noqa: BLE001 - data that this environment cannot read
            waiting.put(("unreadable", error))


def _watch(parent: int) -> None:
    """End the process with the one that started it, even if a third one, forked from that, keeps the pipe open."""
    while os.getppid() == parent:
        time.sleep(_WATCH_S)
    os._exit(0)


def _answer(answers: BinaryIO, kind: str, value: Any, model: PyFuncModel | None) -> PyFuncModel | None:
    if kind == "unreadable":
        raise value
    if kind == "load":
        model = load_model(suppress_warnings=True, **value)
        send(answers, "value")
        return model
    if model is None:
        raise InvalidParameterValue("No model is loaded. Load one first.")
    if kind == "predict":
        send(answers, "value", model.predict(**value))
    else:
        for part in model.predict_stream(**value):
            send(answers, "part", part)
        send(answers, "value")
    return model


def _describe(error: Exception) -> dict[str, Any]:
    return {
        "type": type(error).__name__,
        "code": error.error_code if isinstance(error, HeadwaterError) else "",
        "message": error.message if isinstance(error, HeadwaterError) else str(error),
        "traceback": traceback.format_exc(),
    }
