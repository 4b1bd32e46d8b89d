"""`headwater db upgrade`."""

import click

from headwater.cli._options import tracking_uri_in_force
from headwater.cli._output import say, without_password
from headwater.config import BACKEND_STORE_URI


@click.command("upgrade")
@click.argument("url", default="", metavar="[URL]")
def command(*, url: str) -> None:
    """Bring a database to the schema of this version, as opening it does, and say what was done.

    URL is sqlite:///… or postgresql://…; default: the server's database, else where runs are kept. A SQLite file is
    copied first, to a file of its name and .backup-<schema>.
    """
    from headwater.stores import upgrade_store

    uri = tracking_uri_in_force(url or BACKEND_STORE_URI.get())
    before, after = upgrade_store(uri)
    shown = without_password(uri)
    if before == after:
        say(f"'{shown}' has schema {after}, that of this version, already.")
    elif not before:
        say(f"Made '{shown}' with schema {after}.")
    else:
        copy = (
            f"; {shown.partition(':///')[2]}.backup-{before} is a copy from before"
            if shown.startswith("sqlite")
            else ""
        )
        say(f"Brought '{shown}' from schema {before} to {after}{copy}.")
