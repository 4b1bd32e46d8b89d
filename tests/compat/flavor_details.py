"""What is special to a flavor, and models of older MLflows; runs beside the frameworks, from `flavor_contract`."""

import json
import os
import tempfile
import warnings
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

import mlflow.pyfunc
import mlflow.xgboost
import numpy as np
import pandas as pd
import yaml
from flavor_rows import LABELS, ROWS, WALK, X, Y, make_case, make_paddle_net  # type: ignore[import-not-found]  # beside it

import headwater as hw
import headwater.paddle
from headwater.models.manifest import MANIFEST_FILE
from headwater.models.model_file import MODEL_FILE, Model
from headwater.models.pyfunc import load_model
from headwater.protocol.errors import InvalidParameterValue, PermissionDenied
from headwater.testing.contract_flavors import a_stranger, assert_same, expect_refusal

OLDER = "OLDER_MODELS"
"""The variable that names the folder with models that MLflow 1 and 2 saved."""


def check_models_of_mlflow_1_are_loaded() -> None:
    _check_older("mlflow-1", pickled=("sklearn_pipeline", "lightgbm_estimator"))


def check_models_of_mlflow_2_are_loaded() -> None:
    _check_older("mlflow-2", pickled=("sklearn_pipeline", "lightgbm_estimator"))


def _check_older(writer: str, pickled: tuple[str, ...]) -> None:
    folder = Path(os.environ[OLDER]) / writer
    told = json.loads((folder / "told.json").read_text(encoding="utf-8"))
    assert len(told) == 5
    for name, expected in told.items():
        flavor = import_module(f"headwater.flavors.{name.partition('_')[0]}")
        if name in pickled:
            expect_refusal(PermissionDenied, partial(load_model, folder / name), "model.pkl")
        consent = True if name in pickled else None
        model = load_model(folder / name, allow_pickle=consent, suppress_warnings=True)
        assert np.allclose(model.predict(model.input_example), expected), name
        assert type(flavor.load_model(folder / name, allow_pickle=consent)) is type(model.get_raw_model())
        schema = model.metadata.get_input_schema()
        assert schema is not None
        assert schema.input_names() == ["a", "b", "c"]


def check_models_are_exchanged_over_a_server() -> None:
    case = make_case("xgboost_classifier")
    with mlflow.start_run() as run:
        theirs = mlflow.xgboost.log_model(case.model, name="theirs", model_format="json", pip_requirements=["x"])
        ours = hw.xgboost.log_model(case.model, "ours", run_id=run.info.run_id, input_example=ROWS)

    for uri in (theirs.model_uri, f"runs:/{run.info.run_id}/theirs", ours.model_uri):
        assert_same(hw.xgboost.load_model(uri).predict(ROWS), case.expect())
        assert_same(load_model(uri).predict(ROWS), case.expect())
    for uri in (ours.model_uri, f"runs:/{run.info.run_id}/ours"):
        assert_same(mlflow.xgboost.load_model(uri).predict(ROWS), case.expect())
        assert_same(mlflow.pyfunc.load_model(uri).predict(ROWS), case.expect())


def check_a_forest_needs_no_list_of_types() -> None:
    case = make_case("sklearn_forest")
    with mlflow.start_run() as run:
        hw.sklearn.log_model(case.model, "random-forest-reg-model", run_id=run.info.run_id)

    uri = f"runs:/{run.info.run_id}/random-forest-reg-model"
    assert_same(load_model(uri).predict(ROWS), case.expect())
    assert_same(mlflow.sklearn.load_model(uri).predict(ROWS), case.expect())


def check_xgboost_takes_what_a_matrix_is_made_of() -> None:
    import xgboost

    booster = xgboost.train({"max_depth": 2, "objective": "binary:logistic"}, xgboost.DMatrix(X.to_numpy(), LABELS), 5)
    with tempfile.TemporaryDirectory() as folder:
        hw.xgboost.save_model(booster, f"{folder}/m", input_example=(ROWS.to_numpy(), {"output_margin": True}))
        model = load_model(f"{folder}/m")
    matrix = xgboost.DMatrix(ROWS.to_numpy())

    assert_same(model.predict(ROWS.to_numpy()), booster.predict(matrix, output_margin=True))
    assert_same(model.predict(ROWS.to_numpy(), {"output_margin": False}), booster.predict(matrix))


