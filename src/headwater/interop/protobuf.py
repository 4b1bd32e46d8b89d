"""The wire format of protocol buffers, as far as reading needs it: fields by number, nothing declared.

TensorBoard's and Weights & Biases' own packages would do this too, but bring hundreds of megabytes.
"""

import struct
from collections.abc import Iterator

from headwater.protocol.errors import DataLoss

_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_MAX_VARINT_BYTES = 10


class Message:
    """A message's fields; of one that is given several times `all_bytes` returns each and the others the last.

    Raises `DataLoss` if the bytes are no message.
    """

    def __init__(self, data: bytes) -> None:
        self._fields: dict[int, list[int | bytes]] = {}
        for number, value in _read(data):
            self._fields.setdefault(number, []).append(value)

    def has(self, number: int) -> bool:
        """Return whether the field is given."""
        return number in self._fields

    def all_bytes(self, number: int) -> list[bytes]:
        """Return every value of a field of bytes, texts or messages."""
        return [value for value in self._fields.get(number, []) if isinstance(value, bytes)]

    def bytes(self, number: int) -> bytes:
        """Return the bytes of a field."""
        return (self.all_bytes(number) or [b""])[-1]

    def text(self, number: int) -> str:
        """Return a text."""
        return self.bytes(number).decode("utf-8", "replace")

    def message(self, number: int) -> "Message":
        """Return a message inside this one; an empty one if it is absent."""
        return Message(self.bytes(number))

    def messages(self, number: int) -> list["Message"]:
        """Return every message of a repeated field."""
        return [Message(data) for data in self.all_bytes(number)]

    def integer(self, number: int) -> int:
        """Return a signed integer."""
        value = (self._fields.get(number) or [0])[-1]
        if isinstance(value, bytes):
            return int.from_bytes(value, "little", signed=True)
        return value - (1 << 64) if value >> 63 else value

    def zigzag(self, number: int) -> int:
        """Return an integer of the type `sint64`."""
        value = self.integer(number) & (1 << 64) - 1
        return (value >> 1) ^ -(value & 1)

    def real(self, number: int) -> float:
        """Return a float or double."""
        data = self.bytes(number)
        if len(data) not in {4, 8}:
            return 0.0
        found: float = struct.unpack("<d" if len(data) == 8 else "<f", data)[0]
        return found


def _read(data: bytes) -> Iterator[tuple[int, int | bytes]]:
    position = 0
    while position < len(data):
        tag, position = _varint(data, position)
        kind = tag & 7
        if kind == _VARINT:
            value, position = _varint(data, position)
            yield tag >> 3, value
            continue
        if kind == _BYTES:
            size, position = _varint(data, position)
        elif kind in {_FIXED64, _FIXED32}:
            size = 8 if kind == _FIXED64 else 4
        else:
            raise DataLoss(f"A record is damaged: it has a field of the unknown kind '{kind}'.")
        if position + size > len(data):
            raise DataLoss("A record is damaged: a field reaches beyond its end.")
        yield tag >> 3, data[position : position + size]
        position += size


def _varint(data: bytes, position: int) -> tuple[int, int]:
    value = 0
    for index in range(_MAX_VARINT_BYTES):
        if position + index >= len(data):
            break
        byte = data[position + index]
        value |= (byte & 127) << (7 * index)
        if byte < 128:
            return value & (1 << 64) - 1, position + index + 1
    raise DataLoss("A record is damaged: a number does not end.")
