"""What commands print: results to stdout (a table, tab-separated text when piped, or JSON), the rest to stderr."""

import logging
import re
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import TypeVar
from urllib.parse import urlsplit

import click
import msgspec

from headwater.capture.styles import RESET, SEQUENCE
from headwater.protocol.codec import encode

RecordT = TypeVar("RecordT")
_WIDTH = 72


def print_json(value: msgspec.Struct | Sequence[msgspec.Struct]) -> None:
    """Print a struct, or a list of them, as indented JSON."""
    raw = encode(value) if isinstance(value, msgspec.Struct) else b"[" + b",".join(map(encode, value)) + b"]"
    click.echo(msgspec.json.format(raw, indent=2).decode())


def print_records(records: Sequence[RecordT], columns: Mapping[str, Callable[[RecordT], str]]) -> None:
    """Print one line a record: a table on a terminal, otherwise tab-separated values under their names."""
    rows = [[printable(cell(record)) for cell in columns.values()] for record in records]
    if not sys.stdout.isatty():
        for row in [list(columns), *rows]:
            click.echo("\t".join(row))
    elif rows:
        _print_table(list(columns), rows)
    else:
        say("There are none.")


def print_pairs(pairs: Iterable[tuple[str, str]]) -> None:
    """Print names and values, one pair a line."""
    rows = [(name, printable(value)) for name, value in pairs]
    if sys.stdout.isatty():
        width = max((len(name) for name, _ in rows), default=0)
        for name, value in rows:
            click.echo(f"{click.style(name.ljust(width), bold=True)}  {value}")
    else:
        for name, value in rows:
            click.echo(f"{name}\t{value}")


class Telling(logging.Handler):
    """Says on stderr what a logger is told, for people: the message alone."""

    def emit(self, record: logging.LogRecord) -> None:
        """See `logging.Handler`."""
        say(printable(record.getMessage()))


def say(message: str) -> None:
    """Tell the person at the terminal; never part of the result."""
    click.echo(message, err=True)


def printable(text: str) -> str:
    """Return the text on one line and without control characters, which could drive a terminal."""
    return "".join(letter if letter.isprintable() else " " for letter in text)


def printable_styled(text: str) -> str:
    """Return the text as `printable` does, but for its colours, which are switched off at its end."""
    parts = re.split(f"({SEQUENCE.pattern})", text)
    kept = [part if place % 2 else printable(part) for place, part in enumerate(parts)]
    return "".join(kept) + RESET * (len(parts) > 1)


def format_time(milliseconds: int | None) -> str:
    """Return a moment to the second, by this machine's clock for a terminal, else in UTC; an empty text for none."""
    if milliseconds is None:
        return ""
    moment = datetime.fromtimestamp(milliseconds / 1000, None if sys.stdout.isatty() else UTC)
    return moment.strftime("%Y-%m-%d %H:%M:%S")


def format_bytes(count: int) -> str:
    """Return a size for people, such as `1.5 MiB`."""
    size = float(count)
    for unit in ("B", "KiB", "MiB", "GiB"):
        if size < 1024:
            return f"{size:.0f} B" if unit == "B" else f"{size:.1f} {unit}"
        size /= 1024
    return f"{size:.1f} TiB"


def without_password(uri: str) -> str:
    """Return the address as it may be shown."""
    password = urlsplit(uri).password if "@" in uri else None
    return uri.replace(f":{password}@", ":…@") if password else uri


def _print_table(titles: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console()
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, collapse_padding=True)
    for title in titles:
        is_id = title in {"id", "run", "run_id"}  # which is copied, so it stays on one line where there is room
        table.add_column(title, overflow="fold", no_wrap=is_id and console.width >= _WIDTH)
    for row in rows:
        table.add_row(*map(Text, row))
    console.print(table)
