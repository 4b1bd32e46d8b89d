"""The metrics of each round of boosting, logged as they come."""

from collections.abc import Iterable

from headwater.protocol.names import check_key
from headwater.tracking.active import ActiveRun
from headwater.tracking.autolog import Call

Values = Iterable[tuple[str, str, float]]
"""Name of the data, name of the metric, value."""


class Rounds:
    """Logs the metrics of a training round by round, and keeps them for what is said about the best one."""

    def __init__(self, call: Call, run: ActiveRun) -> None:
        self._call = call
        self._run = run
        self._names: dict[tuple[str, str], str] = {}
        self._rounds: list[tuple[int, dict[str, float]]] = []

    def record(self, step: int, values: Values) -> None:
        """Log the values of one round; never raises."""
        with self._call.step("metrics of a round"):
            named = {self._name(data, metric): float(value) for data, metric, value in values}
            named.pop("", None)
            self._rounds.append((step, named))
            self._log(named, step)

    def log_best(self, best_round: int, *, first: int = 0) -> None:
        """Log which round was the best of a training that may stop early, and its metrics once more at the end.

        `first` is the number that the library gives to the first round.
        """
        if not self._rounds:
            return
        last = self._rounds[-1][0]
        found = {"stopped_iteration": float(last + first), "best_iteration": float(best_round)}
        self._log(found, 0)
        best = next((named for step, named in self._rounds if step == best_round - first), {})
        self._log(best, last + 1)

    def _name(self, data: str, metric: str) -> str:
        """Return the name of a metric; "" for one that cannot have any, which is told once."""
        key = (data, metric)
        if key not in self._names:
            self._names[key] = ""
            with self._call.step("metric"):
                name = f"{data}-{metric}".replace("@", "_at_")
                check_key("key", name)
                self._names[key] = name
        return self._names[key]

    def _log(self, metrics: dict[str, float], step: int) -> None:
        (self._call.outer or self._call).last_step = step
        self._run.writer.log_metrics(metrics, step=step, timestamp=None, synchronous=None)
