"""`headwater models verify`."""

import click

from headwater.cli._options import model_store_option


@click.command("verify")
@click.argument("uri", metavar="URI")
@click.option("--signed", is_flag=True, help="Fail unless a key that you trust signed it.")
@model_store_option
def command(*, uri: str, signed: bool) -> None:
    """Compare every file of a model with its manifest, and the manifest with its signature.

    Nothing of the model runs. The exit status is 1 if a file was changed, added or removed.
    """
    from headwater.models.load import open_model
    from headwater.models.signing import is_signed_by_trusted, read_signer
    from headwater.protocol.errors import PermissionDenied

    folder = open_model(uri)
    if not folder.manifest_digest:
        raise click.ClickException(f"The model '{uri}' has no manifest: nothing says which files it should have.")
    click.echo(f"files      unchanged, manifest sha256:{folder.manifest_digest}")
    signer = read_signer(folder.path)
    is_trusted = is_signed_by_trusted(folder.path)
    if signer is None:
        click.echo("signature  none")
    else:
        word = "trusted" if is_trusted else "not trusted (see headwater models trust-key)"
        click.echo(f"signature  by {signer.signer!r}, key {signer.fingerprint}, {word}")
    if signed and not is_trusted:
        raise PermissionDenied(f"No key that you trust signed the model '{uri}'.")
