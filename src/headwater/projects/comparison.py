"""Whether two runs came out the same: params, last metrics and artifacts."""

import math
from collections.abc import Iterator, Mapping

import msgspec

from headwater.projects.digests import read_artifact_digests
from headwater.tracking.client import Client
from headwater.tracking.run import Run

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
        *_pairs("artifact", read_artifact_digests(client, old), read_artifact_digests(client, new)),
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
