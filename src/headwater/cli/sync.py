"""`headwater sync`."""

from pathlib import Path

import click

from headwater.cli._output import say


@click.command("sync")
@click.argument("folder", required=False, type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--tracking-uri", default="", metavar="URI", help="Ship there instead of where the programs would have.")
@click.pass_context
def command(context: click.Context, *, folder: Path | None, tracking_uri: str) -> None:
    """Ship what programs on this machine logged and could not deliver before they ended.

    FOLDER holds journals, for example copied from a machine without network; default: this machine's own.
    """
    from headwater.tracking.shipper import sync_journals

    report = sync_journals(folder, tracking_uri=tracking_uri or context.find_root().obj or "")
    click.echo(str(report).splitlines()[0])
    for problem in report.problems:
        say(f"Error: {problem}")
    context.exit(1 if report.problems else 0)
