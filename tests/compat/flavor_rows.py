"""One model of each kind that a flavor saves, in the environment of its framework; each `row_…` makes one."""

import logging
import warnings
from typing import Any

import numpy as np
import pandas as pd

from headwater.testing.contract_flavors import FlavorCase

_RANDOM = np.random.default_rng(7)
X = pd.DataFrame(_RANDOM.normal(size=(60, 3)), columns=["a", "b", "c"])
Y = X["a"] * 2 - X["b"] + _RANDOM.normal(size=60) / 10
LABELS = (Y > 0).astype(int)
ROWS = X.head(4)
DAYS = pd.date_range("2024-01-01", periods=60)
WALK = Y.to_numpy().cumsum()


def _predict(model: Any, data: Any) -> Any:
    return model.predict(data)


def row_sklearn_forest() -> FlavorCase:
    from sklearn.ensemble import RandomForestRegressor

    return FlavorCase(
        flavor="sklearn",
        model=RandomForestRegressor(5, random_state=0).fit(X, Y),
        data=ROWS,
        answer=_predict,
        files=("model.skops",),
        keys={"pickled_model": "model.skops", "serialization_format": "skops"},
        requirements=("scikit-learn", "skops"),
        allowed_requirements=("numpy",),
    )


def row_sklearn_pipeline() -> FlavorCase:
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    return FlavorCase(
        flavor="sklearn",
        model=make_pipeline(StandardScaler(), LogisticRegression()).fit(X, LABELS),
        data=ROWS,
        answer=lambda model, data: model.predict_proba(data),
        files=("model.skops",),
        keys={"pickled_model": "model.skops", "skops_trusted_types": None},
        requirements=("scikit-learn", "skops"),
        allowed_requirements=("numpy",),
        options={"pyfunc_predict_fn": "predict_proba"},
    )


def row_sklearn_pickle() -> FlavorCase:
    from sklearn.linear_model import LinearRegression

    return FlavorCase(
        flavor="sklearn",
        model=LinearRegression().fit(X, Y),
        data=ROWS,
        answer=_predict,
        files=("model.pkl",),
        keys={"pickled_model": "model.pkl", "serialization_format": "cloudpickle"},
        requirements=("scikit-learn",),
        allowed_requirements=("numpy",),
        options={"serialization_format": "cloudpickle"},
        runs_code=True,
    )


def row_xgboost_booster() -> FlavorCase:
    import xgboost

    return FlavorCase(
        flavor="xgboost",
        model=xgboost.train({"max_depth": 2}, xgboost.DMatrix(X, Y), 5),
        data=ROWS,
        answer=lambda model, data: model.predict(xgboost.DMatrix(data)),
        files=("model.ubj",),
        keys={"data": "model.ubj", "model_class": "xgboost.core.Booster", "model_format": "ubj"},
        requirements=("xgboost-cpu",),
    )


def row_xgboost_classifier() -> FlavorCase:
    import xgboost

    return FlavorCase(
        flavor="xgboost",
        model=xgboost.XGBClassifier(n_estimators=5).fit(X, LABELS),
        data=ROWS,
        answer=_predict,
        files=("model.json",),
        keys={"data": "model.json", "model_class": "xgboost.sklearn.XGBClassifier", "model_format": "json"},
        requirements=("xgboost-cpu", "scikit-learn"),
        options={"model_format": "json"},
    )


def row_lightgbm_booster() -> FlavorCase:
    import lightgbm

    return FlavorCase(
        flavor="lightgbm",
        model=lightgbm.train({"verbose": -1}, lightgbm.Dataset(X, Y), 5),
        data=ROWS,
        answer=_predict,
        files=("model.lgb",),
        keys={"data": "model.lgb", "model_class": "lightgbm.basic.Booster"},
        requirements=("lightgbm",),
    )


def row_lightgbm_classifier() -> FlavorCase:
    import lightgbm

    return FlavorCase(
        flavor="lightgbm",
        model=lightgbm.LGBMClassifier(n_estimators=5, verbose=-1).fit(X, LABELS),
        data=ROWS,
        answer=_predict,
        files=("model.skops",),
        keys={
            "data": "model.skops",
            "model_class": "lightgbm.sklearn.LGBMClassifier",
            "serialization_format": "skops",
        },
        requirements=("lightgbm", "scikit-learn", "skops"),
        allowed_requirements=("numpy",),
    )


def row_lightgbm_pickle() -> FlavorCase:
    import lightgbm

    return FlavorCase(
        flavor="lightgbm",
        model=lightgbm.LGBMRegressor(n_estimators=5, verbose=-1).fit(X, Y),
        data=ROWS,
        answer=_predict,
        files=("model.pkl",),
        keys={"data": "model.pkl", "serialization_format": "cloudpickle"},
        requirements=("lightgbm", "scikit-learn"),
        allowed_requirements=("numpy", "pandas"),
        options={"serialization_format": "cloudpickle"},
        runs_code=True,
    )


