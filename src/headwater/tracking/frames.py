"""Frames: how records lie in a journal file, so that a torn or altered one is found.

A file is the magic, one frame with the header, then one frame a record. A frame is the payload's length and CRC-32,
each four bytes little-endian, then the payload in MessagePack. The n-th record after the header has sequence number n.
"""

import struct
from collections.abc import Iterator
from typing import NamedTuple
from zlib import crc32

import msgspec

from headwater.tracking.records import Header, Record

MAGIC = b"HWJ\x01"
MAX_FRAME = 256 * 1024 * 1024

_PREFIX = struct.Struct("<II")
_encode = msgspec.msgpack.Encoder().encode
_decode_record = msgspec.msgpack.Decoder(Record).decode
_decode_header = msgspec.msgpack.Decoder(Header).decode


class Damage(NamedTuple):
    """Where reading had to stop, as an offset in what was read, and why."""

    offset: int
    reason: str


class DamagedFrame(Exception):  # caught by every reader in this package, never seen outside
    """Carry the damage that ends a series of frames."""

    def __init__(self, damage: Damage) -> None:
        super().__init__(damage.reason)
        self.damage = damage


def encode_frame(record: Record | Header) -> bytes:
    """Return the frame of `record`."""
    payload = _encode(record)
    return _PREFIX.pack(len(payload), crc32(payload)) + payload


def iter_frames(data: bytes, start: int = 0) -> Iterator[tuple[int, Record]]:
    """Yield each complete record with the offset after it; raise `DamagedFrame` at the first altered one."""
    offset = start
    end = len(data)
    unpack = _PREFIX.unpack_from
    view = memoryview(data)
    while end - offset >= 8:
        length, checksum = unpack(data, offset)
        following = offset + 8 + length
        if following > end:
            if length > MAX_FRAME:
                raise DamagedFrame(Damage(offset, f"a frame claims {length} bytes"))
            return
        payload = view[offset + 8 : following]
        if crc32(payload) != checksum:
            raise DamagedFrame(Damage(offset, "a frame does not match its checksum"))
        try:
            record = _decode_record(payload)
        except msgspec.MsgspecError as error:
            raise DamagedFrame(Damage(offset, f"a frame holds no record: {error}")) from error
        offset = following
        yield offset, record


def decode_header(data: bytes) -> tuple[Header, int]:
    """Return the header at the beginning of a file and the offset after it; raise `DamagedFrame` without one."""
    if not data.startswith(MAGIC):
        raise DamagedFrame(Damage(0, "the file does not begin as a journal"))
    start = len(MAGIC)
    if len(data) < start + 8:
        raise DamagedFrame(Damage(start, "the header is cut off"))
    length, checksum = _PREFIX.unpack_from(data, start)
    payload = data[start + 8 : start + 8 + length]
    if len(payload) != length or crc32(payload) != checksum:
        raise DamagedFrame(Damage(start, "the header does not match its checksum"))
    try:
        return _decode_header(payload), start + 8 + length
    except msgspec.MsgspecError as error:
        raise DamagedFrame(Damage(start, f"the header cannot be read: {error}")) from error
