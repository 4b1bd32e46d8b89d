"""What a model takes and gives: columns or tensors, and params. The classes have MLflow's names and JSON."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeAlias

import numpy as np

from headwater.models.schema.data_types import (
    AnyType,
    Array,
    DataType,
    Json,
    Map,
    Object,
    Property,
    SparkMLVector,
    ValueType,
    as_type,
    is_required,
    type_from_json,
)
from headwater.models.schema.param_values import check_param, param_json
from headwater.protocol.errors import InvalidParameterValue

__all__ = [
    "AnyType",
    "Array",
    "ColSpec",
    "DataType",
    "Map",
    "Object",
    "ParamSchema",
    "ParamSpec",
    "Property",
    "Schema",
    "SparkMLVector",
    "TensorSpec",
    "ValueType",
]

Name: TypeAlias = str | int
"""Columns of frames may have numbers as names; so may those of a schema."""


@dataclass(frozen=True, repr=False)
class ColSpec:
    """One column: its type, its name unless there is only one, and whether it must be there.

    Example:
        >>> ColSpec("double", "age").to_dict()
        {'type': 'double', 'name': 'age', 'required': True}
    """

    type: ValueType
    name: Name | None = None
    required: bool = True

    def __init__(self, type: ValueType | str, name: Name | None = None, required: bool = True) -> None:  # noqa: A002, FBT001  # MLflow's
        object.__setattr__(self, "type", as_type(type))
        object.__setattr__(self, "name", _checked_name(name))
        object.__setattr__(self, "required", required)

    def to_dict(self) -> Json:
        """Return the column as JSON."""
        name = {} if self.name is None else {"name": self.name}
        return {**self.type.to_dict(), **name, "required": self.required}

    @classmethod
    def from_json_dict(cls, **spec: Any) -> "ColSpec":
        """Return the column that `spec` describes."""
        return cls(type_from_json(spec), spec.get("name"), is_required(spec))

    def __repr__(self) -> str:
        name = "" if self.name is None else f"{self.name!r}: "
        return f"{name}{self.type!r} ({'required' if self.required else 'optional'})"


@dataclass(frozen=True, repr=False)
class TensorSpec:
    """One tensor: its NumPy type, its shape, where -1 is any length, and its name unless there is only one.

    Example:
        >>> TensorSpec(np.dtype("float32"), (-1, 28, 28))
        Tensor('float32', (-1, 28, 28))
    """

    type: np.dtype[Any]
    shape: tuple[int, ...]
    name: Name | None = None

    def __init__(self, type: np.dtype[Any], shape: Sequence[int], name: Name | None = None) -> None:  # noqa: A002  # MLflow's
        if not isinstance(type, np.dtype):
            raise InvalidParameterValue(f"The type of a tensor is '{type}'. Give a NumPy dtype: np.dtype('float32').")
        if type.kind in "US" and type.itemsize:
            raise InvalidParameterValue(f"The type of a tensor has a size: '{type}'. Use np.dtype('str') or 'bytes'.")
        if not isinstance(shape, tuple | list) or not all(isinstance(size, int | np.integer) for size in shape):
            raise InvalidParameterValue(f"The shape of a tensor is '{shape}'. Give a tuple of whole numbers.")
        object.__setattr__(self, "type", type)
        object.__setattr__(self, "shape", tuple(int(size) for size in shape))
        object.__setattr__(self, "name", _checked_name(name))

    @property
    def required(self) -> bool:
        """Tell that a tensor must always be given."""
        return True

    def to_dict(self) -> Json:
        """Return the tensor as JSON."""
        name = {} if self.name is None else {"name": self.name}
        spec = {"dtype": dtype_name(self.type), "shape": list(self.shape)}
        return {**name, "type": "tensor", "tensor-spec": spec}

    @classmethod
    def from_json_dict(cls, **spec: Any) -> "TensorSpec":
        """Return the tensor that `spec` describes."""
        tensor = spec.get("tensor-spec")
        if not isinstance(tensor, Mapping) or not {"dtype", "shape"} <= tensor.keys():
            raise InvalidParameterValue(f"Missing 'tensor-spec' with 'dtype' and 'shape' in '{spec}'. Add it.")
        try:
            dtype = np.dtype(tensor["dtype"])
        except TypeError as error:
            raise InvalidParameterValue(f"NumPy knows no type '{tensor['dtype']}'. Use one such as 'int64'.") from error
        return cls(dtype, tensor["shape"], spec.get("name"))

    def __repr__(self) -> str:
        name = "" if self.name is None else f"{self.name!r}: "
        return f"{name}Tensor({dtype_name(self.type)!r}, {self.shape!r})"


Spec: TypeAlias = ColSpec | TensorSpec


class Schema:
    """The columns or the tensors that a model takes or gives; never both, all named or none.

    Never changed once made. Raises `InvalidParameterValue` for what no data could match.

    Example:
        >>> Schema([ColSpec("double", "age"), ColSpec("string", "city", required=False)])
        ['age': double (required), 'city': string (optional)]
    """

    def __init__(self, inputs: Sequence[Spec]) -> None:
        if not isinstance(inputs, list | tuple) or not all(isinstance(spec, ColSpec | TensorSpec) for spec in inputs):
            raise InvalidParameterValue(f"Inputs of a schema must be ColSpecs or TensorSpecs, got '{inputs}'.")
        self.inputs: list[Any] = list(inputs)
        self._check()

    def _check(self) -> None:
        names = [spec.name for spec in self.inputs]
        tensors = [isinstance(spec, TensorSpec) for spec in self.inputs]
        double = sorted({str(name) for name in names if name is not None and names.count(name) > 1})
        unnamed = names.count(None)
        if not self.inputs:
            raise InvalidParameterValue("Creating Schema with empty inputs is not allowed. Give at least one.")
        if any(tensors) and not all(tensors):
            raise InvalidParameterValue("A Schema has both ColSpecs and TensorSpecs. Choose one of the two.")
        if unnamed not in (0, len(names)):
            raise InvalidParameterValue(
                "Creating Schema with a combination of named and unnamed inputs is not allowed. "
                f"Got input names {names}."
            )
        if double:
            raise InvalidParameterValue(f"Inputs of a Schema share the name '{double[0]}'. Name each once.")
        if unnamed > 1 and all(tensors):
            raise InvalidParameterValue("A Schema has several unnamed TensorSpecs. Name each of them.")
        if unnamed and not all(spec.required for spec in self.inputs):
            raise InvalidParameterValue("An unnamed input of a Schema is optional. Name it or make it required.")

    def is_tensor_spec(self) -> bool:
        """Tell whether these are tensors."""
        return isinstance(self.inputs[0], TensorSpec)

    def has_input_names(self) -> bool:
        """Tell whether the inputs have names."""
        return self.inputs[0].name is not None

    def input_names(self) -> list[Name]:
        """Return the names in order; the positions if there are none."""
        return list(self.names)

    @cached_property
    def names(self) -> tuple[Name, ...]:
        """The names in order; the positions if there are none."""
        return tuple(position if spec.name is None else spec.name for position, spec in enumerate(self.inputs))

    def required_input_names(self) -> list[Name]:
        """Return the names of what must be there."""
        return [name for name, spec in zip(self.names, self.inputs, strict=True) if spec.required]

    def optional_input_names(self) -> list[Name]:
        """Return the names of what may be absent."""
        return [name for name, spec in zip(self.names, self.inputs, strict=True) if not spec.required]

    def input_types(self) -> list[Any]:
        """Return the types in order: `ValueType`s of columns, NumPy types of tensors."""
        return [spec.type for spec in self.inputs]

    def input_types_dict(self) -> dict[Name, Any]:
        """Return the types by name; raise `InvalidParameterValue` without names."""
        return {name: spec.type for name, spec in self.input_dict().items()}

    def input_dict(self) -> dict[Name, Spec]:
        """Return the inputs by name; raise `InvalidParameterValue` without names."""
        if not self.has_input_names():
            raise InvalidParameterValue("The inputs of this Schema have no names. Use `inputs`, which is a list.")
        return dict(zip(self.names, self.inputs, strict=True))

    def numpy_types(self) -> list[np.dtype[Any]]:
        """Return the NumPy types in order; raise `InvalidParameterValue` if a column's type is no plain one."""
        if self.is_tensor_spec():
            return [spec.type for spec in self.inputs]
        return [kind.to_numpy() for kind in self._plain_types("numpy")]

    def pandas_types(self) -> list[Any]:
        """Return the types of a frame's columns in order; raise `InvalidParameterValue` as `numpy_types` does."""
        if self.is_tensor_spec():
            raise InvalidParameterValue("TensorSpec only supports numpy types, use numpy_types() instead.")
        return [kind.to_pandas() for kind in self._plain_types("pandas")]

    def as_spark_schema(self) -> Any:
        """Return the columns as a schema of Spark; raise `InvalidParameterValue` if it has no such type."""
        from headwater.models.batch.spark_types import to_spark_schema  # which builds on this module

        return to_spark_schema(self)

    def _plain_types(self, library: str) -> list[DataType]:
        kinds = [spec.type for spec in self.inputs]
        if not all(isinstance(kind, DataType) for kind in kinds):
            raise InvalidParameterValue(f"Failed to get {library} types as some of the inputs types are not DataType.")
        return kinds

    def to_dict(self) -> list[Json]:
        """Return the inputs as JSON values."""
        return [spec.to_dict() for spec in self.inputs]

    def to_json(self) -> str:
        """Return the inputs as JSON text, as an MLmodel file holds it."""
        return json.dumps(self.to_dict())

    @classmethod
    def from_json(cls, text: str) -> "Schema":
        """Return the schema that a JSON text describes; raise `InvalidParameterValue` if it describes none."""
        return cls([_spec_from_json(item) for item in _read_list(text, "schema")])

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Schema) and self.inputs == other.inputs

    def __hash__(self) -> int:
        return hash(tuple(self.inputs))

    def __repr__(self) -> str:
        return repr(self.inputs)