def check_a_class_of_somebody_else_is_not_imported_unasked() -> None:
    case = make_case("xgboost_classifier")
    with tempfile.TemporaryDirectory() as folder, a_stranger(Path(folder)):
        path = case.save(Path(folder) / "model")
        _edit(path, "xgboost", model_class="antigravity.Model")

        expect_refusal(PermissionDenied, lambda: hw.xgboost.load_model(path), "antigravity.Model")


def check_an_estimator_that_skops_cannot_write_is_pickled() -> None:
    import lightgbm

    model = lightgbm.LGBMRegressor(n_estimators=2, verbose=-1, objective=lambda y, p: (p - y, np.ones_like(y)))
    model.fit(X, Y)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model"
        hw.lightgbm.save_model(model, path)

        assert Model.load(path).flavors["lightgbm"]["serialization_format"] == "cloudpickle"
        assert_same(hw.lightgbm.load_model(path).predict(ROWS), model.predict(ROWS))
        with a_stranger(Path(folder)):
            expect_refusal(PermissionDenied, lambda: hw.lightgbm.load_model(path), "model.pkl")


def check_catboost_is_saved_in_what_it_reads_only() -> None:
    case = make_case("catboost_classifier")
    with tempfile.TemporaryDirectory() as folder:
        expect_refusal(InvalidParameterValue, lambda: case.save(Path(folder) / "m", format="cpp"), "cpp", "cbm")


def check_saving_onnx_leaves_the_callers_tensors() -> None:
    case = make_case("onnx_tensor")
    before = case.model.SerializeToString()
    with tempfile.TemporaryDirectory() as folder:
        case.save(Path(folder) / "model")

        assert case.model.SerializeToString() == before
        hw.onnx.save_model(str(_write_onnx(case.model, folder)), f"{folder}/from-file")
        assert_same(case.answer(hw.onnx.load_model(f"{folder}/from-file"), case.data), case.expect())


def _write_onnx(model: Any, folder: str) -> Path:
    import onnx

    onnx.save_model(model, f"{folder}/given.onnx")
    return Path(folder) / "given.onnx"


def check_onnx_tensors_stay_inside_of_the_folder() -> None:
    from onnx import TensorProto, helper

    def branch(location: str) -> Any:
        tensor = TensorProto(name="secret", data_type=TensorProto.FLOAT, dims=[1], data_location=TensorProto.EXTERNAL)
        tensor.external_data.add(key="location", value=location)
        node = helper.make_node("Constant", [], ["y"], value=tensor)
        return helper.make_graph([node], "branch", [], [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1])])

    case = make_case("onnx_tensor")
    for location in ("../secret", "/etc/hostname", "data/../../secret"):
        with tempfile.TemporaryDirectory() as folder:
            path = case.save(Path(folder) / "model")
            (Path(folder) / "secret").write_bytes(b"1234")
            (path / MANIFEST_FILE).unlink()
            node = helper.make_node("If", ["x"], ["y"], then_branch=branch(location), else_branch=branch(location))
            model = helper.make_model(helper.make_graph([node], "graph", [], []))
            (path / "model.onnx").write_bytes(model.SerializeToString())

            expect_refusal(InvalidParameterValue, partial(hw.onnx.load_model, path), location)
            expect_refusal(InvalidParameterValue, partial(load_model, path), location)


def check_onnx_takes_frames_arrays_and_lists() -> None:
    with tempfile.TemporaryDirectory() as folder:
        one = load_model(make_case("onnx_tensor").save(Path(folder) / "one"))
        two = load_model(make_case("onnx_columns").save(Path(folder) / "two"))
        theirs = mlflow.pyfunc.load_model(f"{folder}/one")
        wide, frame = np.ones((2, 64)), pd.DataFrame({"a": [1, 2], "b": [3.5, 4.5]})

        assert_same(one.predict(wide), theirs.predict(wide))
        assert_same(one.predict(pd.DataFrame(wide)), theirs.predict(pd.DataFrame(wide)))
        assert_same(one.predict(wide.tolist()), theirs.predict(wide))
        assert_same(two.predict(frame), pd.DataFrame({"y": [4.5, 6.5]}))
        assert_same(two.predict({"a": [[1]], "b": [[2]]}), {"y": np.array([[3.0]])})
        expect_refusal(InvalidParameterValue, lambda: two.predict(frame[["a"]]), "'b'")
        expect_refusal(InvalidParameterValue, lambda: two.predict(wide), "2 inputs")
        expect_refusal(InvalidParameterValue, lambda: one.predict(np.ones((1, 64), "complex64")), "complex64")


