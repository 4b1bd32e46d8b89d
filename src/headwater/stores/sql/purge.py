"""Deleting runs, logged models and experiments for good, with the names of their files. Inside a write."""

from collections.abc import Collection, Sequence

from headwater.stores.sql.artifacts import find_root
from headwater.stores.sql.connection import Connection, Dialect, chunks, marks

# '0' follows '/', so these bound exactly the paths below a folder.
_BELOW = "SELECT path, digest, size FROM artifact WHERE owner = '' AND path >= ? AND path < ?"

_KEEP_FILES = """
INSERT INTO artifact (owner, path, digest, size, created)
SELECT '', CAST(? AS TEXT) || path, digest, size, created FROM artifact
WHERE owner = ? AND (path = ? OR path >= ? AND path < ?) ON CONFLICT DO NOTHING
"""

File = tuple[str, str, int]
"""Path, digest and size of a file that belongs to no run."""


def purge_runs(run_ids: Sequence[int], connection: Connection) -> list[str]:
    """Delete those of the runs that are still in the trash, with everything that is theirs."""
    sql = f"SELECT id, uuid FROM run WHERE deleted = 1 AND id IN ({marks(run_ids)}){_lock(connection)}"  # noqa: S608 - marks
    rows = connection.all(sql, run_ids)
    if rows:
        ids, owners = zip(*rows, strict=True)
        for owner in owners:
            _keep_files_of_versions(connection, owner)
        connection.execute(f"DELETE FROM artifact WHERE owner IN ({marks(owners)})", owners)  # noqa: S608 - marks
        connection.execute(f"DELETE FROM run WHERE id IN ({marks(ids)})", ids)  # noqa: S608 - marks
    return [row[1] for row in rows]


def purge_models(model_ids: Sequence[int], connection: Connection) -> list[str]:
    """Delete those of the logged models that are still in the trash."""
    sql = f"SELECT id, uuid FROM logged_model WHERE deleted = 1 AND id IN ({marks(model_ids)}){_lock(connection)}"  # noqa: S608 - marks
    rows = connection.all(sql, model_ids)
    for row_id, _ in rows:
        _drop_files(connection, read_files_of_models(connection, "id = ?", row_id))
        connection.execute("DELETE FROM logged_model WHERE id = ?", (row_id,))
    return [row[1] for row in rows]


def purge_experiment(connection: Connection, exp_id: int) -> bool:
    """Delete an experiment that is in the trash and has no run, with its models; false if that is no longer so."""
    files = read_files_of_experiment(connection, exp_id)
    removed = connection.execute(
        "DELETE FROM experiment WHERE id = ? AND deleted = 1 "
        "AND NOT EXISTS (SELECT 1 FROM run WHERE run.exp_id = experiment.id)",
        (exp_id,),
    )
    if removed:
        _drop_files(connection, files)
    return bool(removed)


def read_files_of_experiment(connection: Connection, exp_id: int) -> list[File]:
    """Return the files of an experiment's models, and others in its folder, but for those of models that moved away."""
    away = "exp_id <> ? AND artifact_uri LIKE ?"
    elsewhere = _model_folders(connection, away, exp_id, f"mlflow-artifacts:/{exp_id}/%")
    mine = connection.all(_BELOW, (f"{exp_id}/", f"{exp_id}0"))
    kept = tuple(f"{folder}/" for folder in (*elsewhere, *_version_folders(connection, str(exp_id))))
    found = [(path, digest, size) for path, digest, size in mine if not f"{path}/".startswith(kept)]
    return found + read_files_of_models(connection, "exp_id = ?", exp_id)


def read_files_of_models(connection: Connection, where: str, *params: object) -> list[File]:
    """Return the files of logged models."""
    files: list[File] = []
    for folder in _model_folders(connection, where, *params):
        kept = tuple(f"{version}/" for version in _version_folders(connection, folder))
        mine = connection.all(_BELOW, (f"{folder}/", f"{folder}0"))
        files += [(path, digest, size) for path, digest, size in mine if not f"{path}/".startswith(kept)]
    return files


def find_lonely(connection: Connection, run_ids: Collection[str], files: Sequence[File]) -> dict[str, int]:
    """Return digest and size of what only these runs, and files that belong to no run, name."""
    mine: dict[str, int] = {digest: size for _, digest, size in files}
    for chunk in chunks(sorted(run_ids)):
        sql = f"SELECT DISTINCT digest, size FROM artifact WHERE owner IN ({marks(chunk)})"  # noqa: S608 - marks
        mine.update(connection.all(sql, chunk))
    going = {path for path, _, _ in files}
    for some in chunks(list(mine)):
        sql = f"SELECT digest, owner, path FROM artifact WHERE digest IN ({marks(some)})"  # noqa: S608 - marks
        for digest, owner, path in connection.all(sql, some):
            if owner not in run_ids if owner else path not in going:
                mine.pop(digest, None)
    return mine


def _model_folders(connection: Connection, where: str, *params: object) -> list[str]:
    rows = connection.all(f"SELECT artifact_uri FROM logged_model WHERE {where}", params)  # noqa: S608 - constants
    return [folder for row in rows if (folder := find_root(row[0]))]


def _version_folders(connection: Connection, folder: str) -> list[str]:
    """Return where versions of registered models have their files, at or below a folder."""
    sql = "SELECT DISTINCT location FROM model_version WHERE location LIKE ? OR location LIKE ?"
    rows = connection.all(sql, (f"mlflow-artifacts:/{folder}", f"mlflow-artifacts:/{folder}/%"))
    return [found for row in rows if (found := find_root(row[0]))]


def _keep_files_of_versions(connection: Connection, run_id: str) -> None:
    """Let the files of a run that are a registered model's stay under their path when the run goes."""
    rows = connection.all(
        "SELECT DISTINCT location FROM model_version WHERE location LIKE ?", (f"%/{run_id}/artifacts%",)
    )
    for location in (find_root(row[0]) for row in rows):
        root, found, inside = f"{location}/".partition(f"/{run_id}/artifacts/")
        if not found:
            continue
        below = inside.rstrip("/")
        # An empty path is the whole run: every path is between '' and the greatest character.
        bounds = (below, f"{below}/", f"{below}0") if below else ("", "", "\U0010ffff")
        connection.execute(_KEEP_FILES, (f"{root}{found}", run_id, *bounds))


def _drop_files(connection: Connection, files: Sequence[File]) -> None:
    connection.many("DELETE FROM artifact WHERE owner = '' AND path = ?", [(path,) for path, _, _ in files])


def _lock(connection: Connection) -> str:
    return " ORDER BY id FOR UPDATE" if connection.dialect is Dialect.POSTGRESQL else ""
