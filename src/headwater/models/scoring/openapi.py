"""The OpenAPI document of a model's server, and what the page needs: both are made from the signature."""

import json
from typing import Any

import msgspec

from headwater.models.schema.data_types import Array, DataType, Map, Object, SparkMLVector, ValueType
from headwater.models.schema.types import ParamSpec, Schema
from headwater.models.scoring.content_types import ContentType
from headwater.models.scoring.model import ServedModel
from headwater.models.scoring.open_inference import InferRequest, InferResponse, describe_model
from headwater.models.scoring.streaming import StreamForm
from headwater.protocol.errors import ErrorBody
from headwater.version import __version__

Json = dict[str, Any]

_REFERENCE = "#/components/schemas/{name}"
_PLAIN: dict[DataType, Json] = {
    DataType.boolean: {"type": "boolean"},
    DataType.integer: {"type": "integer", "minimum": -(2**31), "maximum": 2**31 - 1},
    DataType.long: {"type": "integer", "minimum": -(2**63), "maximum": 2**63 - 1},
    DataType.float: {"type": "number", "format": "float"},
    DataType.double: {"type": "number", "format": "double"},
    DataType.string: {"type": "string"},
    DataType.binary: {"type": "string", "contentEncoding": "base64"},
    DataType.datetime: {"type": "string", "format": "date-time"},
}
_NUMPY_KINDS = {"b": "boolean", "i": "integer", "u": "integer", "f": "number"}
_FLOATS = frozenset({DataType.float, DataType.double})


def describe_page(served: ServedModel) -> Json:
    """Return what the page shows: which model it is, what it takes and an example of it."""
    signature = served.signature
    inputs = signature.inputs if signature else None
    outputs = signature.outputs if signature else None
    params = signature.params if signature else None
    return {
        "name": served.identity.name,
        "version": served.identity.version,
        "flavor": served.flavor,
        "is_tensor": inputs is not None and inputs.is_tensor_spec(),
        "inputs": inputs.to_dict() if inputs else None,
        "outputs": outputs.to_dict() if outputs else None,
        "params": params.to_dict() if params else [],
        "example": example_of(served),
    }


def example_of(served: ServedModel) -> Any:
    """Return the body of a request that the input example makes, None if there is none."""
    text = served.serving_input()
    try:
        return None if text is None else json.loads(text)
    except ValueError:
        return None


def describe_server(served: ServedModel) -> Json:
    """Return the OpenAPI 3.1 document of the server of a model."""
    _, components = msgspec.json.schema_components([InferRequest, InferResponse, ErrorBody], ref_template=_REFERENCE)
    error = {"description": "An error", "content": _json(_REFERENCE.format(name="ErrorBody"))}
    identity = served.identity
    return {
        "openapi": "3.1.0",
        "info": {
            "title": identity.name,
            "version": identity.version,
            "description": f"A model of {served.flavor}, served by Headwater {__version__}.",
        },
        "paths": {
            "/invocations": {"post": _invocations(served, error)},
            **_monitoring(),
            **_open_inference(served, error),
        },
        "components": {"schemas": {"Params": _params(served), "Record": _record(served), **components}},
    }


def _invocations(served: ServedModel, error: Json) -> Json:
    schema = served.signature.outputs if served.signature else None
    body = {"schema": _payload(served)}
    if (example := example_of(served)) is not None:
        body["example"] = example
    tables: Json = {kind.value: {"schema": {}} for kind in ContentType if kind is not ContentType.JSON}
    answer = {"type": "object", "required": ["predictions"], "properties": {"predictions": _predictions(schema)}}
    content: Json = {"application/json": {"schema": answer}}
    if served.model.is_streaming:
        content |= {form.value: {"schema": {"type": "string"}} for form in StreamForm}
    statuses = ("400", "413", "415", "429", "504")
    return {
        "operationId": "invocations",
        "summary": "Predict.",
        "requestBody": {"required": True, "content": {"application/json": body, **tables}},
        "responses": {
            "200": {"description": "Predictions", "content": content},
            **dict.fromkeys(statuses, error),
        },
    }


def _payload(served: ServedModel) -> Json:
    inputs = served.signature.inputs if served.signature else None
    record = {"$ref": _REFERENCE.format(name="Record")}
    is_table = inputs is not None and not inputs.is_tensor_spec()
    split = {
        "type": "object",
        "required": ["data"],
        "properties": {
            "columns": {"type": "array", **({"examples": [list(inputs.names)]} if inputs and is_table else {})},
            "index": {"type": "array"},
            "data": {"type": "array", "items": {}},
        },
    }
    shapes: dict[str, Json] = {
        "dataframe_split": split,
        "dataframe_records": {"type": "array", "items": record if is_table else {}},
        "instances": {},
        "inputs": _tensors(inputs) if inputs and inputs.is_tensor_spec() else {},
    }
    others: dict[str, Json] = {"params": {"$ref": _REFERENCE.format(name="Params")}}
    if served.model.is_streaming:
        others["stream"] = {"type": "boolean", "default": False}
    return {
        "oneOf": [
            {"type": "object", "required": [name], "properties": {name: shape, **others}}
            for name, shape in shapes.items()
        ]
    }