def check_onnx_settings_of_a_stranger_need_consent() -> None:
    case = make_case("onnx_columns")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model"
        expect_refusal(InvalidParameterValue, lambda: case.save(path, onnx_session_options={"logid": "x"}), "logid")
        settings = {"execution_mode": "sequential", "graph_optimization_level": 99, "inter_op_num_threads": 1}
        case.save(path, onnx_session_options=settings, onnx_execution_providers=["NoSuchProvider"])
        assert_same(load_model(path).predict(case.data), case.expect())
        for provider in ({"onnx_session_options": {"extra_session_config": {"a": "b"}}}, {"providers": [["QNN", {}]]}):
            with a_stranger(Path(folder)):
                _edit(path, "onnx", **provider)
                expect_refusal(PermissionDenied, lambda: load_model(path), "can run any code")
                assert_same(load_model(path, allow_pickle=True).predict(case.data), case.expect())


def check_a_time_series_is_asked_by_its_start_and_end() -> None:
    with tempfile.TemporaryDirectory() as folder:
        model = load_model(make_case("statsmodels_series").save(Path(folder) / "model"))

    expect_refusal(InvalidParameterValue, lambda: model.predict(pd.DataFrame({"start": [1]})), "'end'")
    dates = pd.DataFrame({"start": ["2024-03-01"], "end": ["2024-03-02"]})
    assert list(model.predict(dates).index) == list(pd.date_range("2024-03-01", periods=2))


def check_the_training_data_of_statsmodels_can_be_left_out() -> None:
    with tempfile.TemporaryDirectory() as folder:
        whole = make_case("statsmodels_ols").save(Path(folder) / "whole")
        path = make_case("statsmodels_ols").save(Path(folder) / "without", remove_data=True)

        assert 2 * (path / "model.statsmodels").stat().st_size < (whole / "model.statsmodels").stat().st_size
        case = make_case("statsmodels_ols")
        assert_same(load_model(path).predict(case.data), case.expect())


def check_a_forecast_is_asked_by_one_row() -> None:
    with tempfile.TemporaryDirectory() as folder:
        model = load_model(make_case("pmdarima_arima").save(Path(folder) / "model"))

    for data in (pd.DataFrame({"n_periods": [1, 2]}), pd.DataFrame({"n": [1]}), np.array([[3]])):
        expect_refusal(InvalidParameterValue, partial(model.predict, data), "'n_periods'")
    assert list(model.predict(pd.DataFrame({"n_periods": [2.0]})).columns) == ["yhat"]


def check_pmdarima_takes_regressors() -> None:
    import pmdarima

    regressors = X[["a"]].to_numpy()
    forecaster = pmdarima.ARIMA((1, 0, 0)).fit(WALK, X=regressors)
    with tempfile.TemporaryDirectory() as folder:
        hw.pmdarima.save_model(forecaster, f"{folder}/m")
        data = pd.DataFrame({"n_periods": [2], "X": [[[0.5], [1.5]]]})

        found = load_model(f"{folder}/m").predict(data)
        theirs = mlflow.pyfunc.load_model(f"{folder}/m").predict(data)

    assert_same(found, pd.DataFrame({"yhat": forecaster.predict(2, X=[[0.5], [1.5]])}))
    assert_same(found, theirs)


def check_texts_come_in_one_column() -> None:
    case = make_case("spacy_categories")
    with tempfile.TemporaryDirectory() as folder:
        model = load_model(case.save(Path(folder) / "model"))
        texts = case.data["text"].tolist()

        for data in (texts, case.data["text"], np.array(texts), np.array(texts)[:, None]):
            assert_same(model.predict(data), case.expect())
        expect_refusal(InvalidParameterValue, lambda: model.predict(pd.DataFrame([texts])), "one column")


def check_weights_that_other_packages_read_need_consent() -> None:
    for name in ("spacy.TorchBiLSTMEncoder.v1", "spacy-transformers.TransformerModel.v3"):
        with tempfile.TemporaryDirectory() as folder, a_stranger(Path(folder)):
            path = make_case("spacy_categories").save(Path(folder) / "model")
            config = path / "model.spacy" / "config.cfg"
            text = config.read_text(encoding="utf-8")
            assert '"spacy.TextCatEnsemble.v2"' in text
            _edit(path, "spacy")
            config.write_text(text.replace("spacy.TextCatEnsemble.v2", name), encoding="utf-8")

            expect_refusal(PermissionDenied, partial(hw.spacy.load_model, path), name, "components.textcat.model")


