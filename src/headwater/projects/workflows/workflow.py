"""Workflows as users see them: made in Python or read from `headwater.yaml`, run, planned and resumed."""

import json
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from headwater.projects.launch import ExecutionException, choose_experiment
from headwater.projects.source import Source, enter_subdirectory, fetch_source
from headwater.projects.workflows.definition import (
    Definition,
    Step,
    Value,
    check_definition,
    choose_parameters,
    parse_definition,
    read_definition,
)
from headwater.projects.workflows.execution import Execution, Watch
from headwater.projects.workflows.outcome import DONE, StepOutcome, StepState, WorkflowRun
from headwater.projects.workflows.step import PreparedStep
from headwater.protocol.errors import InvalidParameterValue, ResourceDoesNotExist
from headwater.tracking.active import active_run
from headwater.tracking.client import Client
from headwater.tracking.context import run_tags
from headwater.tracking.run import PARENT_RUN_TAG
from headwater.tracking.writer import RunWriter

WORKFLOW_TAG = "headwater.workflow"
RECORD_FILE = "workflow/definition.json"


class StepHandle:
    """A step that was added: what it will leave, as values for the parameters of other steps."""

    def __init__(self, name: str) -> None:
        self.name = name

    @property
    def run_id(self) -> str:
        """Return the place of its run's id."""
        return f"{{{self.name}.run_id}}"

    def artifact(self, path: str = "") -> str:
        """Return the place of the URI of an artifact, of all of them without a path."""
        return f"{{{self.name}.artifacts}}/{path}".rstrip("/")

    def metric(self, name: str) -> str:
        """Return the place of the last value of a metric."""
        return f"{{{self.name}.metrics.{name}}}"

    def param(self, name: str) -> str:
        """Return the place of a param."""
        return f"{{{self.name}.params.{name}}}"


