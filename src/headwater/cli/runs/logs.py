"""`headwater runs logs`."""

import time
from collections.abc import Iterator

import click

from headwater.cli._options import json_option, opened_store, require_one, run_id_argument, tracking_uri_option
from headwater.cli._output import print_json, printable_styled, say
from headwater.protocol.logs import LogLine, ReadLog
from headwater.stores.interface import Store

POLL_S = 1.0
LINE_BYTES = 300  # a generous mean, for finding the last lines of a log


@click.command("logs")
@run_id_argument
@click.option("--follow", "-f", is_flag=True, help="Go on as long as the run does.")
@click.option("--grep", "-g", "contains", default="", metavar="TEXT", help="Only lines with this text, in any case.")
@click.option("--tail", "-t", type=click.IntRange(min=1), metavar="N", help="Only the last N lines, and what follows.")
@click.option("--stream", "-s", type=click.Choice(["out", "err"]), help="Only standard output, or only standard error.")
@click.option("--name", default="", metavar="NAME", help="Another log of the run than its first.")
@click.option("--times/--no-times", default=True, help="Print when and where each line was printed, or not.")
@json_option
@tracking_uri_option
def command(
    *,
    run: str,
    run_id: str,
    follow: bool,
    contains: str,
    tail: int | None,
    stream: str | None,
    name: str,
    times: bool,
    as_json: bool,
    tracking_uri: str,
) -> None:
    """Print what a run printed, also while it runs (captured with HEADWATER_CAPTURE=console)."""
    request = ReadLog(require_one("the run's id", run, run_id), name, contains=contains)
    with opened_store(tracking_uri) as store:
        lines = _read(store, request, follow=follow, tail=tail)
        wanted = (line for line in lines if stream in {None, line.stream})
        if as_json:
            print_json(list(wanted))
            return
        for line in wanted:
            start = f"{line.time} {line.stream} " if times and line.time else ""
            click.echo(start + printable_styled(line.text))


def _read(store: Store, request: ReadLog, *, follow: bool, tail: int | None) -> Iterator[LogLine]:
    position = 0
    if tail is not None:
        lines, position = _read_tail(store, request, tail)
        yield from lines
    while True:
        answer = store.logs.read(_at(request, position))
        if not answer.names and not (follow and answer.is_live):
            say(f"The run '{request.run_id}' has no log. Start runs with HEADWATER_CAPTURE=console to have one.")
            return
        yield from answer.lines
        has_more = answer.next_position > position and answer.next_position < answer.size
        position = max(position, answer.next_position)
        if not has_more and not (follow and answer.is_live):
            return
        if not has_more:
            time.sleep(POLL_S)


def _read_tail(store: Store, request: ReadLog, count: int) -> tuple[list[LogLine], int]:
    """Return the last lines and where to go on; with a text to find, the last ones that have it."""
    position = 0 if request.contains else -count * LINE_BYTES
    lines: list[LogLine] = []
    while True:
        answer = store.logs.read(_at(request, position))
        lines = [*lines, *answer.lines][-count:]
        if not answer.size or answer.next_position in {position, answer.size}:
            break
        position = answer.next_position
    return lines, answer.next_position


def _at(request: ReadLog, position: int) -> ReadLog:
    return ReadLog(request.run_id, request.name, position, contains=request.contains)
