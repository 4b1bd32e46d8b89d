"""The fluent verbs: log to the active run, which starts when there is none; read with the active tracking URI."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from headwater.protocol.artifacts import check_path
from headwater.protocol.contexts import in_context, metric_key
from headwater.protocol.errors import ResourceDoesNotExist
from headwater.protocol.experiments import ViewType
from headwater.tracking.active import active_experiment, get_tracking_uri, require_run
from headwater.tracking.client import Client
from headwater.tracking.measured import ACTIVE_MODEL, log_measured
from headwater.tracking.operations import RunOperations
from headwater.tracking.run import Experiment, Run
from headwater.tracking.session import current_session
from headwater.tracking.writer import RunWriter, named_items

if TYPE_CHECKING:
    from headwater.protocol.inputs import Dataset, ModelOutput
    from headwater.tracking.links import HasEntity
    from headwater.tracking.media import Figure, ImageLike

FLUSH_TIMEOUT_S = 60.0


def log_metric(
    key: str,
    value: object,
    step: int | None = None,
    synchronous: bool | None = None,  # noqa: FBT001 - the order that callers of MLflow know
    timestamp: int | None = None,
    run_id: str | None = None,
    model_id: str | None = None,
    dataset: "Dataset | HasEntity | None" = None,
    context: Mapping[str, object] | None = None,
) -> RunOperations | None:
    """Log one point of a metric; it is safe on local disk when this returns.

    It is a point of a logged model, too, if one is named, or active, or was made by the run at the same step.
    With `synchronous=False`, return a handle whose `wait()` waits until the store has it.

    Args:
        key: the metric's name.
        value: a number, or an array or tensor of one element; NaN and infinities are kept as they are.
        step: any integer; default 0.
        synchronous: wait until the store has it.
        timestamp: milliseconds since 1970; default: now.
        run_id: another run than the active one.
        model_id: the logged model that was measured; it becomes an input of the run.
        dataset: what it was measured on; it becomes an input of the run, too.
        context: labels that make it a series of its own, found as `loss{split="val"}`.

    Example:
        >>> hw.log_metric("loss", 0.25, step=3)
        >>> hw.log_metric("loss", 0.31, step=3, context={"split": "val"})
    """
    if context:
        key = metric_key(key, context)
    run = None if run_id else require_run()
    if run is None or run.links.has_models or model_id or dataset is not None or ACTIVE_MODEL.get():
        return log_measured({key: value}, step, timestamp, run_id, model_id, dataset, synchronous=synchronous)
    return run.writer.log_metric(key, value, step=step, timestamp=timestamp, synchronous=synchronous)


def log_metrics(
    metrics: Mapping[str, object],
    step: int | None = None,
    synchronous: bool | None = None,  # noqa: FBT001 - the order that callers of MLflow know
    run_id: str | None = None,
    timestamp: int | None = None,
    model_id: str | None = None,
    dataset: "Dataset | HasEntity | None" = None,
    context: Mapping[str, object] | None = None,
) -> RunOperations | None:
    """Log one point of each metric at the same step and time; see `log_metric`.

    Example:
        >>> hw.log_metrics({"loss": 0.25, "accuracy": 0.91}, step=3)
    """
    metrics = in_context(metrics, context)
    run = None if run_id else require_run()
    if run is None or run.links.has_models or model_id or dataset is not None or ACTIVE_MODEL.get():
        return log_measured(metrics, step, timestamp, run_id, model_id, dataset, synchronous=synchronous)
    return run.writer.log_metrics(metrics, step=step, timestamp=timestamp, synchronous=synchronous)


def log_param(key: str, value: Any, synchronous: bool | None = None) -> Any:  # noqa: FBT001 - as in MLflow
    """Log a param of the active run and return its value; it cannot be changed later.

    Raises:
        InvalidParameterValue: this process logged the param with another value.

    Example:
        >>> hw.log_param("depth", 6)
        6
    """
    require_run().writer.log_params({key: value}, synchronous=synchronous)
    return value


def log_params(
    params: Mapping[str, object],
    synchronous: bool | None = None,  # noqa: FBT001 - the order that callers of MLflow know
    run_id: str | None = None,
) -> RunOperations | None:
    """Log params; see `log_param`.

    Example:
        >>> hw.log_params({"depth": 6, "rate": 0.1})
    """
    return _writer(run_id).log_params(params, synchronous=synchronous)


def set_tag(key: str, value: object, synchronous: bool | None = None) -> RunOperations | None:  # noqa: FBT001 - as in MLflow
    """Set a tag of the active run.

    Example:
        >>> hw.set_tag("stage", "candidate")
    """
    return require_run().writer.set_tags({key: value}, synchronous=synchronous)


def set_tags(tags: Mapping[str, object], synchronous: bool | None = None) -> RunOperations | None:  # noqa: FBT001 - as in MLflow
    """Set tags of the active run.

    Example:
        >>> hw.set_tags({"stage": "candidate", "team": "search"})
    """
    return require_run().writer.set_tags(tags, synchronous=synchronous)


def delete_tag(key: str) -> None:
    """Remove a tag of the active run."""
    require_run().writer.delete_tag(key, synchronous=None)


def log_outputs(models: "Sequence[ModelOutput] | None" = None) -> None:
    """Note which logged models the active run made, and at which steps.

    Example:
        >>> hw.log_outputs([hw.LoggedModelOutput(model.model_id, step=3)])
    """
    require_run().writer.log_outputs(models or (), synchronous=None)


def log_artifact(local_path: str | Path, artifact_path: str | None = None, run_id: str | None = None) -> None:
    """Keep a file, or a folder under its name, as an artifact; later changes to the original do not matter.

    Example:
        >>> hw.log_artifact("confusion.png", "plots")
    """
    Client().log_artifact(_run_id(run_id), local_path, artifact_path)


def log_artifacts(local_dir: str | Path, artifact_path: str | None = None, run_id: str | None = None) -> None:
    """Keep every file below a folder as an artifact.

    Example:
        >>> hw.log_artifacts("reports")
    """
    Client().log_artifacts(_run_id(run_id), local_dir, artifact_path)


def log_stream(stream: BinaryIO, artifact_file: str, run_id: str | None = None) -> None:
    """Keep what a binary stream holds, from where it stands to its end, as an artifact.

    Example:
        >>> with open("model.bin", "rb") as stream:
        ...     hw.log_stream(stream, "model.bin")
    """
    Client().log_stream(_run_id(run_id), stream, artifact_file)


def log_text(text: str, artifact_file: str, run_id: str | None = None) -> None:
    """Keep text as an artifact in UTF-8.

    Example:
        >>> hw.log_text("precision 0.9", "report.txt")
    """
    Client().log_text(_run_id(run_id), text, artifact_file)


def log_dict(dictionary: object, artifact_file: str, run_id: str | None = None) -> None:
    """Keep a dict or list as a JSON artifact, or as YAML if the name ends with .yml or .yaml.

    Example:
        >>> hw.log_dict({"features": ["age", "income"]}, "features.json")
    """
    Client().log_dict(_run_id(run_id), dictionary, artifact_file)


def log_figure(figure: "Figure", artifact_file: str, *, save_kwargs: dict[str, Any] | None = None) -> None:
    """Keep a Matplotlib or Plotly figure as an artifact, in the format that the name's suffix says.

    Example:
        >>> hw.log_figure(figure, "plots/roc.png")
    """
    Client().log_figure(require_run().info.run_id, figure, artifact_file, save_kwargs=save_kwargs)


def log_image(
    image: "ImageLike",
    artifact_file: str | None = None,
    key: str | None = None,
    step: int | None = None,
    timestamp: int | None = None,
    synchronous: bool | None = None,  # noqa: FBT001 - the order that callers of MLflow know
) -> None:
    """Keep an image (a NumPy array, a Pillow image or a `hw.Image`) as an artifact.

    Args:
        image: height × width, with 1, 3 or 4 channels; uint8 from 0 to 255 or floats from 0 to 1.
        artifact_file: name of the artifact.
        key: instead of `artifact_file`: name of a series of images, shown step by step in the UI.
        step: the step in that series; default 0.
        timestamp: milliseconds since 1970; default: now.
        synchronous: wait until the store has it.

    Example:
        >>> hw.log_image(pixels, key="samples", step=3)
    """
    run_id = require_run().info.run_id
    Client().log_image(run_id, image, artifact_file, key, step, timestamp, synchronous)


def get_artifact_uri(artifact_path: str | None = None) -> str:
    """Return where the active run's artifacts are kept, or one of them."""
    run = require_run()
    uri = run.info.artifact_uri or get_run(run.info.run_id).info.artifact_uri
    return f"{uri}/{check_path(artifact_path)}" if artifact_path else uri


