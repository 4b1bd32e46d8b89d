"""What MLflow's own callbacks for Keras and XGBoost log to our server; runs in an environment of these libraries."""

import os

os.environ["KERAS_BACKEND"] = "torch"  # read when it is imported

import mlflow
import mlflow.keras
import mlflow.xgboost
from framework_callbacks import X, Y, runs_of  # type: ignore[import-not-found]  # beside it
from reporting import report_checks  # type: ignore[import-not-found]


def check_keras_logs_epochs() -> None:
    import keras

    mlflow.set_experiment("keras")
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
    model.compile("adam", "mse")
    with mlflow.start_run():
        model.fit(X, Y, epochs=2, verbose=0, callbacks=[mlflow.keras.MlflowCallback()])

    (run,) = runs_of("keras")
    points = mlflow.MlflowClient().get_metric_history(run.info.run_id, "loss")
    assert [point.step for point in points] == [0, 1]
    assert run.data.params["optimizer_name"] == "adam"


def check_xgboost_logs_rounds() -> None:
    import xgboost

    mlflow.set_experiment("xgboost")
    mlflow.xgboost.autolog(log_models=False, importance_types=[])
    data = xgboost.DMatrix(X, Y)
    xgboost.train({"max_depth": 2}, data, num_boost_round=3, evals=[(data, "train")], verbose_eval=False)

    (run,) = runs_of("xgboost")
    points = mlflow.MlflowClient().get_metric_history(run.info.run_id, "train-rmse")
    assert [point.step for point in points] == [0, 1, 2]
    assert run.data.params["max_depth"] == "2"


if __name__ == "__main__":
    report_checks(globals())
