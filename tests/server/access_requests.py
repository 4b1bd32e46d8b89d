"""For every route a request that names the hidden things: derived from the protocol table, or written here."""

import json
import types
from enum import Enum
from typing import Any, NamedTuple, Union, get_args, get_origin
from urllib.parse import quote, urlencode

import msgspec

from headwater.protocol.endpoint import Endpoint
from headwater.protocol.table import ENDPOINTS
from headwater.server.routes import Route
from server.access_world import DIGEST, HUSH

_BY_URL = {
    (method, template): endpoint
    for endpoint in ENDPOINTS
    for template in endpoint.templates
    for method in endpoint.methods
}
_TREE = "{root}/file.csv"
_HAND: dict[str, str] = {
    "/get-artifact": "?path=file.csv&run_id={run_id}",
    "/model-versions/get-artifact": "?path=MLmodel&name={name}&version=1",
    "/ajax-api/2.0/mlflow/logged-models/{model_id}/artifacts/files": "?artifact_file_path=MLmodel",
    "/ajax-api/2.0/mlflow/upload-artifact": "?run_uuid={run_id}&path=up.txt",
    "/api/headwater/1/artifacts/archive": "?run_id={run_id}",
    "/api/headwater/1/blobs": "",
    "/api/headwater/1/blobs/": DIGEST,
    **{f"/api/headwater/1/samples{step}": "" for step in ("", "/load", "/remove")},
    "/metrics": "",
    "/health": "",
    "/version": "",
    "/api/headwater/1/openapi.json": "",
    "/api/headwater/1/me": "",
    "/api/headwater/1/session/open": "",
    "/api/headwater/1/session/close": "",
    "/api/headwater/1/session/setup": "",
    **{f"{base}/3.0/mlflow/server-info": "" for base in ("/api", "/ajax-api")},
    **{f"{base}/3.0/mlflow/workspaces": "" for base in ("/api", "/ajax-api")},
    **{f"{base}/3.0/mlflow/workspaces/{{workspace_name}}": "" for base in ("/api", "/ajax-api")},
    **{f"{base}/2.0/mlflow-artifacts/artifacts/": _TREE for base in ("/api", "/ajax-api")},
    **{f"{base}/2.0/mlflow-artifacts/presigned/": _TREE for base in ("/api", "/ajax-api")},
    **{
        f"{base}/2.0/mlflow-artifacts/mpu/{step}/": "{root}"
        for base in ("/api", "/ajax-api")
        for step in ("create", "complete", "abort")
    },
}
_REGISTRY = {"registered_models", "model_versions", "governance", "lineage", "permissions", "promotions"}
_KNOWN: dict[str, Any] = {
    "version": "1",
    "old": "1",
    "new": "1",
    "username": "victim",
    "password": "a new password of theirs",
    "digest": DIGEST,
    "digests": [DIGEST],
    "journal_id": "0" * 32,
    "webhook_id": "0" * 32,
    "source": "mlflow-artifacts:/{root}/model",
    "role": "",
    "condition": "metrics.loss > 3",
    "alias": HUSH,
    "text": HUSH,
    "kind": "experiment",
    "resource": "{experiment_id}",
    "resource_type": "experiment",
    "resource_id": "{experiment_id}",
    "permission": "READ",
    "workspace": "default",
    "experiment_name": f"{HUSH} experiment",
    "page_token": "",
    "new_run_id": "",
    "dataset_digest": "",
    "folder": "copied",
    "target": "prod",
    "model_json": "{{}}",
}


class Asked(NamedTuple):
    """A request to send."""

    method: str
    target: str
    body: bytes
    headers: dict[str, str]


def find_endpoint(route: Route) -> Endpoint[Any, Any] | None:
    """Return the row of the protocol table that a route was derived from."""
    return _BY_URL.get((route.methods[0], route.path))


def ask(route: Route, method: str, ids: dict[str, str]) -> Asked:
    """Return a request of a route that names the hidden things; a `KeyError` asks for a line in this file."""
    headers = {"content-type": "application/json"}
    endpoint = find_endpoint(route)
    if endpoint is None and route.path != "/api/headwater/1/events":
        rest = _HAND[route.path].format(**ids)
        return Asked(method, quote(_fill(route.path, ids) + rest, safe="/?=&"), b"{}", headers)
    if endpoint is None:
        return Asked("HEAD", f"{route.path}?experiment_ids={ids['experiment_id']}", b"", headers)
    values = _fields(endpoint, endpoint.request, ids)
    path = _fill(route.path, {**ids, **{name: str(value) for name, value in values.items()}})
    values = {name: value for name, value in values.items() if name not in endpoint.parameters}
    if method == "GET":
        return Asked(method, f"{path}?{urlencode(values, doseq=True)}", b"", headers)
    return Asked(method, path, json.dumps(values).encode(), headers)


def _fill(template: str, values: dict[str, str]) -> str:
    for name, value in {**values, "workspace_name": "w", "tag_key": "t"}.items():
        template = template.replace(f"{{{name}}}", value).replace(f"{{{name}:path}}", value)
    return template


def _fields(endpoint: Endpoint[Any, Any], struct: type[msgspec.Struct], ids: dict[str, str]) -> dict[str, Any]:
    """Return values for the fields that must be given, and for all that name something."""
    values: dict[str, Any] = {}
    for field in msgspec.structs.fields(struct):
        value = _value(endpoint, field, ids)
        if value is not None:
            values[field.name] = value
    if endpoint.name == "lineage.get":
        values = {"name": values["name"], "version": "1"}
    if endpoint.name == "bulk.edit_keys" and "kind" in values:
        values["kind"] = "metric"
    if endpoint.name == "artifacts.presign_upload":
        del values["model_id"]
    return values


def _value(endpoint: Endpoint[Any, Any], field: msgspec.structs.FieldInfo, ids: dict[str, str]) -> Any:
    name = field.name
    if name in {"experiment_ids", "run_ids", "model_ids"}:
        return [ids[name.removesuffix("s")]]
    if name == "run_id" and field.type == list[str]:
        return [ids["run_id"]]
    if name in {"run_uuid", "source_run_id"}:
        return ids["run_id"]
    if name == "name" and endpoint.resource not in _REGISTRY:
        return "named"
    if name == "new_name" and endpoint.resource in {"lineage", "registered_models"}:
        return ids["name"]
    if name == "path":
        return ids["root"] if endpoint.name in {"artifacts.list_tree", "artifacts.delete_tree"} else "file.csv"
    if name in ids:
        return ids[name] if endpoint.name != "registered_models.create" else "free"
    if name in _KNOWN:
        known = _KNOWN[name]
        return known.format(**ids) if isinstance(known, str) else known
    return _required(endpoint, field.type, ids) if field.required else None


def _required(endpoint: Endpoint[Any, Any], hint: Any, ids: dict[str, str]) -> Any:
    if get_origin(hint) in {Union, types.UnionType}:
        return None
    if hint in (int, float):
        return 1
    if hint is bytes:
        return ""
    if hint is bool:
        return True
    if get_origin(hint) is list:
        inner = get_args(hint)[0]
        is_struct = isinstance(inner, type) and issubclass(inner, msgspec.Struct)
        return [_fields(endpoint, inner, ids)] if is_struct else []
    if get_origin(hint) is dict:
        return {}
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        return _fields(endpoint, hint, ids)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return next(iter(hint)).value
    return "x"
