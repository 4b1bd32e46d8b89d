"""`headwater views show`."""

import click
import msgspec

from headwater.cli._options import json_option, opened_store, tracking_uri_option
from headwater.cli._output import format_time, print_json, print_pairs
from headwater.protocol.views import GetView


@click.command("show")
@click.argument("view_id", metavar="VIEW_ID")
@click.option("--version", type=click.IntRange(1), default=None, help="An older version; default: the newest.")
@click.option("--state", "only_state", is_flag=True, help="Print the state alone, as JSON that `views save` takes.")
@json_option
@tracking_uri_option
def command(*, view_id: str, version: int | None, only_state: bool, as_json: bool, tracking_uri: str) -> None:
    """Show a view."""
    with opened_store(tracking_uri) as store:
        view = store.views.get(GetView(view_id, version or 0)).view
    state = msgspec.json.format(msgspec.json.encode(view.state), indent=2).decode()
    if as_json:
        print_json(view)
    elif only_state:
        click.echo(state)
    else:
        print_pairs(
            [
                ("id", view.view_id),
                ("name", view.name),
                ("experiment", view.experiment_id or "all"),
                ("version", str(view.version)),
                ("owner", view.owner),
                ("created", format_time(view.creation_time)),
                ("changed", f"{format_time(view.last_update_time)} {view.user_id}".strip()),
                ("state", msgspec.json.encode(view.state).decode()),
            ]
        )
