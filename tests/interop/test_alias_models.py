"""Programs with models that were written for MLflow, with Headwater in its place."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAMS = {
    "a class": """
import mlflow.pyfunc
import pandas as pd

class AddN(mlflow.pyfunc.PythonModel):
    def __init__(self, n):
        self.n = n

    def predict(self, context, model_input):
        return model_input.apply(lambda column: column + self.n)

mlflow.pyfunc.save_model(path="add_n_model", python_model=AddN(n=5))
loaded = mlflow.pyfunc.load_model("add_n_model")
assert loaded.predict(pd.DataFrame([range(10)])).equals(pd.DataFrame([range(5, 15)]))
""",
    "a framework without a flavor": """
import mlflow
import pandas as pd
from mlflow import pyfunc

class Analyser(pyfunc.PythonModel):
    def __init__(self):
        self._analyser = {"good": 1.0, "bad": -1.0}

    def score(self, text):
        return {word: self._analyser.get(word, 0.0) for word in text.split()}

    def predict(self, context, model_input):
        return model_input.apply(lambda row: self.score(row.iloc[0]), axis=1)

model_path = "vader"
conda = {"channels": ["defaults"], "dependencies": ["python=3.7.6", "pip"], "pip": ["mlflow"], "name": "mlflow-env"}
with mlflow.start_run(run_name="Vader") as run:
    mlflow.log_param("algorithm", "VADER")
    mlflow.pyfunc.log_model(model_path, python_model=Analyser(), conda_env=conda)
    loaded = mlflow.pyfunc.load_model(f"runs:/{run.info.run_uuid}/{model_path}")
    score = loaded.predict(pd.DataFrame(["good bad"]))
    assert dict(score[0].items()) == {"good": 1.0, "bad": -1.0}
""",
    "a signature made by hand": """
import mlflow
import numpy as np
from mlflow.models import Model, ModelSignature, infer_signature
from mlflow.models.model import ModelInfo
from mlflow.models.signature import infer_signature as same, set_signature
from mlflow.types import DataType
from mlflow.types.schema import ColSpec, Schema

assert same is infer_signature
signature = ModelSignature(inputs=Schema([ColSpec("double", "a")]), outputs=Schema([ColSpec(DataType.double)]))

def double(model_input):
    return model_input["a"] * 2

with mlflow.start_run():
    info = mlflow.pyfunc.log_model(name="double", python_model=double, signature=signature)
assert isinstance(info, ModelInfo)
assert Model.load(info.model_uri).signature == signature
assert mlflow.models.get_model_info(info.model_uri).signature == signature
model = mlflow.pyfunc.load_model(info.model_uri)
assert isinstance(model, mlflow.pyfunc.PyFuncModel)
assert model.predict({"a": [1.5]}).tolist() == [3.0]
""",
    "an estimator with a signature": """
import mlflow
import mlflow.sklearn
import pandas as pd
from mlflow.models.signature import infer_signature
from sklearn.linear_model import LinearRegression

frame = pd.DataFrame({"a": [1.0, 2.0], "b": [1.0, 0.0]})
model = LinearRegression().fit(frame, [1.0, 2.0])
with mlflow.start_run() as run:
    mlflow.sklearn.log_model(model, "model", signature=infer_signature(frame, model.predict(frame)))
uri = f"runs:/{run.info.run_id}/model"
assert mlflow.sklearn.load_model(uri).predict(frame).shape == (2,)
assert mlflow.pyfunc.load_model(uri).predict(frame).shape == (2,)
""",
    "hints and params": """
import mlflow
from mlflow.pyfunc.utils import pyfunc
from mlflow.types.type_hints import TypeFromExample

@pyfunc
def shout(model_input: list[str]) -> list[str]:
    return [text.upper() for text in model_input]

with mlflow.start_run():
    info = mlflow.pyfunc.log_model(name="shout", python_model=shout)
assert mlflow.pyfunc.load_model(info.model_uri).predict(["a"]) == ["A"]
""",
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_program_with_models_runs_unchanged(tmp_path: Path, name: str) -> None:
    script = tmp_path / "program.py"
    script.write_text(PROGRAMS[name])

    done = subprocess.run(
        [sys.executable, "-W", "error", "-m", "headwater.mlflow", str(script)],
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "HOME": str(tmp_path), "MLFLOW_TRACKING_URI": "sqlite:///runs.db"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
