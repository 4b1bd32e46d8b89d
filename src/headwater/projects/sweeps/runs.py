"""The runs of a sweep's trials: where a study is kept, and from where it is made again.

A trial's run has the tags of its parent and number from its beginning and, once the sweep has seen its end, the tag of
its state. A run without a state ended unseen: what it finished counts, anything else is begun again.
"""

import math
from collections.abc import Collection, Iterator

from headwater.projects.ownership import end_processes
from headwater.projects.sweeps.definition import Definition
from headwater.projects.sweeps.trial import Trial, TrialState
from headwater.protocol.runs import RunStatus
from headwater.tracking.client import Client
from headwater.tracking.run import PARENT_RUN_TAG, Run

TRIAL_TAG = "headwater.sweep.trial"
STATE_TAG = "headwater.sweep.state"
REASON_TAG = "headwater.sweep.reason"
REPLACED = "replaced"


def list_trials(client: Client, parent: Run, definition: Definition) -> dict[int, Trial]:
    """Return the trials of a sweep by number; those that must be begun again are RUNNING."""
    found: dict[int, Trial] = {}
    for run in _list_children(client, parent):
        number, state = run.data.tags.get(TRIAL_TAG, ""), run.data.tags.get(STATE_TAG)
        if number.isdecimal() and state != REPLACED:
            trial = _read_trial(int(number), run, definition)
            found[trial.number] = trial
            if state is None and trial.state == TrialState.COMPLETE:
                save_state(client, trial)
    return found


def read_value(client: Client, run_id: str, metric: str) -> tuple[float | None, str]:
    """Return the last value of a trial's metric, None with the reason if there is none that counts."""
    value = client.get_run(run_id).data.metrics.get(metric)
    if value is None:
        return None, f"it logged no metric '{metric}'"
    return (value, "") if math.isfinite(value) else (None, f"its metric '{metric}' is {value}")


def read_points(client: Client, run_id: str, metric: str) -> dict[int, float]:
    """Return the values of a trial's metric by step, or by their order if none was logged with a step."""
    points = client.get_metric_history(run_id, metric)
    if any(point.step for point in points):
        return {point.step: point.value for point in points}
    return {index: point.value for index, point in enumerate(points)}


def save_state(client: Client, trial: Trial) -> None:
    """Keep how a trial ended."""
    client.set_tag(trial.run_id, STATE_TAG, trial.state.value, synchronous=True)
    if trial.reason:
        client.set_tag(trial.run_id, REASON_TAG, trial.reason, synchronous=True)


def replace_runs(client: Client, run_ids: Collection[str]) -> None:
    """Note that trials are begun again as other runs; end these, with their processes on this machine."""
    running = {run_id for run_id in run_ids if client.get_run(run_id).info.status == RunStatus.RUNNING}
    if running:
        end_processes(running)
    for run_id in run_ids:
        if run_id in running:
            client.set_terminated(run_id, RunStatus.KILLED)
        client.set_tag(run_id, STATE_TAG, REPLACED, synchronous=True)


def _list_children(client: Client, parent: Run) -> Iterator[Run]:
    """Yield the runs of trials, the oldest first."""
    token: str | None = None
    query = f"tags.`{PARENT_RUN_TAG}` = '{parent.info.run_id}'"
    while True:
        page = client.search_runs(
            [parent.info.experiment_id], query, order_by=["attributes.start_time ASC"], page_token=token
        )
        yield from page
        token = page.token
        if not token:
            return


def _read_trial(number: int, run: Run, definition: Definition) -> Trial:
    tags, value = run.data.tags, run.data.metrics.get(definition.metric)
    if value is not None and not math.isfinite(value):
        value = None
    state = TrialState(tags.get(STATE_TAG, TrialState.RUNNING))
    if state == TrialState.RUNNING and run.info.status == RunStatus.FINISHED:
        state = TrialState.RUNNING if value is None else TrialState.COMPLETE
    return Trial(
        number=number,
        run_id=run.info.run_id,
        state=state,
        params=definition.space.read_params(run.data.params),
        value=value,
        reason=tags.get(REASON_TAG, ""),
        start_time=run.info.start_time,
        end_time=run.info.end_time or None,
    )
