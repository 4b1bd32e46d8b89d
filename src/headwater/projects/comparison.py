"""Whether two runs came out the same: params, last metrics and artifacts."""

import math
from collections.abc import Iterator, Mapping

import msgspec

from headwater.protocol.artifacts import GetTree
from headwater.tracking.artifact_files import is_proxied, tree_root
from headwater.tracking.client import Client
from headwater.tracking.run import Run
from headwater.tracking.session import current_session

_OF_THE_LAUNCH = ("code/", "logs/")
_SYSTEM = "system/"


class Difference(msgspec.Struct, frozen=True):
    """One thing that is not the same: `kind` is "param", "metric" or "artifact"; None stands for what is missing."""

    kind: str
    name: str
    before: str | float | None
    after: str | float | None


class Comparison(msgspec.Struct, frozen=True):
    """How many things were compared, and those that differ."""

    compared: int
    differences: list[Difference]


def compare_runs(client: Client, before: str, after: str, tolerance: float) -> Comparison:
    """Compare two runs.

    Args:
        client: of the store that has both.
        before: a run's id.
        after: another's.
        tolerance: how far metrics may be apart, relative to the larger one, and absolutely below 1.
    """
    old, new = client.get_run(before), client.get_run(after)
    pairs = [
        *_pairs("param", old.data.params, new.data.params),
        *_pairs("metric", _metrics(old), _metrics(new)),
        *_pairs("artifact", _digests(client, old), _digests(client, new)),
    ]
    return Comparison(len(pairs), [pair for pair in pairs if not _is_equal(pair, tolerance)])


def _pairs(
    kind: str, before: Mapping[str, str] | Mapping[str, float], after: Mapping[str, str] | Mapping[str, float]
) -> Iterator[Difference]:
    for name in sorted({*before, *after}):
        yield Difference(kind, name, before.get(name), after.get(name))


def _is_equal(pair: Difference, tolerance: float) -> bool:
    before, after = pair.before, pair.after
    if isinstance(before, float) and isinstance(after, float):
        if math.isnan(before) or math.isnan(after):
            return math.isnan(before) and math.isnan(after)
        return math.isclose(before, after, rel_tol=tolerance, abs_tol=tolerance)
    return before == after


def _metrics(run: Run) -> dict[str, float]:
    return {name: value for name, value in run.data.metrics.items() if not name.startswith(_SYSTEM)}


def _digests(client: Client, run: Run) -> dict[str, str]:
    """Return the digest of each artifact of a run, where the store knows them."""
    if not is_proxied(run.info.artifact_uri):
        return {}
    store = current_session().store(client.tracking_uri)
    files = store.artifacts.get_tree(GetTree(tree_root(run.info.artifact_uri))).files
    return {file.path: file.digest for file in files if not file.path.startswith(_OF_THE_LAUNCH)}
