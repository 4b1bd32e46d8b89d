"""Which columns of a table are shown."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from headwater.protocol.previews import PreviewTable


class ShownColumns(NamedTuple):
    """The columns to show: their names, their places in the file, and how many there are if these are not all."""

    names: list[str]
    places: list[int]
    total: int | None

    def read(self, sort: str, find: Callable[[str], int | None]) -> tuple[list[str], list[int]]:
        """Return names and places of what must be read: the column to sort by comes last if it is not shown."""
        place = None if not sort or sort in self.names else find(sort)
        return (self.names, self.places) if place is None else ([*self.names, sort], [*self.places, place])


def choose_columns(names: Sequence[str], request: PreviewTable) -> ShownColumns:
    """Return those of all columns that `request` asks for."""
    needle = request.columns_containing.lower()
    found = [place for place, name in enumerate(names) if needle in name.lower()] if needle else range(len(names))
    places = list(found[request.column_offset : request.column_offset + request.column_limit])
    return ShownColumns([names[place] for place in places], places, None if len(places) == len(names) else len(found))
