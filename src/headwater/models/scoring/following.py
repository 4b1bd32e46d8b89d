"""Which model a URI means now, and noticing when that changes."""

import logging
from collections.abc import Callable

from headwater.models.scoring.model import Identity
from headwater.protocol.model_names import ModelUri, is_model_uri, parse_model_uri
from headwater.registry.uris import resolve_version
from headwater.tracking.client import Client
from headwater.tracking.session import current_session

_logger = logging.getLogger(__name__)
_PINNED_VERSION = "1"


def identify(model_uri: str, name: str = "") -> Identity:
    """Return which model a URI means now; for a registered one the URI of that version.

    Raises `ResourceDoesNotExist` if there is no such version.
    """
    if not is_model_uri(model_uri):
        words = [word for word in model_uri.rstrip("/").split("/") if word and not word.endswith(":")]
        return Identity(name=name or (words[-1] if words else "model"), version=_PINNED_VERSION, uri=model_uri)
    parsed = parse_model_uri(model_uri)
    if parsed.model_id:
        return Identity(name=name or parsed.model_id, version=_PINNED_VERSION, uri=model_uri)
    version = parsed.version or _version_now(parsed)
    path = f"/{parsed.path}" if parsed.path else ""
    return Identity(name=name or parsed.name, version=version, uri=f"models:/{parsed.name}/{version}{path}")


def is_moving(model_uri: str) -> bool:
    """Return whether a URI may mean another model tomorrow: one with an alias, a stage or `latest`."""
    if not is_model_uri(model_uri):
        return False
    parsed = parse_model_uri(model_uri)
    return bool(parsed.alias or parsed.stage)


def find_change(current: Identity, look_up: Callable[[], Identity]) -> Identity | None:
    """Return which model is meant now if it is another one; None if not, or if the registry does not say."""
    try:
        found = look_up()
    except Exception:
        _logger.warning("Cannot see whether '%s' moved; the model in use stays.", current.name, exc_info=True)
        return None
    return None if found == current else found


def _version_now(parsed: ModelUri) -> str:
    session = current_session()
    return resolve_version(session.store(Client().registry_uri), parsed).version
