"""The client's verbs that log to a run: points, params, tags and artifacts."""

from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, BinaryIO
from uuid import uuid4

from headwater.protocol.artifacts import FileInfo
from headwater.protocol.contexts import metric_key
from headwater.protocol.errors import InvalidParameterValue
from headwater.protocol.inputs import DatasetInput, ModelInput, ModelOutput
from headwater.protocol.metrics import Metric
from headwater.protocol.names import check_text
from headwater.protocol.runs import GetRun, Param, RunTag
from headwater.tracking.connected import Connected
from headwater.tracking.media import encode_figure, encode_image, encode_thumbnail, stepped_name
from headwater.tracking.operations import RunOperations, join_operations

if TYPE_CHECKING:
    from headwater.tracking.media import Figure, ImageLike

IMAGES_TAG = "mlflow.loggedImages"


class LogVerbs(Connected):
    """Log to a run by its id; every call returns once the data are on local disk."""

    def log_metric(
        self,
        run_id: str,
        key: str,
        value: object,
        timestamp: int | None = None,
        step: int | None = None,
        synchronous: bool | None = None,  # noqa: FBT001 - the order that callers of MLflow know
        dataset_name: str | None = None,
        dataset_digest: str | None = None,
        model_id: str | None = None,
        context: Mapping[str, object] | None = None,
    ) -> RunOperations | None:
        """Log one point of a metric, with a `model_id` also of that logged model, as measured on a dataset."""
        key = metric_key(key, context)
        writer = self._writer(run_id)
        if not model_id:
            return writer.log_metric(key, value, step=step, timestamp=timestamp, synchronous=synchronous)
        return writer.log_measured(
            {key: value},
            step=step,
            timestamp=timestamp,
            model_id=model_id,
            dataset=(dataset_name or "", dataset_digest or ""),
            synchronous=synchronous,
        )

    def log_param(self, run_id: str, key: str, value: Any, synchronous: bool | None = None) -> Any:  # noqa: FBT001
        """Log a param and return its value; it cannot be changed later."""
        self._writer(run_id).log_params({key: value}, synchronous=synchronous)
        return value

    def set_tag(self, run_id: str, key: str, value: object, synchronous: bool | None = None) -> RunOperations | None:  # noqa: FBT001
        """Set a tag."""
        return self._writer(run_id).set_tags({key: value}, synchronous=synchronous)

    def delete_tag(self, run_id: str, key: str) -> None:
        """Remove a tag."""
        self._writer(run_id).delete_tag(key, synchronous=None)

    def log_batch(
        self,
        run_id: str,
        metrics: Sequence[Metric] = (),
        params: Sequence[Param] = (),
        tags: Sequence[RunTag] = (),
        synchronous: bool | None = None,  # noqa: FBT001 - the order that callers of MLflow know
    ) -> RunOperations | None:
        """Log points, params and tags, as many as you like."""
        writer = self._writer(run_id)
        operations = (
            writer.log_params({param.key: param.value for param in params}, synchronous=synchronous),
            writer.log_points(metrics, synchronous=synchronous),
            writer.set_tags({tag.key: tag.value for tag in tags}, synchronous=synchronous),
        )
        return join_operations(operations)

    def log_inputs(
        self, run_id: str, datasets: Sequence[DatasetInput] | None = None, models: Sequence[ModelInput] | None = None
    ) -> None:
        """Note which datasets and logged models a run read; see `headwater.DatasetInput`."""
        model_ids = [model.model_id for model in models or ()]
        self._writer(run_id).log_inputs(datasets or (), model_ids, synchronous=None)

    def log_outputs(self, run_id: str, models: Sequence[ModelOutput]) -> None:
        """Note which logged models a run made, and at which steps."""
        self._writer(run_id).log_outputs(models, synchronous=None)

    def log_artifact(self, run_id: str, local_path: str | Path, artifact_path: str | None = None) -> None:
        """Keep a file, or a folder under its name, as an artifact; the original may change afterwards."""
        from headwater.tracking.artifact_files import collect_files  # see docs/decisions/0009

        local = Path(local_path)
        prefix = artifact_path or ""
        if local.is_dir():
            prefix = f"{prefix}/{local.resolve().name}" if prefix else local.resolve().name
        self._writer(run_id).log_files(collect_files(local, prefix))

    def log_artifacts(self, run_id: str, local_dir: str | Path, artifact_path: str | None = None) -> None:
        """Keep every file below a folder as an artifact."""
        from headwater.tracking.artifact_files import collect_files

        self._writer(run_id).log_files(collect_files(Path(local_dir), artifact_path or ""))

    def log_text(self, run_id: str, text: str, artifact_file: str) -> None:
        """Keep text as an artifact in UTF-8."""
        check_text("text", text)
        self._writer(run_id).log_bytes(text.encode(), artifact_file)

    def log_stream(self, run_id: str, stream: BinaryIO, artifact_file: str) -> None:
        """Keep what a binary stream holds, from where it stands to its end, as an artifact."""
        self._writer(run_id).log_stream(stream, artifact_file)

    def log_dict(self, run_id: str, dictionary: object, artifact_file: str) -> None:
        """Keep a dict or list as a JSON artifact, or as YAML if the name ends with .yml or .yaml."""
        self._writer(run_id).log_dict(dictionary, artifact_file)

    def log_figure(
        self, run_id: str, figure: "Figure", artifact_file: str, *, save_kwargs: dict[str, Any] | None = None
    ) -> None:
        """Keep a Matplotlib or Plotly figure as an artifact, in the format that the name's suffix says."""
        self._writer(run_id).log_bytes(encode_figure(figure, artifact_file, save_kwargs or {}), artifact_file)

    def log_image(
        self,
        run_id: str,
        image: "ImageLike",
        artifact_file: str | None = None,
        key: str | None = None,
        step: int | None = None,
        timestamp: int | None = None,
        synchronous: bool | None = None,  # noqa: FBT001 - the order that callers of MLflow know
    ) -> None:
        """Keep an image as an artifact, by its name or as one of a series; see `headwater.log_image`."""
        writer = self._writer(run_id)
        if artifact_file and key is None:
            data = encode_image(image, PurePosixPath(artifact_file).suffix)
            writer.log_bytes(data, artifact_file, synchronous=synchronous)
        elif key and artifact_file is None:
            name = stepped_name(key, step, timestamp, str(uuid4()))
            writer.log_bytes(encode_image(image, ".png"), f"{name}.png", synchronous=synchronous)
            writer.log_bytes(encode_thumbnail(image), f"{name}+compressed.webp", synchronous=synchronous)
            writer.set_tags({IMAGES_TAG: "True"}, synchronous=synchronous)
        else:
            raise InvalidParameterValue(
                f"Invalid artifact_file '{artifact_file}' and key '{key}'. Give exactly one of them."
            )

    def list_artifacts(self, run_id: str, path: str | None = None) -> list[FileInfo]:
        """Return the files and folders in one folder of a run's artifacts."""
        from headwater.tracking.artifact_files import list_files

        store = self._settled()
        return list_files(store, store.runs.get(GetRun(run_id=run_id)).run.info.artifact_uri, path or "")

    def download_artifacts(self, run_id: str, path: str = "", dst_path: str | Path | None = None) -> str:
        """Download an artifact, or a folder of them, and return where it is; every file is verified.

        Args:
            run_id: whose artifacts.
            path: file or folder among them; default: all.
            dst_path: an existing folder to put it in; default: a new temporary folder.
        """
        from headwater.tracking.artifact_files import download_tree, temporary_folder

        store = self._settled()
        uri = store.runs.get(GetRun(run_id=run_id)).run.info.artifact_uri
        target = Path(dst_path) if dst_path else temporary_folder()
        return str(download_tree(store, uri, path, target))
