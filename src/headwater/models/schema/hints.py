"""Signatures from type hints: `def predict(model_input: list[Customer]) -> list[float]`."""

import datetime
import inspect
import logging
import types
from collections.abc import Callable, Mapping
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

from headwater.models.schema.data_types import AnyType, Array, DataType, Map, Object, Property, ValueType
from headwater.models.schema.signature import ModelSignature
from headwater.models.schema.types import ColSpec, Schema
from headwater.protocol.errors import InvalidParameterValue

_logger = logging.getLogger(__name__)
_PLAIN: dict[Any, DataType] = {
    bool: DataType.boolean,
    int: DataType.long,
    float: DataType.double,
    str: DataType.string,
    bytes: DataType.binary,
    datetime.datetime: DataType.datetime,
}
_DATA_LIBRARIES = {"pandas", "numpy", "scipy", "polars", "pyarrow"}
_SUPPORTED = (
    "Type hints must be a list[...] of int, str, bool, float, bytes, datetime.datetime, Any, pydantic models, or lists "
    "and dict[str, ...] of these."
)


class UnsupportedTypeHint(InvalidParameterValue):
    """A type that no signature describes."""


def infer_from_hints(function: Callable[..., Any]) -> ModelSignature | None:
    """Return the signature that the hints of a function or of a `predict` method tell, None if they tell none.

    The input is the parameter `model_input`, else the first one that is neither `self` nor `context`; it must be hinted
    as `list[...]`. Frames and arrays as hints tell no columns. Outputs are `any` unless their hint tells more.

    Raises `InvalidParameterValue` for a list or dictionary without the type of its items, and for optional items.

    Example:
        >>> def predict(model_input: list[str]) -> list[float]: ...
        >>> infer_from_hints(predict).inputs
        [string (required)]
    """
    name = input_parameter(function)
    hints = _hints_of(function)
    if name is None or name not in hints:
        return None
    inputs = schema_from_hint(hints[name])
    if inputs is None:
        return None
    return ModelSignature(inputs, _outputs(hints.get("return")))


def input_parameter(function: Callable[..., Any]) -> str | None:
    """Return the name of the parameter that takes a model's input, None if there is none."""
    names = [name for name in inspect.signature(function).parameters if name not in ("self", "context")]
    return "model_input" if "model_input" in names else next(iter(names), None)


def schema_from_hint(hint: Any) -> Schema | None:
    """Return the schema that `list[...]` tells, None for other hints; raise as `infer_from_hints` does."""
    hint = _unwrap(hint)
    if _is_data(hint):
        return None
    if hint is list:
        raise InvalidParameterValue(f"Type hint `list` doesn't contain a collection element type. {_SUPPORTED}")
    if get_origin(hint) is not list:
        _logger.warning("The type hint '%s' tells no signature. %s", _name(hint), _SUPPORTED)
        return None
    try:
        return Schema([ColSpec(type_from_hint(get_args(hint)[0]))])
    except UnsupportedTypeHint as error:
        _logger.warning("The type hint '%s' tells no signature. %s", _name(hint), error)
        return None


def type_from_hint(hint: Any, *, depth: int = 0) -> ValueType:
    """Return the type that values of a hint have; raise `InvalidParameterValue` if it cannot be described."""
    hint = _unwrap(hint)
    if hint is Any:
        return AnyType()
    if hint in _PLAIN:
        return _PLAIN[hint]
    inner, is_optional = _optional(hint)
    if is_optional:
        raise InvalidParameterValue(
            f"Invalid type hint `{_name(hint)}`: Input cannot be Optional type. Use `{_name(inner)}`, or a field of a "
            "pydantic model, which may be Optional."
        )
    if get_origin(hint) in (Union, types.UnionType):
        return AnyType()
    if depth > 32:
        raise InvalidParameterValue(f"Invalid type hint `{_name(hint)}`: it contains itself. Use Any where it does.")
    if _is_model(hint):
        return _object(hint, depth)
    return _collection(hint, depth)


def _collection(hint: Any, depth: int) -> ValueType:
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is list:
        return Array(type_from_hint(arguments[0], depth=depth + 1))
    if origin is dict:
        if arguments[0] is not str:
            raise InvalidParameterValue(f"Dictionary key type must be str, got {arguments[0]} in type hint {hint}.")
        return Map(type_from_hint(arguments[1], depth=depth + 1))
    if hint in (list, dict):
        raise InvalidParameterValue(
            f"Invalid type hint `{_name(hint)}`, it must include a valid element type. {_SUPPORTED}"
        )
    raise UnsupportedTypeHint(f"Unsupported type hint `{_name(hint)}`. {_SUPPORTED}")


def _object(model: Any, depth: int) -> ValueType:
    properties = []
    for name, field in model.model_fields.items():
        inner, is_optional = _optional(_unwrap(field.annotation))
        if is_optional and field.is_required():
            raise InvalidParameterValue(
                f"Optional field `{name}` in Pydantic model `{model.__name__}` doesn't have a default value. "
                "Please set default value to None for this field."
            )
        properties.append(Property(name, type_from_hint(inner, depth=depth + 1), not is_optional))
    return Object(properties) if properties else AnyType()


def _optional(hint: Any) -> tuple[Any, bool]:
    """Return the hint without None, and whether None was in it."""
    if get_origin(hint) not in (Union, types.UnionType) or type(None) not in get_args(hint):
        return hint, False
    rest = [item for item in get_args(hint) if item is not type(None)]
    return (rest[0] if len(rest) == 1 else Union[tuple(rest)]), True  # noqa: UP007  # made while running


def _outputs(hint: Any) -> Schema:
    """Return what the hint of the output tells, which may be nothing."""
    unknown = Schema([ColSpec(AnyType())])
    try:
        return (schema_from_hint(hint) if get_origin(_unwrap(hint)) is list else None) or unknown
    except InvalidParameterValue as error:
        _logger.warning("The type hint of the output tells no signature: %s", error)
        return unknown


def _hints_of(function: Callable[..., Any]) -> Mapping[str, Any]:
    try:
        return get_type_hints(function, include_extras=True)
    except NameError as error:
        _logger.warning("The type hints of '%s' cannot be read: %s.", getattr(function, "__name__", function), error)
        return {}


def _unwrap(hint: Any) -> Any:
    return _unwrap(get_args(hint)[0]) if get_origin(hint) is Annotated else hint


def _is_model(hint: Any) -> bool:
    return isinstance(hint, type) and hasattr(hint, "model_fields") and hasattr(hint, "model_validate")


def _is_data(hint: Any) -> bool:
    """Tell whether this is a frame or an array, or stands for the input example's type."""
    origin = get_origin(hint) or hint
    library = getattr(origin, "__module__", "").partition(".")[0]
    return library in _DATA_LIBRARIES or getattr(origin, "__name__", "") == "TypeFromExample"


def _name(hint: Any) -> str:
    return hint.__name__ if isinstance(hint, type) and not get_args(hint) else str(hint)
