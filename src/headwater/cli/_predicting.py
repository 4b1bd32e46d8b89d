"""What `headwater models predict` does with files and with its standard streams."""

import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from headwater.models.batch.engines import LOCAL
from headwater.models.batch.formats import Format, find_format
from headwater.models.batch.local import Watch, predict_into
from headwater.models.batch.run import make_scorer, predict_batch
from headwater.models.batch.writing import open_sink
from headwater.models.prediction import predict as predict_document

_STREAM = Path("-")
_REQUEST_BYTES = 1 << 20
_OF_MODEL = ("env_manager", "install_mlflow", "pip_requirements_override", "allow_pickle")


def predict(
    input_path: Path,
    output_path: Path,
    *,
    model_uri: str,
    content_type: str | None,
    output_type: str | None,
    engine: str,
    progress: bool | None,
    env: dict[str, str],
    **options: Any,
) -> None:
    """Predict for a file or stdin, into a file or stdout."""
    if engine != LOCAL and _STREAM in (input_path, output_path):
        raise click.UsageError("An engine works on files: give --input-path and --output-path.")
    model = {name: options.pop(name) for name in _OF_MODEL} | {"extra_envs": env}
    with _as_file(input_path) as given:
        source = find_format(given, content_type or ("json" if given.suffix == "" else ""))
        target = find_format(output_path, output_type or ("json" if output_path.suffix == "" else ""))
        if engine == LOCAL and _is_document(given, source, target, options):
            output = None if output_path == _STREAM else output_path
            predict_document(model_uri, None, given, source, output, **model)
            return
        with _bar(is_wanted=sys.stderr.isatty() if progress is None else progress) as watch:
            if output_path == _STREAM:
                scorer = make_scorer(model_uri, options["params"], options["keep"], **model)
                sink = open_sink(sys.stdout.buffer, target)
                predict_into(scorer, given, source, sink, chunk_rows=options["chunk_rows"], watch=watch)
                sink.close()
                sys.stdout.buffer.flush()
                return
            formats: dict[str, Any] = {"input_format": source, "output_format": target}
            rows = predict_batch(
                model_uri, given, output_path, engine=engine, watch=watch, **formats, **options, **model
            )
    said = "Predictions" if rows is None else f"{rows:,} predictions"
    click.echo(f"{said} are in '{output_path}'.", err=True)


def _is_document(given: Path, source: Format, target: Format, options: dict[str, Any]) -> bool:
    """Return whether the input is what a request to a scoring server may be, so that it is answered as one."""
    if any(options.values()):
        if source is Format.JSON:
            raise click.UsageError("--keep, --param and the like are for tables: CSV, Parquet and JSON lines.")
        return False
    is_small = given.is_file() and given.stat().st_size <= _REQUEST_BYTES
    return source is Format.JSON or (source is Format.CSV and target is Format.JSON and is_small)


@contextmanager
def _as_file(path: Path) -> Iterator[Path]:
    """Yield a file; of stdin a copy, because a table may be read twice."""
    if path != _STREAM:
        yield path
        return
    with tempfile.NamedTemporaryFile(prefix="headwater-stdin-") as copy:
        shutil.copyfileobj(sys.stdin.buffer, copy)
        copy.flush()
        yield Path(copy.name)


@contextmanager
def _bar(*, is_wanted: bool) -> Iterator[Watch | None]:
    """Yield what moves a bar on stderr, None if none is wanted."""
    if not is_wanted:
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("rows"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(elapsed_when_finished=True))
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task("", total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)
