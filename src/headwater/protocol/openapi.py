"""The OpenAPI document, made from the protocol table."""

from typing import Any

import msgspec

from headwater.protocol.columns import Series
from headwater.protocol.endpoint import Endpoint
from headwater.protocol.errors import ErrorBody
from headwater.protocol.roles import Me
from headwater.protocol.table import ENDPOINTS
from headwater.protocol.users import OpenSession, SetUp

Schema = dict[str, Any]  # JSON Schema is a tree of anything that JSON knows

_OF_SESSIONS = (Me, OpenSession, SetUp)  # spoken by routes that no store has a verb for
_REF = "#/components/schemas/{name}"
_INT64 = {"minimum": -(2**63), "maximum": 2**63 - 1}
_DOUBLE: Schema = {"anyOf": [{"type": "number"}, {"enum": ["NaN", "Infinity", "-Infinity"]}]}


def describe_api(version: str) -> Schema:
    """Return the OpenAPI 3.1 document of every endpoint under every path it is served at."""
    structs = [struct for endpoint in ENDPOINTS for struct in (endpoint.request, endpoint.response)]
    _, components = msgspec.json.schema_components([*structs, *_OF_SESSIONS, ErrorBody], ref_template=_REF)
    schemas = {name: _as_spoken(schema) for name, schema in components.items()}
    paths: dict[str, Schema] = {}
    for endpoint in ENDPOINTS:
        for index, url in enumerate(endpoint.urls):
            for method in endpoint.methods:
                name = endpoint.name if index == 0 and method == endpoint.methods[0] else f"{endpoint.name}.{index}"
                operation = _operation(endpoint, method, schemas[endpoint.request.__name__])
                operation["operationId"] = name if method == endpoint.methods[0] else f"{name}.{method.lower()}"
                paths.setdefault(url, {})[method.lower()] = operation
    return {
        "openapi": "3.1.0",
        "info": {"title": "Headwater", "version": version},
        "paths": paths,
        "components": {"schemas": schemas},
    }


def _operation(endpoint: Endpoint[Any, Any], method: str, request: Schema) -> Schema:
    description = (endpoint.request.__doc__ or "").strip()
    operation: Schema = {
        "tags": [endpoint.resource],
        "summary": description.partition("\n")[0],
        "x-permission": endpoint.permission.value,
        "responses": {"200": _answer(endpoint), "default": _content("An error", _reference(ErrorBody))},
    }
    fields = request.get("properties", {})
    in_path = [_parameter("path", name, fields[name], required=True) for name in endpoint.parameters]
    if method == "GET":
        required = request.get("required", ())
        operation["parameters"] = in_path + [
            _parameter("query", name, schema, required=name in required)
            for name, schema in fields.items()
            if name not in endpoint.parameters
        ]
        return operation
    if in_path:
        operation["parameters"] = in_path
    if len(fields) > len(in_path) or not in_path:
        body = _content("", _without(request, endpoint.parameters) if in_path else _reference(endpoint.request))
        operation["requestBody"] = {"required": True, "content": body["content"]}
    return operation


def _parameter(place: str, name: str, schema: Schema, *, required: bool) -> Schema:
    return {"name": name, "in": place, "required": required, "schema": schema}


def _without(schema: Schema, names: tuple[str, ...]) -> Schema:
    """Return the schema of a struct without some of its fields."""
    kept = {name: field for name, field in schema["properties"].items() if name not in names}
    required = [name for name in schema.get("required", ()) if name not in names]
    return {**schema, "properties": kept, "required": required}


def _answer(endpoint: Endpoint[Any, Any]) -> Schema:
    if endpoint.response is Series:
        return {
            "description": (Series.__doc__ or "").strip(),
            "content": {"application/octet-stream": {}},
        }
    return _content("Success", _reference(endpoint.response))


def _content(description: str, schema: Schema) -> Schema:
    return {"description": description, "content": {"application/json": {"schema": schema}}}


def _reference(struct: type[msgspec.Struct]) -> Schema:
    return {"$ref": _REF.format(name=struct.__name__)}


def _as_spoken(schema: Any) -> Any:
    """Return the schema with integers bounded to 64 bits and doubles that may be spelled as text."""
    if isinstance(schema, list):
        return [_as_spoken(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    if schema.get("type") == "number":
        return {**{key: value for key, value in schema.items() if key != "type"}, **_DOUBLE}
    spoken = {key: _as_spoken(value) for key, value in schema.items()}
    if schema.get("type") == "integer":
        spoken |= {"format": "int64", **_INT64}
    return spoken
