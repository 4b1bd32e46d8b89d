"""What users hold: structs that also turn into dicts, as code written for MLflow expects."""

import enum
from collections.abc import Iterator
from typing import Any, ClassVar, Self, TypeVar

import msgspec

from headwater.protocol.errors import InvalidParameterValue

Member = TypeVar("Member", bound=enum.StrEnum)


class Entity:
    """A struct whose fields can be read as a dict, `dict(entity)`, at its own level or all the way down."""

    __slots__ = ()
    __struct_fields__: ClassVar[tuple[str, ...]]

    def __iter__(self) -> Iterator[tuple[str, Any]]:
        return ((name, getattr(self, name)) for name in self.__struct_fields__)

    def to_dictionary(self) -> dict[str, Any]:
        """Return the fields as plain data."""
        return {name: _to_plain(value) for name, value in self}

    @classmethod
    def from_dictionary(cls, fields: dict[str, Any]) -> Self:
        """Return the entity with these fields; what it does not know is passed over."""
        return msgspec.convert(fields, cls)


def _to_plain(value: Any) -> Any:
    if isinstance(value, Entity):
        return value.to_dictionary()
    if isinstance(value, enum.Enum):
        return value.value  # which YAML knows, too
    return [_to_plain(item) for item in value] if isinstance(value, list) else value


def find_member(kind: type[Member], given: str | int) -> Member:
    """Return the member of an enumeration that a name in any case, or its number from 1 on, means."""
    members = list(kind)
    if isinstance(given, int) and 1 <= given <= len(members):
        return members[given - 1]
    try:
        return kind(str(given).upper())
    except ValueError as error:
        raise InvalidParameterValue(f"Invalid {kind.__name__} '{given}'. Use one of {', '.join(members)}.") from error
