"""Trials of a function on the clusters of Ray and Dask."""

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from headwater import config
from headwater.projects.sweeps.attempts import Attempt, FunctionRuns
from headwater.projects.sweeps.trial import Value
from headwater.projects.sweeps.worker import Call, carry_out
from headwater.protocol.errors import NotSupported
from headwater.protocol.runs import RunStatus
from headwater.tracking.active import set_tracking_uri
from headwater.tracking.client import Client
from headwater.tracking.session import current_session

Task = Any
"""What an engine calls a call that it was given."""


class Engine(Protocol):
    """A cluster that calls functions."""

    def submit(self, *arguments: object) -> Task:
        """Call `carry_out_there` with these arguments somewhere, and return at once."""

    def wait(self, task: Task) -> BaseException | None:
        """Wait until a call has ended and return what it raised, also if its process died."""

    def cancel(self, task: Task) -> None:
        """End a call if that can be done, and return at once."""

    def close(self) -> None:
        """Leave the cluster; one that was started here ends."""


def carry_out_there(
    call: bytes, params: Mapping[str, Value], tracking_uri: str, run_id: str, experiment_id: str
) -> None:
    """Carry out a trial in the process of a cluster, which lives on: everything is stored before this returns."""
    import cloudpickle

    set_tracking_uri(tracking_uri)
    try:
        carry_out(cloudpickle.loads(call), params, run_id, experiment_id)
    finally:
        current_session().flush(float(config.EXIT_TIMEOUT_S.get()))


class EngineAttempts(FunctionRuns):
    """Trials that call a function on a cluster."""

    def __init__(self, client: Client, call: Call, engine: Engine) -> None:
        import cloudpickle  # loaded by those who sweep over functions

        super().__init__(client, call)
        self._pickled = cloudpickle.dumps(call)
        self._engine = engine

    def start(self, run_id: str, params: Mapping[str, Value]) -> Attempt:
        """Submit the call."""
        experiment_id = self._client.get_run(run_id).info.experiment_id
        where = (self._client.tracking_uri, run_id, experiment_id)
        task = self._engine.submit(self._pickled, dict(params), *where)
        return EngineAttempt(self._client, run_id, self._engine, task)

    def close(self) -> None:
        """Leave the cluster."""
        self._engine.close()


class EngineAttempt:
    """A call on a cluster."""

    def __init__(self, client: Client, run_id: str, engine: Engine, task: Task) -> None:
        self._client = client
        self._run_id = run_id
        self._engine = engine
        self._task = task
        self._was_cancelled = False

    def wait(self) -> bool:
        """Wait until the call has returned, or raised; the run of one whose process died ends here."""
        error = self._engine.wait(self._task)
        if error is not None and self._client.get_run(self._run_id).info.status == RunStatus.RUNNING:
            self._client.set_terminated(self._run_id, RunStatus.KILLED if self._was_cancelled else RunStatus.FAILED)
        return error is None

    def cancel(self) -> None:
        """End the call."""
        self._was_cancelled = True
        self._engine.cancel(self._task)
        self.wait()


class RayEngine:
    """The Ray cluster that this process is connected to, else that of RAY_ADDRESS, else one on this machine."""

    def __init__(self, resources: Mapping[str, Any]) -> None:
        try:
            import ray
        except ImportError as error:
            raise NotSupported("Trials on Ray need it. Install it with: pip install ray") from error
        self._ray = ray
        self._is_ours = not ray.is_initialized()
        if self._is_ours:
            ray.init(include_dashboard=False, logging_level="warning", log_to_driver=False)
        self._remote = ray.remote(carry_out_there).options(max_retries=0, **resources)

    def submit(self, *arguments: object) -> Task:
        """Submit a task."""
        return self._remote.remote(*arguments)

    def wait(self, task: Task) -> BaseException | None:
        """Wait for a task."""
        try:
            self._ray.get(task)
        except self._ray.exceptions.RayError as error:
            failure: BaseException = error
            return failure
        return None

    def cancel(self, task: Task) -> None:
        """Kill the worker of a task."""
        self._ray.cancel(task, force=True)

    def close(self) -> None:
        """Leave the cluster."""
        if self._is_ours:
            self._ray.shutdown()


class DaskEngine:
    """The Dask cluster of this process's client, else that of DASK_SCHEDULER_ADDRESS, else one on this machine."""

    def __init__(self, resources: Mapping[str, Any]) -> None:
        try:
            import distributed
        except ImportError as error:
            raise NotSupported("Trials on Dask need it. Install it with: pip install distributed") from error
        self._resources = dict(resources)
        try:
            self._client = distributed.get_client()
            self._is_ours = False
        except ValueError:
            self._client = distributed.Client(dashboard_address=None, threads_per_worker=1)
            self._is_ours = True

    def submit(self, *arguments: object) -> Task:
        """Submit a task."""
        return self._client.submit(carry_out_there, *arguments, pure=False, retries=0, resources=self._resources)

    def wait(self, task: Task) -> BaseException | None:
        """Wait for a task."""
        error: BaseException | None = task.exception()
        return error

    def cancel(self, task: Task) -> None:
        """Let a task end by itself, which is all that Dask can do."""

    def close(self) -> None:
        """Leave the cluster."""
        if self._is_ours:
            self._client.close()
            self._client.shutdown()


ENGINES: dict[str, Callable[[Mapping[str, Any]], Engine]] = {"ray": RayEngine, "dask": DaskEngine}
