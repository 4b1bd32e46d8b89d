"""What autologging of boosting and statistics promises beside what mlflow does too; runs beside these libraries."""

import tempfile
from pathlib import Path
from typing import Any

import lightgbm
import numpy as np
import pandas as pd
import pmdarima
import statsmodels.api as sm
import xgboost
from reporting import report_checks  # type: ignore[import-not-found]  # beside it
from sklearn.datasets import load_diabetes
from sklearn.model_selection import GridSearchCV

import headwater as hw
from headwater.models.pyfunc import load_model
from headwater.protocol.errors import InvalidParameterValue
from headwater.testing.contract_flavors import expect_refusal
from headwater.tracking.autolog import engine

FRAME, TARGET = load_diabetes(return_X_y=True, as_frame=True)
FLAVORS = (hw.xgboost, hw.lightgbm, hw.statsmodels, hw.sklearn)


def start() -> None:
    """Log to a store of its own, with no autologging in force."""
    folder = Path(tempfile.mkdtemp())
    hw.set_tracking_uri(f"sqlite:///{folder / 'runs.db'}")
    for flavor in FLAVORS:
        flavor.autolog(disable=True)
    engine._engine.cache_clear()  # which keeps the options of a flavor before general ones


def runs() -> list[hw.Run]:
    hw.flush()
    return list(reversed(hw.search_runs(search_all_experiments=True, output_format="list")))


def kept() -> Any:
    (model,) = hw.search_logged_models(output_format="list")
    return model


def columns(model: Any) -> Any:
    return model.metadata.signature.inputs.input_names()


def train_xgboost(**options: Any) -> Any:
    matrix = xgboost.DMatrix(FRAME, TARGET)
    return xgboost.train({"max_depth": 2}, matrix, 3, evals=[(matrix, "t")], verbose_eval=False, **options)


def check_boosters_are_kept_with_the_users_columns() -> None:
    start()
    hw.xgboost.autolog(log_input_examples=True, registered_model_name="trees", model_format="json")

    booster = train_xgboost()

    (run,) = runs()
    model = load_model("models:/trees/1")
    assert np.allclose(model.predict(FRAME), booster.predict(xgboost.DMatrix(FRAME)))
    assert columns(model) == list(FRAME.columns)
    pd.testing.assert_frame_equal(model.input_example, FRAME[:5])
    assert model.metadata.flavors["xgboost"]["data"] == "model.json"
    assert {(point.key, point.value, point.step) for point in kept().metrics} == {
        ("t-rmse", run.data.metrics["t-rmse"], 2)
    }


def check_estimators_and_results_are_kept() -> None:
    start()
    hw.autolog()

    estimator = lightgbm.LGBMRegressor(n_estimators=3, verbose=-1).fit(FRAME, TARGET)
    hw.flush()
    model = load_model(kept().model_uri)
    assert np.allclose(model.predict(FRAME), estimator.predict(FRAME))
    assert columns(model) == list(FRAME.columns)

    start()
    hw.autolog()
    results = sm.OLS(TARGET, FRAME).fit()
    hw.flush()
    assert np.allclose(load_model(kept().model_uri, allow_pickle=True).predict(FRAME), results.predict(FRAME))


def check_users_callbacks_are_called_and_found_as_they_were() -> None:
    start()
    hw.autolog(log_models=False)
    seen: list[Any] = []

    class Mine(xgboost.callback.TrainingCallback):  # type: ignore[misc]  # XGBoost has no types
        def after_iteration(self, model: Any, epoch: int, evals_log: Any) -> bool:
            seen.append(epoch)
            return epoch == 1

    callbacks = [Mine()]
    estimator = xgboost.XGBRegressor(n_estimators=9, callbacks=callbacks).fit(FRAME, TARGET)
    assert seen == [0, 1]
    assert estimator.get_params()["callbacks"] is callbacks
    assert len(callbacks) == 1

    mine: list[Any] = [lambda env: seen.append(env.iteration)]
    data = lightgbm.Dataset(FRAME, TARGET)
    lightgbm.train({"verbose": -1}, data, 2, [data], None, None, None, False, mine)
    assert seen[2:] == [0, 1]
    assert len(mine) == 1


