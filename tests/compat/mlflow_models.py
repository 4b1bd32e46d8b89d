"""What the newest `mlflow` client does with datasets and logged models; runs inside the client's own environment.

Each function `check_…` uses the client as its documentation says and asserts what it must see. The program prints one
JSON object: the functions' names, with an empty text or the traceback.
"""

import mlflow
import mlflow.pyfunc
import mlflow.sklearn
import numpy as np
import pandas as pd
from mlflow.entities import LoggedModelInput, LoggedModelOutput
from mlflow.tracking import MlflowClient
from mlflow_verbs import new_run, refusal, unique  # type: ignore[import-not-found]  # beside it
from reporting import report_checks  # type: ignore[import-not-found]
from sklearn.linear_model import LinearRegression

FRAME = pd.DataFrame({"a": [1.0, 2.0, 3.0], "b": [3.0, 4.0, 6.0]})
TARGET = pd.Series([1.0, 2.0, 3.0], name="y")


class Echo(mlflow.pyfunc.PythonModel):  # type: ignore[misc]  # mlflow is not installed here
    """A model that returns what it is given."""

    def predict(self, context: object, model_input: pd.DataFrame, params: object = None) -> pd.DataFrame:
        """Return the input."""
        return model_input


def check_a_scikit_learn_model_is_logged_and_loaded_back_by_every_uri() -> None:
    mlflow.set_experiment(unique("sklearn"))
    trained = LinearRegression().fit(FRAME, TARGET)

    with mlflow.start_run() as run:
        mlflow.log_metric("before", 1.0)
        info = mlflow.sklearn.log_model(
            trained, name="model", params={"p": 1}, tags={"t": "x"}, model_type="regressor", pip_requirements=["skops"]
        )

    for uri in (info.model_uri, f"models:/{info.model_id}", f"runs:/{run.info.run_id}/model"):
        assert np.allclose(mlflow.sklearn.load_model(uri).predict(FRAME), TARGET)
        assert np.allclose(mlflow.pyfunc.load_model(uri).predict(FRAME), TARGET)
    model = mlflow.get_logged_model(info.model_id)
    assert (model.name, str(model.status), model.model_type) == ("model", "READY", "regressor")
    assert (model.source_run_id, model.params, model.tags["t"]) == (run.info.run_id, {"p": "1"}, "x")
    assert [(metric.key, metric.run_id) for metric in model.metrics] == [("before", run.info.run_id)]
    outputs = mlflow.get_run(run.info.run_id).outputs.model_outputs
    assert [(output.model_id, output.step) for output in outputs] == [(info.model_id, 0)]
    assert mlflow.last_logged_model().model_id == info.model_id


def check_a_python_model_is_logged_and_its_files_are_listed() -> None:
    mlflow.set_experiment(unique("pyfunc"))
    with mlflow.start_run() as run:
        info = mlflow.pyfunc.log_model(name="echo", python_model=Echo(), pip_requirements=["cloudpickle"])

    client = MlflowClient()
    names = {"MLmodel", "conda.yaml", "python_env.yaml", "python_model.pkl", "requirements.txt"}
    assert mlflow.pyfunc.load_model(info.model_uri).predict(FRAME).equals(FRAME)
    assert {file.path for file in client.list_logged_model_artifacts(info.model_id)} == names
    assert {file.path for file in client.list_artifacts(run.info.run_id, "echo")} >= {f"echo/{n}" for n in names}


def check_datasets_are_inputs_that_runs_are_found_by() -> None:
    experiment = mlflow.set_experiment(unique("datasets"))
    wine = mlflow.data.from_pandas(FRAME.assign(y=TARGET), targets="y", name="wine")
    with mlflow.start_run() as run:
        mlflow.log_input(wine, context="training", tags={"fold": "1"})
        mlflow.log_input(wine, context="eval")
    with mlflow.start_run():
        mlflow.log_input(mlflow.data.from_pandas(FRAME, name="other"), context="eval")

    (entry,) = mlflow.get_run(run.info.run_id).inputs.dataset_inputs
    assert (entry.dataset.name, entry.dataset.digest, entry.dataset.source_type) == ("wine", wine.digest, "code")
    assert "mlflow_colspec" in entry.dataset.schema
    assert "num_rows" in entry.dataset.profile
    assert {tag.key: tag.value for tag in entry.tags} == {"fold": "1", "mlflow.data.context": "training"}
    for text in (
        "dataset.name = 'wine'",
        f"datasets.digest = '{wine.digest}'",
        "dataset.context = 'training'",
        "dataset.name LIKE 'w%' AND dataset.context IN ('training', 'test')",
    ):
        found = mlflow.search_runs([experiment.experiment_id], text)
        assert found["run_id"].tolist() == [run.info.run_id], text
    (row,) = MlflowClient().search_runs([experiment.experiment_id], "dataset.name = 'wine'")
    assert row.inputs.dataset_inputs[0].dataset.digest == wine.digest


