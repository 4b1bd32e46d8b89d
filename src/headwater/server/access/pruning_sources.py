"""What a model tells of the runs and logged models it was made of: hidden from who may not read their experiments."""

from collections.abc import Sequence
from typing import Any

import msgspec

from headwater.protocol.lineage import ProvenanceResponse
from headwater.protocol.model_versions import ModelVersion
from headwater.protocol.provenance import SourceRun
from headwater.protocol.version_comparison import VersionComparison
from headwater.protocol.version_table import QueryVersionsResponse
from headwater.server.access.caller import Caller
from headwater.server.access.things import Things

_OF_SOURCES = ("params", "metrics", "datasets", "code", "lineage")
"""What a comparison tells of runs and logged models, not of the registry."""


def prune_table(things: Things, caller: Caller, table: QueryVersionsResponse) -> QueryVersionsResponse:
    """Leave out of a table of versions what hidden runs and logged models measured and were given."""
    hidden = _find_hidden(things, caller, [row.version for row in table.rows])
    if not any(hidden):
        return table
    nothing: dict[str, Any] = {"run_name": "", "metrics": {}, "params": {}}
    rows = [
        msgspec.structs.replace(row, **nothing) if sources else row
        for row, sources in zip(table.rows, hidden, strict=True)
    ]
    return msgspec.structs.replace(table, rows=rows)


def prune_comparison(things: Things, caller: Caller, found: VersionComparison) -> VersionComparison:
    """Say nothing of what versions were made of if one of the sources is hidden, and which that is."""
    old, new = _find_hidden(things, caller, [found.old_version, found.new_version])
    hidden = [*old, *new]
    if not hidden:
        return found
    equal = {kind: count for kind, count in found.equal.items() if kind not in _OF_SOURCES}
    unread = list(dict.fromkeys([*found.unread, *hidden]))
    lists: dict[str, Any] = {kind: [] for kind in _OF_SOURCES}
    return msgspec.structs.replace(found, **lists, equal=equal, unread=unread)


def prune_provenance(things: Things, caller: Caller, found: ProvenanceResponse) -> ProvenanceResponse:
    """Leave nothing but its id of a hidden run."""
    run = found.provenance.run
    if run is None or all(caller.reads(place) for place in things.experiments_of_runs([run.run_id]).values()):
        return found
    provenance = msgspec.structs.replace(found.provenance, run=SourceRun(run_id=run.run_id))
    return msgspec.structs.replace(found, provenance=provenance)


def _find_hidden(things: Things, caller: Caller, versions: Sequence[ModelVersion]) -> list[list[str]]:
    """Return the sources of each version, as URIs, that are in experiments that the caller may not read."""
    runs = things.experiments_of_runs({version.run_id for version in versions if version.run_id})
    models = things.experiments_of_logged_models({version.model_id for version in versions if version.model_id})
    places = {f"runs:/{run_id}": place for run_id, place in runs.items()}
    places |= {f"models:/{model_id}": place for model_id, place in models.items()}
    hidden = {uri for uri, place in places.items() if not caller.reads(place)}
    return [
        [uri for uri in (f"runs:/{version.run_id}", f"models:/{version.model_id}") if uri in hidden]
        for version in versions
    ]
