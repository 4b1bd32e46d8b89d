"""Page tokens: opaque to clients, base64 of `{"offset": n}` inside."""

import base64
import binascii

import msgspec

from headwater.protocol.errors import InvalidParameterValue


class _Page(msgspec.Struct, frozen=True):
    offset: int


def encode_page_token(offset: int) -> str:
    """Return the token of the page that starts at row `offset`."""
    return base64.b64encode(msgspec.json.encode(_Page(offset))).decode()


def decode_page_token(token: str) -> int:
    """Return the row that `token` points at, 0 for an empty token; raise `InvalidParameterValue` otherwise."""
    if not token:
        return 0
    try:
        raw = base64.b64decode(token.encode(), validate=True)
    except (binascii.Error, UnicodeEncodeError) as error:
        raise InvalidParameterValue("Invalid page token, could not base64-decode") from error
    try:
        offset = msgspec.json.decode(raw, type=_Page).offset
    except msgspec.MsgspecError as error:
        raise InvalidParameterValue(f"Invalid page token, decoded value={raw!r}") from error
    if not 0 <= offset < 2**62:
        raise InvalidParameterValue(f"Invalid page token, decoded value={raw!r}")
    return offset
