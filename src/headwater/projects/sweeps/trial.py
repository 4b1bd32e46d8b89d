"""What a sweep consists of: its trials, and what came of all of them."""

from collections.abc import Mapping
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import msgspec

from headwater.protocol.errors import NotSupported

if TYPE_CHECKING:
    import pandas

Value = str | int | float | bool


class TrialState(StrEnum):
    """How far a trial is; all but RUNNING are final."""

    RUNNING = "running"
    COMPLETE = "complete"
    PRUNED = "pruned"
    FAILED = "failed"


class Trial(msgspec.Struct, kw_only=True, omit_defaults=True):
    """One point of a search space, and the run that tries it.

    Attributes:
        number: from 0, in the order in which trials began.
        run_id: of its run.
        state: how far it is.
        params: the values that were searched for, without the fixed ones.
        value: of the metric at the end, for a pruned trial the last one that was seen; None if there is none.
        reason: why it failed.
        start_time: when it began, in milliseconds since the epoch.
        end_time: when it ended, None until then.
    """

    number: int
    run_id: str
    state: TrialState
    params: dict[str, Value]
    value: float | None = None
    reason: str = ""
    start_time: int = 0
    end_time: int | None = None


class Sweep(msgspec.Struct, frozen=True):
    """What came of a sweep.

    Attributes:
        run_id: of the run of the sweep, the parent of each trial's.
        metric: that was optimized.
        direction: "minimize" or "maximize".
        best_run_id: the run of the best trial.
        best_params: the values that were searched for in the best trial.
        best_value: of its metric.
        importance: the share of each parameter in how good trials are; empty with fewer than ten complete trials.
        trials: all of them, by number.
    """

    run_id: str
    metric: str
    direction: str
    best_run_id: str
    best_params: dict[str, Value]
    best_value: float
    importance: dict[str, float]
    trials: list[Trial]

    def to_pandas(self) -> "pandas.DataFrame":
        """Return the trials as a data frame: number, run_id, state, value, start_time, end_time, then `params.*`."""
        try:
            import pandas  # loaded by those who ask for a frame
        except ImportError as error:
            raise NotSupported("A data frame needs pandas. Install it with: pip install pandas") from error
        return pandas.DataFrame([_row(trial) for trial in self.trials])


def find_best(trials: Mapping[int, Trial], direction: str) -> Trial | None:
    """Return the best complete trial, the earliest of equals; None if no trial is complete."""
    sign = 1 if direction == "minimize" else -1
    complete = [trial for trial in trials.values() if trial.state == TrialState.COMPLETE and trial.value is not None]
    return min(complete, key=lambda trial: (sign * (trial.value or 0.0), trial.number), default=None)


def _row(trial: Trial) -> dict[str, Any]:
    fixed = ("number", "run_id", "state", "value", "start_time", "end_time")
    row = {name: getattr(trial, name) for name in fixed} | {"state": str(trial.state)}
    return row | {f"params.{name}": value for name, value in trial.params.items()}
