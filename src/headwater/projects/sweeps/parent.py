"""The run of a sweep: its definition, who carries it out, and what has come of it so far."""

import contextlib
import json
import os
import platform
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import msgspec
import psutil

from headwater import config
from headwater.projects.sweeps.definition import Definition
from headwater.projects.sweeps.space import Choice
from headwater.projects.sweeps.trial import Trial, find_best
from headwater.protocol.errors import HeadwaterError, InvalidParameterValue, ResourceConflict, ResourceDoesNotExist
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
OWNER_TAG = "headwater.sweep.owner"
RENEW_S = 10.0
SILENT_MS = 60_000
SAVE_S = 5.0


class Owner(msgspec.Struct, frozen=True):
    """The process that carries out a sweep, and when it was last known to live."""

    host: str
    pid: int
    started: float
    seen: int

    def is_same(self, other: "Owner") -> bool:
        """Return whether both are one process."""
        return (self.host, self.pid, self.started) == (other.host, other.pid, other.started)

    def is_alive(self) -> bool:
        """Return whether the process lives, on another machine whether it was heard of lately."""
        if self.host != platform.node():
            return _now() - self.seen < SILENT_MS
        try:
            return psutil.Process(self.pid).create_time() == self.started
        except psutil.Error:
            return False


class Parent:
    """The run of a sweep, as the process that carries it out sees it."""

    def __init__(self, client: Client, run_id: str, definition: Definition) -> None:
        self.run_id = run_id
        self._client = client
        self._definition = definition
        self._writer = RunWriter(client.tracking_uri, run_id)
        self._me = Owner(platform.node(), os.getpid(), psutil.Process().create_time(), 0)
        self._renewed = -float("inf")
        self._saved = time.monotonic()

    def take(self, record: dict[str, Any]) -> None:
        """Become the one that carries out the sweep, keep its definition, and say that it is RUNNING.

        Raises `ResourceConflict` while another process does.
        """
        self._check_owner()
        current_session().note_resumed(self._client.tracking_uri, self.run_id)  # the best trial may be another then
        self.renew()
        self._check_owner()
        self._client.update_run(self.run_id, RunStatus.RUNNING)
        self._writer.log_bytes(json.dumps(record, indent=1).encode(), DEFINITION_FILE, synchronous=True)

    def renew(self) -> None:
        """Say from time to time that this process lives; raise `ResourceConflict` if another took over."""
        if time.monotonic() - self._renewed < RENEW_S:
            return
        if self._renewed > 0:
            self._check_owner()
        self._renewed = time.monotonic()
        owner = msgspec.structs.replace(self._me, seen=_now())
        self._client.set_tag(self.run_id, OWNER_TAG, msgspec.json.encode(owner).decode(), synchronous=True)

    def leave(self, status: RunStatus) -> None:
        """End the run; anyone may take it then."""
        self._client.set_tag(self.run_id, OWNER_TAG, "")
        self._client.set_terminated(self.run_id, status)
        session = current_session()
        session.forget_params(self._client.tracking_uri, self.run_id)
        with contextlib.suppress(HeadwaterError):  # it stays in the journal, for `headwater sync`
            session.flush(float(config.EXIT_TIMEOUT_S.get()))

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

    def _check_owner(self) -> None:
        text = self._client.get_run(self.run_id).data.tags.get(OWNER_TAG)
        owner = msgspec.json.decode(text, type=Owner) if text else self._me
        if not owner.is_same(self._me) and owner.is_alive():
            raise ResourceConflict(
                f"The sweep '{self.run_id}' is carried out by process {owner.pid} on '{owner.host}'. End that first."
            )


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


def _now() -> int:
    return time.time_ns() // 1_000_000
