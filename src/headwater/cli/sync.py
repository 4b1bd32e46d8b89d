"""`headwater sync`."""

from pathlib import Path

import click


@click.command("sync")
@click.argument("folder", required=False, type=click.Path(exists=True, file_okay=False, path_type=Path))
def command(*, folder: Path | None) -> None:
    """Ship what programs on this machine logged and could not deliver before they ended.

    FOLDER holds journals, for example copied from a machine without network; default: this machine's own.
    """
    from headwater.tracking.shipper import sync_journals

    click.echo(sync_journals(folder))
