"""The types of values in a signature: plain ones, arrays, objects, maps and anything; their JSON is MLflow's."""

import builtins
import datetime
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, TypeAlias

import numpy as np

from headwater.protocol.errors import InvalidParameterValue

Json: TypeAlias = dict[str, Any]


class DataType(Enum):
    """A plain type of one value.

    Example:
        >>> DataType.long.to_numpy()
        dtype('int64')
    """

    boolean = 1, "bool", bool
    integer = 2, "int32", int
    long = 3, "int64", int
    float = 4, "float32", float
    double = 5, "float64", builtins.float  # since the name is a member by now
    string = 6, "str", str
    binary = 7, "bytes", bytes
    datetime = 8, "datetime64[ns]", datetime.datetime

    def __new__(cls, number: int, dtype: str, python: type) -> "DataType":
        """Make a member whose value is its number."""
        member = object.__new__(cls)
        member._value_ = number
        member._dtype = np.dtype(dtype)  # type: ignore[attr-defined]  # Enum's members get attributes in __new__
        member._python = python  # type: ignore[attr-defined]  # as above
        return member

    def to_numpy(self) -> np.dtype[Any]:
        """Return the type of a NumPy array of such values."""
        dtype: np.dtype[Any] = self._dtype  # type: ignore[attr-defined]  # set in __new__
        return dtype

    def to_pandas(self) -> Any:
        """Return the type of a pandas column of such values: objects for texts and bytes."""
        return object if self in (DataType.string, DataType.binary) else self.to_numpy()

    def to_spark(self) -> Any:
        """Return the type as Spark's."""
        from headwater.models.batch.spark_types import to_spark_type  # which builds on this module

        return to_spark_type(self)

    def to_python(self) -> type:
        """Return the type of one such value."""
        python: type = self._python  # type: ignore[attr-defined]  # set in __new__
        return python

    @classmethod
    def all_types(cls) -> "list[DataType]":
        """Return every plain type."""
        return list(cls)

    @classmethod
    def check_type(cls, data_type: "DataType", value: object) -> bool:
        """Return whether one value has a plain type, as Python, NumPy or pandas have it; a bool is not a number."""
        if data_type is cls.datetime:
            return isinstance(value, (datetime.datetime, np.datetime64))
        kinds = (data_type.to_numpy().type, data_type.to_python(), *((bytearray,) if data_type is cls.binary else ()))
        return type(value) in kinds

    @classmethod
    def is_boolean(cls, value: object) -> bool:
        """Return whether a value is a truth value."""
        return cls.check_type(cls.boolean, value)

    @classmethod
    def is_integer(cls, value: object) -> bool:
        """Return whether a value is a Python int or a NumPy int32."""
        return cls.check_type(cls.integer, value)

    @classmethod
    def is_long(cls, value: object) -> bool:
        """Return whether a value is a Python int or a NumPy int64."""
        return cls.check_type(cls.long, value)

    @classmethod
    def is_float(cls, value: object) -> bool:
        """Return whether a value is a Python float or a NumPy float32."""
        return cls.check_type(cls.float, value)

    @classmethod
    def is_double(cls, value: object) -> bool:
        """Return whether a value is a Python float or a NumPy float64."""
        return cls.check_type(cls.double, value)

    @classmethod
    def is_string(cls, value: object) -> bool:
        """Return whether a value is a text."""
        return cls.check_type(cls.string, value)

    @classmethod
    def is_binary(cls, value: object) -> bool:
        """Return whether a value is bytes."""
        return cls.check_type(cls.binary, value)

    @classmethod
    def is_datetime(cls, value: object) -> bool:
        """Return whether a value is a date with a time."""
        return cls.check_type(cls.datetime, value)

    def to_dict(self) -> Json:
        """Return the type as JSON."""
        return {"type": self.name}

    def __repr__(self) -> str:
        return self.name


@dataclass(frozen=True, repr=False)
class Array:
    """Lists of values of one type.

    Example:
        >>> Array("double")
        Array(double)
    """

    dtype: "ValueType"

    def __init__(self, dtype: "ValueType | str") -> None:
        object.__setattr__(self, "dtype", as_type(dtype))

    def to_dict(self) -> Json:
        """Return the type as JSON."""
        return {"type": "array", "items": self.dtype.to_dict()}

    def __repr__(self) -> str:
        return f"Array({self.dtype!r})"


@dataclass(frozen=True, repr=False)
class Property:
    """One named value of an object; an optional one may be absent or null."""

    name: str
    dtype: "ValueType"
    required: bool = True

    def __init__(self, name: str, dtype: "ValueType | str", required: bool = True) -> None:  # noqa: FBT001  # MLflow's
        if not isinstance(name, str):
            raise InvalidParameterValue(f"Expected name to be a string, got type {type(name).__name__}: '{name}'.")
        object.__setattr__(self, "name", name)
        object.__setattr__(self, "dtype", as_type(dtype))
        object.__setattr__(self, "required", required)

    def to_dict(self) -> Json:
        """Return the property as JSON, below its name."""
        return {self.name: {**self.dtype.to_dict(), "required": self.required}}

    def __repr__(self) -> str:
        return f"{self.name}: {self.dtype!r} ({'required' if self.required else 'optional'})"


