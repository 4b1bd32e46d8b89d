"""Where `models:/` URIs lead, to a version of a registered model; and what may be told of a registry's address."""

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from headwater.protocol.errors import InvalidParameterValue, ResourceDoesNotExist
from headwater.protocol.model_names import ModelUri
from headwater.protocol.model_versions import GetModelVersion, ModelVersion
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


def without_credentials(uri: str) -> str:
    """Return the address of a registry as it may be kept and shown.

    Example:
        >>> without_credentials("https://ada:secret@models.example.com")
        'https://models.example.com'
    """
    parts = urlsplit(uri)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl() if "@" in parts.netloc else uri
