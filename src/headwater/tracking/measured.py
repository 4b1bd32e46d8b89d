"""Points of logged models: which model is measured, and on what."""

from collections.abc import Mapping
from contextvars import ContextVar

from headwater.protocol.inputs import Dataset, DatasetInput
from headwater.tracking.active import active_run, get_tracking_uri, require_run
from headwater.tracking.links import HasEntity, to_entity
from headwater.tracking.session import current_session
from headwater.tracking.writer import RunWriter

ACTIVE_MODEL: ContextVar[str] = ContextVar("headwater_active_model", default="")
"""The id of the model that metrics of this thread or task belong to."""


def find_measured_model(run_id: str | None, step: int | None) -> str:
    """Return the model that a point is measured of when none is named: the active one, or one made at this step."""
    if model_id := ACTIVE_MODEL.get():
        return model_id
    run = active_run()
    if run is None or (run_id and run_id != run.info.run_id):
        return ""
    links = run.links
    return links.find_model(step or 0) if links.model_id or links.by_step else ""


def log_measured(
    metrics: Mapping[str, object],
    step: int | None,
    timestamp: int | None,
    run_id: str | None,
    model_id: str,
    dataset: Dataset | HasEntity | None,
    *,
    synchronous: bool | None,
) -> None:
    """Log points of a model or on a dataset, both of which become inputs of the run, once."""
    writer = RunWriter(get_tracking_uri(), run_id) if run_id else require_run().writer
    links = current_session().links(writer.uri, writer.run_id)
    entity = to_entity(dataset) if dataset is not None else Dataset()
    if not model_id:
        writer.log_metrics(metrics, step=step, timestamp=timestamp, synchronous=synchronous)
    else:
        writer.log_measured(
            metrics,
            step=step,
            timestamp=timestamp,
            model_id=model_id,
            dataset=(entity.name, entity.digest),
            synchronous=synchronous,
        )
    datasets = [DatasetInput(entity)] if dataset is not None and links.note((entity.name, entity.digest)) else []
    models = [model_id] if model_id and links.note(model_id) else []
    writer.log_inputs(datasets, models, synchronous=synchronous)
