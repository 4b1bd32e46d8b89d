"""Keeping the models that are trained under autologging: written within the call, logged in the background."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from headwater.models.flavor import Flavor, ModelFolder, Saved, Write
from headwater.models.log import DEFAULT_NAME, LogOptions, log_flavor
from headwater.models.model_file import Model
from headwater.models.schema.infer import infer_signature
from headwater.models.schema.signature import ModelSignature
from headwater.tracking.active import ActiveRun
from headwater.tracking.artifact_files import temporary_folder
from headwater.tracking.autolog import Call
from headwater.tracking.autolog.runs import defer
from headwater.tracking.client import Client

EXAMPLE_ROWS = 5


def keep_trained(
    call: Call, run: ActiveRun, flavor: Flavor, native: Any, write: Write, data: Any, *, name: str = DEFAULT_NAME
) -> None:
    """Log a model that was just trained, as the options of autologging say.

    Its files are written now, since the program may go on to train the same object. Signature and example come from the
    first rows of `data` and from what the files give when they are read again, in the background.
    """
    folder = temporary_folder()
    try:
        saved = write(native, folder)
        rows = take_rows(data)
    except BaseException:
        shutil.rmtree(folder)
        raise
    options = call.options
    given: LogOptions = {
        "name": name,
        "run_id": run.info.run_id,
        "registered_model_name": options.registered_model_name if name == DEFAULT_NAME else None,
        "input_example": rows if options.log_input_examples else None,
        "signature": False,
        "step": call.last_step,
    }
    uri = run.writer.uri
    step = call.step("signature")  # not the call itself, which holds the user's data
    wants_signature = options.log_model_signatures and rows is not None and saved.pyfunc is not None

    def log() -> None:
        try:
            copy = _read_again(flavor, folder, saved) if wants_signature else None
            if wants_signature:
                with step:
                    given["signature"] = _infer(flavor, copy, saved, rows)
            log_flavor(flavor, copy, _move_from(folder, saved), None, given, client=Client(uri))
        finally:
            shutil.rmtree(folder)

    defer(call, run, name, log)


def take_rows(data: Any) -> Any:
    """Return a copy of the first rows of a frame, array or list; None for other kinds of data."""
    if hasattr(data, "iloc"):
        return data.iloc[:EXAMPLE_ROWS].copy()
    if hasattr(data, "__getitem__") and hasattr(data, "shape") and len(data.shape):
        return data[:EXAMPLE_ROWS].copy() if hasattr(data, "copy") else data[:EXAMPLE_ROWS]
    return list(data[:EXAMPLE_ROWS]) if isinstance(data, list) else None


def _read_again(flavor: Flavor, folder: Path, saved: Saved) -> Any:
    return flavor.load(ModelFolder(folder, Model(flavors={flavor.name: saved.section})))


def _infer(flavor: Flavor, native: Any, saved: Saved, rows: Any) -> ModelSignature:
    settings = {**saved.section, **(saved.pyfunc or {})}
    return infer_signature(rows, flavor.predictor(native, settings).predict(rows))


def _move_from(folder: Path, saved: Saved) -> Callable[[Any, Path], Saved]:
    """Return what puts files that were written before into a model's folder."""

    def move(_native: Any, target: Path) -> Saved:
        for path in folder.iterdir():
            shutil.move(path, target / path.name)
        return saved

    return move
