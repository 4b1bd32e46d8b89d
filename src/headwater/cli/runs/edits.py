"""`headwater runs edits`."""

import click

from headwater.cli._options import json_option, opened_store, require_one, run_id_argument, tracking_uri_option
from headwater.cli._output import format_time, print_json, print_records
from headwater.protocol.edits import ListEdits


@click.command("edits")
@run_id_argument
@click.option("--key", default="", metavar="NAME", help="Only those of this param or metric.")
@json_option
@tracking_uri_option
def command(*, run: str, run_id: str, key: str, as_json: bool, tracking_uri: str) -> None:
    """List what was changed of a run after the fact: when, by whom, and what it was."""
    wanted = require_one("the run's id", run, run_id)
    with opened_store(tracking_uri) as store:
        edits = store.edits.list(ListEdits(wanted, key)).edits
    if as_json:
        print_json(edits)
        return
    print_records(
        edits,
        {
            "time": lambda edit: format_time(edit.time),
            "user": lambda edit: edit.user_id,
            "edit": lambda edit: edit.action,
            "key": lambda edit: edit.key,
            "old": lambda edit: "" if edit.old is None else edit.old,
            "new": lambda edit: "" if edit.new is None else edit.new,
        },
    )
