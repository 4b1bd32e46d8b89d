"""What a model of any kind says of the data: labels or numbers, and probabilities where it has them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from headwater.models.evaluation.table import EvaluationData
from headwater.protocol.errors import HeadwaterError, InvalidParameterValue, NotSupported


@dataclass(frozen=True, eq=False)
class Predictor:
    """A model that can be asked, what is below it if that is known, and its id if it is a logged model."""

    predict: Callable[[Any], Any]
    estimator: Any = None
    model_id: str = ""
    name: str = "model"

    @property
    def classes(self) -> Any:
        """Return the classes that the model knows, if it tells."""
        return getattr(self.estimator, "classes_", None)

    def pick(self, features: Any) -> Any:
        """Return the features that the model was fitted on, in their order, if it knows their names."""
        wanted = getattr(self.estimator, "feature_names_in_", None)
        if wanted is None or not hasattr(features, "columns"):
            return features
        names = list(wanted)
        if list(features.columns) == names or not set(names) <= set(features.columns):
            return features
        return features[names]


@dataclass(frozen=True, eq=False)
class Predictions:
    """What was said of each row; `outputs` holds other columns that the model returned."""

    values: Any
    probabilities: Any = None
    classes: Any = None
    outputs: Any = None


def open_model(
    model: Any,
    *,
    model_config: Any = None,
    inference_params: Mapping[str, Any] | None = None,
    env_manager: str = "local",
) -> Predictor:
    """Return a model to ask: one at a URI, a loaded one, an object with `predict`, or a function.

    Raises:
        InvalidParameterValue: it is none of these.
        NotSupported: it would have to run in an environment of its own.
    """
    if env_manager != "local":
        raise NotSupported(
            f"A model cannot be evaluated in an environment of '{env_manager}'. Install what it needs here and use "
            'env_manager="local", or serve it and give a function that asks the server.'
        )
    if isinstance(model, str):
        return _of_pyfunc(_load(model, model_config), inference_params)
    if hasattr(model, "get_raw_model") or hasattr(model, "unwrap_python_model"):
        return _of_pyfunc(model, inference_params)
    if hasattr(model, "predict"):
        return Predictor(model.predict, model, _model_id(model), type(model).__name__)
    if callable(model):
        owner = getattr(model, "__self__", None)
        name = type(owner).__name__ if owner is not None else getattr(model, "__name__", type(model).__name__)
        return Predictor(model, None, "", name)
    raise InvalidParameterValue(
        f"Invalid model of type '{type(model).__name__}'. Give a URI, a loaded model, an object with "
        "`predict`, or a function."
    )


def _load(uri: str, model_config: Any) -> Any:
    """Return the model at a URI; the one place where evaluation loads models."""
    if uri.startswith("endpoints:"):
        raise NotSupported(f"The endpoint '{uri}' cannot be evaluated by its URI. Give a function that asks it.")
    from headwater.models.pyfunc import load_model  # loaded by those who evaluate a model that was kept

    return load_model(uri, model_config=model_config)


def _of_pyfunc(model: Any, inference_params: Mapping[str, Any] | None) -> Predictor:
    def predict(features: Any) -> Any:
        return model.predict(features, params=dict(inference_params)) if inference_params else model.predict(features)

    try:
        raw = model.get_raw_model()
    except (AttributeError, HeadwaterError):
        raw = None
    name = type(raw if raw is not None else model).__name__
    return Predictor(predict, raw, _model_id(model), name)


def _model_id(model: Any) -> str:
    found = getattr(model, "model_id", None)
    return found if isinstance(found, str) else ""


def ask(predictor: Predictor, data: EvaluationData, *, column: str | None = None, with_chances: bool) -> Predictions:
    """Return what a model says of the data.

    Args:
        column: which of several columns that the model returns holds its predictions.
        with_chances: ask a classifier for probabilities too.

    Raises:
        InvalidParameterValue: what it returned is not one prediction for each row.
    """
    features = predictor.pick(data.features)
    output = predictor.predict(features)
    found = _read_output(output, column, len(data), with_chances=with_chances, classes=predictor.classes)
    if with_chances and found.probabilities is None and hasattr(predictor.estimator, "predict_proba"):
        chances = predictor.estimator.predict_proba(features)
        if isinstance(chances, np.ndarray) and chances.ndim == 2:
            return Predictions(found.values, chances, predictor.classes, found.outputs)
    return found


def given_predictions(data: EvaluationData, column: Any) -> Predictions:
    """Return predictions that are there already: a column of the data, or the values themselves."""
    values = data.column(column) if isinstance(column, str) else np.asarray(column)
    if values.shape[:1] != (len(data),):
        raise InvalidParameterValue(
            f"The predictions have the shape '{values.shape}', and the data have {len(data)} rows. Give one for each."
        )
    return Predictions(values.reshape(len(data), -1)[:, 0] if values.ndim > 1 else values)


def given_chances(data: EvaluationData, probabilities: Any) -> Any:
    """Return probabilities: a column, several, or the values themselves."""
    if isinstance(probabilities, str):
        return np.asarray(data.column(probabilities), float)
    if isinstance(probabilities, Sequence) and all(isinstance(name, str) for name in probabilities):
        return np.column_stack([np.asarray(data.column(name), float) for name in probabilities])
    found = np.asarray(probabilities, float)
    if found.shape[:1] != (len(data),):
        raise InvalidParameterValue(
            f"The probabilities have the shape '{found.shape}', and the data {len(data)} rows. Give a row for each."
        )
    return found


def _read_output(output: Any, column: str | None, rows: int, *, with_chances: bool, classes: Any) -> Predictions:
    outputs = None
    if isinstance(output, Mapping):
        outputs = {str(name): np.asarray(values) for name, values in output.items()}
    elif hasattr(output, "columns"):
        outputs = {str(name): output[name].to_numpy() for name in output.columns}
    if outputs is not None and (column in outputs or len(outputs) == 1):
        values = outputs[column] if column in outputs else next(iter(outputs.values()))
        others = {name: found for name, found in outputs.items() if found is not values}
        return Predictions(_check_rows(values, rows), outputs=others or None)
    array = np.column_stack(list(outputs.values())) if outputs else _to_array(output)
    if with_chances and _are_chances(array):
        known = np.arange(array.shape[1]) if classes is None else np.asarray(classes)
        return Predictions(known[_check_rows(array, rows).argmax(axis=1)], array, known)
    if array.ndim == 2 and array.shape[1] > 1:
        names = ", ".join(outputs) if outputs else f"{array.shape[1]} of them"
        raise InvalidParameterValue(
            f"The model returned several columns ({names}). Say with `predictions` which one holds its predictions."
        )
    return Predictions(_check_rows(array.reshape(-1) if array.ndim == 2 else array, rows))


def _to_array(output: Any) -> Any:
    if hasattr(output, "detach"):  # a tensor that has a gradient
        output = output.detach().cpu()
    return np.asarray(output)


def _are_chances(array: Any) -> bool:
    """Return whether the rows of an array are probabilities of several classes."""
    return bool(
        array.ndim == 2
        and array.shape[1] > 1
        and array.dtype.kind == "f"
        and array.min(initial=0) >= 0
        and np.allclose(array.sum(axis=1), 1, atol=1e-4)
    )


def _check_rows(values: Any, rows: int) -> Any:
    if values.ndim == 0 or len(values) != rows:
        count = "one value" if values.ndim == 0 else f"{len(values)} values"
        raise InvalidParameterValue(f"The model returned {count} for {rows} rows. It must return one for each.")
    return values
