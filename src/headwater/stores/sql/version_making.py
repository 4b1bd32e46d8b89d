"""Making versions of registered models: what they are made of is found, pinned and written down."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from headwater.protocol.artifacts import ArtifactFile
from headwater.protocol.attributed import Attributed
from headwater.protocol.errors import InvalidParameterValue, ResourceDoesNotExist
from headwater.protocol.governance import RegistryAction
from headwater.protocol.lineage import COPIES_FOLDER, PutVersionCopy
from headwater.protocol.model_names import is_model_uri, parse_model_uri
from headwater.protocol.model_sources import append_path
from headwater.protocol.model_versions import CreateModelVersion, ModelVersionTag
from headwater.protocol.provenance import Origin, SourceRun, describe_change
from headwater.stores.sql.artifacts import find_root, read_tree
from headwater.stores.sql.clock import now_ms
from headwater.stores.sql.connection import Connection
from headwater.stores.sql.event_words import note_version_created
from headwater.stores.sql.pins import find_files, load_pins, pin_files
from headwater.stores.sql.provenance import describe_run, keep_provenance, load_kept
from headwater.stores.sql.registry_log import record
from headwater.stores.sql.registry_rows import VersionRow, find_model, load_version
from headwater.stores.sql.registry_tags import set_version_tag

_INSERT = (
    "INSERT INTO model_version (model_id, version, name, creation_time, last_update_time, description, source, "
    "location, run_id, run_link, logged_model_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Making:
    """A version to be: where its files are, what it came from, and what its makers say of it."""

    name: str
    source: str
    location: str
    run_id: str
    run_link: str
    logged_model_id: str = ""
    description: str
    tags: Sequence[ModelVersionTag]
    files: list[ArtifactFile] = field(default_factory=list)
    run: SourceRun | None = None
    origin: Origin | None = None
    original_id: int | None = None


def create_version(connection: Connection, request: CreateModelVersion) -> int:
    """Make the next version of a model, and return its row's id."""
    model_id = find_model(connection, request.name)
    location, run_id, logged_model_id, original = _locate(connection, request)
    given = request.provenance
    files = load_pins(connection, original) if original else []
    files = files or find_files(connection, location) or (given.files if given else [])
    run = describe_run(connection, run_id) if run_id else None
    if run is None and original:
        run = load_kept(connection, original).run
    uri = parse_model_uri(request.source) if original else None
    making = _Making(
        name=request.name,
        source=request.source,
        location=location,
        run_id=run_id,
        run_link=request.run_link,
        logged_model_id=logged_model_id,
        description=request.description,
        tags=request.tags,
        files=files,
        run=run or (given.run if given else None),
        origin=Origin(uri.name, uri.version) if uri else None,
        original_id=original,
    )
    return _insert(connection, model_id, making, request)


def put_copy(connection: Connection, request: PutVersionCopy) -> int:
    """Make the next version of a model of files from another registry, and return its row's id."""
    model_id = find_model(connection, request.name)
    given = request.provenance
    if change := describe_change(given.files, read_tree(connection, request.root)):
        raise InvalidParameterValue(
            f"The files at '{request.root}' are not those of the version that is copied: {change}. Send them again."
        )
    location = f"mlflow-artifacts:/{request.root}"
    making = _Making(
        name=request.name,
        source=location,
        location=location,
        run_id=given.run.run_id if given.run else "",
        run_link=request.run_link,
        description=request.description,
        tags=request.tags,
        files=given.files,
        run=given.run,
        origin=given.origin,
    )
    return _insert(connection, model_id, making, request)


def drop_copied_files(connection: Connection, where: str, key: int) -> None:
    """Forget the files that were sent along with versions that are about to be deleted; others still have theirs.

    `where` is a column of `model_version`, and `key` what it is in their rows.
    """
    rows = connection.all(
        f"SELECT DISTINCT location FROM model_version WHERE {where} = ? AND location LIKE ? AND NOT EXISTS "  # noqa: S608 - our columns
        f"(SELECT 1 FROM model_version o WHERE o.location = model_version.location AND o.{where} <> ?)",
        (key, f"mlflow-artifacts:/{COPIES_FOLDER}/%", key),
    )
    for (location,) in rows:
        folder = find_root(location)
        connection.execute(
            "DELETE FROM artifact WHERE owner = '' AND path >= ? AND path < ?", (f"{folder}/", f"{folder}0")
        )


def _insert(connection: Connection, model_id: int, making: _Making, who: Attributed) -> int:
    now = now_ms()
    number = connection.insert(
        "UPDATE registered_model SET last_version = last_version + 1, last_update_time = ? WHERE id = ? "
        "RETURNING last_version",
        (now, model_id),
    )
    known = (making.name, now, now, making.description, making.source, making.location, making.run_id)
    version_id = connection.insert(_INSERT, (model_id, number, *known, making.run_link, making.logged_model_id))
    pin_files(connection, version_id, making.files)
    keep_provenance(connection, version_id, making.run, making.origin, making.original_id)
    action, new = RegistryAction.CREATE_VERSION, making.source
    cause_id = record(connection, model_id, making.name, action, who, version=number, new=new)
    version = VersionRow(version_id, model_id, number)
    for key, value in {tag.key: tag.value for tag in making.tags}.items():
        set_version_tag(connection, version, making.name, key, value, who, cause_id=cause_id)
    note_version_created(connection, load_version(connection, version_id))
    return version_id


def _locate(connection: Connection, request: CreateModelVersion) -> tuple[str, str, str, int | None]:
    """Return where a new version's files are, its run and logged model as far as they are known, and its original."""
    given = (request.source, request.run_id, request.model_id, None)
    if not is_model_uri(request.source):
        return given
    uri = parse_model_uri(request.source)
    if uri.model_id:
        # It may be kept elsewhere: the registry need not be where runs are.
        row = connection.one("SELECT artifact_uri, source_run_id FROM logged_model WHERE uuid = ?", (uri.model_id,))
        return (append_path(row[0], uri.path), request.run_id or row[1], request.model_id, None) if row else given
    row = connection.one(
        "SELECT location, run_id, logged_model_id, id FROM model_version WHERE name = ? AND version = ?",
        (uri.name, int(uri.version)),
    )
    if row is None:
        raise ResourceDoesNotExist(f"Model Version (name={uri.name}, version={uri.version}) not found")
    return row[0], request.run_id or row[1], request.model_id or row[2], row[3]
