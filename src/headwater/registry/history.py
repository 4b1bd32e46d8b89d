"""Reading the registry's log page by page, and writing it to files for those who audit."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import msgspec

from headwater.protocol.errors import InvalidParameterValue
from headwater.protocol.governance import MAX_EVENTS, ListEvents, RegistryEvent

if TYPE_CHECKING:
    from headwater.stores.interface import Store

FORMATS = ("jsonl", "csv")


def read_history(store: "Store", request: ListEvents, most: int | None) -> Iterator[RegistryEvent]:
    """Yield events page by page, at most so many, all for None."""
    left = most
    while left is None or left > 0:
        page = msgspec.structs.replace(request, max_results=MAX_EVENTS if left is None else min(left, MAX_EVENTS))
        answer = store.governance.list_events(page)
        yield from answer.events
        if not answer.next_page_token:
            return
        left = None if left is None else left - len(answer.events)
        request = msgspec.structs.replace(request, page_token=answer.next_page_token)


def write_history(events: Iterable[RegistryEvent], path: Path) -> int:
    """Write events to a file of JSON lines or CSV, as its name ends; return how many."""
    kind = path.suffix.lower().removeprefix(".")
    if kind not in FORMATS:
        raise InvalidParameterValue(f"Cannot write a history to '{path.name}'. End the name with .jsonl or .csv.")
    with path.open("w", encoding="utf-8", newline="") as stream:
        return export_history(events, kind, stream)


def export_history(events: Iterable[RegistryEvent], kind: str, stream: IO[str]) -> int:
    """Write events to a stream as `jsonl` or `csv`; every row has every field. Return how many."""
    count = 0
    if kind == "jsonl":
        for event in events:
            stream.write(msgspec.json.encode(_row(event)).decode() + "\n")
            count += 1
        return count
    import csv  # loaded by those who ask for it

    writer = csv.DictWriter(stream, RegistryEvent.__struct_fields__, lineterminator="\n")
    writer.writeheader()
    for event in events:
        writer.writerow({key: _defused(value) for key, value in _row(event).items()})
        count += 1
    return count


def _row(event: RegistryEvent) -> dict[str, Any]:
    return {name: getattr(event, name) for name in event.__struct_fields__}


def _defused(value: object) -> object:
    """Return a cell that no spreadsheet takes for a formula."""
    is_formula = isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r"))
    return f"'{value}" if is_formula else value