@dataclass(frozen=True, repr=False)
class ParamSpec:
    """One param of a model: its type, its default, and the shape `(-1,)` if it is a list.

    The default is converted to the type; raises `InvalidParameterValue` if that would lose something.

    Example:
        >>> ParamSpec("temperature", "double", 1).default
        1.0
    """

    name: str
    dtype: DataType | Object
    default: Any
    shape: tuple[int, ...] | None = None

    def __init__(
        self, name: str, dtype: DataType | Object | str, default: Any, shape: Sequence[int] | None = None
    ) -> None:
        kind = as_type(dtype)
        if not isinstance(kind, DataType | Object):
            raise InvalidParameterValue(f"Param '{name}' has the type '{kind}'. Use a plain type or an Object.")
        if kind is DataType.binary:
            raise InvalidParameterValue(f"Binary type is not supported for parameters, ParamSpec '{name}' has it.")
        if shape is not None and tuple(shape) != (-1,):
            raise InvalidParameterValue(
                f"Shape of param '{name}' is '{shape}'. Use None for one value, (-1,) for a list."
            )
        object.__setattr__(self, "name", str(name))
        object.__setattr__(self, "dtype", kind)
        object.__setattr__(self, "shape", None if shape is None else tuple(shape))
        object.__setattr__(self, "default", default)
        object.__setattr__(self, "default", check_param(repr(self), default, kind, is_list=self.shape is not None))

    def to_dict(self) -> Json:
        """Return the param as JSON."""
        shape = None if self.shape is None else list(self.shape)
        return {"name": self.name, "default": param_json(self.default), "shape": shape, **self.dtype.to_dict()}

    @classmethod
    def from_json_dict(cls, **spec: Any) -> "ParamSpec":
        """Return the param that `spec` describes."""
        if not {"name", "default"} <= spec.keys() or not {"type", "dtype"} & spec.keys():
            raise InvalidParameterValue(f"Missing keys in the JSON of a param: '{spec}'. Give name, default and type.")
        kind = type_from_json({**spec, "type": spec.get("type", spec.get("dtype"))})
        if not isinstance(kind, DataType | Object):
            raise InvalidParameterValue(f"Param '{spec['name']}' has the type '{kind}'. Use a plain type or an Object.")
        return cls(spec["name"], kind, spec["default"], spec.get("shape"))

    def __repr__(self) -> str:
        shape = "" if self.shape is None else f" (shape: {self.shape})"
        return f"{self.name!r}: {self.dtype!r} (default: {self.default}){shape}"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ParamSpec) and json.dumps(self.to_dict()) == json.dumps(other.to_dict())

    def __hash__(self) -> int:
        return hash(json.dumps(self.to_dict()))


