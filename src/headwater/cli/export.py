"""`headwater export`."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from headwater.cli._options import existing_uri_in_force, opened_store
from headwater.cli._output import say
from headwater.protocol.errors import HeadwaterError
from headwater.stores.interface import Store

if TYPE_CHECKING:
    from headwater.interop.source import Problem

FORMATS = ["mlflow-files", "parquet"]


@click.command("export")
@click.argument("source", default="", metavar="[URI]")
@click.option("--to", "file_format", type=click.Choice(FORMATS), required=True, help="What to write.")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path), metavar="DIR")
@click.option("--no-artifacts", is_flag=True, help="Leave the artifact files out.")
@click.pass_context
def command(context: click.Context, *, source: str, file_format: str, folder: Path, no_artifacts: bool) -> None:
    """Write a whole store as files: experiments, runs, every point, params, tags, inputs, models and artifacts.

    URI is the store, by default the tracking URI in force; DIR a new folder. `mlflow-files` is MLflow's folder mlruns,
    the model registry included; `mlflow migrate-filestore` makes a database of it. `parquet` is one file a table
    (experiments, runs, params, tags, metrics, points) for DuckDB, pandas or polars. For runs as CSV or JSON see
    `headwater runs export`.
    """
    problems: list[str] = []
    with opened_store(existing_uri_in_force(source)) as store:
        written = _write(store, file_format, folder, problems.append, artifacts=not no_artifacts)
    for problem in problems:
        say(f"Problem: {problem}")
    click.echo(f"Wrote {written} to '{folder}'")
    context.exit(1 if problems else 0)


def _write(store: Store, file_format: str, folder: Path, problem: "Problem", *, artifacts: bool) -> str:
    """Write the files and return what they hold, in words."""
    try:
        if file_format == "parquet":
            from headwater.interop.to_parquet import write_parquet

            runs, points = write_parquet(store, folder)
            return f"{runs:,} runs with {points:,} points"
        from headwater.interop.to_mlflow import MlflowWriter

        writer = MlflowWriter(folder, artifacts=artifacts, problem=problem)
        writer.write(store)
    except OSError as error:
        raise HeadwaterError(f"'{folder}' cannot be written: {error}. Make room or choose another folder.") from error
    models = f", {writer.logged_models:,} logged models" if writer.logged_models else ""
    models += f", {writer.versions:,} versions of registered models" if writer.versions else ""
    return f"{writer.runs:,} runs with {writer.points:,} points{models}"
