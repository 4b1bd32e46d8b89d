"""What is known about a model that a URI names."""

from pathlib import Path

from headwater.models.flavor import find_flavor
from headwater.models.load import open_model
from headwater.models.log import describe_model
from headwater.models.model_file import Model, ModelInfo
from headwater.models.requirements import infer_requirements
from headwater.protocol.errors import HeadwaterError, ResourceDoesNotExist
from headwater.protocol.model_names import is_model_uri, parse_model_uri
from headwater.tracking.client import Client
from headwater.tracking.logged_models import get_logged_model


def get_model_info(model_uri: str | Path) -> ModelInfo:
    """Return what is known about a model, without loading it or its files.

    Args:
        model_uri: a path, `runs:/…`, `models:/…` and so on.

    Raises `ResourceDoesNotExist` if there is none.

    Example:
        >>> hw.models.get_model_info("models:/churn@champion").signature
    """
    uri = str(model_uri)
    model = Model.load(uri)
    is_remote = is_model_uri(uri) or uri.startswith("runs:/")
    logged = None
    if model.model_id and is_remote:
        try:
            logged = get_logged_model(model.model_id)
        except ResourceDoesNotExist:
            logged = None
    return describe_model(model, logged, _version_of(uri), uri)


def infer_pip_requirements(model_uri: str | Path, flavor: str, fallback: list[str] | None = None) -> list[str]:
    """Return the pinned requirements of a saved model, found in its files without running any of them.

    Args:
        model_uri: a path, `runs:/…`, `models:/…` and so on.
        flavor: what it is of, such as "sklearn".
        fallback: what to return if the model or its flavor cannot be read; default: the error is raised.

    Example:
        >>> hw.models.infer_pip_requirements("forest", "sklearn")
        ['scikit-learn==1.7.2', 'skops==0.13.0']
    """
    try:
        return infer_requirements(open_model(model_uri).path, find_flavor(flavor).distributions)
    except HeadwaterError:
        if fallback is None:
            raise
        return fallback


def _version_of(uri: str) -> int | None:
    """Return the version of a registered model that a URI names, None for the URI of anything else."""
    if not is_model_uri(uri):
        return None
    named = parse_model_uri(uri)
    if named.model_id:
        return None
    if named.version:
        return int(named.version)
    client = Client()
    if named.alias:
        return int(client.get_model_version_by_alias(named.name, named.alias).version)
    return None
