"""Input examples: kept beside a model as JSON, given back as what they were, and sent as requests."""

import base64
import datetime
import json
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from headwater.models.schema.frames import frame_from_columns
from headwater.models.schema.json_columns import columns_from_split, tensors_from_json
from headwater.models.schema.kinds import (
    is_arrow_table,
    is_foreign_tensor,
    is_frame,
    is_polars_frame,
    is_pydantic,
    is_sparse,
)
from headwater.models.schema.types import Schema
from headwater.protocol.errors import InvalidParameterValue, ResourceDoesNotExist, SchemaEnforcementFailed

Info: TypeAlias = dict[str, Any]
"""What an MLmodel file says of an example, under `saved_input_example_info`."""

FILE = "input_example.json"
SERVING_FILE = "serving_input_example.json"
_CHAT_KEYS = {"messages", "prompt", "input"}
_SPARSE = {"csr": "sparse_matrix_csr", "csc": "sparse_matrix_csc"}


def save_example(example: Any, folder: Path | str) -> Info:
    """Write an example, and the request that it makes, into `folder`; return what an MLmodel file says of it.

    An example is a DataFrame of pandas, polars or Arrow, an array, a dictionary of arrays, a sparse matrix, or what
    JSON holds; or a tuple of one of these and a dictionary of params. Raises `InvalidParameterValue` for others.

    Example:
        >>> import tempfile
        >>> save_example([1, 2], tempfile.mkdtemp())["type"]
        'json_object'
    """
    data, params = split_params(example)
    info, content = _encode(data)
    written: Any = content
    if params is not None:
        info["params"] = "true"
        written = {"inputs": content, "params": _plain_json(params)}
    place = Path(folder)
    (place / FILE).write_text(json.dumps(written, allow_nan=False), encoding="utf-8")
    (place / SERVING_FILE).write_text(to_serving_input(example), encoding="utf-8")
    return {"artifact_path": FILE, **info, "serving_input_path": SERVING_FILE}


def split_params(example: Any) -> tuple[Any, dict[str, Any] | None]:
    """Return data and params of an example; params are None if it is no tuple of the two."""
    if isinstance(example, tuple) and len(example) == 2 and isinstance(example[1], dict) and example[1]:
        return example
    if isinstance(example, tuple) and len(example) == 2 and example[1] == {}:
        return example[0], None
    return example, None


def load_example(folder: Path | str, info: Info, schema: Schema | None = None) -> Any:
    """Return the example that `info` describes, as the kind that was saved; without its params.

    With the schema of the model's inputs, columns and arrays have its types again, which JSON does not keep; an
    example that does not fit it comes as JSON has it.

    Raises `ResourceDoesNotExist` if the file is missing, `InvalidParameterValue` if it is no such example.
    """
    content = _read(folder, info)
    return _decode(_part(content, "inputs", info) if has_params(info) else content, info, schema)


def load_example_params(folder: Path | str, info: Info) -> dict[str, Any] | None:
    """Return the params of an example, None if it has none; raise as `load_example` does."""
    return dict(_part(_read(folder, info), "params", info)) if has_params(info) else None


def load_serving_input(folder: Path | str, info: Info) -> str | None:
    """Return the request that an example makes, None if none was kept."""
    path = Path(folder) / str(info.get("serving_input_path") or SERVING_FILE)
    return path.read_text(encoding="utf-8") if path.is_file() else None


def has_params(info: Info) -> bool:
    """Tell whether an example has params."""
    return str(info.get("params", "")).lower() == "true"


def to_serving_input(example: Any) -> str:
    """Return the JSON text that a scoring server takes for this example.

    Example:
        >>> to_serving_input(([1.5], {"top_k": 3}))
        '{\\n  "inputs": [\\n    1.5\\n  ],\\n  "params": {\\n    "top_k": 3\\n  }\\n}'
    """
    data, params = split_params(example)
    info, content = _encode(data.toarray() if is_sparse(data) else data)
    is_chat = isinstance(data, Mapping) and bool(_CHAT_KEYS & data.keys())
    payload: Info
    if info["type"] == "dataframe":
        payload = {"dataframe_split": {key: value for key, value in content.items() if key != "index"}}
    else:
        payload = dict(content) if is_chat else {"inputs": content}
    if params is not None:
        payload |= _plain_json(params) if is_chat else {"params": _plain_json(params)}
    return json.dumps(payload, indent=2, allow_nan=False)


def convert_input_example_to_serving_input(input_example: Any) -> str | None:
    """Return the JSON text that a scoring server takes for this example, None for None."""
    return None if input_example is None else to_serving_input(input_example)


def _encode(data: Any) -> tuple[Info, Any]:
    """Return the kind of an example and its JSON."""
    if is_pydantic(data):
        data = data.model_dump()
    data = _from_tensors(data)
    if is_polars_frame(data) or is_arrow_table(data):
        return {"type": "dataframe", "pandas_orient": "split"}, _split_columns(data)
    if is_frame(data):
        return _encode_frame(data if data.ndim == 2 else data.to_frame(0 if data.name is None else data.name))
    if is_sparse(data) and getattr(data, "format", "") in _SPARSE:
        parts = {name: getattr(data, name).tolist() for name in ("data", "indices", "indptr")}
        return {"type": _SPARSE[data.format]}, {**parts, "shape": list(data.shape)}
    if isinstance(data, np.ndarray):
        return {"type": "ndarray"}, _plain_json(data)
    if isinstance(data, Mapping) and any(isinstance(value, np.ndarray) for value in data.values()):
        if not all(isinstance(value, np.ndarray) for value in data.values()):
            raise InvalidParameterValue("An input example mixes arrays and other values. Make all of them arrays.")
        return {"type": "ndarray"}, _plain_json(data)
    if data is None or isinstance(data, tuple | set) or is_sparse(data):
        raise InvalidParameterValue(
            f"An input example is of type '{type(data).__name__}'. Give a DataFrame, an array, a dictionary of arrays, "
            "a CSR or CSC matrix, or what JSON holds; or a tuple of one of these and a dictionary of params."
        )
    return {"type": "json_object"}, _plain_json(data)


