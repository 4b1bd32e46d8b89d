"""Write logged models and the registry as MLflow's file store has them."""

import os
from collections.abc import Iterator
from pathlib import Path

import msgspec

from headwater.interop.file_store_folder import StoreFolder, is_held, write_meta
from headwater.interop.reading import read_registered_models, read_versions
from headwater.protocol.errors import HeadwaterError, InvalidParameterValue, ResourceDoesNotExist
from headwater.protocol.logged_models import (
    GetLoggedModel,
    LoggedModel,
    LoggedModelStatus,
    SearchLoggedModels,
)
from headwater.protocol.metrics import Metric
from headwater.protocol.model_versions import GetDownloadUri, ModelVersion
from headwater.protocol.registered_models import RegisteredModel
from headwater.protocol.runs import GetRun
from headwater.protocol.trash import ListTrash
from headwater.stores.interface import Store

_LONGEST_NAME = 255  # of a file, in bytes
_STATUSES = {status: number for number, status in enumerate(LoggedModelStatus, 1)}


def write_logged_models(store: Store, folder: StoreFolder, *, artifacts: bool) -> int:
    """Write the logged models of every experiment that was written, those in the trash too; return how many."""
    count = 0
    for experiment_id in folder.experiments:
        for model in _read_active(store, experiment_id):
            _write_logged_model(store, folder, model, artifacts=artifacts, is_deleted=False)
            count += 1
    for model_id in store.trash.list(ListTrash()).model_ids:
        model = store.logged_models.get(GetLoggedModel(model_id, allow_deleted=True)).model
        if not _place(folder, model).exists():
            _write_logged_model(store, folder, model, artifacts=artifacts, is_deleted=True)
            count += 1
    return count


def write_registry(store: Store, folder: StoreFolder, *, artifacts: bool) -> int:
    """Write the registered models with their versions, aliases and tags; return how many versions."""
    versions: dict[str, list[ModelVersion]] = {}
    for version in read_versions(store):
        versions.setdefault(version.name, []).append(version)
    count = 0
    for model in read_registered_models(store):
        if "%" in model.name or len(os.fsencode(model.name)) > _LONGEST_NAME:
            folder.problem(f"Registered model '{model.name}' is left out: MLflow's folders hold no model of this name.")
            continue
        place = folder.root / "models" / model.name
        _write_registered_model(folder, place, model)
        for version in versions.get(model.name, []):
            _write_version(store, folder, place / f"version-{version.version}", version, artifacts=artifacts)
            count += 1
    return count


def _read_active(store: Store, experiment_id: str) -> Iterator[LoggedModel]:
    request = SearchLoggedModels([experiment_id])
    while True:
        page = store.logged_models.search(request)
        yield from page.models
        if not page.next_page_token:
            return
        request = msgspec.structs.replace(request, page_token=page.next_page_token)


def _place(folder: StoreFolder, model: LoggedModel) -> Path:
    return folder.experiments[model.info.experiment_id] / "models" / model.info.model_id


def _write_logged_model(
    store: Store, folder: StoreFolder, model: LoggedModel, *, artifacts: bool, is_deleted: bool
) -> None:
    info, place = model.info, _place(folder, model)
    own = f"{info.experiment_id}/models/{info.model_id}/artifacts"
    meta: dict[str, object] = {
        "artifact_location": folder.location(info.artifact_uri, own),
        "creation_timestamp": info.creation_timestamp_ms,
        "experiment_id": info.experiment_id,
        "last_updated_timestamp": info.last_updated_timestamp_ms,
        "model_id": info.model_id,
        "model_type": info.model_type or None,
        "name": info.name,
        "source_run_id": info.source_run_id or None,
        "status": _STATUSES[info.status],
        "status_message": None,
    }
    write_meta(place, {**meta, "lifecycle_stage": "deleted"} if is_deleted else meta)
    folder.write_texts(place / "params", {param.key: param.value for param in model.data.params})
    folder.write_texts(place / "tags", {tag.key: tag.value for tag in info.tags})
    lines: dict[str, str] = {}
    for metric in sorted(model.data.metrics, key=_in_order):
        lines[metric.key] = lines.get(metric.key, "") + _line(metric)
    folder.write_texts(place / "metrics", lines)
    (place / "artifacts").mkdir()
    if artifacts and is_held(info.artifact_uri):
        folder.download(store, info.artifact_uri, place / "artifacts", f"logged model '{info.model_id}'")