def get_run(run_id: str) -> Run:
    """Return a run as the store has it, once what this process logged has arrived there.

    Example:
        >>> hw.get_run(run.info.run_id).data.metrics["accuracy"]
        0.97
    """
    return Client().get_run(run_id)


def get_parent_run(run_id: str) -> Run | None:
    """Return the parent of a run, None if it has none."""
    return Client().get_parent_run(run_id)


def delete_run(run_id: str) -> None:
    """Move a run to the trash."""
    Client().delete_run(run_id)


def restore_run(run_id: str) -> None:
    """Take a run out of the trash."""
    Client().restore_run(run_id)


def create_experiment(name: str, artifact_location: str | None = None, tags: Mapping[str, object] | None = None) -> str:
    """Create an experiment and return its id; a name that is taken raises `ResourceAlreadyExists`.

    Example:
        >>> experiment_id = hw.create_experiment("churn", tags={"team": "search"})
    """
    return Client().create_experiment(name, artifact_location, tags)


def get_experiment(experiment_id: str) -> Experiment:
    """Return an experiment, deleted or not."""
    return Client().get_experiment(experiment_id)


def get_experiment_by_name(name: str) -> Experiment | None:
    """Return the experiment with this name, deleted or not; None if there is none."""
    return Client().get_experiment_by_name(name)


