"""Targets by their names: ours, and those that installed packages offer."""

import inspect
from importlib import import_module, metadata
from typing import Any

from headwater.config import DEPLOYMENTS_TARGET
from headwater.deployments.client import BaseDeploymentClient, Config, Described
from headwater.protocol.errors import InvalidParameterValue

ENTRY_POINTS = ("headwater.deployments", "mlflow.deployments")
"""Groups of entry points. Each names a module with `target_help`, `run_local` and one class of client."""

TARGETS = ("local",)
_VERBS = ("create_deployment", "update_deployment", "delete_deployment", "list_deployments", "get_deployment")


def get_deploy_client(target_uri: str | None = None) -> BaseDeploymentClient:
    """Return the client for a target.

    Args:
        target_uri: "local", or the name of a plugin's target, perhaps with `:/` and more; default: the one in force.

    Raises `InvalidParameterValue` if there is no such target.

    Example:
        >>> client = hw.deployments.get_deploy_client("local")
        >>> client.create_deployment("churn", "models:/churn@champion")["url"]
        'http://127.0.0.1:41275'
    """
    uri = target_uri or get_deployments_target()
    client: BaseDeploymentClient = _find_class(_find_module(uri), uri)(uri)
    return client


def set_deployments_target(target: str) -> None:
    """Choose the target that is meant where none is given, for this process and those that it starts."""
    _find_module(target)
    DEPLOYMENTS_TARGET.set(target)


def get_deployments_target() -> str:
    """Return the target that is meant where none is given; raise `InvalidParameterValue` if none was chosen."""
    target = DEPLOYMENTS_TARGET.get()
    if not target:
        raise InvalidParameterValue(
            f"No target was given. Give one, call set_deployments_target or set {DEPLOYMENTS_TARGET.name}."
        )
    return target


def run_local(
    target: str, name: str, model_uri: str, flavor: str | None = None, config: Config | None = None
) -> Described | None:
    """Deploy a model on this machine as the target would elsewhere."""
    found: Described | None = _find_module(target).run_local(name, model_uri, flavor, config)
    return found


def target_help(target: str) -> str:
    """Return what a target's configuration may say."""
    return str(_find_module(target).target_help())


def _find_module(target_uri: str) -> Any:
    name = target_uri.partition(":")[0]
    if name in TARGETS:
        return import_module(f"headwater.deployments.{name}")
    for group in ENTRY_POINTS:
        for entry in metadata.entry_points(group=group, name=name):
            return entry.load()
    others = {entry.name for group in ENTRY_POINTS for entry in metadata.entry_points(group=group)}
    raise InvalidParameterValue(
        f"No target '{name}' is known, only {', '.join(sorted({*TARGETS, *others}))}. Install the plugin for it."
    )


def _find_class(module: Any, target_uri: str) -> Any:
    found = [
        value
        for _, value in inspect.getmembers(module, inspect.isclass)
        if value.__module__ == module.__name__ and all(hasattr(value, verb) for verb in _VERBS)
    ]
    if len(found) != 1:
        raise InvalidParameterValue(
            f"The plugin of the target '{target_uri}' has {len(found)} classes of clients, not one. Ask its author."
        )
    return found[0]
