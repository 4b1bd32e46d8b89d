"""The versions of a model as a table, read from one snapshot."""

import math
from collections.abc import Callable, Collection, Sequence
from typing import Any

from headwater.protocol.governance import RegistryAction
from headwater.protocol.model_names import NO_STAGE
from headwater.protocol.paging import decode_page_token, encode_page_token
from headwater.protocol.promotions import PromotionStatus
from headwater.protocol.version_table import (
    COUNTED_VERSIONS,
    STANDARD_METRICS,
    KeyCount,
    QueryVersions,
    QueryVersionsResponse,
    VersionRow,
)
from headwater.stores.sql.connection import Connection, chunks, marks
from headwater.stores.sql.policies import load_policy
from headwater.stores.sql.registry_rows import find_model, load_versions
from headwater.stores.sql.search_registry import select_versions_of
from headwater.stores.sql.version_facts import DescribingFile, load_file_facts
from headwater.stores.sql.version_values import (
    Basics,
    count_metrics,
    count_params,
    load_basics,
    load_metrics_of,
    load_params_of,
)

_COLUMNS = {"created": "creation_time", "updated": "last_update_time", "stage": "stage", "status": "status"}


def query_versions(connection: Connection, request: QueryVersions) -> tuple[QueryVersionsResponse, set[DescribingFile]]:
    """Answer `QueryVersions`, and name the files that must be read to answer it better."""
    model_id = find_model(connection, request.name)
    everything = select_versions_of(connection, model_id, "")
    matched = select_versions_of(connection, model_id, request.filter) if request.filter.strip() else everything
    counted = load_basics(connection, everything[:COUNTED_VERSIONS])
    metrics = count_metrics(connection, counted)
    columns = request.metrics
    if columns is None:
        columns = _choose_metrics(connection, model_id, metrics)
    ordered, unread = _order(connection, model_id, request, matched)
    offset = decode_page_token(request.page_token)
    page = load_basics(connection, ordered[offset : offset + request.max_results])
    rows, more = _make_rows(connection, model_id, page, columns, request.params)
    end = offset + len(page)
    stage = connection.one("SELECT 1 FROM model_version WHERE model_id = ? AND stage <> ?", (model_id, NO_STAGE))
    answer = QueryVersionsResponse(
        rows=rows,
        total=len(everything),
        matched=len(matched),
        columns=list(columns),
        metrics=[KeyCount(*entry) for entry in sorted(metrics.items())],
        params=[KeyCount(*entry) for entry in sorted(count_params(connection, counted).items())],
        has_stages=stage is not None,
        next_page_token=encode_page_token(end) if end < len(matched) else "",
    )
    return answer, unread | more


def _choose_metrics(connection: Connection, model_id: int, counts: dict[str, int]) -> list[str]:
    """Return the metrics that gates compare, then those that most versions have."""
    gates = load_policy(connection, model_id).gates
    compared = dict.fromkeys(threshold.metric for gate in gates for threshold in gate.metrics)
    common = sorted(counts, key=lambda name: (-counts[name], name))
    wanted = [*(name for name in compared if name in counts), *(name for name in common if name not in compared)]
    return wanted[:STANDARD_METRICS]


def _order(
    connection: Connection, model_id: int, request: QueryVersions, version_ids: list[int]
) -> tuple[list[int], set[DescribingFile]]:
    """Return the versions, the highest first, in the order that is asked for; and the files it takes to know it."""
    key, descending = request.read_order()
    if key == "version":
        return version_ids if descending else version_ids[::-1], set()
    values, unread = _read_values(connection, model_id, version_ids, key)
    known = [version_id for version_id in version_ids if values.get(version_id) not in {None, ""}]
    known = [version_id for version_id in known if values[version_id] == values[version_id]]  # a NaN is not itself
    known.sort(key=_comparable(values), reverse=descending)
    rest = set(version_ids).difference(known)
    return [*known, *(version_id for version_id in version_ids if version_id in rest)], unread