def row_catboost_classifier() -> FlavorCase:
    import catboost

    return FlavorCase(
        flavor="catboost",
        model=catboost.CatBoostClassifier(iterations=5, verbose=0, allow_writing_files=False).fit(X, LABELS),
        data=ROWS,
        answer=_predict,
        files=("model.cb",),
        keys={"data": "model.cb", "model_type": "CatBoostClassifier", "save_format": "cbm"},
        requirements=("catboost",),
    )


def row_catboost_json() -> FlavorCase:
    import catboost

    return FlavorCase(
        flavor="catboost",
        model=catboost.CatBoost({"iterations": 5, "verbose": 0, "allow_writing_files": False}).fit(X, Y),
        data=ROWS,
        answer=_predict,
        files=("model.cb",),
        keys={"model_type": "CatBoost", "save_format": "json"},
        requirements=("catboost",),
        options={"format": "json"},
    )


def row_onnx_tensor() -> FlavorCase:
    from onnx import TensorProto, helper, numpy_helper

    weights = numpy_helper.from_array(np.eye(64, dtype="float32") * 2, "w")
    return FlavorCase(
        flavor="onnx",
        model=_make_onnx(helper.make_node("MatMul", ["x", "w"], ["y"]), ["x"], TensorProto.FLOAT, 64, [weights]),
        data=_RANDOM.normal(size=(3, 64)).astype("float32"),
        answer=_run_onnx,
        files=("model.onnx.data", "model.onnx"),
        keys={"data": "model.onnx", "onnx_session_options": {"intra_op_num_threads": 1}},
        requirements=("onnx", "onnxruntime"),
        options={"onnx_session_options": {"intra_op_num_threads": 1}},
    )


def row_onnx_columns() -> FlavorCase:
    from onnx import TensorProto, helper

    return FlavorCase(
        flavor="onnx",
        model=_make_onnx(helper.make_node("Add", ["a", "b"], ["y"]), ["a", "b"], TensorProto.DOUBLE, 1, []),
        data={"a": np.array([[1.0], [2.0]]), "b": np.array([[3.0], [4.0]])},
        answer=_run_onnx,
        files=("model.onnx",),
        keys={"data": "model.onnx", "providers": ["CPUExecutionProvider"], "onnx_session_options": None},
        requirements=("onnx", "onnxruntime"),
        options={"onnx_execution_providers": ["CPUExecutionProvider"], "save_as_external_data": False},
    )


def _make_onnx(node: Any, inputs: list[str], kind: int, width: int, initializers: list[Any]) -> Any:
    from onnx import helper

    values = [helper.make_tensor_value_info(name, kind, [None, width]) for name in [*inputs, "y"]]
    graph = helper.make_graph([node], "graph", values[:-1], values[-1:], initializers)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=10)


def _run_onnx(model: Any, data: Any) -> Any:
    import onnxruntime

    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    return {"y": session.run(None, data if isinstance(data, dict) else {"x": data})[0]}


def row_statsmodels_ols() -> FlavorCase:
    import statsmodels.api as sm

    frame = sm.add_constant(X)
    return FlavorCase(
        flavor="statsmodels",
        model=sm.OLS(Y, frame).fit(),
        data=frame.head(4),
        answer=_predict,
        files=("model.statsmodels",),
        keys={"data": "model.statsmodels"},
        requirements=("statsmodels",),
        allowed_requirements=("numpy", "pandas", "patsy", "scipy"),
        runs_code=True,
    )


def row_statsmodels_series() -> FlavorCase:
    from statsmodels.tsa.arima.model import ARIMA

    return FlavorCase(
        flavor="statsmodels",
        model=ARIMA(pd.Series(WALK, index=DAYS), order=(1, 0, 0)).fit(),
        data=pd.DataFrame({"start": [60], "end": [63]}),
        answer=lambda model, data: model.predict(start=data["start"].iloc[0], end=data["end"].iloc[0]),
        files=("model.statsmodels",),
        keys={"data": "model.statsmodels"},
        requirements=("statsmodels",),
        allowed_requirements=("numpy", "pandas", "patsy", "scipy"),
        runs_code=True,
    )


def row_prophet() -> FlavorCase:
    from prophet import Prophet

    logging.getLogger("cmdstanpy").setLevel(logging.ERROR)
    model = Prophet(uncertainty_samples=0).fit(pd.DataFrame({"ds": DAYS, "y": WALK}))
    return FlavorCase(
        flavor="prophet",
        model=model,
        data=model.make_future_dataframe(3, include_history=False),
        answer=_predict,
        files=("model.pr",),
        keys={"data": "model.pr", "model_type": "Prophet"},
        requirements=("prophet",),
    )


