"""`headwater registry comment`."""

import click

from headwater.cli._options import current_user, opened_registry, registry_uri_option
from headwater.protocol.promotions import CommentPromotion


@click.command("comment")
@click.argument("name", metavar="NAME")
@click.argument("number", type=int, metavar="NUMBER")
@click.argument("text", metavar="TEXT")
@registry_uri_option
def command(*, name: str, number: int, text: str, registry_uri: str) -> None:
    """Say something about a request for a promotion; `headwater registry requests` tells its NUMBER."""
    with opened_registry(registry_uri) as store:
        store.promotions.comment(CommentPromotion(name, number, text, user_id=current_user()))
    click.echo(f"The comment on request {number} of model '{name}' is kept.")
