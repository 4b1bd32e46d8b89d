"""What programs use of MLflow's artifact repositories: one place of artifacts, to list and to download."""

from pathlib import PurePosixPath

from headwater.protocol.artifacts import FileInfo
from headwater.protocol.errors import InvalidParameterValue
from headwater.protocol.model_sources import append_path, split_run_source
from headwater.tracking.artifacts import download_artifacts, list_artifacts
from headwater.tracking.client import Client


class ArtifactRepository:
    """The artifacts below one URI: `runs:/…`, `models:/…`, a bucket, a folder or a server's."""

    def __init__(self, artifact_uri: str, tracking_uri: str | None = None, registry_uri: str | None = None) -> None:
        self.artifact_uri = artifact_uri
        self.tracking_uri = tracking_uri
        self.registry_uri = registry_uri

    def list_artifacts(self, path: str | None = None) -> list[FileInfo]:
        """Return the entries of a folder, with their paths below this place."""
        found = list_artifacts(append_path(self.artifact_uri, path or ""), tracking_uri=self.tracking_uri)
        names = [PurePosixPath(entry.path).name for entry in found]
        return [
            FileInfo(str(PurePosixPath(path or "", name)), entry.is_dir, entry.file_size)
            for name, entry in zip(names, found, strict=True)
        ]

    def download_artifacts(self, artifact_path: str = "", dst_path: str | None = None) -> str:
        """Download a file or folder and return where it is."""
        uri = append_path(self.artifact_uri, artifact_path or "")
        return download_artifacts(
            uri, dst_path=dst_path, tracking_uri=self.tracking_uri, registry_uri=self.registry_uri
        )

    def log_artifact(self, local_file: str, artifact_path: str | None = None) -> None:
        """Keep a file below this place, which must be a run's."""
        run_id, path = self._run()
        Client(self.tracking_uri).log_artifact(run_id, local_file, append_path(path, artifact_path or ""))

    def log_artifacts(self, local_dir: str, artifact_path: str | None = None) -> None:
        """Keep a folder's files below this place, which must be a run's."""
        run_id, path = self._run()
        Client(self.tracking_uri).log_artifacts(run_id, local_dir, append_path(path, artifact_path or ""))

    def _run(self) -> tuple[str, str]:
        run_id, path = split_run_source(self.artifact_uri)
        if not run_id:
            raise InvalidParameterValue(
                f"Cannot log to '{self.artifact_uri}'. Use 'runs:/<run_id>/<path>', or Client.log_artifact."
            )
        return run_id, path


ModelsArtifactRepository = RunsArtifactRepository = ArtifactRepository
"""What MLflow calls those of models and of runs."""


def get_artifact_repository(
    artifact_uri: str, tracking_uri: str | None = None, registry_uri: str | None = None
) -> ArtifactRepository:
    """Return the artifacts below a URI."""
    return ArtifactRepository(artifact_uri, tracking_uri, registry_uri)
