"""What the real `mlflow` client does with servers that leave files to others; runs in the client's environment."""

import os
from pathlib import Path

import mlflow
from reporting import report_checks  # type: ignore[import-not-found]  # beside it


def check_files_are_kept_where_the_server_says() -> None:
    with mlflow.start_run(experiment_id=mlflow.create_experiment("split")) as run:
        mlflow.log_text("hello", "notes/a.txt")

    found = mlflow.artifacts.list_artifacts(run_id=run.info.run_id, artifact_path="notes")
    copied = mlflow.artifacts.download_artifacts(run_id=run.info.run_id, artifact_path="notes/a.txt")

    assert run.info.artifact_uri.startswith(os.environ["ROOT"])
    assert [file.path for file in found] == ["notes/a.txt"]
    assert Path(copied).read_text() == "hello"


def check_a_workspace_is_said_to_be_missing() -> None:
    os.environ["MLFLOW_WORKSPACE"] = "team"
    refusal = ""

    try:
        mlflow.search_experiments()
    except mlflow.exceptions.MlflowException as error:
        refusal = str(error)
    finally:
        del os.environ["MLFLOW_WORKSPACE"]

    assert "does not support workspaces" in refusal


if __name__ == "__main__":
    report_checks(globals())
