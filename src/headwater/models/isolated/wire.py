"""Data between processes that may have different versions of everything: MessagePack and raw buffers, never pickles.

A message is a header, which says how long its buffers are, and the buffers: the memory of arrays as it is. Both sides
need nothing for it but msgspec; NumPy and pandas are imported where their data is met.
"""

import struct
from typing import Any, BinaryIO

import msgspec

from headwater.models.isolated.frames import decode_frame, encode_frame
from headwater.models.isolated.tree import Buffers, decode_tree, encode_tree

_LENGTH = struct.Struct("<Q")


class Header(msgspec.Struct, frozen=True):
    """What a message is, its data with numbers in place of buffers, and how long these are."""

    kind: str
    tree: Any = None
    buffers: list[int] = []


def send(stream: BinaryIO, kind: str, value: Any = None) -> None:
    """Write one message; raise `InvalidParameterValue` before anything is written if the value cannot be sent."""
    buffers: Buffers = []
    tree = encode_tree(value, buffers, encode_frame)
    header = msgspec.msgpack.encode(Header(kind, tree, [buffer.nbytes for buffer in buffers]))
    stream.write(_LENGTH.pack(len(header)))
    stream.write(header)
    for buffer in buffers:
        stream.write(buffer)
    stream.flush()


def receive(stream: BinaryIO) -> tuple[str, Any]:
    """Return what the next message is and its value; raise `EOFError` if the other side is gone."""
    header = msgspec.msgpack.decode(_read(stream, _LENGTH.unpack(_read(stream, _LENGTH.size))[0]), type=Header)
    buffers = [_read(stream, size) for size in header.buffers]
    return header.kind, decode_tree(header.tree, buffers, decode_frame)


def _read(stream: BinaryIO, size: int) -> bytearray:
    data = bytearray(size)
    view, read = memoryview(data), 0
    while read < size:
        count = stream.readinto(view[read:])  # type: ignore[attr-defined]  # of every binary file and pipe
        if not count:
            raise EOFError
        read += count
    return data
