"""Loads and calls what `python_models_write.py` saved: `python_models_read.py mlflow|headwater FOLDER`; prints JSON."""

import json
import sys
import traceback
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pandas as pd

library, folder = sys.argv[1], Path(sys.argv[2])
other = "headwater" if library == "mlflow" else "mlflow"
assert find_spec(other) is None
load_model = import_module(f"{library}.pyfunc").load_model
FRAME = pd.DataFrame({"a": [1, 2]})
RECORDS = [{"role": "user"}]
INPUTS: dict[str, Any] = {"hinted": RECORDS, "hinted-function": ["a"], "pydantic-function": RECORDS, "stream": ["a"]}


def call(name: str) -> Any:
    """Return what a model predicts, as JSON has it."""
    model = load_model(str(folder / name))
    params = {"params": {"share": 1}} if name == "params" else {}
    found = model.predict(INPUTS.get(name, FRAME), **params)
    if name == "stream":
        return list(model.predict_stream(INPUTS[name]))
    return found["a"].tolist() if isinstance(found, pd.DataFrame) else found


def report(name: str) -> Any:
    """Return what a model predicts, or the text of its error."""
    try:
        return call(name)
    except Exception:  # noqa: BLE001  # the report is the border
        return traceback.format_exc()


names = sorted(path.name for path in folder.iterdir() if (path / "MLmodel").exists())
found = {name: report(name) for name in names}
assert other not in sys.modules
sys.stdout.write(f"\n{json.dumps(found)}\n")
