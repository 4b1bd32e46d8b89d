"""`headwater models trust-key`."""

import click


@click.command("trust-key")
@click.argument("key", metavar="KEY")
@click.option("--name", default="", help="Whose key it is.")
def command(*, key: str, name: str) -> None:
    """Trust the models that a key signed as much as your own.

    KEY is the file signing-key.pub of the signer, or its text. Compare the fingerprint printed with
    the signer's.
    """
    from headwater.models.signing import trust_key

    click.echo(f"Trusted key {trust_key(key, name)}.")