def check_models_are_found_and_ordered_by_metrics_on_a_dataset() -> None:
    experiment = mlflow.set_experiment(unique("search"))
    test = mlflow.data.from_pandas(FRAME, name="test")
    ids = {}
    with mlflow.start_run():
        for name, on_test, anywhere in (("a", 0.7, 0.99), ("b", 0.9, 0.1), ("c", 0.8, 0.2)):
            model = mlflow.initialize_logged_model(name, model_type="clf", params={"n": name})
            ids[name] = model.model_id
            mlflow.log_metric("acc", on_test, dataset=test, model_id=model.model_id, step=1)
            mlflow.log_metric("acc", anywhere, model_id=model.model_id, step=2)
            mlflow.finalize_logged_model(model.model_id, "FAILED" if name == "c" else "READY")

    def names(text: str = "", **extra: object) -> list[str]:
        found = mlflow.search_logged_models(
            experiment_ids=[experiment.experiment_id], filter_string=text, output_format="list", **extra
        )
        return [model.name for model in found]

    datasets = [{"dataset_name": "test", "dataset_digest": test.digest}]
    order = [{"field_name": "metrics.acc", "dataset_name": "test", "ascending": False}]
    assert names() == ["c", "b", "a"]
    assert names("metrics.acc > 0.75", datasets=datasets, order_by=order) == ["b", "c"]
    assert names("params.n IN ('a', 'b') AND status = 2", order_by=order) == ["b", "a"]
    assert names(f"model_id = '{ids['a']}'") == ["a"]
    client = MlflowClient()
    page = client.search_logged_models([experiment.experiment_id], max_results=2)
    rest = client.search_logged_models([experiment.experiment_id], max_results=2, page_token=page.token)
    assert ([model.name for model in page], [model.name for model in rest], rest.token) == (["c", "b"], ["a"], None)


def check_a_model_lives_through_tags_params_and_deletion() -> None:
    client = MlflowClient()
    model = client.create_logged_model(client.create_experiment(unique("life")), name="m", tags={"a": "1"})

    client.set_logged_model_tags(model.model_id, {"a": "2", "x/y": "3"})
    client.delete_logged_model_tag(model.model_id, "x/y")
    client.log_model_params(model.model_id, {"lr": "0.1"})
    found = client.get_logged_model(model.model_id)
    assert (found.tags, found.params, str(found.status)) == ({"a": "2"}, {"lr": "0.1"}, "PENDING")
    assert refusal(lambda: client.delete_logged_model_tag(model.model_id, "z")).error_code == "RESOURCE_DOES_NOT_EXIST"
    assert "a/b" in str(refusal(lambda: client.create_logged_model(found.experiment_id, name="a/b")))

    client.delete_logged_model(model.model_id)
    assert refusal(lambda: client.get_logged_model(model.model_id)).error_code == "RESOURCE_DOES_NOT_EXIST"


def check_inputs_and_outputs_of_models_and_the_active_model() -> None:
    client, run_id = MlflowClient(), new_run()
    experiment_id = client.get_run(run_id).info.experiment_id
    mlflow.set_experiment(experiment_id=experiment_id)
    external = mlflow.create_external_model(name="external", params={"temperature": "0"})
    client.log_inputs(run_id, models=[LoggedModelInput(external.model_id)])
    client.log_outputs(run_id, [LoggedModelOutput(external.model_id, 3)])

    with mlflow.set_active_model(name="external"), mlflow.start_run(run_id=run_id):
        mlflow.log_metric("quality", 0.5)

    run = client.get_run(run_id)
    assert [model.model_id for model in run.inputs.model_inputs] == [external.model_id]
    assert [(model.model_id, model.step) for model in run.outputs.model_outputs] == [(external.model_id, 3)]
    found = client.get_logged_model(external.model_id)
    assert [(metric.key, metric.value) for metric in found.metrics] == [("quality", 0.5)]
    assert (str(found.status), found.tags["mlflow.model.isExternal"]) == ("READY", "true")


if __name__ == "__main__":
    report_checks(globals())
