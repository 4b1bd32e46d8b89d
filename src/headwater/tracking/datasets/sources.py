"""Sources: where the data of a dataset come from, as JSON of a documented type, and how to fetch them again."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from headwater.protocol.errors import InvalidParameterValue, NotSupported
from headwater.stores.artifacts.bucket import SCHEMES
from headwater.tracking.artifacts import download_artifacts
from headwater.tracking.context import run_tags
from headwater.tracking.datasets.delta_tables import open_delta, read_with_spark, spark_session
from headwater.tracking.datasets.plugins import PluginSource, find_plugin_kind, resolve_by_plugin
from headwater.tracking.datasets.source import DatasetSource

LOCAL = "local"
_WEB_SCHEMES = frozenset({"http", "https"})
_FILE_SCHEMES = _WEB_SCHEMES | {"", "file", "mlflow-artifacts", "runs", "models", *SCHEMES}
"""The schemes of what can be fetched as files: no other package is asked about them."""

_SCHEME = re.compile(r"([a-zA-Z][a-zA-Z0-9+.\-]+):", re.ASCII)  # one letter is a drive


@dataclass(frozen=True)
class FileSource(DatasetSource):
    """A file or folder, on this machine or wherever artifacts can be: `s3://…`, `gs://…`, `runs:/…`, …"""

    uri: str

    @property
    def source_type(self) -> str:
        """Return `local` or the scheme of the URI."""
        scheme = _scheme(self.uri)
        return LOCAL if scheme in {"", "file"} else scheme

    def load(self, dst_path: str | Path | None = None) -> str:
        """Return the path of the file or folder on this machine, downloaded if it is elsewhere."""
        if self.source_type == LOCAL and dst_path is None:
            return str(Path(download_artifacts(self.uri)).absolute())
        return download_artifacts(self.uri, dst_path=dst_path)


@dataclass(frozen=True)
class HttpSource(DatasetSource):
    """A file that a web server gives."""

    url: str

    @property
    def source_type(self) -> str:
        """Return `http`."""
        return "http"

    def load(self, dst_path: str | Path | None = None) -> str:
        """Return the path of the downloaded file."""
        return download_artifacts(self.url, dst_path=dst_path)


@dataclass(frozen=True)
class CodeSource(DatasetSource):
    """The program that made the data, by its tags; used when nobody said where the data come from."""

    tags: Mapping[str, str]

    @property
    def source_type(self) -> str:
        """Return `code`."""
        return "code"


@dataclass(frozen=True)
class HuggingFaceSource(DatasetSource):
    """A dataset of the Hugging Face hub, or one that its library can load."""

    path: str
    config_name: str | None = None
    data_dir: str | None = None
    data_files: str | Sequence[str] | Mapping[str, str | Sequence[str]] | None = None
    split: str | None = None
    revision: str | None = None

    @property
    def source_type(self) -> str:
        """Return `hugging_face`."""
        return "hugging_face"

    def load(self, dst_path: str | Path | None = None) -> Any:
        """Return the dataset that `datasets.load_dataset` gives; `dst_path` is its cache folder."""
        try:
            import datasets  # loaded by those who load one
        except ImportError as error:
            raise NotSupported("Loading this source needs datasets. Install it with: pip install datasets") from error
        return datasets.load_dataset(
            self.path,
            name=self.config_name,
            data_dir=self.data_dir,
            data_files=self.data_files,
            split=None if self.split in {None, "None"} else self.split,
            revision=self.revision,
            cache_dir=None if dst_path is None else str(dst_path),
        )


@dataclass(frozen=True)
class _SparselyWritten(DatasetSource):
    """A source that is written without the fields that nobody gave."""

    def to_dict(self) -> dict[str, Any]:
        """Return the fields that were given."""
        return {name: value for name, value in super().to_dict().items() if value is not None}


@dataclass(frozen=True)
class SparkSource(_SparselyWritten):
    """What a Spark session can read: a path, a table or a query."""

    path: str | None = None
    table_name: str | None = None
    sql: str | None = None

    @property
    def source_type(self) -> str:
        """Return `spark`."""
        return "spark"

    def load(self, dst_path: str | Path | None = None) -> Any:  # noqa: ARG002 - Spark keeps it where it is
        """Return the Spark data frame, read by the active session."""
        session = spark_session()
        if self.sql:
            return session.sql(self.sql)
        return session.table(self.table_name) if self.table_name else session.read.load(self.path)


@dataclass(frozen=True)
class DeltaSource(_SparselyWritten):
    """A Delta table at a path or by its name, at a version."""

    path: str | None = None
    delta_table_name: str | None = None
    delta_table_version: int | None = None
    delta_table_id: str | None = None

    @property
    def source_type(self) -> str:
        """Return `delta_table`."""
        return "delta_table"

    def load(self, dst_path: str | Path | None = None) -> Any:  # noqa: ARG002 - it stays where it is
        """Return the Spark data frame, read by the active session; the Arrow table if no session knows Delta."""
        frame = read_with_spark(self.path, self.delta_table_name, self.delta_table_version)
        if frame is not None:
            return frame
        return open_delta(str(self.path), self.delta_table_version).to_pyarrow_table()


_BY_TYPE: dict[str, type[DatasetSource]] = {
    "http": HttpSource,
    "code": CodeSource,
    "hugging_face": HuggingFaceSource,
    "spark": SparkSource,
    "delta_table": DeltaSource,
}


def find_source(given: object) -> DatasetSource:
    """Return the source that a user's word means: a source as it is, a path, a URI, or None for this program."""
    match given:
        case None:
            return CodeSource({key: value for key, value in run_tags().items() if key.startswith("mlflow.")})
        case DatasetSource():
            return given
        case str() | Path() if (scheme := _scheme(str(given))) in _FILE_SCHEMES:
            return HttpSource(str(given)) if scheme in _WEB_SCHEMES else FileSource(str(given))
    from_plugin = resolve_by_plugin(given)
    if from_plugin is not None:
        return from_plugin
    if isinstance(given, str):
        return FileSource(given)
    raise InvalidParameterValue(
        f"Could not find a source information resolver for the specified dataset source: {given!r}. Give a path, a URI "
        "or a DatasetSource."
    )


def source_from_json(source_json: str, source_type: str) -> DatasetSource:
    """Return the source that was logged as this JSON and type."""
    kind = _BY_TYPE.get(source_type, FileSource)
    plugin = None
    if kind is FileSource and source_type not in _FILE_SCHEMES | {LOCAL}:
        plugin = find_plugin_kind(source_type)
    try:
        if plugin is not None:
            return PluginSource(plugin.from_dict(json.loads(source_json)))
        return kind.from_json(source_json)
    except (ValueError, TypeError, AttributeError) as error:
        raise InvalidParameterValue(
            f"Invalid dataset source '{source_json[:200]}' of type '{source_type}'. It is not one that Headwater knows."
        ) from error


def _scheme(uri: str) -> str:
    found = _SCHEME.match(uri)
    return found[1].lower() if found else ""
