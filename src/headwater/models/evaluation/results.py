"""What an evaluation gives back: metrics, artifacts, tables and intervals; saved and loaded as MLflow does."""

import io
import json
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Any

from headwater.models.evaluation.resampling import Difference, Interval
from headwater.protocol.errors import InvalidParameterValue, PermissionDenied
from headwater.tracking.artifacts import download_artifacts

_CLASSES = {
    ".png": "ImageEvaluationArtifact",
    ".jpg": "ImageEvaluationArtifact",
    ".jpeg": "ImageEvaluationArtifact",
    ".csv": "CsvEvaluationArtifact",
    ".parquet": "ParquetEvaluationArtifact",
    ".npy": "NumpyEvaluationArtifact",
    ".json": "JsonEvaluationArtifact",
    ".txt": "TextEvaluationArtifact",
    ".pickle": "PickleEvaluationArtifact",
}
"""What MLflow calls an artifact with this suffix in the file that it saves."""

_MODULE = "mlflow.models.evaluation.artifacts"


class EvaluationArtifact:
    """A file that an evaluation made; `uri` says where it is kept, `content` is what it holds.

    Args:
        uri: where it is kept.
        content: what it holds, if that is known; else it is read when it is asked for.
        data: the bytes of the file, if they are at hand.
    """

    def __init__(self, uri: str, content: Any = None, *, data: bytes | None = None) -> None:
        self._uri = uri
        self._given = content
        self._data = data

    @property
    def uri(self) -> str:
        """Return where it is kept."""
        return self._uri

    @cached_property
    def content(self) -> Any:
        """Return an image, a frame, an array, what JSON holds, or a text; raise `PermissionDenied` for a pickle."""
        return _decode(self._read(), PurePosixPath(self._uri).suffix) if self._given is None else self._given

    def save(self, output_artifact_path: str | Path) -> None:
        """Write the file to a path."""
        Path(output_artifact_path).write_bytes(self._read())

    def __repr__(self) -> str:
        return f"EvaluationArtifact(uri='{self._uri}')"

    def _read(self) -> bytes:
        return Path(download_artifacts(self._uri)).read_bytes() if self._data is None else self._data


class EvaluationResult:
    """Metrics, artifacts and tables of an evaluation, and what was asked for beyond: intervals, slices, a baseline.

    Example:
        >>> result = hw.evaluate(model, test, targets="y", model_type="classifier", bootstrap=1000)
        >>> result.metrics["accuracy_score"], result.intervals["accuracy_score"].low
        (0.9649122807017544, 0.9473684210526315)
    """

    def __init__(
        self,
        metrics: Mapping[str, float],
        artifacts: Mapping[str, EvaluationArtifact],
        run_id: str | None = None,
        *,
        tables: Mapping[str, Any] | None = None,
        intervals: Mapping[str, Interval] | None = None,
        slices: Mapping[str, Mapping[str, float]] | None = None,
        comparison: Mapping[str, Difference] | None = None,
        directions: Mapping[str, bool] | None = None,
    ) -> None:
        self.metrics = dict(metrics)
        self.artifacts = dict(artifacts)
        self.run_id = run_id
        self.intervals = dict(intervals or {})
        self.slices = {name: dict(found) for name, found in (slices or {}).items()}
        self.comparison = dict(comparison or {})
        self.directions = dict(directions or {})
        self._columns = dict(tables or {})

    @cached_property
    def tables(self) -> dict[str, Any]:
        """Return the tables that were logged, as pandas frames."""
        if not self._columns:
            return {}
        from headwater.models.evaluation.table import require_pandas

        pandas = require_pandas()
        return {name: pandas.DataFrame(columns) for name, columns in self._columns.items()}

    def save(self, path: str | Path) -> None:
        """Write metrics and artifacts into a folder, which MLflow can load too."""
        folder = Path(path)
        (folder / "artifacts").mkdir(parents=True, exist_ok=True)
        (folder / "metrics.json").write_text(json.dumps(self.metrics), encoding="utf-8")
        described = {}
        for name, artifact in self.artifacts.items():
            suffix = PurePosixPath(artifact.uri).suffix
            described[name] = {
                "uri": artifact.uri,
                "class_name": f"{_MODULE}.{_CLASSES.get(suffix, 'TextEvaluationArtifact')}",
            }
            artifact.save(folder / "artifacts" / PurePosixPath(artifact.uri).name)
        (folder / "artifacts_metadata.json").write_text(json.dumps(described), encoding="utf-8")

    @classmethod
    def load(cls, path: str | Path) -> "EvaluationResult":
        """Read what `save` wrote, here or in MLflow; raise `InvalidParameterValue` if that is not there."""
        folder = Path(path)
        try:
            metrics = json.loads((folder / "metrics.json").read_text(encoding="utf-8"))
            described = json.loads((folder / "artifacts_metadata.json").read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise InvalidParameterValue(
                f"'{folder}' holds no saved evaluation: {error}. Give a folder that save() wrote."
            ) from error
        artifacts = {}
        for name, facts in described.items():
            file = folder / "artifacts" / PurePosixPath(facts["uri"]).name
            artifacts[name] = EvaluationArtifact(facts["uri"], data=file.read_bytes())
        return cls(metrics, artifacts)

    def __repr__(self) -> str:
        shown = ", ".join(f"{name}={value:.6g}" for name, value in list(self.metrics.items())[:12])
        return f"<EvaluationResult of run '{self.run_id}': {shown}>"


def _decode(data: bytes, suffix: str) -> Any:
    if suffix in {".png", ".jpg", ".jpeg"}:
        from PIL import Image

        return Image.open(io.BytesIO(data))
    if suffix in {".csv", ".parquet"}:
        import pandas

        return pandas.read_csv(io.BytesIO(data)) if suffix == ".csv" else pandas.read_parquet(io.BytesIO(data))
    if suffix == ".npy":
        import numpy as np

        return np.load(io.BytesIO(data), allow_pickle=False)
    if suffix == ".json":
        return json.loads(data)
    if suffix in {".pickle", ".pkl"}:
        raise PermissionDenied(
            "A pickle runs code when it is loaded. Save the artifact and load it yourself if you trust who made it."
        )
    return data.decode(errors="replace")