class Workflow:
    """Steps that need one another's results. Each is a run of a project; one that nothing changed for is not run again.

    Args:
        name: of the workflow.
        parameters: with their defaults; None for one that must be given. `{name}` stands for them in steps.
        uri: the folder, git URL or zip archive of the code; a step may name another.
        version: branch, tag or commit of it.

    Example:
        >>> flow = hw.projects.Workflow("churn", {"alpha": 0.5})
        >>> clean = flow.add_step("clean", entry_point="clean.py", outputs=["clean.csv"])
        >>> train = flow.add_step(
        ...     "train", entry_point="train.py", parameters={"data": clean.artifact("clean.csv"), "alpha": "{alpha}"}
        ... )
        >>> flow.run({"alpha": 0.3}).steps["train"].run_id
    """

    def __init__(
        self,
        name: str = "",
        parameters: Mapping[str, Value | None] | None = None,
        *,
        uri: str | Path = ".",
        version: str = "",
    ) -> None:
        self._definition = Definition({}, name, dict(parameters or {}))
        self._uri = str(uri)
        self._place = ""  # the same from everywhere, once it is known
        self._version = version
        self._source: Source | None = None
        self._is_from_file = False

    @classmethod
    def read(cls, uri: str | Path = ".", version: str = "") -> "Workflow":
        """Return the workflow that the file `headwater.yaml` of a project describes.

        Raises:
            ResourceDoesNotExist: there is no such project, or no such file in it.
            InvalidParameterValue: the file cannot be understood.
        """
        found = cls(uri=uri, version=version)
        found._source = fetch_source(str(uri), version)
        found._definition = read_definition(found._source.folder)
        found._is_from_file = True
        return found

    @property
    def definition(self) -> Definition:
        """Return what it consists of."""
        return self._definition

    def add_step(
        self,
        name: str,
        project: str | Path = "",
        *,
        version: str = "",
        entry_point: str = "main",
        parameters: Mapping[str, Value] | None = None,
        needs: Sequence[str | StepHandle] = (),
        outputs: Sequence[str] = (),
        code: Sequence[str] = (),
        env_manager: str = "",
        backend: str = "local",
        backend_config: Mapping[str, Any] | None = None,
    ) -> StepHandle:
        """Add a step and return a handle for its results; see `Step` for the arguments.

        Raises `InvalidParameterValue` if the name is taken or none, or if something that is referred to is not there.
        """
        if name in self._definition.steps:
            raise InvalidParameterValue(f"There is a step '{name}' already. Choose another name.")
        step = Step(
            project=str(project),
            version=version,
            entry_point=entry_point,
            parameters=dict(parameters or {}),
            needs=[needed.name if isinstance(needed, StepHandle) else needed for needed in needs],
            outputs=list(outputs),
            code=list(code),
            env_manager=env_manager,
            backend=backend,
            backend_config=dict(backend_config or {}),
        )
        changed = msgspec.structs.replace(self._definition, steps={**self._definition.steps, name: step})
        check_definition(changed, self._definition.name or "the workflow")
        self._definition = changed
        return StepHandle(name)

    def run(
        self,
        parameters: Mapping[str, object] | None = None,
        *,
        parallel: int | None = None,
        force: bool | Collection[str] = False,
        experiment_name: str | None = None,
        experiment_id: str | None = None,
        run_name: str | None = None,
        watch: Watch | None = None,
    ) -> WorkflowRun:
        """Carry out the steps, each as a run below the run of the workflow, and return what came of them.

        A step is not run again if an earlier run of the experiment had the same code, command, inputs and environment.
        If one fails, those that do not need it go on. An interrupt ends those that are live.

        Args:
            parameters: of the workflow.
            parallel: how many steps at once; default: what the file says, else one.
            force: run all steps, or those that are named, even if nothing changed.
            experiment_name: where; created if there is none.
            experiment_id: where; default: the active experiment.
            run_name: of the run of the workflow.
            watch: is called with the `StepOutcome` of a step whenever its state changes.

        Raises:
            InvalidParameterValue: something is wrong with a step or a parameter; there is no run then.
            ExecutionException: a step failed.
        """
        values = choose_parameters(self._definition, parameters or {})
        steps = self.prepare()
        forced = self._choose_forced(force=force)
        client = Client()
        experiment = choose_experiment(client, experiment_name, experiment_id)
        name = run_name or self._definition.name or None
        run_id = client.create_run(experiment, tags=self._tags(), run_name=name).info.run_id
        record = {"uri": self._place, "version": self._version, "parameters": values}
        if not self._is_from_file:
            record["definition"] = msgspec.to_builtins(self._definition)
        writer = RunWriter(client.tracking_uri, run_id)
        writer.log_params(values, synchronous=None)
        writer.log_bytes(json.dumps(record, indent=1).encode(), RECORD_FILE, synchronous=True)
        return _execute(client, run_id, steps, values, forced, parallel or self._definition.parallel, watch)

    @classmethod
    def resume(
        cls, run_id: str, *, version: str | None = None, parallel: int | None = None, watch: Watch | None = None
    ) -> WorkflowRun:
        """Go on with a workflow that failed, was ended or died: what is done stays, unless code or inputs changed.

        Args:
            run_id: of the run of the workflow.
            version: branch, tag or commit to take the code from; default: as it began. A folder is as it is now.
            parallel: how many steps at once.
            watch: as for `run`.

        Raises:
            ResourceDoesNotExist: there is no such run, or its record is gone.
            InvalidParameterValue: it is no run of a workflow.
            ResourceConflict: another process carries it out.
            ExecutionException: a step failed.
        """
        client = Client()
        record = _read_record(client, run_id)
        wanted = record["version"] if version is None else version
        if "definition" in record:
            flow = cls(uri=record["uri"], version=wanted)
            flow._definition = parse_definition(record["definition"], run_id)
        else:
            flow = cls.read(record["uri"], wanted)
        values = choose_parameters(flow.definition, record["parameters"])
        return _execute(client, run_id, flow.prepare(), values, (), parallel or flow.definition.parallel, watch)

    def plan(
        self,
        parameters: Mapping[str, object] | None = None,
        *,
        experiment_name: str | None = None,
        experiment_id: str | None = None,
    ) -> WorkflowRun:
        """Return which steps would be reused; those that wait would be run, as far as that can be known before."""
        values = choose_parameters(self._definition, parameters or {})
        client = Client()
        experiment = choose_experiment(client, experiment_name, experiment_id)
        outcomes: dict[str, StepOutcome] = {}
        for step in self.prepare():
            outcome = outcomes[step.name] = StepOutcome(step.name)
            if all(outcomes[needed].state in DONE for needed in step.step.list_needs()):
                mark = step.fingerprint(client, step.plan(client, values, outcomes))
                if earlier := step.find_earlier(client, experiment, mark):
                    outcome.state, outcome.run_id = StepState.REUSED, earlier.info.run_id
        return WorkflowRun("", outcomes)

    def prepare(self) -> list[PreparedStep]:
        """Fetch the code of all steps, check what can be checked, and return them in an order of their needs."""
        check_definition(self._definition, self._definition.name or "the workflow")
        source = self._source or fetch_source(self._uri, self._version)
        self._place = source.uri
        found = []
        for name in self._definition.order():
            step = self._definition.steps[name]
            prepared = PreparedStep(name, step, _fetch(source, step))
            prepared.check()
            found.append(prepared)
        return found

    def _choose_forced(self, *, force: bool | Collection[str]) -> Collection[str]:
        if isinstance(force, bool):
            return self._definition.steps if force else ()
        if unknown := [name for name in force if name not in self._definition.steps]:
            known = ", ".join(self._definition.steps)
            raise InvalidParameterValue(f"There is no step '{unknown[0]}' to force. The steps: {known}.")
        return force

    def _tags(self) -> dict[str, str]:
        outer = active_run()
        source = {"mlflow.source.name": self._place, "mlflow.source.type": "PROJECT"} if self._is_from_file else {}
        parent = {PARENT_RUN_TAG: outer.info.run_id} if outer else {}
        return {**run_tags(), **source, **parent, WORKFLOW_TAG: self._definition.name or "1"}


