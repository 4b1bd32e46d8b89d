"""Time the registry with 10,000 models of 10 versions each: our server beside the peer's, over the same rows.

    python benchmarks/registry.py                           both servers
    python benchmarks/registry.py <store>                   the store alone: sqlite:///… or postgresql://…, kept

The rows are made with a fixed seed; each question is asked for 100 (the peer: 10) different
models or values.
"""

import random
import sqlite3
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from measure import Row, Server, lean_peer_server, our_server, percentile, report, scratch

from headwater.protocol import governance, lineage, model_versions, registered_models
from headwater.protocol.codec import decode_query
from headwater.protocol.endpoint import Endpoint
from headwater.stores import open_store
from headwater.stores.sql import SqlStore
from headwater.stores.sql.connection import Connection

MODELS = 10_000
VERSIONS = 10
REPEATS = 100
PEER_REPEATS = 10
STAGES = ("None", "None", "None", "Staging", "Production", "Archived")
CLIENT = "tag.`mlflow.prompt.is_prompt` != 'true'"  # what the peer's client adds to every search

POLICY = '{"gates":[{"alias":"champion","tags":[{"key":"number"}],"reason":true}]}'

AnyEndpoint = Endpoint[Any, Any]
Query = list[tuple[str, str]]
Question = tuple[AnyEndpoint, Callable[[int], Query]]


def _search(endpoint: AnyEndpoint, text: str, *order_by: str) -> Question:
    orders = [("order_by", key) for key in order_by]
    return endpoint, lambda n: [("filter", text.replace("#", str(n))), ("max_results", "100"), *orders]


_MODELS, _VERSIONS = registered_models.SEARCH, model_versions.SEARCH
QUESTIONS: dict[str, Question] = {
    "get a model": (registered_models.GET, lambda n: [("name", f"model {n}")]),
    "get a version": (model_versions.GET, lambda n: [("name", f"model {n}"), ("version", "7")]),
    "get by alias": (registered_models.GET_BY_ALIAS, lambda n: [("name", f"model {n}"), ("alias", "champion")]),
    "download URI": (model_versions.GET_DOWNLOAD_URI, lambda n: [("name", f"model {n}"), ("version", "7")]),
    "first 100 models": _search(_MODELS, CLIENT),
    "models by name": _search(_MODELS, f"name LIKE '%el #%' AND {CLIENT}"),
    "models by name, in any case": _search(_MODELS, f"name ILIKE '%EL #%' AND {CLIENT}"),
    "models by tag": _search(_MODELS, f"tags.team = 'team #' AND {CLIENT}"),
    "last changed models": _search(_MODELS, CLIENT, "timestamp DESC"),
    "last changed 100 versions": _search(_VERSIONS, CLIENT),
    "versions of a model": _search(_VERSIONS, f"name = 'model #' AND {CLIENT}"),
    "versions of a run": _search(_VERSIONS, f"run_id = 'run #' AND {CLIENT}"),
    "versions by tag": _search(_VERSIONS, f"tags.number = '#' AND {CLIENT}"),
    "versions by name and number": _search(_VERSIONS, f"name LIKE 'model #%' AND version_number > 5 AND {CLIENT}"),
    "nothing": _search(_VERSIONS, f"name LIKE '%none #' AND {CLIENT}"),
}
OURS_ALONE: dict[str, Question] = {
    "lineage of a version": (lineage.GET, lambda n: [("name", f"model {n}"), ("version", "7")]),
    "history of a model": (governance.LIST_EVENTS, lambda n: [("name", f"model {n}")]),
    "check a promotion": (
        governance.CHECK_PROMOTION,
        lambda n: [("name", f"model {n}"), ("version", "7"), ("alias", "champion")],
    ),
}
COPY = """
INSERT INTO registered_models (name, creation_time, last_updated_time, description)
    SELECT name, creation_time, last_update_time, description FROM ours.registered_model;
INSERT INTO registered_model_tags (key, value, name)
    SELECT t.key, t.value, m.name FROM ours.registered_model_tag t JOIN ours.registered_model m ON m.id = t.model_id;
INSERT INTO model_versions (name, version, creation_time, last_updated_time, description, current_stage, source, run_id,
                            status, run_link)
    SELECT name, version, creation_time, last_update_time, description, stage, source, run_id, status, run_link
    FROM ours.model_version;
INSERT INTO model_version_tags (key, value, name, version)
    SELECT t.key, t.value, v.name, v.version
    FROM ours.model_version_tag t JOIN ours.model_version v ON v.id = t.version_id;
INSERT INTO registered_model_aliases (alias, version, name)
    SELECT a.alias, a.version, m.name
    FROM ours.registered_model_alias a JOIN ours.registered_model m ON m.id = a.model_id;
"""


