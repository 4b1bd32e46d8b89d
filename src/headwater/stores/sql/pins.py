"""Pins: which files a model version was made of, and whether they still are what they were."""

from collections.abc import Sequence

from headwater.protocol.artifacts import ArtifactFile
from headwater.protocol.errors import InvalidParameterValue, ResourceConflict
from headwater.protocol.model_names import is_model_uri, parse_model_uri
from headwater.protocol.model_sources import append_path, split_run_source
from headwater.protocol.provenance import describe_change
from headwater.stores.sql.artifacts import find_root, read_tree
from headwater.stores.sql.connection import Connection

_INSERT = "INSERT INTO model_version_file (version_id, path, digest, size) VALUES (?, ?, ?, ?)"


def resolve_location(connection: Connection, location: str) -> str:
    """Return an artifact URI in place of `runs:/<run_id>/<path>` and `models:/m-<id>`, if the run or model is here."""
    if is_model_uri(location):
        try:
            uri = parse_model_uri(location)
        except InvalidParameterValue:  # brought by an import, as it was there
            return location
        row = connection.one("SELECT artifact_uri FROM logged_model WHERE uuid = ?", (uri.model_id,))
        return append_path(row[0], uri.path) if row else location
    run_id, path = split_run_source(location)
    row = connection.one("SELECT artifact_uri FROM run WHERE uuid = ?", (run_id,)) if run_id else None
    return append_path(row[0], path) if row else location


def find_files(connection: Connection, location: str) -> list[ArtifactFile]:
    """Return the files at a location as far as they are in the store's own tree, which knows their digests."""
    root = find_root(resolve_location(connection, location)).strip("/")
    return read_tree(connection, root) if root else []


def pin_files(connection: Connection, version_id: int, files: Sequence[ArtifactFile]) -> None:
    """Note what a version is made of."""
    connection.many(_INSERT, [(version_id, file.path, file.digest, file.size) for file in files])


def load_pins(connection: Connection, version_id: int) -> list[ArtifactFile]:
    """Return what a version was made of, by path; nothing of a version that could not be pinned."""
    rows = connection.all(
        "SELECT path, digest, size FROM model_version_file WHERE version_id = ? ORDER BY path", (version_id,)
    )
    return [ArtifactFile(*row) for row in rows]


def check_pins(connection: Connection, version_id: int, location: str, name: str, number: int) -> None:
    """Raise `ResourceConflict` if the store's own tree has other files now than those that were registered."""
    found = find_files(connection, location)  # none: they may be in the tree of another server
    pinned = load_pins(connection, version_id) if found else []
    change = describe_change(pinned, found) if pinned else ""
    if change:
        raise ResourceConflict(
            f"The files of version {number} of model '{name}' are not those that were registered: {change}. "
            "Register what is there now as a new version, or put the files back."
        )
