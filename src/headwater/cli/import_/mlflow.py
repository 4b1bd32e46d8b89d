"""`headwater import mlflow`."""

from pathlib import Path

import click

from headwater.cli._imports import import_options, parse_moved, run_import
from headwater.interop.copying import Artifacts
from headwater.interop.opening import open_mlflow
from headwater.interop.report import Report


@click.command("mlflow")
@click.argument("source", metavar="SOURCE")
@import_options
@click.option(
    "--experiments", "-e", multiple=True, metavar="NAME", help="Only this one, by name or id; may be repeated."
)
@click.option(
    "--artifacts",
    type=click.Choice([choice.value for choice in Artifacts]),  # else click would ask for their names
    default=Artifacts.AUTO.value,
    show_default=True,
    help="auto: copy files unless they are in buckets; copy: all; reference: keep only the URIs; none: not even them.",
)
@click.option(
    "--mlartifacts",
    "proxied",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder behind mlflow-artifacts: URIs; default: mlartifacts beside the database.",
)
@click.option("--moved", multiple=True, metavar="OLD=NEW", help="Artifact URIs that begin with OLD are at NEW now.")
def command(
    *,
    source: str,
    experiments: tuple[str, ...],
    artifacts: str,
    proxied: Path | None,
    moved: tuple[str, ...],
    into: str,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Bring everything from an MLflow store, with its ids, times and every point.

    SOURCE is a folder mlruns, sqlite:///file, postgresql://… or the http(s) address of a server. It is only read. An
    import that was interrupted is started again as it was; one that is repeated adds what is new.
    """
    report = Report(source)
    opened = open_mlflow(source, report.add_problem, proxied=proxied, moved=parse_moved(moved))
    run_import(
        opened,
        report,
        into=into,
        experiments=experiments,
        artifacts=Artifacts(artifacts),
        dry_run=dry_run,
        as_json=as_json,
    )
