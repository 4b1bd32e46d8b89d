"""What the real `mlflow` client does with artifacts in S3, proxied by our server and directly, with boto3.

Runs inside the client's own environment, with the variables MLFLOW_TRACKING_URI, DIRECT_LOCATION and AWS's own.
"""

import json
import os
import sys
import tempfile
import traceback
from pathlib import Path

import mlflow
from mlflow.tracking import MlflowClient

MIB = 1024 * 1024


def write_tree(folder: Path) -> dict[str, bytes]:
    files = {"a.txt": b"text", "sub/b.bin": os.urandom(1000), "sub/deep/é 1.txt": b"deep"}
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    return files


def round_trip(experiment_id: str) -> None:
    """Log a tree and a file, list them and download everything."""
    with tempfile.TemporaryDirectory() as name:
        files = write_tree(Path(name) / "up")
        with mlflow.start_run(experiment_id=experiment_id) as run:
            mlflow.log_artifacts(str(Path(name) / "up"), "tree")
            mlflow.log_text("hello", "hello.txt")
        client = MlflowClient()

        listed = {info.path: info.file_size for info in client.list_artifacts(run.info.run_id)}
        inside = [info.path for info in client.list_artifacts(run.info.run_id, "tree/sub")]
        local = Path(client.download_artifacts(run.info.run_id, "", name))

        assert listed == {"hello.txt": 5, "tree": None}, listed
        assert inside == ["tree/sub/b.bin", "tree/sub/deep"], inside
        assert {path: (local / "tree" / path).read_bytes() for path in files} == files
        assert mlflow.artifacts.load_text(f"runs:/{run.info.run_id}/hello.txt") == "hello"


def check_proxied_artifacts_are_kept_in_s3() -> None:
    experiment_id = mlflow.set_experiment("proxied").experiment_id

    assert mlflow.get_experiment(experiment_id).artifact_location.startswith("mlflow-artifacts:/")
    round_trip(experiment_id)


def check_an_experiment_in_a_bucket_of_its_own_is_written_directly() -> None:
    experiment_id = mlflow.create_experiment("direct", artifact_location=os.environ["DIRECT_LOCATION"])

    round_trip(experiment_id)


def check_large_files_go_past_the_server_in_parts() -> None:
    """The sizes come from the variables MLFLOW_MULTIPART_…, set small by the test."""
    experiment_id = mlflow.set_experiment("multipart").experiment_id
    with tempfile.TemporaryDirectory() as name:
        source = Path(name) / "large.bin"
        source.write_bytes(os.urandom(17 * MIB))
        with mlflow.start_run(experiment_id=experiment_id) as run:
            mlflow.log_artifact(str(source), "models")

        local = Path(MlflowClient().download_artifacts(run.info.run_id, "models/large.bin", name))

        assert local.read_bytes() == source.read_bytes()


def run(name: str) -> str:
    try:
        globals()[name]()
    except Exception:  # noqa: BLE001 - whatever a check raises is its result
        return traceback.format_exc()
    return ""


if __name__ == "__main__":
    sys.stdout.write(json.dumps({name: run(name) for name in sys.argv[1:]}) + "\n")
