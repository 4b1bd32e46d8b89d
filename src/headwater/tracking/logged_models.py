"""Logged models: make one, fill it, find it, and choose the one that metrics belong to."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from headwater import config
from headwater.protocol.errors import InvalidParameterValue, NotSupported, ResourceDoesNotExist
from headwater.tracking.active import active_experiment, active_run, get_tracking_uri
from headwater.tracking.client import Client
from headwater.tracking.logged_model import LoggedModel, LoggedModelStatus
from headwater.tracking.measured import ACTIVE_MODEL
from headwater.tracking.session import current_session

if TYPE_CHECKING:
    import pandas

EXTERNAL_TAG = "mlflow.model.isExternal"
PAGE = 1000

_CONTEXT_TAGS = ("mlflow.user", "mlflow.source.name", "mlflow.source.type", "mlflow.source.git.commit")
_STUB = """artifact_path: {location}
flavors: {{}}
metadata:
  {tag}: true
model_id: {model_id}
model_uuid: {model_id}
{run}utc_time_created: '{created}'
"""


@dataclass(frozen=True, kw_only=True)
class ActiveModel(LoggedModel):
    """A logged model that metrics belong to; leaving its `with` block makes the one before it active again."""

    previous: str = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        ACTIVE_MODEL.set(self.previous)


def initialize_logged_model(
    name: str | None = None,
    source_run_id: str | None = None,
    tags: Mapping[str, object] | None = None,
    params: Mapping[str, object] | None = None,
    model_type: str | None = None,
    experiment_id: str | None = None,
) -> LoggedModel:
    """Create a model that is pending, to be filled with files and then finalized.

    Args:
        name: need not be unique; default: a random one.
        source_run_id: the run that makes it; default: the active run.
        tags: who made it and with which program is added.
        params: cannot be changed later.
        model_type: any word, such as "classifier".
        experiment_id: default: the active run's experiment, else the active experiment.

    Example:
        >>> model = hw.initialize_logged_model("forest", params={"depth": 6})
        >>> hw.finalize_logged_model(model.model_id, "READY")
    """
    run = active_run()
    return create_model(
        Client(),
        experiment_id or (run.info.experiment_id if run else "") or active_experiment().experiment_id,
        name,
        source_run_id or (run.info.run_id if run else None),
        tags,
        params,
        model_type,
    )


def create_model(
    client: Client,
    experiment_id: str,
    name: str | None,
    source_run_id: str | None,
    tags: Mapping[str, object] | None,
    params: Mapping[str, object] | None,
    model_type: str | None,
) -> LoggedModel:
    """Create a pending model that says who made it and with which program."""
    from headwater.tracking.context import run_tags  # loaded by those who need it

    context = {key: value for key, value in run_tags().items() if key in _CONTEXT_TAGS}
    model = client.create_logged_model(
        experiment_id, name, source_run_id, {**context, **(tags or {})}, params, model_type
    )
    current_session().last_model = (client.tracking_uri, model.model_id)
    return model


def create_external_model(
    name: str | None = None,
    source_run_id: str | None = None,
    tags: Mapping[str, object] | None = None,
    params: Mapping[str, object] | None = None,
    model_type: str | None = None,
    experiment_id: str | None = None,
) -> LoggedModel:
    """Create a model whose files are kept elsewhere, so that metrics and params can be logged to it; it is READY.

    The arguments are those of `initialize_logged_model`.

    Example:
        >>> model = hw.create_external_model("gpt-4o", model_type="agent")
    """
    from headwater.tracking.artifact_files import upload_bytes  # see docs/decisions/0009

    external = {**(tags or {}), EXTERNAL_TAG: "true"}
    model = initialize_logged_model(name, source_run_id, external, params, model_type, experiment_id)
    stub = _STUB.format(
        location=model.artifact_location,
        tag=EXTERNAL_TAG,
        model_id=model.model_id,
        run=f"run_id: {model.source_run_id}\n" if model.source_run_id else "",
        created=time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(model.creation_timestamp / 1000)),
    )
    upload_bytes(current_session().store(get_tracking_uri()), model.artifact_location, "MLmodel", stub.encode())
    return finalize_logged_model(model.model_id, LoggedModelStatus.READY)


def finalize_logged_model(model_id: str, status: str | LoggedModelStatus) -> LoggedModel:
    """Say that a model is READY, or that making it FAILED, and return it."""
    return Client().finalize_logged_model(model_id, status)


def get_logged_model(model_id: str) -> LoggedModel:
    """Return a model that is not deleted, with every metric that was logged to it.

    Example:
        >>> hw.get_logged_model(model.model_id).params["depth"]
        '6'
    """
    return Client().get_logged_model(model_id)


def last_logged_model() -> LoggedModel | None:
    """Return the model that this process made last, as the store has it; None if it made none."""
    last = current_session().last_model
    return Client(last[0]).get_logged_model(last[1]) if last else None


def delete_logged_model(model_id: str) -> None:
    """Move a model to the trash."""
    Client().delete_logged_model(model_id)


def set_logged_model_tags(model_id: str, tags: Mapping[str, object]) -> None:
    """Set tags of a model."""
    Client().set_logged_model_tags(model_id, tags)


def delete_logged_model_tag(model_id: str, key: str) -> None:
    """Remove a tag of a model."""
    Client().delete_logged_model_tag(model_id, key)


def log_model_params(params: Mapping[str, object], model_id: str | None = None) -> None:
    """Log params of a model, by default the active one; they cannot be changed later.

    Example:
        >>> hw.log_model_params({"depth": 6}, model.model_id)
    """
    chosen = model_id or get_active_model_id()
    if not chosen:
        raise InvalidParameterValue("No model is active. Give a model_id, or choose a model with set_active_model().")
    Client().log_model_params(chosen, params)


def search_logged_models(
    experiment_ids: Sequence[str] | str | None = None,
    filter_string: str | None = None,
    datasets: Sequence[Mapping[str, str]] | None = None,
    max_results: int | None = None,
    order_by: Sequence[Mapping[str, Any]] | None = None,
    output_format: str = "pandas",
) -> Any:
    """Return the models that match, as a data frame or a list of `LoggedModel`, the newest first.

    Args:
        experiment_ids: where to search; default: the active experiment.
        filter_string: such as `metrics.accuracy > 0.9 AND params.depth = 6`.
        datasets: dicts with `dataset_name` and perhaps `dataset_digest`; only metrics measured on them count.
        max_results: how many at most; default: all.
        order_by: dicts with `field_name` (an attribute, `metrics.<key>`, `params.<key>` or `tags.<key>`) and perhaps
            `ascending`, `dataset_name`, `dataset_digest`.
        output_format: "pandas" or "list".

    Example:
        >>> hw.search_logged_models(
        ...     filter_string="metrics.accuracy > 0.9",
        ...     order_by=[{"field_name": "metrics.accuracy", "dataset_name": "test", "ascending": False}],
        ...     output_format="list",
        ... )
    """
    if output_format not in {"pandas", "list"}:
        raise InvalidParameterValue(f"Invalid output_format '{output_format}'. Use 'pandas' or 'list'.")
    ids = experiment_ids or [active_experiment().experiment_id]
    found: list[LoggedModel] = []
    token: str | None = None
    while max_results is None or len(found) < max_results:
        wanted = PAGE if max_results is None else min(PAGE, max_results - len(found))
        page = Client().search_logged_models(ids, filter_string, datasets, wanted, order_by, token)
        found += page
        token = page.token
        if not token:
            break
    return found if output_format == "list" else _to_pandas(found)


def set_active_model(*, name: str | None = None, model_id: str | None = None) -> ActiveModel:
    """Choose the model that metrics of this thread or task belong to from now on, and return it.

    Args:
        name: the newest model of this name in the active experiment; an external one is created if there is none.
        model_id: instead of a name.

    Example:
        >>> with hw.set_active_model(name="forest"):
        ...     hw.log_metric("accuracy", 0.97)
    """
    if (name is None) == (model_id is None):
        raise InvalidParameterValue("Must specify exactly one of: `name` or `model_id`.")
    model = get_logged_model(model_id) if model_id is not None else _find_or_create(str(name))
    values = {item.name: getattr(model, item.name) for item in fields(LoggedModel)}
    active = ActiveModel(**values, previous=ACTIVE_MODEL.get())
    ACTIVE_MODEL.set(model.model_id)
    return active


def get_active_model_id() -> str | None:
    """Return the id of the active model, None if there is none."""
    return ACTIVE_MODEL.get() or config.ACTIVE_MODEL_ID.get() or None


def clear_active_model() -> None:
    """Let metrics belong to no model any more."""
    ACTIVE_MODEL.set("")
    config.ACTIVE_MODEL_ID.set("")
    run = active_run()
    if run is not None:
        run.links.forget_model()


def _find_or_create(name: str) -> LoggedModel:
    experiment_id = active_experiment().experiment_id
    if not experiment_id:
        raise ResourceDoesNotExist("The active experiment has no id yet: the store cannot be reached. Try again later.")
    quote = "'" if "'" not in name else '"'
    found = Client().search_logged_models([experiment_id], f"name = {quote}{name}{quote}", max_results=1)
    return found[0] if found else create_external_model(name, experiment_id=experiment_id)


def _to_pandas(models: list[LoggedModel]) -> "pandas.DataFrame":
    try:
        import pandas  # loaded by those who ask for a frame
    except ImportError as error:
        raise NotSupported(
            "This output needs pandas. Install it with: pip install pandas, or pass output_format='list'."
        ) from error
    columns = sorted(item.name for item in fields(LoggedModel))
    return pandas.DataFrame({name: [getattr(model, name) for model in models] for name in columns})
