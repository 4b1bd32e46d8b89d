"""Logging and reading tables: which runs have one, what it holds so far, and its images."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from headwater.protocol.errors import HeadwaterError, InvalidParameterValue, ResourceDoesNotExist
from headwater.protocol.experiments import ViewType
from headwater.protocol.names import MAX_RUN_TAG_VALUE
from headwater.protocol.runs import GetRun, SearchRuns
from headwater.stores.interface import Store
from headwater.tracking.artifact_files import download_tree
from headwater.tracking.media import encode_image, encode_thumbnail, is_image
from headwater.tracking.run import Run, run_from_wire
from headwater.tracking.run_frame import run_columns
from headwater.tracking.session import current_session
from headwater.tracking.tables import Table, check_table_name, decode_table, join_tables, make_table
from headwater.tracking.temporary import is_temporary
from headwater.tracking.writer import RunWriter

if TYPE_CHECKING:
    import pandas

TABLES_TAG = "mlflow.loggedArtifacts"

_PAGE = 1000


def append_rows(writer: RunWriter, data: Any, artifact_file: str) -> None:
    """Append rows to a table of a run, which is begun if the run has none of this name."""
    _log_rows(writer, data, artifact_file, afresh=False)


def replace_table(writer: RunWriter, data: Any, artifact_file: str) -> None:
    """Log a table of a run in place of the one that the run may have under this name."""
    _log_rows(writer, data, artifact_file, afresh=True)


def _log_rows(writer: RunWriter, data: Any, artifact_file: str, *, afresh: bool) -> None:
    check_table_name(artifact_file)
    images: list[tuple[str, Any]] = []
    rows = make_table(data, lambda cell: _set_image_aside(cell, artifact_file, images))
    known = current_session().tables(writer.uri, writer.run_id)
    with known.lock:
        if known.listed is None:
            known.listed = _read_listed(writer)
        table = Table() if afresh else known.tables.get(artifact_file)
        if table is None:
            is_old = artifact_file in known.listed
            table = _read_table(writer, artifact_file) if is_old else Table()
        table.append(rows)
        known.tables[artifact_file] = table
        for path, image in images:
            writer.log_bytes(encode_image(image, ".png"), f"{path}.png")
            writer.log_bytes(encode_thumbnail(image), f"{path}.webp")
        writer.log_bytes(table.encode(artifact_file), artifact_file)
        if artifact_file not in known.listed:
            known.listed.append(artifact_file)
            _tell_tables(writer, known.listed)


def read_tables(
    store: Store, experiment_id: str, artifact_file: str, run_ids: Sequence[str] | None, extra_columns: Sequence[str]
) -> "pandas.DataFrame":
    """Return the rows that runs logged to a table, below each other, with columns of the runs beside them.

    Raises:
        ResourceDoesNotExist: no run that was asked for has the table.
    """
    check_table_name(artifact_file)
    runs = [
        run
        for run in _find_runs(store, experiment_id, artifact_file)
        if run_ids is None or run.info.run_id in set(run_ids)
    ]
    if not runs:
        raise ResourceDoesNotExist(
            f"No runs found with the corresponding table artifact '{artifact_file}'. Log one with log_table."
        )
    columns = run_columns(runs)
    unknown = [name for name in extra_columns if name not in columns]
    if unknown:
        raise InvalidParameterValue(f"No run has the column '{unknown[0]}'. Use one of {', '.join(columns)}.")
    constants = [{name: columns[name][row] for name in extra_columns} for row in range(len(runs))]
    tables = [_fetch(store, run.info.artifact_uri, artifact_file) for run in runs]
    return join_tables(zip(tables, constants, strict=True))


def _find_runs(store: Store, experiment_id: str, artifact_file: str) -> Iterator[Run]:
    entry = json.dumps({"path": artifact_file, "type": "table"}).replace("'", "''")
    token = ""
    while True:
        page = store.runs.search(
            SearchRuns([experiment_id], f"tags.`{TABLES_TAG}` LIKE '%{entry}%'", ViewType.ACTIVE_ONLY, _PAGE, [], token)
        )
        yield from map(run_from_wire, page.runs)
        token = page.next_page_token
        if not token:
            return


def _fetch(store: Store, artifact_uri: str, artifact_file: str) -> Table:
    with TemporaryDirectory() as folder:
        return decode_table(download_tree(store, artifact_uri, artifact_file, Path(folder)))


def _read_listed(writer: RunWriter) -> list[str]:
    """Return the tables that a run has; none if it was begun here and the store cannot say more."""
    run = _read_run(writer)
    return [] if run is None else list_tables(run)


def list_tables(run: Run) -> list[str]:
    """Return the names of a run's tables."""
    try:
        entries = json.loads(run.data.tags.get(TABLES_TAG, "[]"))
        return [entry["path"] for entry in entries if entry["type"] == "table"]
    except (ValueError, TypeError, KeyError):
        return []  # the tag is anyone's to write


def _read_table(writer: RunWriter, artifact_file: str) -> Table:
    session = current_session()
    session.settle(writer.uri)
    store = session.store(writer.uri)
    location = store.runs.get(GetRun(run_id=writer.run_id)).run.info.artifact_uri
    return _fetch(store, location, artifact_file)


def _read_run(writer: RunWriter) -> Run | None:
    session = current_session()
    if session.is_created(writer.uri, writer.run_id):
        return None
    session.settle(writer.uri)
    try:
        return run_from_wire(session.store(writer.uri).runs.get(GetRun(run_id=writer.run_id)).run)
    except ResourceDoesNotExist:
        return None
    except HeadwaterError as error:
        if not is_temporary(error):
            raise
        raise type(error)(
            f"Run '{writer.run_id}' was begun elsewhere, and whether it has this table cannot be read now: "
            f"{error.message} Log to a table of a new run, or try again later."
        ) from error


def _tell_tables(writer: RunWriter, names: list[str]) -> None:
    text = json.dumps([{"path": name, "type": "table"} for name in names])
    if len(text) <= MAX_RUN_TAG_VALUE:
        writer.set_tags({TABLES_TAG: text}, synchronous=None)


def _set_image_aside(cell: Any, artifact_file: str, images: list[tuple[str, Any]]) -> Any:
    if not is_image(cell):
        return cell
    path = f"table_images/{PurePosixPath(artifact_file).with_suffix('')}/{uuid4()}"
    images.append((path, cell))
    return {"type": "image", "filepath": f"{path}.png", "compressed_filepath": f"{path}.webp"}
