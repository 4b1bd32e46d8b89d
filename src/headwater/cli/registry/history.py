"""`headwater registry history`."""

import sys

import click

from headwater.cli._options import opened_registry, registry_uri_option
from headwater.cli._output import format_time, print_records
from headwater.protocol.governance import ListEvents, RegistryEvent


@click.command("history")
@click.argument("name", default="", metavar="[NAME]")
@click.argument("version", default="", metavar="[VERSION]")
@click.option("--newest-first", is_flag=True, help="Begin with what happened last.")
@click.option("--max-results", type=click.IntRange(1), default=None, help="How many at most; default: all.")
@click.option(
    "--output",
    type=click.Choice(["table", "jsonl", "csv"]),
    default="table",
    show_default=True,
    help="For people, or with every field for programs.",
)
@registry_uri_option
def command(
    *, name: str, version: str, newest_first: bool, max_results: int | None, output: str, registry_uri: str
) -> None:
    """Show what happened to a model or one of its versions: who, when, what, from, to, why.

    Without NAME it is the history of all models. That of a deleted model stays under its last name.
    """
    from headwater.registry.history import export_history, read_history

    with opened_registry(registry_uri) as store:
        events = list(read_history(store, ListEvents(name, version, newest_first), max_results))
    if output != "table":
        export_history(events, output, sys.stdout)
        return
    print_records(
        events,
        {
            "time": lambda event: format_time(event.time),
            "user": lambda event: event.user_id,
            "action": lambda event: event.action.value,
            "model": lambda event: event.name,
            "version": lambda event: event.version,
            "key": lambda event: event.key,
            "from": lambda event: _short(event, event.old),
            "to": lambda event: _short(event, event.new),
            "reason": lambda event: event.reason,
        },
    )


def _short(event: RegistryEvent, value: str | None) -> str:
    text = value or ""
    return text if len(text) <= 200 or event.action.value == "refuse" else f"{text[:200]}…"
