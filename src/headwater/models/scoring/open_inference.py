"""The Open Inference Protocol, version 2 (KServe's and Triton's): metadata, requests and answers as named tensors."""

from math import prod
from typing import Any

import msgspec
import numpy as np

from headwater.models.schema.data_types import DataType
from headwater.models.schema.enforce import enforce_schema
from headwater.models.schema.types import Name, Schema
from headwater.models.scoring.answers import Answer
from headwater.models.scoring.casting import cast_column
from headwater.models.scoring.model import ServedModel
from headwater.models.scoring.payload import parse_json
from headwater.models.scoring.reading import ScoringInput
from headwater.models.scoring.rows import Tensor
from headwater.protocol.errors import BadRequest

_NUMPY = {
    "BOOL": "bool",
    "UINT8": "uint8",
    "UINT16": "uint16",
    "UINT32": "uint32",
    "UINT64": "uint64",
    "INT8": "int8",
    "INT16": "int16",
    "INT32": "int32",
    "INT64": "int64",
    "FP16": "float16",
    "FP32": "float32",
    "FP64": "float64",
}
_DATATYPES = {dtype: name for name, dtype in _NUMPY.items()}
_PLAIN = {
    DataType.boolean: "BOOL",
    DataType.integer: "INT32",
    DataType.long: "INT64",
    DataType.float: "FP32",
    DataType.double: "FP64",
}
_OUTPUT, _INPUT = "output-0", "input-0"
_FRAME = "pd"


class InputTensor(msgspec.Struct, frozen=True):
    """One named input: its data is flat or nested, in row-major order."""

    name: str
    shape: list[int]
    datatype: str
    data: Any
    parameters: dict[str, Any] = {}


class RequestedOutput(msgspec.Struct, frozen=True):
    """One output that is wanted; without any, all are."""

    name: str


class InferRequest(msgspec.Struct, frozen=True):
    """A request for inference; its parameters, without `content_type`, are the model's params."""

    inputs: list[InputTensor]
    id: str | None = None
    parameters: dict[str, Any] = {}
    outputs: list[RequestedOutput] = []


class OutputTensor(msgspec.Struct, frozen=True):
    """One named output; its data is flat, in row-major order."""

    name: str
    shape: list[int]
    datatype: str
    data: list[Any]


class InferResponse(msgspec.Struct, frozen=True, omit_defaults=True):
    """The answer to a request for inference."""

    model_name: str
    model_version: str
    outputs: list[OutputTensor]
    id: str | None = None


def describe_model(served: ServedModel) -> dict[str, Any]:
    """Return the metadata of the model."""
    signature = served.signature
    return {
        "name": served.identity.name,
        "versions": [served.identity.version],
        "platform": f"headwater_{served.flavor}",
        "inputs": _describe(signature.inputs if signature else None, _INPUT),
        "outputs": _describe(signature.outputs if signature else None, _OUTPUT),
    }


def read_infer(served: ServedModel, body: bytes) -> tuple[InferRequest, ScoringInput]:
    """Return a request and what it brings; raise `BadRequest` or `SchemaEnforcementFailed` if it is bad."""
    try:
        request = msgspec.convert(parse_json(body), InferRequest, strict=False)
    except msgspec.ValidationError as error:
        raise BadRequest(f"The request is none of the Open Inference Protocol: {error}.") from None
    if not request.inputs:
        raise BadRequest("The request has no inputs. Give at least one.")
    for tensor in request.inputs:
        if tensor.datatype not in _NUMPY and tensor.datatype != "BYTES":
            known = ", ".join((*_NUMPY, "BYTES"))
            raise BadRequest(f"Input '{tensor.name}' has the unknown datatype '{tensor.datatype}'. Use one of {known}.")
    params = {key: value for key, value in request.parameters.items() if key != "content_type"}
    return request, ScoringInput(_read_data(served, request), params or None)


def write_infer(served: ServedModel, request: InferRequest, answer: Answer) -> bytes:
    """Return the body of the answer; raise `BadRequest` if an output is asked for that there is not."""
    outputs = _outputs(answer, served.signature.outputs if served.signature else None)
    if request.outputs:
        by_name = {output.name: output for output in outputs}
        unknown = [wanted.name for wanted in request.outputs if wanted.name not in by_name]
        if unknown:
            raise BadRequest(f"The model has no output '{unknown[0]}'. It has {', '.join(by_name)}.")
        outputs = [by_name[wanted.name] for wanted in request.outputs]
    identity = served.identity
    return msgspec.json.encode(InferResponse(identity.name, identity.version, outputs, request.id))


def _describe(schema: Schema | None, unnamed: str) -> list[dict[str, Any]]:
    if schema is None:
        return []
    found = []
    for position, spec in enumerate(schema.inputs):
        name = str(spec.name) if spec.name is not None else unnamed if position == 0 else f"{unnamed[:-1]}{position}"
        if schema.is_tensor_spec():
            datatype, shape = _datatype(spec.type), list(spec.shape)
        else:
            datatype, shape = _PLAIN.get(spec.type, "BYTES"), [-1]
        found.append({"name": name, "datatype": datatype, "shape": shape})
    return found


def _datatype(dtype: "np.dtype[Any]") -> str:
    return _DATATYPES.get(dtype.name, "BYTES")


