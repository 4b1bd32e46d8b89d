"""Casting JSON to the types of a signature, with the errors of the scoring protocol."""

from collections.abc import Callable
from typing import Any

import numpy as np

from headwater.models.schema.data_types import DataType, ValueType
from headwater.models.schema.fitting import Column
from headwater.models.schema.json_columns import cast_json, cast_tensor
from headwater.models.schema.misfit import Misfit
from headwater.models.schema.selecting import in_column
from headwater.models.schema.types import ColSpec, Name, TensorSpec, dtype_name
from headwater.protocol.errors import BadRequest

_TRUTHS = {"true": True, "false": False, "1": True, "0": False, "1.0": True, "0.0": False}


def cast_column(name: Name, values: list[Any], spec: ColSpec, *, has_base64: bool) -> Column:
    """Return the values of one column as its type; raise `BadRequest` at the first that does not fit.

    Texts of a binary column are base64 only if `has_base64`; otherwise their bytes are what the model gets.
    """
    try:
        if not has_base64 and spec.type is DataType.binary:
            values = [value.encode() if isinstance(value, str) else value for value in values]
        return cast_json(values, spec, has_base64=has_base64)
    except Misfit as misfit:
        fix = in_column(misfit, name, spec).fix
        raise BadRequest(
            "Invalid input. Data is not compatible with model signature. "
            f"Failed to convert column {name} to type '{_spell(spec.type)}'. Error: '{misfit.reason} {fix}'"
        ) from None


def cast_text_column(name: Name, texts: list[str | None], spec: ColSpec) -> Column:
    """Return the texts of one column of a CSV file as its type; raise `BadRequest` at the first that does not fit."""
    read = _READERS.get(spec.type) if isinstance(spec.type, DataType) else None
    values = texts if read is None else [None if text is None else read(text) for text in texts]
    return cast_column(name, values, spec, has_base64=False)


def cast_array(value: Any, spec: TensorSpec) -> Column:
    """Return JSON as an array of a tensor's type, of whatever shape; raise `BadRequest` if it is none."""
    if value == []:
        return np.empty((0, *(max(size, 0) for size in spec.shape[1:])), spec.type)
    try:
        return cast_tensor(value, spec)
    except Misfit as misfit:
        raise BadRequest(f"{misfit.reason} {misfit.fix}".rstrip()) from None


def _spell(kind: ValueType) -> str:
    return dtype_name(kind.to_numpy()) if isinstance(kind, DataType) else repr(kind)


def _as_truth(text: str) -> Any:
    return _TRUTHS.get(text.lower(), text)


_READERS: dict[DataType, Callable[[str], Any]] = {DataType.boolean: _as_truth}
