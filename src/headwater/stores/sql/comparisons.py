"""Runs of any experiments side by side."""

from collections.abc import Iterable, Sequence

import msgspec

from headwater.protocol.comparisons import (
    MAX_COMPARED_FILES,
    MAX_TEXT_BYTES,
    MAX_TEXTS_BYTES,
    ComparedDataset,
    ComparedExperiment,
    ComparedFile,
    ComparedText,
    CompareRuns,
    CompareRunsResponse,
    FindFiles,
    FindFilesResponse,
    MeasureImportance,
    MeasureImportanceResponse,
)
from headwater.stores.interface import HeldBlobs
from headwater.stores.sql.artifacts import find_root, join_paths, read_below
from headwater.stores.sql.connection import Connection, chunks, marks
from headwater.stores.sql.database import Database
from headwater.stores.sql.importance import measure_importance
from headwater.stores.sql.run_columns import read_columns
from headwater.stores.sql.series import find_runs

CODE_FOLDER = "code"
_TEXTS = {"code/diff.patch", "code/requirements.txt"}
_EVERYTHING = [
    "attributes.experiment_id",
    "attributes.status",
    "attributes.start_time",
    "attributes.end_time",
    "attributes.duration",
    "attributes.user_id",
    "params.*",
    "metrics.*",
    "tags.*",
]
_READ_DATASETS = """
SELECT i.run_id, d.name, d.digest, COALESCE(i.context, '')
FROM dataset_input i JOIN dataset d ON d.id = i.dataset_id WHERE i.run_id IN ({marks}) ORDER BY i.run_id, i.id
"""
_READ_EXPERIMENTS = """
SELECT DISTINCT e.id, e.name FROM experiment e JOIN run r ON r.exp_id = e.id WHERE r.id IN ({marks}) ORDER BY e.id
"""


class SqlComparisons:
    """Compares runs; satisfies `headwater.stores.lifecycle.Comparisons`."""

    def __init__(self, database: Database, blobs: HeldBlobs) -> None:
        self._database = database
        self._blobs = blobs

    def compare_runs(self, request: CompareRuns) -> CompareRunsResponse:
        """See `CompareRuns`."""
        request.check()
        with self._database.read() as connection:
            answer = _compare(connection, request)
        return msgspec.structs.replace(answer, texts=_read_texts(self._blobs, answer.files))

    def find_files(self, request: FindFiles) -> FindFilesResponse:
        """See `FindFiles`."""
        request.check()
        with self._database.read() as connection:
            known = find_runs(connection, request.run_ids)
            roots = _read_roots(connection, list(known.values()))
        wanted = [run_id for run_id in dict.fromkeys(request.run_ids) if run_id in known]
        with self._database.read() as connection:
            files = _read_files(connection, {run_id: roots[run_id] for run_id in wanted}, request.path)
        elsewhere = [run_id for run_id in wanted if not roots[run_id]]
        return FindFilesResponse(files[:MAX_COMPARED_FILES], len(files), elsewhere)

    def measure_importance(self, request: MeasureImportance) -> MeasureImportanceResponse:
        """See `MeasureImportance`."""
        request.check()
        with self._database.read() as connection:
            row_ids = list(find_runs(connection, request.run_ids).values())
            params = [f"params.{name}" for name in dict.fromkeys(request.params)] or ["params.*"]
            table = read_columns(connection, row_ids, [f"metrics.{request.metric}", *params])
        # The snapshot is closed: a forest grows for a while.
        return measure_importance(table.columns[0], table.columns[1:])


def _compare(connection: Connection, request: CompareRuns) -> CompareRunsResponse:
    known = find_runs(connection, request.run_ids)
    asked = list(dict.fromkeys(request.run_ids))
    found = [run_id for run_id in asked if run_id in known]
    row_ids = [known[run_id] for run_id in found]
    table = read_columns(connection, row_ids, request.columns or _EVERYTHING)
    return CompareRunsResponse(
        table=table,
        experiments=_read_experiments(connection, row_ids),
        datasets=_read_datasets(connection, known, row_ids) if request.details else [],
        files=_read_files(connection, _read_roots(connection, row_ids), CODE_FOLDER) if request.details else [],
        texts=[],
        missing=[run_id for run_id in asked if run_id not in known],
    )


def _read_texts(blobs: HeldBlobs, files: Sequence[ComparedFile]) -> list[ComparedText]:
    """Return what is in captured changes and requirements, each once."""
    texts: dict[str, ComparedText] = {}
    room = MAX_TEXTS_BYTES
    for file in files:
        if file.path not in _TEXTS or file.digest in texts or file.size > min(room, MAX_TEXT_BYTES):
            continue
        room -= file.size
        content = b"".join(blobs.read(file.digest))
        texts[file.digest] = ComparedText(file.digest, content.decode(errors="replace"))
    return list(texts.values())


def _read_experiments(connection: Connection, row_ids: Sequence[int]) -> list[ComparedExperiment]:
    found: dict[int, str] = {}
    for chunk in chunks(row_ids):
        found.update(connection.all(_READ_EXPERIMENTS.format(marks=marks(chunk)), chunk))
    return [ComparedExperiment(str(experiment_id), name) for experiment_id, name in found.items()]


def _read_datasets(connection: Connection, known: dict[str, int], row_ids: Sequence[int]) -> list[ComparedDataset]:
    run_ids = {row_id: run_id for run_id, row_id in known.items()}
    return [
        ComparedDataset(run_ids[row_id], name, digest, context)
        for chunk in chunks(row_ids)
        for row_id, name, digest, context in connection.all(_READ_DATASETS.format(marks=marks(chunk)), chunk)
    ]


def _read_roots(connection: Connection, row_ids: Iterable[int]) -> dict[str, str]:
    """Return where the artifacts of each run are in the store, empty for those that are elsewhere."""
    roots: dict[str, str] = {}
    for chunk in chunks(list(row_ids)):
        sql = f"SELECT uuid, artifact_uri FROM run WHERE id IN ({marks(chunk)}) ORDER BY id"  # noqa: S608 - marks
        roots.update((run_id, find_root(uri)) for run_id, uri in connection.all(sql, chunk))
    return roots


def _read_files(connection: Connection, roots: dict[str, str], folder: str) -> list[ComparedFile]:
    """Return the files below a folder of each run, in the order of the runs."""
    usual = [run_id for run_id, root in roots.items() if root.endswith(f"/{run_id}/artifacts")]
    files = _read_owned(connection, usual, folder)
    for run_id, root in roots.items():
        if run_id in files or not root:
            continue
        place = join_paths(root, folder)
        files[run_id] = [
            ComparedFile(run_id, join_paths(folder, entry.relative), entry.digest, entry.size)
            for entry in read_below(connection, place)
        ]
    return [file for run_id in roots for file in files.get(run_id, [])]


def _read_owned(connection: Connection, run_ids: Sequence[str], folder: str) -> dict[str, list[ComparedFile]]:
    """Return the files of runs whose artifacts are where they usually are, all at once."""
    files: dict[str, list[ComparedFile]] = {run_id: [] for run_id in run_ids}
    # '0' follows '/', so these are exactly the paths that begin with the folder and a slash.
    below, bounds = ("AND path >= ? AND path < ?", (f"{folder}/", f"{folder}0")) if folder else ("", ())
    for chunk in chunks(run_ids):
        sql = f"SELECT owner, path, digest, size FROM artifact WHERE owner IN ({marks(chunk)}) {below} ORDER BY path"  # noqa: S608 - constants and marks
        for file in connection.all(sql, (*chunk, *bounds)):
            files[file[0]].append(ComparedFile(*file))
    return files