class ParamSchema:
    """The params of a model.

    Example:
        >>> ParamSchema([ParamSpec("top_k", "long", 5)])
        ['top_k': long (default: 5)]
    """

    def __init__(self, params: Sequence[ParamSpec]) -> None:
        if not isinstance(params, list | tuple) or not all(isinstance(spec, ParamSpec) for spec in params):
            raise InvalidParameterValue(f"A ParamSchema is made of ParamSpecs, got '{params}'.")
        names = [spec.name for spec in params]
        double = sorted({name for name in names if names.count(name) > 1})
        if double:
            raise InvalidParameterValue(f"Duplicated parameters found in schema: {double}. Name each once.")
        self.params = list(params)

    def to_dict(self) -> list[Json]:
        """Return the params as JSON values."""
        return [spec.to_dict() for spec in self.params]

    def to_json(self) -> str:
        """Return the params as JSON text, as an MLmodel file holds it."""
        return json.dumps(self.to_dict())

    @classmethod
    def from_json(cls, text: str) -> "ParamSchema":
        """Return the params that a JSON text describes; raise `InvalidParameterValue` if it describes none."""
        return cls([ParamSpec.from_json_dict(**item) for item in _read_list(text, "params")])

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ParamSchema) and self.params == other.params

    def __hash__(self) -> int:
        return hash(tuple(self.params))

    def __repr__(self) -> str:
        return repr(self.params)


def _checked_name(name: object) -> Name | None:
    if name is not None and not isinstance(name, str | int):
        raise InvalidParameterValue(f"The name of a column or tensor is '{name}'. Use text, or a whole number.")
    return name


def dtype_name(dtype: np.dtype[Any]) -> str:
    """Return a NumPy type as a tensor's JSON spells it."""
    return {"U": "str", "S": "bytes"}.get(dtype.kind, dtype.name)


def _spec_from_json(item: Json) -> Spec:
    return TensorSpec.from_json_dict(**item) if item.get("type") == "tensor" else ColSpec.from_json_dict(**item)


def _read_list(text: str, what: str) -> list[Json]:
    try:
        value = json.loads(text)
    except (TypeError, ValueError, RecursionError) as error:
        raise InvalidParameterValue(f"The {what} of a signature is not JSON: {error}. Save the model again.") from error
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise InvalidParameterValue(f"The {what} of a signature is '{value}'. It must be a JSON list of objects.")
    return value
