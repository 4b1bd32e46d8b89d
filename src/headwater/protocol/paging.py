"""Page tokens: opaque to clients, base64 of `{"offset": n}` inside."""

import base64
import binascii
from typing import TypeVar

import msgspec

from headwater.protocol.errors import InvalidParameterValue


class _Page(msgspec.Struct, frozen=True):
    offset: int


class QueryPage(msgspec.Struct, frozen=True):
    """Where a page starts in the answer to one query: `query` tells queries apart, rows after `newest` came later."""

    offset: int
    newest: int
    query: str

    def encode(self) -> str:
        """Return the token of this page."""
        return base64.b64encode(msgspec.json.encode(self)).decode()


def decode_query_page(token: str, query: str) -> QueryPage | None:
    """Return the page that `token` points at, None for an empty token.

    Raises `InvalidParameterValue` for anything else, and for a token of another query.
    """
    if not token:
        return None
    page = _decode(token, QueryPage)
    if page.query != query:
        raise InvalidParameterValue(
            "The page token belongs to another search. Repeat the experiments, filter, datasets and order_by that the "
            "token was answered to, or leave the token out."
        )
    return page


PageT = TypeVar("PageT", bound=msgspec.Struct)


def encode_page_token(offset: int) -> str:
    """Return the token of the page that starts at row `offset`."""
    return base64.b64encode(msgspec.json.encode(_Page(offset))).decode()


def decode_page_token(token: str) -> int:
    """Return the row that `token` points at, 0 for an empty token; raise `InvalidParameterValue` otherwise."""
    return _decode(token, _Page).offset if token else 0


def _decode(token: str, kind: type[PageT]) -> PageT:
    try:
        raw = base64.b64decode(token.encode(), validate=True)
    except (binascii.Error, UnicodeEncodeError) as error:
        raise InvalidParameterValue("Invalid page token, could not base64-decode") from error
    try:
        page = msgspec.json.decode(raw, type=kind)
    except msgspec.MsgspecError as error:
        raise InvalidParameterValue(f"Invalid page token, decoded value={raw!r}") from error
    if not all(0 <= number < 2**62 for number in msgspec.structs.astuple(page) if isinstance(number, int)):
        raise InvalidParameterValue(f"Invalid page token, decoded value={raw!r}")
    return page
