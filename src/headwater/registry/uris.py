"""Where `models:/` URIs lead: to a version of a registered model, and on to its files."""

from typing import TYPE_CHECKING

from headwater.protocol.errors import InvalidParameterValue, ResourceDoesNotExist
from headwater.protocol.model_names import ModelUri, parse_model_uri
from headwater.protocol.model_versions import GetDownloadUri, GetModelVersion, ModelVersion
from headwater.protocol.registered_models import GetLatestVersions, GetModelVersionByAlias

if TYPE_CHECKING:
    from headwater.stores.interface import Store


def resolve_version(store: "Store", uri: ModelUri) -> ModelVersion:
    """Return the version that a URI means now.

    Raises `ResourceDoesNotExist` if there is none, `InvalidParameterValue` for an alias that is not given.
    """
    if uri.version:
        return store.model_versions.get(GetModelVersion(uri.name, uri.version)).model_version
    if uri.alias:
        return store.registered_models.get_by_alias(GetModelVersionByAlias(uri.name, uri.alias)).model_version
    if not uri.stage:
        raise InvalidParameterValue(f"'models:/{uri.model_id}' is a logged model, not a version of a registered one.")
    found = store.registered_models.get_latest_versions(GetLatestVersions(uri.name, [uri.stage])).model_versions
    if not found:
        raise ResourceDoesNotExist(f"No version of model '{uri.name}' is in the stage '{uri.stage}'. Move one there.")
    return found[0]


def locate_files(store: "Store", uri: str) -> tuple[str, str]:
    """Return where the files of a version are, and the path below that which a `models:/` URI names.

    Example:
        >>> locate_files(store, "models:/churn@champion/MLmodel")
        ('mlflow-artifacts:/1/0a1b/artifacts/model', 'MLmodel')
    """
    parsed = parse_model_uri(uri)
    version = resolve_version(store, parsed)
    root = store.model_versions.get_download_uri(GetDownloadUri(version.name, version.version)).artifact_uri
    return root, parsed.path
