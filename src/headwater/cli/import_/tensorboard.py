"""`headwater import tensorboard`."""

from pathlib import Path

import click

from headwater.cli._imports import import_options, run_import
from headwater.interop.from_tensorboard import TensorboardSource
from headwater.interop.report import Report


@click.command("tensorboard")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path), metavar="DIR")
@click.option("--experiment", default="", metavar="NAME", help="The experiment to fill; default: the folder's name.")
@import_options
def command(*, folder: Path, experiment: str, into: str, dry_run: bool, as_json: bool) -> None:
    """Bring TensorBoard's event files: each folder below DIR that has some is a run.

    Scalars become metrics, hyperparameters params, images and texts artifacts. Characters that a name may not have
    become `_`.
    """
    report = Report(str(folder))
    source = TensorboardSource(folder, experiment, report.add_problem)
    run_import(source, report, into=into, dry_run=dry_run, as_json=as_json)