def fill(connection: Connection) -> None:
    """Make the rows, unless they are there."""
    if connection.one("SELECT count(*) FROM registered_model") != (0,):
        return
    rng = random.Random(7)
    connection.many(
        "INSERT INTO registered_model (id, name, creation_time, last_update_time, last_version) VALUES (?, ?, ?, ?, ?)",
        ((n, f"model {n}", n, 10 * rng.randrange(MODELS), VERSIONS) for n in _ids(MODELS)),
    )
    connection.many(
        "INSERT INTO registered_model_tag (model_id, key, value) VALUES (?, 'team', ?)",
        ((n, f"team {n % 500}") for n in _ids(MODELS)),
    )
    connection.many(
        "INSERT INTO model_version (id, model_id, version, name, creation_time, last_update_time, stage, source, "
        "location, run_id, description) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, '')",
        (
            (
                n,
                model,
                n % VERSIONS + 1,
                f"model {model}",
                n,
                n,
                rng.choice(STAGES),
                f"s3://{n}",
                f"s3://{n}",
                f"run {n}",
            )
            for n, model in _versions()
        ),
    )
    connection.many(
        "INSERT INTO model_version_tag (version_id, key, value) VALUES (?, 'number', ?)",
        ((n, str(n % 5000)) for n, _ in _versions()),
    )
    connection.many(
        "INSERT INTO registered_model_alias (model_id, alias, version) VALUES (?, 'champion', ?)",
        ((n, rng.randint(1, VERSIONS)) for n in _ids(MODELS)),
    )
    connection.many(
        "INSERT INTO model_version_file (version_id, path, digest, size) VALUES (?, ?, ?, 1000)",
        ((n, path, f"{n:064x}") for n, _ in _versions() for path in ("MLmodel", "model.skops", "requirements.txt")),
    )
    connection.many(
        "INSERT INTO registry_event (model_id, time, action, name, user_id, version, key, new, reason) "
        "VALUES (?, ?, ?, ?, 'ada', ?, ?, ?, 'because')",
        (
            (model, n, action, f"model {model}", n % VERSIONS + 1, key, str(n % VERSIONS + 1))
            for n, model in _versions()
            for action, key in (("create_version", ""), ("set_version_tag", "number"), ("set_alias", "champion"))
        ),
    )
    connection.execute("INSERT INTO registry_policy (model_id, data) VALUES (0, ?)", (POLICY,))
    connection.execute("ANALYZE")


def _ids(count: int) -> range:
    return range(1, count + 1)


def _versions() -> Iterator[tuple[int, int]]:
    return ((n, (n - 1) // VERSIONS + 1) for n in _ids(MODELS * VERSIONS))


def measure() -> list[Row]:
    """Fill our database, copy it row by row into the peer's schema, and ask both servers."""
    with scratch() as folder:
        data = folder / "headwater.db"
        store = open_filled(f"sqlite:///{data}")
        store.close()
        with our_server(folder) as server:
            ours = _time(lambda endpoint, query: _get(server, endpoint, query), QUESTIONS | OURS_ALONE)
        with lean_peer_server(folder) as peer_server:
            _copy(data, folder / "mlflow.db")
            peer = _time(lambda endpoint, query: _get(peer_server, endpoint, query), QUESTIONS, PEER_REPEATS)
    note = f"{MODELS:,} models of {VERSIONS} versions"
    return [Row(name=f"{name}, p95", unit="ms", ours=ours[name], peer=peer.get(name), note=note) for name in ours]


def open_filled(uri: str) -> SqlStore:
    """Return the store at `uri`, filled."""
    store = open_store(uri)
    assert isinstance(store, SqlStore)
    store.database.write(fill)
    return store


def _copy(source: Path, target: Path) -> None:
    with sqlite3.connect(target, timeout=60) as database:
        database.execute("ATTACH ? AS ours", (str(source),))
        database.executescript(COPY)
        database.execute("ANALYZE")


def _time(
    ask: Callable[[AnyEndpoint, Query], object], questions: dict[str, Question], repeats: int = REPEATS
) -> dict[str, float]:
    """Return the 95th percentile of each question, in milliseconds."""
    found = {}
    for name, (endpoint, make_query) in questions.items():
        times = []
        for index in range(repeats):
            query = make_query(1 + index * 97)
            started = time.perf_counter()
            ask(endpoint, query)
            times.append(1000 * (time.perf_counter() - started))
        found[name] = percentile(times, 0.95)
    return found


def _get(server: Server, endpoint: AnyEndpoint, query: Query) -> bytes:
    with urllib.request.urlopen(f"{server.url}{endpoint.urls[0]}?{urlencode(query)}", timeout=120) as answer:
        body: bytes = answer.read()
    return body


def _ask_store(store: SqlStore, endpoint: AnyEndpoint, query: Query) -> object:
    request = decode_query(endpoint.request, query)
    return getattr(getattr(store, endpoint.resource), endpoint.verb)(request)


def main() -> None:
    """Measure what the command line says."""
    if len(sys.argv) < 2:
        report(measure())
        return
    store = open_filled(sys.argv[1])
    found = _time(lambda endpoint, query: _ask_store(store, endpoint, query), QUESTIONS | OURS_ALONE)
    for name, p95 in found.items():
        print(f"{name:32} {p95:8.2f} ms p95")
    store.close()


if __name__ == "__main__":
    main()