def _from_tensors(data: Any) -> Any:
    """Return a framework's tensor, or those in a dictionary, as arrays; anything else as it is."""
    if isinstance(data, Mapping) and any(map(is_foreign_tensor, data.values())):
        return {name: _from_tensors(value) for name, value in data.items()}
    if not is_foreign_tensor(data):
        return data
    return np.asarray(data.detach().cpu() if hasattr(data, "detach") else data)


def _encode_frame(frame: Any) -> tuple[Info, Any]:
    names, index = frame.columns.tolist(), frame.index.tolist()
    rows = _rows([frame.iloc[:, place].tolist() for place in range(len(names))])
    if names == list(range(len(names))):
        return {"type": "dataframe", "pandas_orient": "values"}, {"data": rows}
    is_plain = index == list(range(len(index))) or frame.index.nlevels > 1
    kept = {} if is_plain else {"index": _plain_json(index)}
    return {"type": "dataframe", "pandas_orient": "split"}, {"columns": _plain_json(names), **kept, "data": rows}


def _split_columns(table: Any) -> Info:
    collected = table.collect() if hasattr(table, "collect") else table
    names = list(collected.schema.names if is_arrow_table(table) else collected.columns)
    columns = collected.to_pydict() if is_arrow_table(table) else collected.to_dict(as_series=False)
    return {"columns": names, "data": _rows([columns[name] for name in names])}


def _rows(columns: list[list[Any]]) -> list[list[Any]]:
    return [list(row) for row in zip(*map(_plain_json, columns), strict=True)]


def _plain_json(value: Any) -> Any:
    """Return a value as JSON can hold it: NaN becomes null, bytes base64 text, moments ISO 8601 text."""
    if isinstance(value, Mapping):
        return {str(key): _plain_json(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain_json(item) for item in value]
    if isinstance(value, np.ndarray):
        return _plain_json(np.datetime_as_string(value).tolist() if value.dtype.kind == "M" else value.tolist())
    if isinstance(value, np.generic):
        return _plain_json(np.asarray(value))
    if isinstance(value, float):
        return value if np.isfinite(value) else _infinite(value)
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, bytes | bytearray):
        return base64.b64encode(value).decode()
    if type(value).__name__ in ("NAType", "NaTType"):
        return None
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    if is_pydantic(value):
        return _plain_json(value.model_dump())
    raise InvalidParameterValue(f"An input example holds a '{type(value).__name__}', which JSON cannot. Leave it out.")


def _infinite(value: float) -> float | None:
    if value != value:
        return None
    raise InvalidParameterValue(f"An input example holds '{value}', which JSON cannot. Use a finite number.")


def _read(folder: Path | str, info: Info) -> Any:
    path = Path(folder) / str(info.get("artifact_path", FILE))
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ResourceDoesNotExist(f"The model has no input example '{path.name}'. Save it with one.") from None
    except (ValueError, RecursionError) as error:
        raise InvalidParameterValue(f"The input example '{path.name}' is not JSON: {error}. Save it again.") from error


def _part(content: Any, key: str, info: Info) -> Any:
    if not isinstance(content, dict) or key not in content:
        raise InvalidParameterValue(f"The input example is no '{info.get('type')}' with '{key}'. Save the model again.")
    return content[key]


def _decode(content: Any, info: Info, schema: Schema | None) -> Any:
    kind = info.get("type")
    try:
        match kind:
            case "dataframe":
                return _decode_frame(content, schema)
            case "ndarray":
                return _decode_arrays(content, info, schema)
            case "sparse_matrix_csr" | "sparse_matrix_csc":
                return _decode_sparse(content, kind)
            case "json_object":
                return content
    except (KeyError, TypeError, ValueError) as error:
        raise InvalidParameterValue(f"The input example is no '{kind}': {error}. Save the model again.") from error
    raise InvalidParameterValue(f"The input example is of the unknown type '{kind}'. A newer Headwater may know it.")


def _decode_frame(content: Any, schema: Schema | None) -> Any:
    import pandas as pd

    if isinstance(content, list):
        return pd.DataFrame(content)
    if schema and not schema.is_tensor_spec():
        with suppress(SchemaEnforcementFailed):
            return frame_from_columns(columns_from_split(content, schema), content.get("index"))
    return pd.DataFrame(content["data"], columns=content.get("columns"), index=content.get("index"))


def _decode_arrays(content: Any, info: Info, schema: Schema | None) -> Any:
    if info.get("format") == "tf-serving":
        content = content.get("inputs", content.get("instances"))
    if schema and schema.is_tensor_spec():
        with suppress(SchemaEnforcementFailed):
            return tensors_from_json(content, schema)
    if isinstance(content, dict):
        return {name: _numbers(value) for name, value in content.items()}
    return _numbers(content)


def _numbers(content: Any) -> Any:
    """Return an array, in which null among numbers is NaN."""
    array = np.array(content)
    if array.dtype.kind != "O":
        return array
    try:
        return np.array(content, float)
    except (TypeError, ValueError):
        return array


def _decode_sparse(content: Any, kind: str) -> Any:
    from scipy.sparse import csc_matrix, csr_matrix

    make = csr_matrix if kind.endswith("csr") else csc_matrix
    return make((content["data"], content["indices"], content["indptr"]), shape=tuple(content["shape"]))
