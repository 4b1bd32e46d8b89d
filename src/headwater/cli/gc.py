"""`headwater gc`."""

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click
import msgspec

from headwater.cli._options import existing_uri_in_force, json_option, tracking_uri_option
from headwater.cli._output import format_bytes, print_json, say
from headwater.config import ARTIFACTS_DESTINATION, BACKEND_STORE_URI
from headwater.protocol.trash import (
    GRACE_MS,
    CollectBlobs,
    Compact,
    ListTrash,
    ListTrashResponse,
    PurgeTrash,
    PurgeTrashResponse,
)
from headwater.stores import open_store
from headwater.stores.interface import Store

if TYPE_CHECKING:
    from rich.progress import Progress

_DURATION = re.compile(
    r"(?:(\d+(?:\.\d+)?)d)?(?:(\d+(?:\.\d+)?)h)?(?:(\d+(?:\.\d+)?)m)?(?:(\d+(?:\.\d+)?)s)?", re.ASCII
)
_UNITS_MS = (86_400_000, 3_600_000, 60_000, 1000)


class Report(msgspec.Struct, frozen=True):
    """What was, or in a dry run would be, deleted for good; sizes in bytes."""

    dry_run: bool
    run_ids: list[str]
    model_ids: list[str]
    experiment_ids: list[str]
    unknown: list[str]
    points: int
    files: int
    file_bytes: int
    database_bytes: int


