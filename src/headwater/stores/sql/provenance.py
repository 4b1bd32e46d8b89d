"""Where versions came from: their run as it is, or as it was when they were registered, and the version copied."""

import msgspec

from headwater.protocol.codec import decode_response, encode
from headwater.protocol.metrics import Metric
from headwater.protocol.provenance import Origin, Provenance, SourceRun, latest_values
from headwater.stores.sql.connection import Connection
from headwater.stores.sql.logged_model_rows import load_models
from headwater.stores.sql.pins import load_pins
from headwater.stores.sql.rows import load_runs


class VersionFacts(msgspec.Struct, frozen=True):
    """What the graph and the gates need of a version besides what every reader sees."""

    id: int
    run_id: str
    logged_model_id: str


class _Kept(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the database keeps beside a version; its files have a table of their own."""

    run: SourceRun | None = None
    origin: Origin | None = None


def describe_run(connection: Connection, run_id: str) -> SourceRun | None:
    """Return a run as it is now, None if it is not here."""
    row = connection.one(
        "SELECT r.id, e.name FROM run r JOIN experiment e ON e.id = r.exp_id WHERE r.uuid = ?", (run_id,)
    )
    return SourceRun.of(load_runs(connection, [row[0]])[0], row[1]) if row else None


def keep_provenance(
    connection: Connection, version_id: int, run: SourceRun | None, origin: Origin | None, original_id: int | None
) -> None:
    """Note what is known of a new version."""
    if run is None and origin is None and original_id is None:
        return
    connection.execute(
        "INSERT INTO model_version_provenance (version_id, original_id, data) VALUES (?, ?, ?)",
        (version_id, original_id, encode(_Kept(run, origin)).decode()),
    )


def load_provenance(connection: Connection, version: VersionFacts) -> Provenance:
    """Return what a version was made of."""
    kept = load_kept(connection, version.id)
    run = (describe_run(connection, version.run_id) if version.run_id else None) or kept.run
    return Provenance(load_pins(connection, version.id), run, kept.origin)


def load_kept(connection: Connection, version_id: int) -> Provenance:
    """Return what was noted of a version's run and origin, without its files."""
    row = connection.one("SELECT data FROM model_version_provenance WHERE version_id = ?", (version_id,))
    kept = decode_response(_Kept, row[0].encode()) if row else _Kept()
    return Provenance([], kept.run, kept.origin)


def load_facts(connection: Connection, version_id: int) -> VersionFacts:
    """Return a version that exists."""
    row = connection.one("SELECT id, run_id, logged_model_id FROM model_version WHERE id = ?", (version_id,))
    assert row is not None, "the caller found the version in this transaction"
    return VersionFacts(*row)


def load_metrics(connection: Connection, version_id: int) -> dict[str, float]:
    """Return the latest value of each metric of a version: of its logged model, else of its run."""
    version = load_facts(connection, version_id)
    values: dict[str, float] = {}
    if version.run_id:
        run = describe_run(connection, version.run_id) or load_kept(connection, version_id).run
        values |= latest_values(run.metrics if run else [])
    if version.logged_model_id:
        values |= latest_values(load_model_points(connection, version.logged_model_id))
    return values


def load_model_points(connection: Connection, logged_model_id: str) -> list[Metric]:
    """Return every point that was measured of a logged model, none if it is not here."""
    row = connection.one("SELECT id FROM logged_model WHERE uuid = ?", (logged_model_id,))
    return list(load_models(connection, [row[0]])[0].data.metrics) if row else []