def row_pmdarima_arima() -> FlavorCase:
    import pmdarima

    return FlavorCase(
        flavor="pmdarima",
        model=pmdarima.ARIMA((1, 0, 0)).fit(WALK),
        data=pd.DataFrame({"n_periods": [3], "return_conf_int": [True], "alpha": [0.1]}),
        answer=_forecast,
        files=("model.pmd",),
        keys={"data": "model.pmd", "model_type": "ARIMA"},
        requirements=("pmdarima",),
        allowed_requirements=("numpy", "pandas", "patsy", "scipy", "statsmodels"),
        runs_code=True,
    )


def row_pmdarima_pipeline() -> FlavorCase:
    import pmdarima
    from pmdarima.pipeline import Pipeline
    from pmdarima.preprocessing import FourierFeaturizer

    return FlavorCase(
        flavor="pmdarima",
        model=Pipeline([("fourier", FourierFeaturizer(m=7, k=1)), ("arima", pmdarima.ARIMA((1, 0, 0)))]).fit(WALK),
        data=pd.DataFrame({"n_periods": [3]}),
        answer=_forecast,
        files=("model.pmd",),
        keys={"data": "model.pmd", "model_type": "Pipeline"},
        requirements=("pmdarima",),
        allowed_requirements=("numpy", "pandas", "patsy", "scipy", "statsmodels"),
        runs_code=True,
    )


def _forecast(model: Any, data: Any) -> Any:
    if "return_conf_int" not in data:
        return pd.DataFrame({"yhat": model.predict(int(data["n_periods"].iloc[0]))})
    values, bounds = model.predict(3, return_conf_int=True, alpha=0.1)
    return pd.DataFrame({"yhat": values, "yhat_lower": bounds[:, 0], "yhat_upper": bounds[:, 1]})


def row_spacy_categories() -> FlavorCase:
    import spacy
    from spacy.training import Example

    pipeline = spacy.blank("en")
    categories = pipeline.add_pipe("textcat")
    texts = {"good": 1.0, "bad": 0.0}
    examples = [
        Example.from_dict(pipeline.make_doc(text), {"cats": {"POS": score, "NEG": 1 - score}})
        for text, score in texts.items()
    ]
    for label in ("POS", "NEG"):
        categories.add_label(label)
    pipeline.initialize(lambda: examples)
    pipeline.update(examples)
    return FlavorCase(
        flavor="spacy",
        model=pipeline,
        data=pd.DataFrame({"text": ["good", "rather bad"]}),
        answer=lambda model, data: pd.DataFrame({"predictions": [model(text).cats for text in data["text"]]}),
        files=("model.spacy",),
        keys={"data": "model.spacy"},
        requirements=("spacy",),
    )


def row_spacy_sentences() -> FlavorCase:
    import spacy

    pipeline = spacy.blank("en")
    pipeline.add_pipe("sentencizer")
    return FlavorCase(
        flavor="spacy",
        model=pipeline,
        data="One sentence. And another.",
        answer=lambda model, data: [sentence.text for sentence in model(data).sents],
        files=("model.spacy",),
        keys={"data": "model.spacy"},
        requirements=("spacy",),
        predicts=False,
        has_signature=False,
    )


def make_paddle_net() -> Any:
    """Return a layer of PaddlePaddle for three features."""
    import paddle

    class Net(paddle.nn.Layer):  # type: ignore[misc]  # not installed here
        def __init__(self) -> None:
            super().__init__()
            self.inner = paddle.nn.Linear(3, 2)
            self.drop = paddle.nn.Dropout(0.5)

        def forward(self, x: Any) -> Any:
            return self.drop(self.inner(x)) * 2

    return Net()


def row_paddle_layer() -> FlavorCase:
    import paddle

    spec = [paddle.static.InputSpec([None, 3], "float32")]

    def answer(layer: Any, data: Any) -> Any:
        layer.eval()
        return pd.DataFrame(layer(paddle.to_tensor(data)).numpy())

    return FlavorCase(
        flavor="paddle",
        model=paddle.jit.to_static(make_paddle_net(), input_spec=spec, full_graph=True),
        data=ROWS.to_numpy().astype("float32"),
        answer=answer,
        files=("model.json", "model.pdiparams"),
        keys={"pickled_model": "model"},
        requirements=("paddlepaddle",),
        runs_code=True,
        keeps_class=False,
    )


def make_case(row: str) -> FlavorCase:
    """Return the case of a row by its name."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # how frameworks talk about small data
        case: FlavorCase = globals()[f"row_{row}"]()
    return case