class _Duration(click.ParamType[int]):
    """A span of time such as `2d8h5m20s`, in milliseconds."""

    name = "duration"

    def convert(self, value: str | int, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Return the span in milliseconds."""
        if isinstance(value, int):
            return value
        parts = _DURATION.fullmatch(value)
        if parts is None or not any(parts.groups()):
            examples = "Examples of valid strings: '8h', '2d8h5m20s', '2m4s'"
            self.fail(f"Could not parse any time information from '{value}'. {examples}", param, ctx)
        return int(sum(float(part or 0) * unit for part, unit in zip(parts.groups(), _UNITS_MS, strict=True)))


@click.command("gc")
@click.option(
    "--older-than", type=_Duration(), default=0, metavar="SPAN", help="Only what was deleted so long ago: 30d."
)
@click.option("--experiment-ids", default="", metavar="IDS", help="Only these experiments and their deleted runs: 3,7.")
@click.option("--run-ids", default="", metavar="IDS", help="Only these runs, separated by commas.")
@click.option("--logged-model-ids", "model_ids", default="", metavar="IDS", help="Only these logged models.")
@click.option("--dry-run", is_flag=True, help="Only say what would be deleted.")
@click.option("--yes", "-y", is_flag=True, help="Do not ask; needed where nobody can answer.")
@click.option(
    "--grace", type=_Duration(), default=GRACE_MS, metavar="SPAN", help="Leave files uploaded since; default 1h."
)
@click.option("--backend-store-uri", default="", metavar="URI", help="The database, in MLflow's spelling.")
@click.option("--artifacts-destination", default="", metavar="FOLDER", help="Its artifact files, if not beside it.")
@json_option
@tracking_uri_option
def command(
    *,
    older_than: int,
    experiment_ids: str,
    run_ids: str,
    model_ids: str,
    dry_run: bool,
    yes: bool,
    grace: int,
    backend_store_uri: str,
    artifacts_destination: str,
    as_json: bool,
    tracking_uri: str,
) -> None:
    """Delete for good what is in the trash, and files that nothing names.

    Experiments, runs and logged models go with their points, params, tags and artifacts. Safe while a server runs and
    programs log; stopped midway, it goes on where it was when it is started again.
    """
    wanted = ListTrash(older_than, _split(experiment_ids), _split(run_ids), _split(model_ids))
    uri = existing_uri_in_force(tracking_uri or backend_store_uri or BACKEND_STORE_URI.get())
    store = open_store(uri, artifacts=artifacts_destination or ARTIFACTS_DESTINATION.get() or None)
    try:
        found = store.trash.list(wanted)
        for name in found.unknown:
            say(f"'{name}' is not in the store; it may be gone already.")
        if dry_run:
            report = _preview(store, found, grace)
        else:
            _confirm(found, yes=yes)
            report = _collect(store, wanted, found, grace, quiet=as_json)
    finally:
        store.close()
    if as_json:
        print_json(report)
    else:
        click.echo(_summary(report))


@contextmanager
def _progress() -> Iterator["Progress"]:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description:9}"),
        BarColumn(),
        TextColumn("{task.percentage:3.0f} %"),
        TimeRemainingColumn(),
    )
    # What is piped away must not be caught and shown beside the bars.
    show = sys.stdout.isatty()
    with Progress(*columns, console=Console(stderr=True), transient=True, redirect_stdout=show) as progress:
        yield progress


def _split(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _confirm(found: ListTrashResponse, *, yes: bool) -> None:
    if yes or not (found.run_ids or found.model_ids or found.experiment_ids):
        return
    if not sys.stdin.isatty():
        raise click.UsageError("This deletes for good and nobody can be asked. Give --yes, or --dry-run to see what.")
    runs, models, experiments = len(found.run_ids), len(found.model_ids), len(found.experiment_ids)
    what = f"{runs} run(s) with {found.points:,} points, {models} model(s) and {experiments} experiment(s)"
    click.confirm(f"Delete for good {what}?", abort=True, err=True)


def _preview(store: Store, found: ListTrashResponse, grace: int) -> Report:
    files, size = found.files, found.bytes
    for more_files, more_bytes, _ in _collect_blobs(store, grace, dry_run=True):
        files, size = files + more_files, size + more_bytes
    return Report(
        dry_run=True,
        run_ids=found.run_ids,
        model_ids=found.model_ids,
        experiment_ids=found.experiment_ids,
        unknown=found.unknown,
        points=found.points,
        files=files,
        file_bytes=size,
        database_bytes=0,
    )


def _collect(store: Store, wanted: ListTrash, found: ListTrashResponse, grace: int, *, quiet: bool) -> Report:
    run_ids: list[str] = []
    model_ids: list[str] = []
    experiment_ids: list[str] = []
    files = size = database = 0
    with _progress() as progress:
        runs = progress.add_task("runs", total=len(found.run_ids) or None)
        for done in _purge(store, wanted):
            run_ids += done.run_ids
            model_ids += done.model_ids
            experiment_ids += done.experiment_ids
            progress.advance(runs, len(done.run_ids))
            if not quiet:
                _tell("Run", done.run_ids)
                _tell("Logged model", done.model_ids)
                _tell("Experiment", done.experiment_ids)
        progress.update(runs, total=len(run_ids) or 1, completed=len(run_ids) or 1)
        blobs = progress.add_task("files", total=1.0)
        for more_files, more_bytes, part in _collect_blobs(store, grace, dry_run=False):
            files, size = files + more_files, size + more_bytes
            progress.update(blobs, completed=part)
        room = progress.add_task("database", total=None)
        for freed, remaining in _compact(store):
            database += freed
            progress.update(room, total=database + remaining or 1, completed=database)
        progress.update(room, total=1, completed=1)
    return Report(
        dry_run=False,
        run_ids=run_ids,
        model_ids=model_ids,
        experiment_ids=experiment_ids,
        unknown=found.unknown,
        points=found.points,
        files=files,
        file_bytes=size,
        database_bytes=database,
    )


def _tell(what: str, names: list[str]) -> None:
    for name in names:
        click.echo(f"{what} with ID {name} has been permanently deleted.")


def _purge(store: Store, wanted: ListTrash) -> Iterator[PurgeTrashResponse]:
    request = PurgeTrash(wanted.older_than_ms, wanted.experiment_ids, wanted.run_ids, wanted.model_ids)
    while True:
        done = store.trash.purge(request)
        yield done
        if not done.remaining:
            return


def _collect_blobs(store: Store, grace: int, *, dry_run: bool) -> Iterator[tuple[int, int, float]]:
    cursor = ""
    while True:
        done = store.trash.collect_blobs(CollectBlobs(cursor, grace, dry_run))
        yield done.files, done.bytes, done.progress
        cursor = done.cursor
        if not cursor:
            return


def _compact(store: Store) -> Iterator[tuple[int, int]]:
    while True:
        done = store.trash.compact(Compact())
        yield done.bytes, done.remaining
        if not done.bytes or not done.remaining:
            return


def _summary(report: Report) -> str:
    verb = "Would delete" if report.dry_run else "Deleted"
    runs = f"{len(report.run_ids)} run(s) with {report.points:,} points"
    others = f"{len(report.model_ids)} model(s), {len(report.experiment_ids)} experiment(s)"
    files = f"{report.files} file(s) of {format_bytes(report.file_bytes)}"
    text = f"{verb} {runs}, {others}, {files}"
    if report.dry_run:
        return f"{text}."
    return f"{text}; the database gave {format_bytes(report.database_bytes)} back."
