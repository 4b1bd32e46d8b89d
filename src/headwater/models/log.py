"""Logging a model: save it, keep its files in the store, tie it to the run, and register it."""

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from headwater.models.fetch import add_to_cache
from headwater.models.flavor import Flavor, Write
from headwater.models.manifest import MANIFEST_FILE
from headwater.models.model_file import Model, ModelInfo, new_model
from headwater.models.save import SaveOptions, check_options, finish_folder, save_flavor
from headwater.protocol.errors import InvalidParameterValue
from headwater.protocol.inputs import ModelOutput
from headwater.protocol.runs import GetRun
from headwater.tracking.active import active_run, start_run
from headwater.tracking.artifact_files import temporary_folder
from headwater.tracking.client import Client
from headwater.tracking.logged_model import LoggedModel
from headwater.tracking.logged_models import create_model
from headwater.tracking.registering import register_model
from headwater.tracking.session import current_session

DEFAULT_NAME = "model"


class LogOptions(SaveOptions, total=False):
    """What every `log_model` takes besides.

    Attributes:
        name: the model's name; default: "model".
        registered_model_name: make a version of this registered model of it.
        await_registration_for: accepted for callers of MLflow; a version is ready at once.
        params: params of the model, besides those of the run.
        tags: tags of the model.
        model_type: any word, such as "classifier".
        step: the step of the training at which the model is as it is.
        model_id: fill this pending logged model instead of a new one.
        prompts: URIs of prompts that the model uses.
        run_id: the run that made it; default: the active run, else a new one.
    """

    name: str | None
    registered_model_name: str | None
    await_registration_for: int | None
    params: Mapping[str, Any] | None
    tags: Mapping[str, Any] | None
    model_type: str | None
    step: int
    model_id: str | None
    prompts: list[str] | None
    run_id: str | None


def log_flavor(
    flavor: Flavor,
    native: Any,
    write: Write,
    artifact_path: str | None,
    options: LogOptions,
    client: Client | None = None,
) -> ModelInfo:
    """Log a model of a flavor and return what is known about it; see `LogOptions` and `log_saved`."""
    check_options(options, LogOptions)
    return log_saved(
        lambda folder, model: save_flavor(flavor, native, folder, write, options, model), artifact_path, options, client
    )


def log_saved(
    save: Callable[[Path, Model], Model],
    artifact_path: str | None,
    options: LogOptions,
    client: Client | None = None,
) -> ModelInfo:
    """Log the model that `save` writes into the folder it is given; `artifact_path` is the older word for its name.

    Without an active run a new one is started, which stays active, as with MLflow. If saving fails, the logged model is
    FAILED and the error goes to the caller.
    """
    client = client or Client()
    run_id = options.get("run_id") or (active_run() or start_run()).info.run_id
    logged = _find_or_create(client, artifact_path, options, run_id)
    folder = temporary_folder() / DEFAULT_NAME
    model = new_model(
        artifact_path=logged.artifact_location,
        run_id=run_id,
        model_uuid=logged.model_id,
        model_id=logged.model_id,
        prompts=options.get("prompts"),
    )
    try:
        save(folder, model)
        add_to_cache(folder)
        client.log_model_artifacts(logged.model_id, folder)
        client.finalize_logged_model(logged.model_id, "READY")
    except BaseException:
        client.finalize_logged_model(logged.model_id, "FAILED")
        raise
    finally:
        shutil.rmtree(folder.parent)
    client.log_outputs(run_id, [ModelOutput(logged.model_id, step=options.get("step", 0))])
    _copy_metrics(client, logged.model_id, run_id, options.get("step", 0))
    registered = options.get("registered_model_name")
    version = register_model(f"models:/{logged.model_id}", registered, client=client) if registered else None
    return describe_model(model, client.get_logged_model(logged.model_id), int(version.version) if version else None)


def log_by_module(
    module: Any, artifact_path: str | None, metadata: dict[str, Any] | None, given: Mapping[str, Any]
) -> ModelInfo:
    """Log a model by the `save_model` of a module; what `LogOptions` has besides `SaveOptions` is for the logging."""
    if not hasattr(module, "save_model"):
        raise InvalidParameterValue(f"The flavor '{module!r}' has no save_model. Give a module such as hw.sklearn.")
    own = LogOptions.__optional_keys__ - SaveOptions.__optional_keys__
    options: Any = {key: value for key, value in given.items() if key in own and value is not None}
    rest = {key: value for key, value in given.items() if key not in own}

    def save(folder: Path, model: Model) -> Model:
        if metadata is not None:
            model.metadata = metadata
        module.save_model(path=str(folder), mlflow_model=model, **rest)
        if not (folder / MANIFEST_FILE).exists():
            finish_folder(model, folder)
        return model

    return log_saved(save, artifact_path, options)


def describe_model(model: Model, logged: LoggedModel | None, version: int | None = None, uri: str = "") -> ModelInfo:
    """Return what is known about a model from its file and, for a logged one, from its record."""
    return ModelInfo(
        artifact_path=model.artifact_path,
        flavors=model.flavors,
        model_uri=logged.model_uri if logged else uri,
        model_uuid=model.model_uuid,
        run_id=model.run_id,
        saved_input_example_info=model.saved_input_example_info,
        signature=model.signature,
        utc_time_created=model.utc_time_created,
        mlflow_version=model.mlflow_version,
        metadata=model.metadata,
        registered_model_version=version,
        env_vars=model.env_vars,
        prompts=model.prompts,
        model_id=model.model_id,
        name=logged.name if logged else None,
        params=logged.params if logged else None,
        tags=logged.tags if logged else None,
        metrics=list(logged.metrics) if logged else None,
        creation_timestamp=logged.creation_timestamp if logged else None,
    )


def _find_or_create(client: Client, artifact_path: str | None, options: LogOptions, run_id: str) -> LoggedModel:
    if model_id := options.get("model_id"):
        return client.get_logged_model(model_id)
    name = options.get("name") or artifact_path or DEFAULT_NAME
    run = client.get_run(run_id)
    params = {**run.data.params, **(options.get("params") or {})}
    return create_model(
        client, run.info.experiment_id, str(name), run_id, options.get("tags"), params, options.get("model_type")
    )


def _copy_metrics(client: Client, model_id: str, run_id: str, step: int) -> None:
    """Let the run's latest points at the model's step be points of the model, too; the run does not get them twice."""
    store = current_session().store(client.tracking_uri)
    points = store.runs.get(GetRun(run_id=run_id)).run.data.metrics
    client.log_batch(run_id, [replace(point, model_id=model_id) for point in points if point.step == step])
