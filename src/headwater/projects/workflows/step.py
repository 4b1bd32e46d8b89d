"""Carrying out one step: find an earlier run that stands for it, or run it."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from headwater.projects.backends import find_backend
from headwater.projects.command import find_entry_point
from headwater.projects.digests import read_artifact_digests
from headwater.projects.environment import choose_manager
from headwater.projects.fingerprint import find_run, fingerprint_plan
from headwater.projects.launch import create_run, describe_failure
from headwater.projects.plan import Plan, plan_source, start_plan
from headwater.projects.project_file import read_project
from headwater.projects.source import Source
from headwater.projects.submitted import SubmittedRun
from headwater.projects.workflows.definition import Step
from headwater.projects.workflows.outcome import StepOutcome, StepState
from headwater.projects.workflows.references import fill_places, split_reference
from headwater.protocol.errors import HeadwaterError, InvalidParameterValue
from headwater.protocol.runs import RunStatus
from headwater.tracking.client import Client
from headwater.tracking.run import PARENT_RUN_TAG, Run

STEP_TAG = "headwater.workflow.step"


class Registrar(Protocol):
    """Who is told of a step's execution, so that it can be ended; it ends at once what comes too late."""

    def __call__(self, name: str, submitted: SubmittedRun) -> None:
        """Take note."""


@dataclass(frozen=True)
class PreparedStep:
    """A step whose code is here and whose entry point is known."""

    name: str
    step: Step
    source: Source

    def check(self) -> None:
        """Raise `InvalidParameterValue` for what can be known to be wrong before the steps before it are done."""
        choose_manager(self.step.env_manager)
        find_backend(self.step.backend)
        point = find_entry_point(read_project(self.source.folder), self.step.entry_point)
        for name, parameter in point.parameters.items():
            if parameter.is_required and name not in self.step.parameters:
                raise InvalidParameterValue(
                    f"The step '{self.name}' gives no value for parameter '{name}' of entry point '{point.name}'."
                )

    def plan(self, client: Client, parameters: Mapping[str, str], done: Mapping[str, StepOutcome]) -> Plan:
        """Return what is to be run, with the results of other steps in their places."""

        def look_up(place: str) -> str:
            return parameters[place] if place in parameters else read_result(client, done, place)

        given = {
            key: fill_places(value, look_up) if isinstance(value, str) else value
            for key, value in self.step.parameters.items()
        }
        return plan_source(self.source, self.step.entry_point, given, choose_manager(self.step.env_manager))

    def fingerprint(self, client: Client, plan: Plan) -> str:
        """Return what decides how the step comes out."""
        return fingerprint_plan(client, plan, self.step.code)

    def find_earlier(self, client: Client, experiment_id: str, fingerprint: str) -> Run | None:
        """Return an earlier run that stands for the step: the same in every respect, with its outputs still there."""
        found = find_run(client, experiment_id, fingerprint)
        return found if found is not None and not self.list_missing(client, found) else None

    def list_missing(self, client: Client, run: Run) -> list[str]:
        """Return the outputs that a run does not have."""
        if not self.step.outputs:
            return []
        there = read_artifact_digests(client, run)
        return [
            output
            for output in self.step.outputs
            if not any(path == output or path.startswith(f"{output.rstrip('/')}/") for path in there)
        ]

    def carry_out(
        self, client: Client, plan: Plan, tags: Mapping[str, str], registrar: Registrar, *, is_shown: bool
    ) -> StepOutcome:
        """Run the step as a new run below its parent, and return what came of it."""
        began = time.monotonic()
        experiment_id = client.get_run(tags[PARENT_RUN_TAG]).info.experiment_id
        marks = {**tags, STEP_TAG: self.name}
        run_id = create_run(client, plan, None, experiment_id, self.name, self.step.backend, marks)
        outcome = StepOutcome(self.name, StepState.FAILED, run_id)
        try:
            backend, config = find_backend(self.step.backend), self.step.backend_config
            submitted = start_plan(client, run_id, plan, backend, config, is_shown=is_shown)
            registrar(self.name, submitted)
            was_successful = submitted.wait()
        except HeadwaterError as error:
            outcome.reason = error.message
            return outcome
        outcome.seconds = time.monotonic() - began
        if submitted.get_status() == str(RunStatus.KILLED):
            outcome.state = StepState.KILLED
        elif not was_successful:
            outcome.reason = describe_failure(submitted)
        elif missing := self.list_missing(client, client.get_run(run_id)):
            client.set_terminated(run_id, RunStatus.FAILED)
            outcome.reason = f"It left no artifact '{missing[0]}', which is one of its outputs."
        else:
            outcome.state = StepState.FINISHED
        return outcome


def read_result(client: Client, done: Mapping[str, StepOutcome], place: str) -> str:
    """Return what a step left, by a reference such as `train.metrics.loss`."""
    step, kind, name = split_reference(place)
    run_id = done[step].run_id
    if kind == "run_id":
        return run_id
    if kind == "artifacts":
        return f"runs:/{run_id}"
    data = client.get_run(run_id).data
    found: Mapping[str, object] = data.params if kind == "params" else data.metrics
    if name not in found:
        raise InvalidParameterValue(
            f"The step '{step}' left no {kind.rstrip('s')} '{name}'. It has: {', '.join(sorted(found)) or 'none'}."
        )
    return str(found[name])
