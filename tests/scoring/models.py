"""Models for the tests of the scoring server, saved as a user would have them."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LinearRegression

from headwater.flavors.sklearn import save_model
from headwater.models.manifest import write_manifest
from headwater.models.model_file import Model
from headwater.models.schema.infer import infer_signature
from headwater.models.schema.signature import ModelSignature
from headwater.models.schema.types import (
    Array,
    ColSpec,
    DataType,
    Object,
    ParamSchema,
    ParamSpec,
    Property,
    Schema,
    TensorSpec,
)

LOADER = "scoring.echo_model"

COLUMNS = Schema(
    [
        ColSpec("double", "d"),
        ColSpec("long", "l"),
        ColSpec("string", "s", required=False),
        ColSpec("boolean", "b", required=False),
        ColSpec("datetime", "t", required=False),
        ColSpec("binary", "x", required=False),
        ColSpec("integer", "i", required=False),
        ColSpec("float", "f", required=False),
    ]
)
PARAMS = ParamSchema([ParamSpec("k", DataType.long, 5), ParamSpec("temp", DataType.double, 0.5)])
ITEM = Object([Property("x", "long"), Property("y", "string", required=False)])

SIGNATURES: dict[str, ModelSignature | None] = {
    "columns": ModelSignature(COLUMNS, None, PARAMS),
    "free": None,
    "tensor": ModelSignature(Schema([TensorSpec(np.dtype("float32"), (-1, 2))])),
    "tensors": ModelSignature(
        Schema([TensorSpec(np.dtype("float32"), (-1, 2), "a"), TensorSpec(np.dtype("int64"), (-1,), "b")])
    ),
    "unnamed": ModelSignature(Schema([ColSpec("string")])),
    "nested": ModelSignature(Schema([ColSpec(Array("double"), "a"), ColSpec(ITEM, "o")])),
    "wishes": ModelSignature(Schema([ColSpec("string", "do")])),
    "returns": ModelSignature(Schema([ColSpec("string", "what")])),
}


def save_echo(folder: Path, name: str) -> Path:
    """Save a model of the loader module beside this, with one of the signatures, and return its folder."""
    path = folder / name
    path.mkdir(parents=True)
    model = Model(signature=SIGNATURES[name], mlflow_version="3.17.2")
    model.add_flavor("python_function", loader_module=LOADER, python_version="3.11.7")
    model.save(path / "MLmodel")
    write_manifest(path)
    return path


def save_linear(folder: Path, *, slope: float = 2.0, requirements: Sequence[str] = ()) -> Path:
    """Save y = slope · a + b as a scikit-learn model with named columns, and return its folder."""
    import pandas as pd

    frame = pd.DataFrame({"a": [0.0, 1.0, 0.0, 2.0], "b": [0.0, 0.0, 1.0, 1.0]})
    target = slope * frame["a"] + frame["b"]
    estimator = LinearRegression().fit(frame, target)
    signature = infer_signature(frame, estimator.predict(frame))
    save_model(estimator, folder, signature=signature, input_example=frame[:2], pip_requirements=list(requirements))
    return folder


def save_forest(folder: Path) -> Path:
    """Save a forest fitted on arrays, so with a tensor for a signature, and return its folder."""
    data = np.random.default_rng(0).normal(size=(60, 3))
    target = (data[:, 0] > 0).astype(np.int64)
    estimator = RandomForestClassifier(10, random_state=0).fit(data, target)
    save_model(estimator, folder, signature=infer_signature(data, target), pip_requirements=[])
    return folder