@dataclass(frozen=True, repr=False)
class Object:
    """Dictionaries with known keys; equal whatever the order of their properties."""

    properties: tuple[Property, ...]

    def __init__(self, properties: "list[Property] | tuple[Property, ...]") -> None:
        if not properties:
            raise InvalidParameterValue("Creating Object with empty properties is not allowed. Use AnyType instead.")
        names = [item.name for item in properties]
        double = sorted({name for name in names if names.count(name) > 1})
        if double:
            raise InvalidParameterValue(f"Found duplicated property names: `{', '.join(double)}`. Name each once.")
        object.__setattr__(self, "properties", tuple(sorted(properties, key=_name)))

    def to_dict(self) -> Json:
        """Return the type as JSON."""
        properties: Json = {}
        for item in self.properties:
            properties |= item.to_dict()
        return {"type": "object", "properties": properties}

    def __repr__(self) -> str:
        return "{" + ", ".join(map(repr, self.properties)) + "}"


@dataclass(frozen=True, repr=False)
class Map:
    """Dictionaries with any texts as keys, and values of one type."""

    value_type: "ValueType"

    def __init__(self, value_type: "ValueType | str") -> None:
        object.__setattr__(self, "value_type", as_type(value_type))

    def to_dict(self) -> Json:
        """Return the type as JSON."""
        return {"type": "map", "values": self.value_type.to_dict()}

    def __repr__(self) -> str:
        return f"Map(str -> {self.value_type!r})"


@dataclass(frozen=True, repr=False)
class AnyType:
    """Values of whatever type, or none."""

    kind: str = field(default="any", init=False)

    def to_dict(self) -> Json:
        """Return the type as JSON."""
        return {"type": self.kind}

    def __repr__(self) -> str:
        return "Any"


@dataclass(frozen=True, repr=False)
class SparkMLVector:
    """Vectors of Spark ML; in Python, lists or arrays of numbers."""

    kind: str = field(default="sparkml_vector", init=False)

    def to_dict(self) -> Json:
        """Return the type as JSON."""
        return {"type": self.kind}

    def __repr__(self) -> str:
        return "SparkML vector"


ValueType: TypeAlias = DataType | Array | Object | Map | AnyType | SparkMLVector
_CLASSES = (DataType, Array, Object, Map, AnyType, SparkMLVector)
_MAX_DEPTH = 64


def as_type(given: "ValueType | str") -> ValueType:
    """Return `given` as a type; raise `InvalidParameterValue` if it is neither a type nor the name of a plain one."""
    if isinstance(given, _CLASSES):
        return given
    if given in DataType.__members__:
        return DataType[given]
    raise InvalidParameterValue(
        f"Unsupported type '{given}', expected an Array, Object, Map or AnyType, or one of "
        f"{[item.name for item in DataType]}."
    )


def type_from_json(spec: object, depth: int = 0) -> ValueType:
    """Return the type that `spec` describes; raise `InvalidParameterValue` if it is no type's JSON."""
    if not isinstance(spec, Mapping) or not isinstance(spec.get("type"), str):
        raise InvalidParameterValue(f"Expected a type such as {{'type': 'long'}}, got '{spec}'.")
    if depth > _MAX_DEPTH:
        raise InvalidParameterValue(f"A type is nested more than {_MAX_DEPTH} levels deep. Simplify the signature.")
    reader = _READERS.get(spec["type"])
    return reader(spec, depth + 1) if reader else as_type(spec["type"])


def _read_array(spec: Mapping[str, Any], depth: int) -> ValueType:
    return Array(type_from_json(_part(spec, "items"), depth))


def _read_map(spec: Mapping[str, Any], depth: int) -> ValueType:
    return Map(type_from_json(_part(spec, "values"), depth))


def _read_object(spec: Mapping[str, Any], depth: int) -> ValueType:
    properties = _part(spec, "properties")
    if not isinstance(properties, Mapping):
        raise InvalidParameterValue(f"Expected properties to be a dictionary of types, got '{properties}'.")
    return Object([Property(name, type_from_json(item, depth), is_required(item)) for name, item in properties.items()])


def _part(spec: Mapping[str, Any], key: str) -> Any:
    if key not in spec:
        raise InvalidParameterValue(f"Missing key '{key}' in the JSON of a type: '{dict(spec)}'. Add it.")
    return spec[key]


def is_required(spec: Mapping[str, Any]) -> bool:
    """Return whether what `spec` describes must be there; old files say `optional` in place of `required`."""
    if "required" in spec:
        return spec["required"] is not False
    return not spec.get("optional", False)


def _name(item: Property) -> str:
    return item.name


_READERS: dict[str, Callable[[Mapping[str, Any], int], ValueType]] = {
    "array": _read_array,
    "map": _read_map,
    "object": _read_object,
    "any": lambda _, __: AnyType(),
    "sparkml_vector": lambda _, __: SparkMLVector(),
}
