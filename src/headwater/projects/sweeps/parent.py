"""The run of a sweep: its definition, who carries it out, and what has come of it so far."""

import json
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import msgspec

from headwater.projects.ownership import Ownership
from headwater.projects.sweeps.definition import Definition
from headwater.projects.sweeps.space import Choice
from headwater.projects.sweeps.trial import Trial, find_best
from headwater.protocol.errors import InvalidParameterValue, ResourceDoesNotExist
from headwater.protocol.runs import RunStatus
from headwater.tracking.client import Client
from headwater.tracking.run import Run
from headwater.tracking.session import current_session
from headwater.tracking.writer import RunWriter

DEFINITION_FILE = "sweep/definition.json"
TRIALS_FILE = "sweep/trials.json"
IMPORTANCE_FILE = "sweep/importance.json"
SWEEP_TAG = "headwater.sweep"
BEST_TAG = "headwater.sweep.best"
SAVE_S = 5.0


class Parent:
    """The run of a sweep, as the process that carries it out sees it."""

    def __init__(self, client: Client, run_id: str, definition: Definition) -> None:
        self.run_id = run_id
        self._client = client
        self._definition = definition
        self._writer = RunWriter(client.tracking_uri, run_id)
        self._ownership = Ownership(client, run_id, "sweep")
        self._saved = time.monotonic()

    def take(self, record: dict[str, Any]) -> None:
        """Carry out the sweep from here on and keep its definition; raise `ResourceConflict` if another does."""
        self._ownership.take()
        self._writer.log_bytes(json.dumps(record, indent=1).encode(), DEFINITION_FILE, synchronous=True)

    def renew(self) -> None:
        """Say from time to time that this process lives; raise `ResourceConflict` if another took over."""
        self._ownership.renew()

    def leave(self, status: RunStatus) -> None:
        """End the run; anyone may take it then."""
        self._ownership.leave(status)

    def save(
        self, trials: Mapping[int, Trial], measure: Callable[[], Mapping[str, float]], *, is_last: bool = False
    ) -> None:
        """Keep what there is so far, and the importance that `measure` returns; not at every call, except the last."""
        if not is_last and time.monotonic() - self._saved < SAVE_S:
            return
        self._saved = time.monotonic()
        described = {
            "metric": self._definition.metric,
            "direction": self._definition.direction,
            "planned": self._definition.trials,
            "parameters": [_describe(name, domain) for name, domain in self._definition.space.domains.items()],
            "trials": [msgspec.to_builtins(trials[number]) for number in sorted(trials)],
        }
        self._write(TRIALS_FILE, described)
        if importance := measure():
            self._write(IMPORTANCE_FILE, {"metric": self._definition.metric, "importance": importance})

    def note_best(self, trials: Mapping[int, Trial], number: int) -> None:
        """Log the best value after the trial of this number, which makes a curve."""
        best = find_best(trials, self._definition.direction)
        if best is not None and best.value is not None:
            self._client.log_metric(self.run_id, self._definition.metric, best.value, step=number)
            self._client.set_tag(self.run_id, BEST_TAG, best.run_id)

    def copy_best(self, best: Trial) -> None:
        """Log the params and last metrics of the best trial."""
        data = self._client.get_run(best.run_id).data
        current_session().forget_params(self._client.tracking_uri, self.run_id)
        self._writer.log_params(data.params, synchronous=None)
        metrics = {name: value for name, value in data.metrics.items() if not name.startswith("system/")}
        self._writer.log_metrics(metrics, step=self._definition.trials, timestamp=None, synchronous=None)

    def _write(self, file: str, content: object) -> None:
        self._writer.log_bytes(json.dumps(content, indent=1).encode(), file, synchronous=False)


def create_parent(client: Client, experiment_id: str, run_name: str | None, tags: Mapping[str, str]) -> str:
    """Create the run of a sweep and return its id."""
    return client.create_run(experiment_id, tags={**tags, SWEEP_TAG: "1"}, run_name=run_name).info.run_id


def read_parent(client: Client, run_id: str) -> tuple[Run, dict[str, Any]]:
    """Return the run of a sweep and its definition; raise `InvalidParameterValue` if it is another run."""
    run = client.get_run(run_id)
    if SWEEP_TAG not in run.data.tags:
        raise InvalidParameterValue(f"The run '{run_id}' is no sweep. Give the run that is the parent of the trials.")
    try:
        path = Path(client.download_artifacts(run_id, DEFINITION_FILE))
    except ResourceDoesNotExist:
        raise ResourceDoesNotExist(f"The definition of the sweep '{run_id}' is gone. Begin another sweep.") from None
    found: dict[str, Any] = json.loads(path.read_bytes())
    return run, found


def _describe(name: str, domain: Any) -> dict[str, Any]:
    """Return an axis of parallel coordinates."""
    if isinstance(domain, Choice):
        return {"name": name, "type": "choice", "choices": list(domain.choices)}
    return {
        "name": name,
        "type": domain.kind.__name__,
        "low": domain.low,
        "high": domain.high,
        "log": domain.is_log,
    }
