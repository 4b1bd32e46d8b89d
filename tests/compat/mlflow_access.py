"""What the real `mlflow` client does as a user who may do some things and not others; runs in its environment."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

import mlflow
from reporting import report_checks  # type: ignore[import-not-found]  # beside it

if TYPE_CHECKING:
    from collections.abc import Callable


def check_own_experiments_runs_files_and_models_work() -> None:
    name = f"of {os.environ['WHO']}"
    with mlflow.start_run(experiment_id=mlflow.create_experiment(name)) as run:
        mlflow.log_param("p", 1)
        mlflow.log_metric("m", 0.5)
        mlflow.log_text("hello", "notes/a.txt")
    client = mlflow.MlflowClient()
    client.create_registered_model(name)
    version = client.create_model_version(name, f"runs:/{run.info.run_id}/notes", run.info.run_id)
    client.set_registered_model_alias(name, "champion", version.version)

    found = mlflow.search_runs(experiment_names=[name], output_format="list")
    copied = mlflow.artifacts.download_artifacts(run_id=run.info.run_id, artifact_path="notes/a.txt")

    assert [each.info.run_id for each in found] == [run.info.run_id]
    assert Path(copied).read_text() == "hello"
    assert client.get_model_version_by_alias(name, "champion").version == version.version


def check_what_belongs_to_others_is_refused_in_words() -> None:
    client = mlflow.MlflowClient()
    refusals = []
    attempts: list[Callable[[], object]] = [
        lambda: client.get_run(os.environ["HIDDEN_RUN"]),
        lambda: client.log_metric(os.environ["HIDDEN_RUN"], "m", 1),
        lambda: client.list_artifacts(os.environ["HIDDEN_RUN"]),
        lambda: client.search_runs([os.environ["HIDDEN_EXPERIMENT"]]),
        lambda: client.get_registered_model("guarded"),
    ]
    for attempt in attempts:
        try:
            attempt()
        except mlflow.exceptions.MlflowException as error:
            refusals.append(error.error_code)

    assert refusals == ["PERMISSION_DENIED"] * 5
    assert all(each.name != "hush experiment" for each in client.search_experiments())
    assert all(each.name != "guarded" for each in client.search_registered_models())


if __name__ == "__main__":
    report_checks(globals())
