"""`headwater import wandb`."""

from pathlib import Path

import click

from headwater.cli._imports import import_options, run_import
from headwater.interop.from_wandb import WandbSource
from headwater.interop.report import Report


@click.command("wandb")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path), metavar="DIR")
@import_options
def command(*, folder: Path, into: str, dry_run: bool, as_json: bool) -> None:
    """Bring runs that Weights & Biases left on disk: DIR is its folder wandb, with offline-run-… inside.

    A project becomes an experiment, config params, history and system metrics metrics, and saved files artifacts; a
    summary value that was never logged is a metric of one point, or a tag if it is a text.
    """
    report = Report(str(folder))
    run_import(WandbSource(folder, report.add_problem), report, into=into, dry_run=dry_run, as_json=as_json)
