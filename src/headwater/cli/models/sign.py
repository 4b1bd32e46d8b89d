"""`headwater models sign`."""

import click

from headwater.cli._options import model_store_option


@click.command("sign")
@click.argument("uri", metavar="URI")
@model_store_option
def command(*, uri: str) -> None:
    """Sign a model with your key, so that those who trust the key can load it without further consent.

    URI is a folder, runs:/<run_id>/<name>, models:/m-<id>, or models:/<name>/<version> of a logged model.
    """
    from headwater.models.fetch import fetch_model
    from headwater.models.signing import sign_model, upload_signature

    folder = fetch_model(uri)
    signer = sign_model(folder)
    upload_signature(uri, folder)
    click.echo(f"Signed {uri} as {signer.signer} with key {signer.fingerprint}.")
