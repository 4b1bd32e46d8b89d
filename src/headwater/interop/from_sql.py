"""Read an MLflow database, with its artifacts where they are folders on this machine."""

from collections.abc import Iterable, Iterator

from headwater.interop.source import ArtifactFolders, SourceFile, is_elsewhere, left_out
from headwater.protocol.imports import PutExperiment, PutModel, PutRun
from headwater.stores.sql.blocks import Points
from headwater.stores.sql.mlflow_registry import read_models
from headwater.stores.sql.mlflow_schema import MlflowDatabase


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
        folder = (
            None
            if not run.artifact_uri or is_elsewhere(run.artifact_uri)
            else self._folders.find(run.artifact_uri, run.run_id)
        )
        return None if folder is None else self._folders.files(folder)

    def models(self) -> list[PutModel]:
        """Return the registered models with their versions."""
        return read_models(self._database)

    def left_out(self) -> list[str]:
        """Say how many logged models and traces there are."""
        tables = {"logged models": "logged_models", "traces": "trace_info"}
        return [left_out(count, what) for what, table in tables.items() if (count := self._database.count(table))]

    def close(self) -> None:
        """Release the connection."""
        self._database.close()
