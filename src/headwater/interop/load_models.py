"""Put registered models into a store, after the runs that made their versions, and read them back."""

import re

import msgspec

from headwater.interop.report import Report
from headwater.interop.source import Source
from headwater.protocol.errors import InvalidParameterValue, ResourceAlreadyExists, ResourceDoesNotExist
from headwater.protocol.imports import PutModel, PutVersion
from headwater.protocol.logged_models import GetLoggedModel
from headwater.protocol.model_names import is_model_uri, parse_model_uri
from headwater.protocol.model_sources import append_path
from headwater.protocol.model_versions import GetModelVersion, ModelVersion
from headwater.protocol.registered_models import GetRegisteredModel
from headwater.protocol.runs import GetRun
from headwater.stores.interface import Store

_MODEL_FOLDER = re.compile(r"/models/(m-[0-9a-f]{32})/artifacts(/.*)?$")


def import_models(source: Source, store: Store | None, report: Report) -> None:
    """Bring every registered model into the store; without a store, only read them."""
    for given in source.models():
        put = _with_model_ids(_without_loose_aliases(given, report))
        told = _facts(put)
        report.source_registry.add(told)
        if store is None:
            continue
        versions = [PutVersion(version.version, _locate(store, version.version)) for version in put.versions]
        try:
            store.imports.put_model(msgspec.structs.replace(put, versions=versions))
        except (InvalidParameterValue, ResourceAlreadyExists) as error:
            report.add_problem(f"Registered model '{put.model.name}' is left out: {error.message}")
            continue
        stored = _read_back(store, told)
        report.store_registry.add(stored)
        _compare(told, stored, report)


def _without_loose_aliases(put: PutModel, report: Report) -> PutModel:
    """Return the model without aliases of versions that do not exist."""
    numbers = {version.version.version for version in put.versions}
    for alias in put.model.aliases:
        if alias.version not in numbers:
            text = f"points at version {alias.version}, which does not exist"
            report.add_problem(f"Alias '{alias.alias}' of '{put.model.name}' is left out: it {text}.")
    aliases = [alias for alias in put.model.aliases if alias.version in numbers]
    return msgspec.structs.replace(put, model=msgspec.structs.replace(put.model, aliases=aliases))


def _with_model_ids(put: PutModel) -> PutModel:
    """Return the model with the logged model that each version was made of, which MLflow's databases do not name."""
    versions = []
    for version in put.versions:
        model_id = version.version.model_id or _find_model(version.version.source)[0]
        versions.append(
            msgspec.structs.replace(version, version=msgspec.structs.replace(version.version, model_id=model_id))
        )
    return msgspec.structs.replace(put, versions=versions)


def _find_model(source: str) -> tuple[str, str]:
    """Return the logged model whose files a source names, by `models:/m-…` or by the folder, and the path below."""
    if is_model_uri(source):
        try:
            uri = parse_model_uri(source)
        except InvalidParameterValue:
            return "", ""
        return uri.model_id, uri.path
    found = _MODEL_FOLDER.search(source)
    return (found[1], (found[2] or "").strip("/")) if found else ("", "")


def _locate(store: Store, version: ModelVersion) -> str:
    """Return where the files of a version are now, if they are among the artifacts of a model or a run here."""
    model_id, below = _find_model(version.source)
    if model_id:
        try:
            model = store.logged_models.get(GetLoggedModel(model_id, allow_deleted=True)).model
        except ResourceDoesNotExist:
            return ""
        return append_path(model.info.artifact_uri, below)
    _, mark, path = version.source.partition(f"/{version.run_id}/artifacts")
    if not (version.run_id and mark):
        return ""
    try:
        uri = store.runs.get(GetRun(run_id=version.run_id)).run.info.artifact_uri
    except ResourceDoesNotExist:
        return ""
    return append_path(uri, path.strip("/")) if uri.startswith("mlflow-artifacts:") else ""


def _facts(put: PutModel) -> PutModel:
    """Return what is compared of a model: everything but where its files are, in a fixed order."""
    model = msgspec.structs.replace(
        put.model,
        latest_versions=[],
        description=put.model.description or None,
        tags=sorted(put.model.tags, key=lambda tag: tag.key),
        aliases=sorted(put.model.aliases, key=lambda alias: alias.alias),
    )
    versions = [
        PutVersion(
            msgspec.structs.replace(
                put.version,
                description=put.version.description or None,
                aliases=[],
                tags=sorted(put.version.tags, key=lambda tag: tag.key),
            )
        )
        for put in sorted(put.versions, key=lambda put: int(put.version.version))
    ]
    return PutModel(model, versions)


def _read_back(store: Store, told: PutModel) -> PutModel:
    """Return the same model and versions as the store has them, without tags and aliases that only it has."""
    name = told.model.name
    model = store.registered_models.get(GetRegisteredModel(name)).registered_model
    tags, aliases = {tag.key for tag in told.model.tags}, {alias.alias for alias in told.model.aliases}
    versions = []
    for put in told.versions:
        version = store.model_versions.get(GetModelVersion(name, put.version.version)).model_version
        keys = {tag.key for tag in put.version.tags}
        kept = [tag for tag in version.tags if tag.key in keys]
        versions.append(PutVersion(msgspec.structs.replace(version, tags=kept)))
    kept_model = msgspec.structs.replace(
        model,
        tags=[tag for tag in model.tags if tag.key in tags],
        aliases=[alias for alias in model.aliases if alias.alias in aliases],
    )
    return _facts(PutModel(kept_model, versions))


def _compare(told: PutModel, stored: PutModel, report: Report) -> None:
    name = told.model.name
    for field in told.model.__struct_fields__:
        theirs, ours = getattr(told.model, field), getattr(stored.model, field)
        if theirs != ours:
            report.add_difference(f"Registered model '{name}': {field} is '{theirs}' in the source, '{ours}' here.")
    for theirs, ours in zip(told.versions, stored.versions, strict=True):
        if theirs != ours:
            report.add_difference(f"Version {theirs.version.version} of registered model '{name}' is different here.")
