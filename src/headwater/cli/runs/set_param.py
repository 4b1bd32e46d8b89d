"""`headwater runs set-param`."""

import click

from headwater.cli._options import current_user, opened_store, tracking_uri_option
from headwater.protocol.edits import SetParam


@click.command("set-param")
@click.argument("run_id", metavar="RUN_ID")
@click.argument("key", metavar="PARAM")
@click.argument("value")
@tracking_uri_option
def command(*, run_id: str, key: str, value: str, tracking_uri: str) -> None:
    """Give a param a value, whatever it had; `headwater runs edits` tells what that was."""
    with opened_store(tracking_uri) as store:
        store.edits.set_param(SetParam(run_id, current_user(), key=key, value=value))
    click.echo(f"Param '{key}' is now '{value}'.")
