"""Rules about metrics, looked at by the write that brings points."""

import math
import operator

import numpy as np
import numpy.typing as npt

from headwater.protocol.alert_conditions import Condition, MetricBeyond, MetricNotFinite
from headwater.protocol.contexts import name_of
from headwater.protocol.filter_tree import Operator
from headwater.stores.sql.alert_rules import known_rules, raise_found
from headwater.stores.sql.blocks import Float64s, Int32s, Points
from headwater.stores.sql.clock import now_ms
from headwater.stores.sql.connection import Connection
from headwater.stores.sql.rows import RunRow

_SCALARS_MAX = 4
_COMPARE = {
    Operator.GT: operator.gt,
    Operator.GE: operator.ge,
    Operator.LT: operator.lt,
    Operator.LE: operator.le,
    Operator.EQ: operator.eq,
    Operator.NE: operator.ne,
}


def check_points(connection: Connection, run: RunRow, keys: list[str], key_index: Int32s, points: Points) -> None:
    """Raise the alerts of rules that points meet which are being written: point `i` is one of `keys[key_index[i]]`."""
    known = known_rules(connection)
    if not known.of_metrics:
        return
    now = now_ms()
    for watched in known.of_metrics:
        if watched.covers(run.exp_id) and known.quiet.get((watched.rule.rule_id, run.id), 0) <= now:
            at = _find_first(watched.condition, keys, key_index, points)
            if at is not None:
                key, value, step = keys[key_index[at]], float(points.values[at]), int(points.steps[at])
                raise_found(connection, run, watched.rule, f"{key} = {value:.6g} at step {step}")


def _find_first(condition: Condition, keys: list[str], key_index: Int32s, points: Points) -> int | None:
    """Return the position of the first point that meets a condition."""
    assert isinstance(condition, MetricBeyond | MetricNotFinite), "only these are of_metrics"
    wanted = [index for index, key in enumerate(keys) if condition.key in {"", key, name_of(key)}]
    if not wanted:
        return None
    if len(points.values) <= _SCALARS_MAX:  # what numpy costs by itself would be most of it
        values, indices = points.values.tolist(), key_index.tolist()
        found = (at for at, index in enumerate(indices) if index in wanted and _meets(condition, values[at]))
        return next(found, None)
    met = _find_meeting(condition, points.values)
    if len(wanted) < len(keys):
        met &= np.isin(key_index, wanted)
    return int(met.argmax()) if met.any() else None


def _meets(condition: Condition, value: float) -> bool:
    if isinstance(condition, MetricBeyond):
        return bool(_COMPARE[condition.op](value, condition.bound))
    return not math.isfinite(value)


def _find_meeting(condition: Condition, values: Float64s) -> npt.NDArray[np.bool_]:
    if isinstance(condition, MetricBeyond):
        with np.errstate(invalid="ignore"):
            return np.asarray(_COMPARE[condition.op](values, condition.bound))
    return ~np.isfinite(values)
