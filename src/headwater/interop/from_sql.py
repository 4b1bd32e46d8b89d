"""Read an MLflow database, with its artifacts where they are folders on this machine."""

from collections.abc import Iterable, Iterator

from headwater.interop.source import ArtifactFolders, SourceFile, is_elsewhere, left_out
from headwater.protocol.imports import PutExperiment, PutLoggedModel, PutModel, PutRun
from headwater.stores.sql.blocks import Points
from headwater.stores.sql.mlflow_models import read_logged_models
from headwater.stores.sql.mlflow_registry import read_models
from headwater.stores.sql.mlflow_schema import MlflowDatabase

_LEFT_OUT = {
    "trace_info": "traces",
    "evaluation_datasets": "evaluation datasets",
    "scorers": "scorers",
    "label_schemas": "label schemas",
    "review_queues": "review queues",
    "issues": "issues",
    "webhooks": "webhooks",
    "endpoints": "gateway endpoints",
    "secrets": "secrets",
    "mcp_servers": "MCP servers",
}
"""Tables of what is not imported, and what their rows are called."""


class SqlSource:
    """The database at an MLflow backend store URI; never written to."""

    def __init__(self, uri: str, folders: ArtifactFolders) -> None:
        self._database = MlflowDatabase(uri)
        self._folders = folders
        self._name = uri.partition("://")[0] + "://" + uri.partition("://")[2].rpartition("@")[2]

    @property
    def name(self) -> str:
        """Return the URI without user and password."""
        return self._name

    def experiments(self) -> list[tuple[PutExperiment, int]]:
        """Return every experiment and how many runs it has."""
        return self._database.experiments()

    def runs(self, experiment_id: str) -> Iterator[PutRun]:
        """Yield the runs of an experiment, without their points."""
        return self._database.runs(experiment_id)

    def series(self, run: PutRun) -> Iterable[tuple[str, Points]]:
        """Yield the points of each metric."""
        return self._database.series(run.run_id).items()

    def artifacts(self, run: PutRun) -> list[SourceFile] | None:
        """Return the files in the folder that the run's URI names."""
        return self._files_of(run.artifact_uri, run.run_id)

    def logged_models(self, experiment_id: str) -> Iterator[PutLoggedModel]:
        """Yield the logged models of an experiment."""
        return read_logged_models(self._database, experiment_id)

    def model_artifacts(self, model: PutLoggedModel) -> list[SourceFile] | None:
        """Return the files in the folder that the model's URI names."""
        return self._files_of(model.model.info.artifact_uri, model.model.info.model_id)

    def models(self) -> list[PutModel]:
        """Return the registered models with their versions."""
        return read_models(self._database)

    def left_out(self) -> list[str]:
        """Say how many traces and other things of MLflow 3 there are."""
        counts = {what: self._database.count(table) for table, what in _LEFT_OUT.items()}
        return [left_out(count, what) for what, count in counts.items() if count]

    def close(self) -> None:
        """Release the connection."""
        self._database.close()

    def _files_of(self, uri: str, owner: str) -> list[SourceFile] | None:
        folder = None if not uri or is_elsewhere(uri) else self._folders.find(uri, owner)
        return None if folder is None else self._folders.files(folder)
