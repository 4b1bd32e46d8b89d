"""`headwater models create-key`."""

import click


@click.command("create-key")
def command() -> None:
    """Make your pair of keys for signing models and print where the public one is, to be given to others."""
    from headwater.models.signing import create_key

    click.echo(create_key())
