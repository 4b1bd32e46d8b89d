"""Points of logged models: which model is measured, and on what."""

from collections.abc import Mapping
from contextvars import ContextVar

from headwater.protocol.inputs import Dataset, DatasetInput
from headwater.tracking.active import get_tracking_uri, require_run
from headwater.tracking.links import HasEntity, RunLinks, to_entity
from headwater.tracking.operations import RunOperations, join_operations
from headwater.tracking.session import current_session
from headwater.tracking.writer import RunWriter

ACTIVE_MODEL: ContextVar[str] = ContextVar("headwater_active_model", default="")
"""The id of the model that metrics of this thread or task belong to."""


def log_measured(
    metrics: Mapping[str, object],
    step: int | None,
    timestamp: int | None,
    run_id: str | None,
    model_id: str | None,
    dataset: Dataset | HasEntity | None,
    *,
    synchronous: bool | None,
) -> RunOperations | None:
    """Log points, of a model if one is named or known; model and dataset become inputs of the run, once.

    Without a `model_id`, it is the active model, else the one that the run made at this step.
    """
    writer = RunWriter(get_tracking_uri(), run_id) if run_id else require_run().writer
    links = current_session().links(writer.uri, writer.run_id)
    model = model_id or ACTIVE_MODEL.get() or links.find_model(step or 0)
    entity = Dataset() if dataset is None else to_entity(dataset)
    if model:
        points = writer.log_measured(
            metrics,
            step=step,
            timestamp=timestamp,
            model_id=model,
            dataset=(entity.name, entity.digest),
            synchronous=synchronous,
        )
    else:
        points = writer.log_metrics(metrics, step=step, timestamp=timestamp, synchronous=synchronous)
    if not model and dataset is None:
        return points
    noted = _note_inputs(writer, links, model, None if dataset is None else entity, synchronous=synchronous)
    return join_operations([points, noted])


def _note_inputs(
    writer: RunWriter, links: RunLinks, model: str, entity: Dataset | None, *, synchronous: bool | None
) -> RunOperations | None:
    datasets = [DatasetInput(entity)] if entity and links.note((entity.name, entity.digest)) else []
    models = [model] if model and links.note(model) else []
    return writer.log_inputs(datasets, models, synchronous=synchronous)