def _execute(
    client: Client,
    run_id: str,
    steps: list[PreparedStep],
    values: Mapping[str, str],
    forced: Collection[str],
    parallel: int,
    watch: Watch | None,
) -> WorkflowRun:
    outcomes = Execution(client, run_id, steps, values, forced, parallel, watch or _ignore).carry_out()
    if failed := [outcome for outcome in outcomes.values() if outcome.state not in DONE | {StepState.SKIPPED}]:
        raise ExecutionException(
            f"The step '{failed[0].name}' {failed[0].state}: {failed[0].reason.rstrip('.')}. "
            f"Once that is mended, go on with: headwater workflows resume {run_id}"
        )
    return WorkflowRun(run_id, outcomes)


def _read_record(client: Client, run_id: str) -> dict[str, Any]:
    if WORKFLOW_TAG not in client.get_run(run_id).data.tags:
        raise InvalidParameterValue(f"The run '{run_id}' is no workflow. Give the run that is the parent of the steps.")
    try:
        path = Path(client.download_artifacts(run_id, RECORD_FILE))
    except ResourceDoesNotExist:
        raise ResourceDoesNotExist(f"The record of the workflow '{run_id}' is gone. Run it anew.") from None
    found: dict[str, Any] = json.loads(path.read_bytes())
    return found


def _fetch(source: Source, step: Step) -> Source:
    """Return the code of a step: the workflow's, a folder of it, or another project."""
    if not step.project:
        return source
    if not step.version and (source.folder / step.project).is_dir():
        return enter_subdirectory(source, step.project.removeprefix("./"))
    return fetch_source(step.project, step.version)


def _ignore(_outcome: StepOutcome) -> None:
    """Take no note."""
