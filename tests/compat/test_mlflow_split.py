"""The real mlflow client and servers that serve no files: they are in a folder, or at a server of files alone."""

from contextlib import closing
from pathlib import Path

import pytest

import headwater as hw
from compat.client_process import HERE, run_checks
from headwater.protocol.errors import NotSupported
from headwater.stores import open_store
from headwater.testing.servers import live_server

SCRIPT = HERE / "mlflow_split.py"

pytestmark = [pytest.mark.compat, pytest.mark.slow]


def test_client_keeps_files_in_the_folder_that_the_server_names(tmp_path: Path) -> None:
    root = str(tmp_path / "mlruns")

    with run_checks(
        "mlflow-3", SCRIPT, tmp_path, artifact_root=root, serves_artifacts=False, variables={"ROOT": root}
    ) as session:
        assert not any(session.report.values()), session.report


def test_client_keeps_files_at_the_server_of_files(tmp_path: Path) -> None:
    with (
        closing(open_store(f"sqlite:///{tmp_path / 'files.db'}")) as files,
        live_server(files, only_artifacts=True) as url,
    ):
        root = url.replace("http://", "mlflow-artifacts://")
        variables = {"ROOT": root}

        with run_checks(
            "mlflow-3", SCRIPT, tmp_path, artifact_root=f"{root}/", serves_artifacts=False, variables=variables
        ) as session:
            assert not any(session.report.values()), session.report
            hw.set_tracking_uri(session.url)
            with pytest.raises(NotSupported, match="only MLflow's clients"):
                hw.artifacts.list_artifacts(artifact_uri=f"{root}/1/a/artifacts")