def search_experiments(
    view_type: ViewType | int = ViewType.ACTIVE_ONLY,
    max_results: int | None = None,
    filter_string: str | None = None,
    order_by: Sequence[str] | str | None = None,
) -> list[Experiment]:
    """Return every experiment that matches, or the first `max_results` of them.

    Example:
        >>> hw.search_experiments(filter_string="name LIKE 'churn%'")
    """
    found: list[Experiment] = []
    token: str | None = None
    while True:
        left = 1000 if max_results is None else min(1000, max_results - len(found))
        page = Client().search_experiments(view_type, left, filter_string, order_by, token)
        found += page
        token = page.token
        if not token or (max_results is not None and len(found) >= max_results):
            return found


def delete_experiment(experiment_id: str) -> None:
    """Move an experiment and its runs to the trash."""
    Client().delete_experiment(experiment_id)


def restore_experiment(experiment_id: str) -> None:
    """Take an experiment and its runs out of the trash."""
    Client().restore_experiment(experiment_id)


def set_experiment_tag(key: str, value: object) -> None:
    """Set a tag of the active experiment."""
    set_experiment_tags({key: value})


def set_experiment_tags(tags: Mapping[str, object]) -> None:
    """Set tags of the active experiment."""
    for key, value in named_items("tags", tags):
        Client().set_experiment_tag(require_experiment_id(), key, value)


def delete_experiment_tag(key: str) -> None:
    """Remove a tag of the active experiment."""
    Client().delete_experiment_tag(require_experiment_id(), key)


def flush(timeout_s: float = FLUSH_TIMEOUT_S) -> None:
    """Wait until everything this process logged is stored.

    Raises:
        HeadwaterError: the first thing that the store refused since the last call.
        TemporarilyUnavailable: it did not all arrive in time; it stays on local disk and is shipped later.

    Example:
        >>> hw.flush()
    """
    current_session().flush(timeout_s)


def flush_async_logging() -> None:
    """Wait until everything this process logged is stored, as does `flush`."""
    flush()


def flush_artifact_async_logging() -> None:
    """Wait until everything this process logged is stored, artifacts too, as does `flush`."""
    flush()


def _writer(run_id: str | None) -> RunWriter:
    return RunWriter(get_tracking_uri(), run_id) if run_id else require_run().writer


def _run_id(run_id: str | None) -> str:
    return run_id or require_run().info.run_id


def require_experiment_id() -> str:
    """Return the id of the active experiment, which the store must know."""
    experiment = active_experiment()
    if not experiment.experiment_id:
        raise ResourceDoesNotExist(
            f"The experiment '{experiment.name}' has no id yet: the store cannot be reached. Try again later."
        )
    return experiment.experiment_id
