"""`headwater models verify`."""

import click

from headwater.cli._options import model_store_option
from headwater.config import ALLOW_PICKLE


@click.command("verify")
@click.argument("uri", metavar="URI")
@click.option("--signed", is_flag=True, help="Fail unless a key that you trust signed it.")
@click.option(
    "--environment", is_flag=True, help="Load it, too, in a clean environment of its requirements, and try its example."
)
@click.option("--allow-pickle", is_flag=True, help=f"You trust the model's author.  [env: {ALLOW_PICKLE.name}]")
@model_store_option
def command(*, uri: str, signed: bool, environment: bool, allow_pickle: bool) -> None:
    """Compare every file of a model with its manifest, and the manifest with its signature.

    Nothing of the model runs unless its environment is verified, too. The exit status is 1 if a file was changed, added
    or removed, or if the model does not work where nothing is installed but what it says it needs.
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
    if environment:
        _verify_environment(uri, allow_pickle=allow_pickle or None)


def _verify_environment(uri: str, *, allow_pickle: bool | None) -> None:
    from headwater.models.verification import verify_environment

    found = verify_environment(uri, allow_pickle=allow_pickle)
    did = "loads and predicts its example" if found.has_predicted else "loads; it has no input example to predict"
    click.echo(f"environment  {did}, with Python {found.python} and {len(found.installed)} packages")