def _read_data(served: ServedModel, request: InferRequest) -> Any:
    schema = served.signature.inputs if served.signature else None
    if schema is None or served.model.metadata.is_signature_from_type_hint:
        return _read_free(request)
    if schema.is_tensor_spec():
        return _read_tensors(request, schema)
    specs = dict(zip(schema.names, schema.inputs, strict=True))
    by_text = {str(name): name for name in specs}
    columns: dict[Name, list[Any]] = {}
    if len(request.inputs) == 1 and request.inputs[0].name not in by_text:
        columns = _matrix_columns(request.inputs[0], schema)
    else:
        for tensor in request.inputs:
            columns[by_text.get(tensor.name, tensor.name)] = _column(tensor)
    if len({len(values) for values in columns.values()}) > 1:
        raise BadRequest(f"The inputs have different numbers of rows: { {n: len(v) for n, v in columns.items()} }.")
    return served.reader.fit(
        {
            name: cast_column(name, values, specs[name], has_base64=True) if name in specs else np.empty(0)
            for name, values in columns.items()
        }
    )


def _matrix_columns(tensor: InputTensor, schema: Schema) -> dict[Name, list[Any]]:
    """Return the columns of one input that holds them all side by side."""
    if len(tensor.shape) != 2 or tensor.shape[1] != len(schema.names):
        if len(schema.names) == 1:
            return {schema.names[0]: _column(tensor)}
        return {tensor.name: _column(tensor)}
    values, width = _flat(tensor), tensor.shape[1]
    return {name: values[position::width] for position, name in enumerate(schema.names)}


def _column(tensor: InputTensor) -> list[Any]:
    if len(tensor.shape) not in {1, 2} or (len(tensor.shape) == 2 and tensor.shape[1] != 1):
        raise BadRequest(f"Input '{tensor.name}' is a column, so its shape is [rows] or [rows, 1]. Got {tensor.shape}.")
    return _flat(tensor)


def _flat(tensor: InputTensor) -> list[Any]:
    """Return the values of an input in row-major order; raise `BadRequest` if its shape wants more or fewer."""
    values: list[Any] = []
    pending = [tensor.data]
    while pending:
        item = pending.pop()
        if isinstance(item, list):
            pending.extend(reversed(item))
        else:
            values.append(item)
    if any(size < 0 for size in tensor.shape) or len(values) != prod(tensor.shape):
        raise BadRequest(f"Input '{tensor.name}' has the shape {tensor.shape} but {len(values)} values.")
    return values


def _array(tensor: InputTensor, dtype: "np.dtype[Any] | None" = None) -> Any:
    wanted = dtype or np.dtype(_NUMPY.get(tensor.datatype, "object"))
    try:
        with np.errstate(over="ignore"):
            return np.array(_flat(tensor), wanted).reshape(tensor.shape)
    except (ValueError, TypeError, OverflowError) as error:
        raise BadRequest(f"Input '{tensor.name}' is not of the datatype {tensor.datatype}: {error}.") from None


def _read_free(request: InferRequest) -> Any:
    if request.parameters.get("content_type") == _FRAME:
        import pandas as pd

        return pd.DataFrame({tensor.name: _array(tensor).reshape(tensor.shape[0]) for tensor in request.inputs})
    if len(request.inputs) == 1:
        return _array(request.inputs[0])
    return {tensor.name: _array(tensor) for tensor in request.inputs}


def _read_tensors(request: InferRequest, schema: Schema) -> Any:
    if not schema.has_input_names():
        if len(request.inputs) > 1:
            raise BadRequest(f"The model takes one input. Got {len(request.inputs)}.")
        spec = schema.inputs[0]
        found = enforce_schema(_array(request.inputs[0], spec.type), schema)
        return Tensor(found) if found.ndim and spec.shape[:1] == (-1,) else found
    types = {str(spec.name): spec.type for spec in schema.inputs}
    return enforce_schema({tensor.name: _array(tensor, types.get(tensor.name)) for tensor in request.inputs}, schema)


def _outputs(answer: Answer, schema: Schema | None) -> list[OutputTensor]:
    value = answer.value
    if isinstance(value, dict) and value and all(isinstance(item, np.ndarray) for item in value.values()):
        return [_output(str(name), item) for name, item in value.items()]
    names = [str(name) for name in schema.names] if schema is not None and schema.has_input_names() else []
    name = names[0] if len(names) == 1 else _OUTPUT
    if isinstance(value, np.ndarray):
        return [_output(name, value)]
    if isinstance(value, list):
        try:
            array = np.array(value)
        except ValueError:
            array = np.array([], object)
        if array.dtype.kind in "iufbU" and len(array) == len(value):
            return [_output(name, array)]
    plain = answer.plain()
    items = plain if isinstance(plain, list) else [plain]
    texts = [item if isinstance(item, str) else msgspec.json.encode(item).decode() for item in items]
    return [OutputTensor(name, [len(texts)], "BYTES", texts)]


def _output(name: str, array: Any) -> OutputTensor:
    datatype = _datatype(array.dtype)
    flat = Answer(array.reshape(-1), None).plain()
    if datatype == "BYTES":
        flat = [item if isinstance(item, str) else msgspec.json.encode(item).decode() for item in flat]
    return OutputTensor(name, list(array.shape) or [1], datatype, flat)
