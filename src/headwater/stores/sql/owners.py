"""Which experiment or registered model the artifacts at a path belong to."""

from headwater.protocol.lineage import COPIES_FOLDER
from headwater.protocol.roles import Kind
from headwater.stores.access import Thing
from headwater.stores.sql.artifacts import find_root, locate_run
from headwater.stores.sql.connection import Connection, marks

_ROOT = "mlflow-artifacts:/"


def find_owners(connection: Connection, path: str) -> set[Thing] | None:
    """Return what the artifacts at and below a path belong to; see `Credentials.owners_of_path`."""
    folders = _folders(path)
    if not folders:
        return None
    if folders[0] == COPIES_FOLDER:
        return _find_model_of_copy(connection, folders)
    owner = _find_run_or_model(connection, path, folders)
    if owner:
        return {owner}
    experiments = _find_experiments(connection, folders)
    if experiments:
        return experiments | _find_moved_away(connection, path)
    return _find_models_of_versions(connection, folders) or None


def _folders(path: str) -> list[str]:
    """Return a path with all its parents, the outermost first."""
    parts = path.split("/") if path else []
    return ["/".join(parts[: length + 1]) for length in range(len(parts))]


def _find_run_or_model(connection: Connection, path: str, folders: list[str]) -> Thing | None:
    """Return the experiment of the run or logged model whose artifacts these are; of several, the outermost."""
    run_id = locate_run(connection, path)
    if run_id:
        ((exp_id,),) = connection.all("SELECT exp_id FROM run WHERE id = ?", (run_id,))
        return Kind.EXPERIMENT, str(exp_id)
    for folder in folders:
        head, _, last = folder.rpartition("/")
        uuid = head.rpartition("/")[2]
        if last != "artifacts" or not uuid:
            continue
        for table in ("run", "logged_model"):
            row = connection.one(f"SELECT exp_id, artifact_uri FROM {table} WHERE uuid = ?", (uuid,))  # noqa: S608 - constants
            if row and find_root(row[1]).rstrip("/") == folder:
                return Kind.EXPERIMENT, str(row[0])
    return None


def _find_experiments(connection: Connection, folders: list[str]) -> set[Thing]:
    """Return the experiment whose number the path begins with, else all that keep their artifacts there."""
    number = folders[0]
    if number.isascii() and number.isdigit() and len(number) <= 18:
        row = connection.one("SELECT id FROM experiment WHERE id = ?", (int(number),))
        if row and str(row[0]) == number:
            return {(Kind.EXPERIMENT, number)}
    places = [f"{_ROOT}{folder}" for folder in folders]
    rows = connection.all(
        f"SELECT id FROM experiment WHERE artifact_location IN ({marks(places)})",  # noqa: S608 - marks
        places,
    )
    return {(Kind.EXPERIMENT, str(row[0])) for row in rows}


def _find_moved_away(connection: Connection, path: str) -> set[Thing]:
    """Return the experiments of the runs and logged models below a path, whose files stay when they move."""
    found: set[Thing] = set()
    # '0' follows '/', so these bound exactly what is below the path.
    bounds = (f"{_ROOT}{path}/", f"{_ROOT}{path}0")
    for table in ("run", "logged_model"):
        sql = f"SELECT DISTINCT exp_id FROM {table} WHERE artifact_uri >= ? AND artifact_uri < ?"  # noqa: S608 - constants
        found.update((Kind.EXPERIMENT, str(row[0])) for row in connection.all(sql, bounds))
    return found


def _find_model_of_copy(connection: Connection, folders: list[str]) -> set[Thing] | None:
    """Return the registered model that the copied files belong to: of several, the one that had them first."""
    if len(folders) == 1:
        return None
    places = [f"{_ROOT}{folder}" for folder in folders[1:]]
    row = connection.one(
        f"SELECT name FROM model_version WHERE location IN ({marks(places)}) ORDER BY id LIMIT 1",  # noqa: S608 - marks
        places,
    )
    return {(Kind.REGISTERED_MODEL, row[0])} if row else set()


def _find_models_of_versions(connection: Connection, folders: list[str]) -> set[Thing]:
    """Return the registered models whose files stayed when their run or experiment went for good."""
    places = [f"{_ROOT}{folder}" for folder in folders]
    rows = connection.all(f"SELECT DISTINCT name FROM model_version WHERE location IN ({marks(places)})", places)  # noqa: S608 - marks
    return {(Kind.REGISTERED_MODEL, row[0]) for row in rows}
