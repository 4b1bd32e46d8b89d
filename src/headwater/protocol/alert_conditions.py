"""What a rule about runs may say: text in, condition out.

    condition = metric , ( ">" | ">=" | "<" | "<=" | "=" | "!=" ) , number
              | ( metric | "any metric" ) , "is" , "nan"
              | "run" , "failed"
              | "run" , "stalled" , seconds , [ "s" ] ;

A metric is written as in searches: `metrics.loss`, or `metrics.loss{split="val"}` for its points of one context; the
name alone stands for all its points. NaN is met by infinities, too. A run is stalled when its client, which sends
heartbeats while a run is open, has been silent for so long.
"""

import re
from typing import NamedTuple

from headwater.protocol.errors import InvalidParameterValue
from headwater.protocol.filter_tree import RUNS, Compare, Kind, Operator
from headwater.protocol.filters import parse_filter

MIN_STALLED_S = 30
MAX_STALLED_S = 30 * 86_400

_IS_NAN = re.compile(r"(?P<metric>.+?)\s+is\s+nan", re.IGNORECASE | re.DOTALL)
_ANY_METRIC = re.compile(r"any\s+metric", re.IGNORECASE)
_FAILED = re.compile(r"run\s+failed", re.IGNORECASE)
_STALLED = re.compile(r"run\s+stalled\s+(?P<seconds>[0-9]{1,9})\s*s?", re.IGNORECASE | re.ASCII)
_ADVICE = "Write 'metrics.loss > 10', 'metrics.loss is nan', 'any metric is nan', 'run failed' or 'run stalled 600'."


class MetricBeyond(NamedTuple):
    """A point of the metric whose value compares so with the bound."""

    key: str
    op: Operator
    bound: float


class MetricNotFinite(NamedTuple):
    """A point that is NaN or infinite, of the metric, or of any if `key` is empty."""

    key: str


class RunFailed(NamedTuple):
    """A run that became FAILED, be it because its client fell silent for good."""


class RunStalled(NamedTuple):
    """A run whose client has been silent for so many seconds."""

    after_s: int


Condition = MetricBeyond | MetricNotFinite | RunFailed | RunStalled


def parse_condition(text: str) -> Condition:
    """Return what a condition says; raise `InvalidParameterValue` with what it may say.

    Example:
        >>> parse_condition("metrics.loss > 10").bound
        10.0
    """
    text = text.strip()
    if _FAILED.fullmatch(text):
        return RunFailed()
    if match := _STALLED.fullmatch(text):
        seconds = int(match["seconds"])
        if not MIN_STALLED_S <= seconds <= MAX_STALLED_S:
            raise InvalidParameterValue(
                f"Invalid condition '{text}': a run is stalled after {MIN_STALLED_S} to {MAX_STALLED_S} seconds."
            )
        return RunStalled(seconds)
    if match := _IS_NAN.fullmatch(text):
        is_any = _ANY_METRIC.fullmatch(match["metric"])
        return MetricNotFinite("" if is_any else _parse_metric(f"{match['metric']} > 0", text).key)
    return _parse_metric(text, text)


def _parse_metric(filter_text: str, text: str) -> MetricBeyond:
    found = parse_filter(filter_text, RUNS)
    if not isinstance(found, Compare) or found.key.kind is not Kind.METRIC or isinstance(found.value, str):
        raise InvalidParameterValue(f"Invalid condition '{text[:200]}'. {_ADVICE}")
    return MetricBeyond(found.key.name, found.op, float(found.value))