def _comparable(values: dict[int, Any]) -> Callable[[int], Any]:
    """Return the key to sort by: numbers if all are, and else texts."""
    try:
        numbers = {version_id: float(value) for version_id, value in values.items() if value not in {None, ""}}
    except ValueError:
        return lambda version_id: str(values[version_id]).casefold()
    if any(map(math.isnan, numbers.values())):
        return lambda version_id: str(values[version_id]).casefold()
    return numbers.__getitem__


def _read_values(
    connection: Connection, model_id: int, version_ids: Sequence[int], key: str
) -> tuple[dict[int, Any], set[DescribingFile]]:
    """Return what versions are ordered by, and the files that are to be read to know it."""
    if key in _COLUMNS:
        column = _COLUMNS[key]
        rows = connection.all(f"SELECT id, {column} FROM model_version WHERE model_id = ?", (model_id,))  # noqa: S608 - ours
        return dict(rows), set()
    if key == "user":
        return _load_authors(connection, model_id), set()
    if key == "size":
        return {version_id: size for version_id, (_, size) in _load_sizes(connection, version_ids).items()}, set()
    if key in {"signature", "requirements"}:
        facts = load_file_facts(connection, version_ids)
        return dict(facts.signatures if key == "signature" else facts.requirements), facts.unread
    basics = load_basics(connection, version_ids)
    if key == "run":
        return {version.id: version.run_name for version in basics}, set()
    kind, _, name = key.partition(".")
    load = load_metrics_of if kind == "metrics" else load_params_of
    return {version_id: values.get(name) for version_id, values in load(connection, basics, {name}).items()}, set()


def _make_rows(
    connection: Connection, model_id: int, page: Sequence[Basics], metrics: Collection[str], params: Collection[str]
) -> tuple[list[VersionRow], set[DescribingFile]]:
    ids = [version.id for version in page]
    authors, sizes = _load_authors(connection, model_id), _load_sizes(connection, ids)
    facts, requested = load_file_facts(connection, ids), _load_requested(connection, model_id)
    measured, given = load_metrics_of(connection, page, metrics), load_params_of(connection, page, params)
    rows = []
    for basics, version in zip(page, load_versions(connection, ids), strict=True):
        files, size = sizes.get(basics.id, (0, 0))
        row = VersionRow(
            version=version,
            run_name=basics.run_name,
            user_id=authors.get(basics.id, ""),
            files=files,
            size=size,
            signature=facts.signatures.get(basics.id, ""),
            requirements=facts.requirements.get(basics.id),
            metrics=measured[basics.id],
            params=given[basics.id],
            requested=requested.get(basics.number, []),
        )
        rows.append(row)
    return rows, facts.unread


def _load_authors(connection: Connection, model_id: int) -> dict[int, str]:
    """Return who registered each version, as far as the log tells."""
    rows = connection.all(
        "SELECT v.id, e.user_id FROM registry_event e JOIN model_version v "
        "ON v.model_id = e.model_id AND v.version = e.version WHERE e.model_id = ? AND e.action = ?",
        (model_id, RegistryAction.CREATE_VERSION.value),
    )
    return dict(rows)


def _load_sizes(connection: Connection, version_ids: Sequence[int]) -> dict[int, tuple[int, int]]:
    """Return how many files versions have, and their size in bytes."""
    found: dict[int, tuple[int, int]] = {}
    for chunk in chunks(version_ids):
        rows = connection.all(
            "SELECT version_id, COUNT(*), CAST(SUM(size) AS BIGINT) FROM model_version_file "  # noqa: S608 - marks
            f"WHERE version_id IN ({marks(chunk)}) GROUP BY version_id",
            chunk,
        )
        found.update((version_id, (files, size)) for version_id, files, size in rows)
    return found


def _load_requested(connection: Connection, model_id: int) -> dict[int, list[str]]:
    """Return what was asked for each version, by its number."""
    found: dict[int, list[str]] = {}
    rows = connection.all(
        "SELECT version, alias, stage FROM promotion_request WHERE model_id = ? AND status = ? ORDER BY id",
        (model_id, PromotionStatus.OPEN.value),
    )
    for number, alias, stage in rows:
        found.setdefault(number, []).append(f"@{alias}" if alias else stage)
    return found