def _record(served: ServedModel) -> Json:
    inputs = served.signature.inputs if served.signature else None
    if inputs is None or inputs.is_tensor_spec():
        return {"type": "object"}
    return _object(inputs)


def _object(schema: Schema) -> Json:
    columns = dict(zip(map(str, schema.names), schema.inputs, strict=True))
    properties = {name: _nullable(spec.type, required=spec.required) for name, spec in columns.items()}
    required = [name for name, spec in columns.items() if spec.required]
    return {"type": "object", "properties": properties, **({"required": required} if required else {})}


def _nullable(kind: ValueType, *, required: bool) -> Json:
    schema = _value(kind)
    if (required and kind not in _FLOATS) or "type" not in schema:
        return schema
    return {**schema, "type": [schema["type"], "null"]}


def _value(kind: ValueType) -> Json:
    if isinstance(kind, DataType):
        return dict(_PLAIN[kind])
    if isinstance(kind, Array):
        return {"type": "array", "items": _value(kind.dtype)}
    if isinstance(kind, Object):
        properties = {item.name: _nullable(item.dtype, required=item.required) for item in kind.properties}
        return {
            "type": "object",
            "properties": properties,
            "required": [item.name for item in kind.properties if item.required],
        }
    if isinstance(kind, Map):
        return {"type": "object", "additionalProperties": _value(kind.value_type)}
    return {"type": "array", "items": {"type": "number"}} if isinstance(kind, SparkMLVector) else {}


def _tensors(schema: Schema) -> Json:
    if not schema.has_input_names():
        return _tensor(schema.inputs[0])
    return {"type": "object", "properties": {str(spec.name): _tensor(spec) for spec in schema.inputs}}


def _tensor(spec: Any) -> Json:
    kind = _NUMPY_KINDS.get(spec.type.kind, "string")
    found: Json = {"type": kind}
    for size in reversed(spec.shape):
        found = {"type": "array", "items": found}
        if size >= 0:
            found |= {"minItems": size, "maxItems": size}
    return found


def _predictions(schema: Schema | None) -> Json:
    if schema is None:
        return {}
    if schema.is_tensor_spec():
        return _tensors(schema)
    if not schema.has_input_names():
        return {"type": "array", "items": _nullable(schema.inputs[0].type, required=False)}
    return {"type": "array", "items": {"anyOf": [_object(schema), *(_value(spec.type) for spec in schema.inputs[:1])]}}


def _params(served: ServedModel) -> Json:
    schema = served.signature.params if served.signature else None
    return {
        "type": ["object", "null"],
        "properties": {spec.name: _param(spec) for spec in schema.params} if schema else {},
    }


def _param(spec: ParamSpec) -> Json:
    value = _value(spec.dtype)
    found = {"type": "array", "items": value} if spec.shape is not None else value
    return {**found, "default": spec.to_dict()["default"]}


def _monitoring() -> Json:
    alive = {"200": {"description": "The model is loaded."}}
    text = {"200": {"description": "A text", "content": {"text/plain": {"schema": {"type": "string"}}}}}
    return {
        "/ping": {"get": {"operationId": "ping", "summary": "Tell whether the model is loaded.", "responses": alive}},
        "/health": {"get": {"operationId": "health", "summary": "The same as /ping.", "responses": alive}},
        "/version": {"get": {"operationId": "version", "summary": "Tell Headwater's version.", "responses": text}},
        "/metrics": {"get": {"operationId": "metrics", "summary": "Tell Prometheus' counters.", "responses": text}},
    }


def _open_inference(served: ServedModel, error: Json) -> Json:
    name = served.identity.name
    alive = {"200": {"description": "Yes"}, "503": {"description": "No"}}
    request, response = (_REFERENCE.format(name=kind.__name__) for kind in (InferRequest, InferResponse))
    infer = {
        "operationId": "infer",
        "summary": "Predict, by the Open Inference Protocol.",
        "requestBody": {"required": True, "content": _json(request)},
        "responses": {"200": {"description": "Predictions", "content": _json(response)}, "400": error},
    }
    metadata = {
        "operationId": "model_metadata",
        "summary": "Describe the model.",
        "responses": {
            "200": {
                "description": "Inputs and outputs",
                "content": {"application/json": {"schema": {"type": "object"}, "example": describe_model(served)}},
            }
        },
    }
    quoted = name.replace("{", "%7B").replace("}", "%7D")
    return {
        "/v2/health/live": {"get": {"operationId": "live", "summary": "Is the server alive?", "responses": alive}},
        "/v2/health/ready": {"get": {"operationId": "ready", "summary": "Is it ready?", "responses": alive}},
        f"/v2/models/{quoted}": {"get": metadata},
        f"/v2/models/{quoted}/infer": {"post": infer},
    }


def _json(reference: str) -> Json:
    return {"application/json": {"schema": {"$ref": reference}}}