def check_prophet_reads_its_plain_json_too() -> None:
    case = make_case("prophet")
    with tempfile.TemporaryDirectory() as folder:
        path = case.save(Path(folder) / "model")
        inner = json.loads((path / "model.pr").read_text(encoding="utf-8"))
        (path / MANIFEST_FILE).unlink()

        (path / "model.pr").write_text(inner, encoding="utf-8")

        assert_same(hw.prophet.load_model(path).predict(case.data), case.expect())


def check_paddle_takes_frames_and_keeps_their_rows() -> None:
    case = make_case("paddle_layer")
    frame = pd.DataFrame(case.data, index=list("wxyz"), columns=list("abc"))
    with tempfile.TemporaryDirectory() as folder:
        path = case.save(Path(folder) / "model")

        found = load_model(path).predict(frame)

        assert list(found.index) == list(frame.index)
        assert np.allclose(found, case.expect())


def check_paddle_finds_the_inputs_of_a_layer_in_the_example() -> None:
    net, rows = make_paddle_net(), ROWS.to_numpy().astype("float32")
    with tempfile.TemporaryDirectory() as folder:
        hw.paddle.save_model(net, f"{folder}/m", input_example=rows[:1])

        found = load_model(f"{folder}/m").predict(rows)

        assert net.training
        net.eval()
        assert np.allclose(found, net(paddle_tensor(rows)).numpy())


def check_paddle_keeps_the_state_of_a_training() -> None:
    import mlflow.paddle  # which loads Paddle
    import paddle

    def prepare() -> Any:
        model = paddle.Model(make_paddle_net(), [paddle.static.InputSpec([None, 3], "float32", "x")])
        model.prepare(paddle.optimizer.Adam(parameters=model.parameters()), paddle.nn.MSELoss())
        return model

    trained, rows = prepare(), ROWS.to_numpy().astype("float32")
    trained.train_batch([rows], [rows[:, :2]])
    with tempfile.TemporaryDirectory() as folder:
        hw.paddle.save_model(trained, f"{folder}/m", training=True)

        restored = hw.paddle.load_model(f"{folder}/m", model=prepare())

        assert np.allclose(restored.predict_batch([rows])[0], trained.predict_batch([rows])[0])
        assert (Path(folder) / "m" / "model.pdopt").exists()
        expect_refusal(InvalidParameterValue, lambda: hw.paddle.load_model(f"{folder}/m"), "training=True")
        expect_refusal(InvalidParameterValue, lambda: load_model(f"{folder}/m"), "python_function")
        theirs = mlflow.paddle.load_model(f"{folder}/m", model=prepare())
        assert np.allclose(theirs.predict_batch([rows])[0], trained.predict_batch([rows])[0])
        with a_stranger(Path(folder)):
            expect_refusal(PermissionDenied, lambda: hw.paddle.load_model(f"{folder}/m"), "'model.pdparams'")


def paddle_tensor(rows: Any) -> Any:
    """Return an array as Paddle wants it."""
    import paddle

    return paddle.to_tensor(rows)


def check_paddle_keeps_what_was_trained() -> None:
    import paddle

    rows = ROWS.to_numpy().astype("float32")
    model = paddle.Model(make_paddle_net(), [paddle.static.InputSpec([None, 3], "float32", "x")])
    model.prepare(paddle.optimizer.Adam(parameters=model.parameters()), paddle.nn.MSELoss())
    hw.paddle.autolog()
    with hw.start_run() as run:
        model.fit(paddle.io.TensorDataset([paddle_tensor(rows), paddle_tensor(rows[:, :2])]), verbose=0)
    hw.paddle.autolog(disable=True)
    hw.flush()

    found = load_model(f"runs:/{run.info.run_id}/model", suppress_warnings=True).predict(rows)

    assert np.allclose(found, model.predict_batch([rows])[0], atol=1e-6)


def check_paddle_says_what_it_cannot_save() -> None:
    with tempfile.TemporaryDirectory() as folder:
        save = partial(hw.paddle.save_model, path=f"{folder}/m")

        expect_refusal(InvalidParameterValue, lambda: save(make_paddle_net(), training=True), "paddle.Model")
        expect_refusal(InvalidParameterValue, lambda: save(object()), "'object'")
        assert not Path(folder, "m").exists()


def _edit(path: Path, flavor: str, **keys: Any) -> None:
    """Change a section of `MLmodel`, as somebody could who made the model."""
    values = yaml.safe_load((path / MODEL_FILE).read_text(encoding="utf-8"))
    values["flavors"][flavor].update(keys)
    (path / MODEL_FILE).write_text(yaml.safe_dump(values), encoding="utf-8")
    (path / MANIFEST_FILE).unlink(missing_ok=True)


warnings.simplefilter("ignore")
