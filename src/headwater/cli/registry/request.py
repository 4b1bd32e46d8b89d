"""`headwater registry request`."""

import click

from headwater.cli._options import current_user, opened_registry, reason_option, registry_uri_option, target_options
from headwater.cli._output import say
from headwater.protocol.promotions import RequestPromotion


@click.command("request")
@click.argument("name", metavar="NAME")
@click.argument("version", metavar="VERSION")
@target_options
@click.option("--archive-others", is_flag=True, help="Once approved, archive the other versions in the stage.")
@reason_option
@registry_uri_option
def command(
    *, name: str, version: str, alias: str, stage: str, archive_others: bool, reason: str, registry_uri: str
) -> None:
    """Ask others to let a version have an alias or a stage; print the number of the request."""
    user = current_user()
    request = RequestPromotion(name, version, alias, stage, archive_others, user_id=user, reason=reason)
    with opened_registry(registry_uri) as store:
        made = store.promotions.create(request).request
    say(f"Version {version} of model '{name}' is to become '{made.target}'. Now others approve or reject it.")
    for text in made.missing:
        say(f"The policy still asks that {text}.")
    click.echo(str(made.request_id))
