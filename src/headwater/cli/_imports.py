"""What the commands that import have in common: their options, the progress bar and the report."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext

import click

from headwater.cli._options import CommandT, json_option, opened_store, tracking_uri_in_force
from headwater.cli._output import print_json, print_records, say, without_password
from headwater.interop.copying import Artifacts
from headwater.interop.load import Choices, Progress, import_source
from headwater.interop.report import ExperimentReport, Report
from headwater.interop.source import Source
from headwater.stores.interface import Store

_LISTED = 20


def import_options(command: CommandT) -> CommandT:
    """Add `--into`, `--dry-run` and `--json`."""
    command = json_option(command)
    command = click.option("--dry-run", is_flag=True, help="Read everything and say what it is, but write nothing.")(
        command
    )
    return click.option(
        "--into",
        "--tracking-uri",
        default="",
        metavar="URI",
        help="The store to fill: sqlite:///…, postgresql://… or http(s)://…; default: the tracking URI in force.",
    )(command)


def parse_moved(pairs: Sequence[str]) -> dict[str, str]:
    """Return the beginnings of paths that have moved, and where to."""
    moved = {}
    for pair in pairs:
        old, equals, new = pair.partition("=")
        if not (old and equals and new):
            raise click.UsageError(f"Invalid --moved '{pair}': write OLD=NEW, such as /home/ada/mlruns=/mnt/mlruns.")
        moved[old] = new
    return moved


def run_import(
    source: Source,
    report: Report,
    *,
    into: str,
    dry_run: bool,
    as_json: bool,
    experiments: Sequence[str] = (),
    artifacts: Artifacts = Artifacts.AUTO,
) -> None:
    """Import, print the report, and end with status 1 unless everything arrived."""
    report.source, report.is_dry = source.name, dry_run
    choices = Choices(experiments=experiments, artifacts=artifacts)
    try:
        with _destination(into, dry_run=dry_run) as store, _progress() as progress:
            import_source(source, store, report, progress, choices)
    finally:
        source.close()
    if as_json:
        print_json(report)
    else:
        _print(report, without_password(tracking_uri_in_force(into)))
    click.get_current_context().exit(0 if report.is_complete else 1)


@contextmanager
def _destination(into: str, *, dry_run: bool) -> Iterator[Store | None]:
    with nullcontext() if dry_run else opened_store(into) as store:
        yield store


class _Quiet:
    """Shows nothing: there is no terminal to show it on."""

    def begin(self, experiment: str, runs: int) -> None:
        """See `Progress`."""

    def advance(self, runs: int, points: int) -> None:
        """See `Progress`."""


@contextmanager
def _progress() -> Iterator[Progress]:
    """Yield what draws a bar on a terminal's stderr, and nothing elsewhere."""
    if not sys.stderr.isatty():
        yield _Quiet()
        return
    from headwater.cli._progress import Bar

    with Bar() as bar:
        yield bar


def _print(report: Report, destination: str) -> None:
    columns = {
        "experiment": lambda found: found.name,
        "id": lambda found: found.experiment_id or found.source_id,
        "runs": lambda found: _number(found, "runs"),
        "new": lambda found: f"{found.new_runs:,}",
        "params": lambda found: _number(found, "params"),
        "metrics": lambda found: _number(found, "metrics"),
        "points": lambda found: _number(found, "points"),
        "models": lambda found: _counts(found.source_models.models, found.store_models.models, found),
        "files": lambda found: _counts(
            found.source.files + found.source_models.files, found.store.files + found.store_models.files, found
        ),
        "checksum": lambda found: _verdict(found, report),
    }
    print_records(report.experiments, columns)
    for note in report.notes:
        say(note)
    for kind, texts in (("Problem", report.problems), ("Difference", report.differences)):
        for text in texts[:_LISTED]:
            say(f"{kind}: {text}")
        if len(texts) > _LISTED:
            say(f"… and {len(texts) - _LISTED} more; --json lists them.")
    say(_summary(report, destination))


def _number(found: ExperimentReport, what: str) -> str:
    return _counts(getattr(found.source, what), getattr(found.store, what), found)


def _counts(there: int, here: int, found: ExperimentReport) -> str:
    """Return the count in the source, and after an arrow that in the store if it is another."""
    return f"{there:,}" if not found.experiment_id or there == here else f"{there:,} → {here:,}"


def _verdict(found: ExperimentReport, report: Report) -> str:
    checksum = found.source.checksum[:8]
    if report.is_dry:
        return checksum
    return f"{checksum} ✓" if found.is_equal else f"{checksum} ≠ {found.store.checksum[:8]}"


def _summary(report: Report, destination: str) -> str:
    runs = sum(found.source.runs for found in report.experiments)
    points = sum(found.source.points for found in report.experiments)
    logged = sum(found.source_models.models for found in report.experiments)
    registry = report.source_registry
    models = f", {logged:,} logged models" if logged else ""
    models += f" and {registry.models:,} registered models of {registry.versions:,} versions" if registry.models else ""
    held = f"{runs:,} runs with {points:,} points{models} in '{report.source}'"
    trouble = (
        f"; {len(report.problems)} problems, {len(report.differences)} differences" if not report.is_complete else ""
    )
    if report.is_dry:
        return f"{held}{trouble}. Nothing was written."
    if report.is_complete:
        return f"{held} are in '{destination}', verified, within {report.seconds:.1f} s."
    return f"{held} are not all in '{destination}'{trouble}. Repeat the import once the cause is gone."
