"""The order of a table's rows, when a reader asks for one."""

import math
from collections.abc import Iterator, Sequence
from itertools import islice

from headwater.protocol.errors import InvalidParameterValue
from headwater.protocol.previews import PreviewTable

MAX_SORTED_ROWS = 200_000


def order_rows(rows: Iterator[list[str]], columns: Sequence[str], request: PreviewTable) -> Iterator[list[str]]:
    """Yield rows by the column that `request` names, or as they are if it names none.

    Numbers come before texts, each in their own order, what is empty at the end. Raises `InvalidParameterValue` if
    there is no such column, or more rows than can be sorted.
    """
    if not request.sort:
        yield from rows
        return
    if request.sort not in columns:
        raise InvalidParameterValue(f"Cannot sort by '{request.sort[:100]}'. Name a column of '{request.path}'.")
    place = columns.index(request.sort)
    found = list(islice(rows, MAX_SORTED_ROWS + 1))
    if len(found) > MAX_SORTED_ROWS:
        raise InvalidParameterValue(
            f"'{request.path}' has more than {MAX_SORTED_ROWS} rows, which are not sorted here. Filter them first."
        )
    keys = [_key(row[place] if place < len(row) else "") for row in found]
    filled = sorted((index for index, key in enumerate(keys) if key), key=keys.__getitem__, reverse=request.descending)
    yield from (found[index] for index in filled)
    yield from (row for row, key in zip(found, keys, strict=True) if not key)


def _key(text: str) -> tuple[int, float, str] | tuple[()]:
    if not text:
        return ()
    try:
        number = float(text)
    except ValueError:
        return (1, 0.0, text.casefold())
    return (1, 0.0, text.casefold()) if math.isnan(number) else (0, number, "")