def check_metrics_are_there_while_the_training_goes_on() -> None:
    start()
    hw.xgboost.autolog(log_models=False)
    seen: list[int] = []

    class Look(xgboost.callback.TrainingCallback):  # type: ignore[misc]  # XGBoost has no types
        def after_iteration(self, model: Any, epoch: int, evals_log: Any) -> bool:
            hw.flush()
            run = hw.active_run()
            assert run is not None
            seen.append(len(hw.Client().get_metric_history(run.info.run_id, "t-rmse")))
            return False

    train_xgboost(callbacks=[Look()])

    assert seen == [1, 2, 3]


def check_a_training_that_fails_fails_its_run_only() -> None:
    start()
    hw.autolog()

    class Fail(xgboost.callback.TrainingCallback):  # type: ignore[misc]  # XGBoost has no types
        def after_iteration(self, model: Any, epoch: int, evals_log: Any) -> bool:
            raise KeyError("mine")

    error: Exception | None = None
    try:
        train_xgboost(callbacks=[Fail()])
    except KeyError as found:
        error = found
    train_xgboost()

    assert error is not None
    assert [run.info.status for run in runs()] == ["FAILED", "FINISHED"]
    assert list(runs()[0].data.metrics) == ["t-rmse"]


def check_a_users_run_stays_open_and_exclusive_leaves_it_alone() -> None:
    start()
    hw.xgboost.autolog(log_models=False)
    with hw.start_run() as mine:
        train_xgboost()
        assert hw.active_run() is mine
    hw.xgboost.autolog(exclusive=True)
    with hw.start_run():
        xgboost.XGBRegressor(n_estimators=2).fit(FRAME, TARGET)
        train_xgboost()

    assert [bool(run.data.params) for run in runs()] == [True, False]


def check_a_search_over_boosting_is_one_search() -> None:
    start()
    hw.autolog(log_models=False)

    GridSearchCV(lightgbm.LGBMRegressor(n_estimators=2, verbose=-1), {"num_leaves": [2, 3]}, cv=2).fit(FRAME, TARGET)

    tags = [run.data.tags["mlflow.autologging"] for run in runs()]
    assert tags == ["sklearn"] * 3


def check_names_that_no_metric_may_have_cost_only_themselves() -> None:
    start()
    hw.xgboost.autolog(log_models=False, silent=True)
    matrix = xgboost.DMatrix(FRAME, TARGET)

    xgboost.train({}, matrix, 2, evals=[(matrix, "bad;name"), (matrix, "good")], verbose_eval=False)

    assert set(runs()[0].data.metrics) == {"good-rmse"}


def check_importances_of_every_type_asked_for() -> None:
    start()
    hw.xgboost.autolog(log_models=False, importance_types=["gain", "cover"])

    train_xgboost()

    files = {info.path for info in hw.list_artifacts(run_id=runs()[0].info.run_id)}
    assert files == {f"feature_importance_{kind}.{end}" for kind in ("gain", "cover") for end in ("json", "png")}
    expect_refusal(InvalidParameterValue, lambda: hw.xgboost.autolog(importance_types=["weights"]), "'weights'")
    expect_refusal(InvalidParameterValue, lambda: hw.xgboost.autolog(model_format="pickle"), "'pickle'")


def check_fits_that_choose_a_model_are_not_logged() -> None:
    start()
    hw.statsmodels.autolog()

    pmdarima.auto_arima(
        TARGET[:30], start_p=0, max_p=1, start_q=0, max_q=0, suppress_warnings=True, error_action="ignore"
    )

    assert runs() == []


def check_hooks_are_taken_out() -> None:
    start()
    plain = (xgboost.train, xgboost.sklearn.train, lightgbm.sklearn.train, sm.OLS.fit, lightgbm.LGBMModel.fit)
    hw.autolog()
    hooked = (xgboost.train, xgboost.sklearn.train, lightgbm.sklearn.train, sm.OLS.fit, lightgbm.LGBMModel.fit)

    hw.autolog(disable=True)
    start()

    assert not set(plain) & set(hooked)
    assert (
        xgboost.train,
        xgboost.sklearn.train,
        lightgbm.sklearn.train,
        sm.OLS.fit,
        lightgbm.LGBMModel.fit,
    ) == plain
    train_xgboost()
    assert runs() == []


if __name__ == "__main__":
    report_checks(globals())