def _in_order(metric: Metric) -> tuple[int, int, str, str, str, str]:
    """Return the place of a point, which must not depend on how the database happens to keep it."""
    run = (metric.run_id, metric.dataset_name, metric.dataset_digest)
    return (metric.timestamp, metric.step, repr(metric.value), *run)


def _line(metric: Metric) -> str:
    parts = [str(metric.timestamp), repr(metric.value), str(metric.step), metric.run_id]
    return " ".join([*parts, *filter(None, (metric.dataset_name, metric.dataset_digest))]) + "\n"


def _write_registered_model(folder: StoreFolder, place: Path, model: RegisteredModel) -> None:
    aliases = {alias.alias: alias.version for alias in model.aliases}
    write_meta(
        place,
        {
            "aliases": aliases,
            "creation_timestamp": model.creation_timestamp,
            "description": model.description or None,
            "last_updated_timestamp": model.last_updated_timestamp,
            "name": model.name,
        },
    )
    folder.write_texts(place / "tags", {tag.key: tag.value for tag in model.tags})
    folder.write_texts(place / "aliases", aliases)


def _write_version(store: Store, folder: StoreFolder, place: Path, version: ModelVersion, *, artifacts: bool) -> None:
    told = f"version {version.version} of registered model '{version.name}'"
    try:
        location = store.model_versions.get_download_uri(GetDownloadUri(version.name, version.version)).artifact_uri
    except HeadwaterError as error:
        folder.problem(f"Where the files of {told} are is not known: {error.message}")
        location = version.source
    owned = _find_owned(store, version, location) if is_held(location) else ""
    own = f"models/{version.name}/{place.name}/artifacts"
    write_meta(
        place,
        {
            "creation_timestamp": version.creation_timestamp,
            "current_stage": version.current_stage,
            "description": version.description or None,
            "last_updated_timestamp": version.last_updated_timestamp,
            "model_id": version.model_id or None,
            "name": version.name,
            "run_id": version.run_id or None,
            "run_link": version.run_link or None,
            "source": version.source,
            "status": str(version.status),
            "status_message": version.status_message or None,
            "storage_location": folder.location(location, owned or own),
            "user_id": None,
            "version": int(version.version),
        },
    )
    folder.write_texts(place / "tags", {tag.key: tag.value for tag in version.tags})
    if artifacts and is_held(location) and not owned:
        folder.download(store, location, place / "artifacts", told)


def _find_owned(store: Store, version: ModelVersion, location: str) -> str:
    """Return where in the folder the files are, if they are those of a logged model or run; empty if not."""
    try:
        if version.model_id:
            info = store.logged_models.get(GetLoggedModel(version.model_id, allow_deleted=True)).model.info
            if _is_below(location, info.artifact_uri):
                own = f"{info.experiment_id}/models/{info.model_id}/artifacts"
                return own + location.removeprefix(info.artifact_uri)
        if version.run_id:
            run = store.runs.get(GetRun(run_id=version.run_id)).run.info
            if _is_below(location, run.artifact_uri):
                return f"{run.experiment_id}/{run.run_id}/artifacts" + location.removeprefix(run.artifact_uri)
    except (ResourceDoesNotExist, InvalidParameterValue):
        pass  # they are not here: their files may be
    return ""


def _is_below(location: str, root: str) -> bool:
    return location == root or location.startswith(f"{root}/")
