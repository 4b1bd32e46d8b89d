"""Make data what a model's signature says, or say what is wrong with it."""

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np

from headwater.models.schema.columns import (
    Columns,
    columns_from_array,
    columns_from_dict,
    columns_from_list,
    fit_columns,
)
from headwater.models.schema.frames import fit_frame, frame_from_columns, to_pandas
from headwater.models.schema.kinds import is_arrow_table, is_frame, is_polars_frame, is_sparse
from headwater.models.schema.misfit import Misfit
from headwater.models.schema.param_values import check_param
from headwater.models.schema.tensors import fit_tensors
from headwater.models.schema.types import AnyType, ParamSchema, Schema
from headwater.protocol.errors import InvalidParameterValue, SchemaEnforcementFailed

_logger = logging.getLogger(__name__)
_SHOWN = 500


def enforce_schema(data: Any, schema: Schema) -> Any:
    """Return `data` as `schema` says: a DataFrame for columns; an array, or a dictionary of arrays, for tensors.

    Columns are put in order, extra ones dropped, and types converted where no value changes. Frames of pandas, polars
    and Arrow, dictionaries, lists, arrays and single values are taken. The given data is never changed.

    Raises `SchemaEnforcementFailed` if something is missing or does not fit; the message names the column, the first
    row, what it holds and what to do.

    Example:
        >>> from headwater.models.schema.types import ColSpec, Schema
        >>> enforce_schema({"b": [1, 2], "extra": "?"}, Schema([ColSpec("double", "b")]))["b"].tolist()
        [1.0, 2.0]
    """
    with enforcing(data, schema):
        return fit_tensors(data, schema) if schema.is_tensor_spec() else _fit_columns_of(data, schema)


def enforce_columns(columns: Mapping[Any, "np.ndarray[Any, Any]"], schema: Schema) -> Columns:
    """Return NumPy columns as `schema` says, without pandas; raise `SchemaEnforcementFailed` as `enforce_schema` does.

    Example:
        >>> from headwater.models.schema.types import ColSpec, Schema
        >>> enforce_columns({"b": np.array([1, 2])}, Schema([ColSpec("double", "b")]))
        {'b': array([1., 2.])}
    """
    with enforcing(columns, schema):
        return fit_columns(columns, schema)


def validate_schema(data: Any, expected_schema: Schema) -> None:
    """Raise `SchemaEnforcementFailed` unless `data` fits the schema."""
    enforce_schema(data, expected_schema)


def enforce_params(params: Mapping[str, Any] | None, schema: ParamSchema | None) -> dict[str, Any]:
    """Return the params that a model gets: what was given, converted, and defaults for the rest.

    Names that the schema does not have are dropped with a warning; so is everything without a schema. Raises
    `InvalidParameterValue` for values that do not fit.

    Example:
        >>> from headwater.models.schema.types import ParamSchema, ParamSpec
        >>> enforce_params({"t": 1}, ParamSchema([ParamSpec("t", "double", 0.5), ParamSpec("k", "long", 3)]))
        {'t': 1.0, 'k': 3}
    """
    if params is not None and not isinstance(params, Mapping):
        raise InvalidParameterValue(f"Parameters must be a dictionary. Got type '{type(params).__name__}'.")
    given = {str(name): value for name, value in (params or {}).items()}
    specs = {spec.name: spec for spec in schema.params} if schema else {}
    unknown = sorted(given.keys() - specs.keys())
    if unknown:
        _logger.warning("Params %s are unknown to the model's signature and were dropped.", unknown)
    invalid, found = [], {}
    for name, spec in specs.items():
        found[name] = spec.default
        if name in given:
            try:
                found[name] = check_param(repr(spec), given[name], spec.dtype, is_list=spec.shape is not None)
            except InvalidParameterValue as error:
                invalid.append(f"('{name}', {error.message!r})")
    if invalid:
        raise InvalidParameterValue(f"Invalid parameters found: {{{', '.join(invalid)}}}. Give values of these types.")
    return found


def _fit_columns_of(data: Any, schema: Schema) -> Any:
    if is_frame(data):
        return fit_frame(data if data.ndim == 2 else data.to_frame(0 if data.name is None else data.name), schema)
    if is_polars_frame(data) or is_arrow_table(data):
        return fit_frame(to_pandas(data), schema)
    return frame_from_columns(fit_columns(_columns_of(data, schema), schema, is_loose=True))


def _columns_of(data: Any, schema: Schema) -> Columns:
    only = schema.inputs[0].type if len(schema.inputs) == 1 and not schema.has_input_names() else None
    if isinstance(data, Mapping) and (only is None or isinstance(only, AnyType)):
        return columns_from_dict(data, schema)
    if isinstance(data, np.ndarray):
        return columns_from_array(data, schema)
    if isinstance(data, list | tuple):
        return columns_from_list(data, schema)
    if data is None or is_sparse(data):
        raise Misfit(
            f"Expected input to be DataFrame. Found: {type(data).__name__}.",
            fix=f"Give a DataFrame with the columns {list(schema.names)}.",
        )
    return columns_from_list([data], schema)


@contextmanager
def enforcing(data: Any, schema: Schema) -> Iterator[None]:
    """Turn a `Misfit` inside into the error that says why `data` does not fit `schema`.

    Of the data's values, the error holds only the first one that does not fit.
    """
    try:
        yield
    except Misfit as misfit:
        raise _failure(misfit, data, schema) from None
    except RecursionError:
        raise _failure(Misfit("The data is nested too deeply.", fix="Nest it less."), data, schema) from None


def _failure(misfit: Misfit, data: Any, schema: Schema) -> SchemaEnforcementFailed:
    text = repr(schema)
    text = text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
    return SchemaEnforcementFailed(
        f"Failed to enforce schema of data '{describe(data)}' with schema '{text}'. "
        f"Error: {misfit.reason} {misfit.fix}".rstrip()
    )


def describe(data: Any) -> str:
    """Return what kind of data this is, and how much, without its values."""
    name = type(data).__name__
    if hasattr(data, "columns") and hasattr(data, "shape"):
        columns = list(data.columns)
        more = "" if len(columns) <= 20 else f" and {len(columns) - 20} more"
        return f"{name} of {data.shape[0]} rows with columns {columns[:20]}{more}"
    if hasattr(data, "dtype") and hasattr(data, "shape"):
        return f"{name} of shape {tuple(data.shape)} and type {data.dtype}"
    if isinstance(data, Mapping):
        return f"{name} with keys {list(data)[:20]}"
    return f"{name} of {len(data)} items" if isinstance(data, list | tuple) else name
