"""`headwater views delete`."""

import click

from headwater.cli._options import opened_store, tracking_uri_option
from headwater.protocol.views import DeleteView, GetView


@click.command("delete")
@click.argument("view_id", metavar="VIEW_ID")
@tracking_uri_option
def command(*, view_id: str, tracking_uri: str) -> None:
    """Delete a view with all its versions."""
    with opened_store(tracking_uri) as store:
        view = store.views.get(GetView(view_id)).view
        store.views.delete(DeleteView(view_id))
    click.echo(f"Deleted view '{view.name}'.")
