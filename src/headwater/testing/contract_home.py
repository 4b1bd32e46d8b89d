"""What every store says of what goes on. Subclass in a module that has a fixture `store`."""

import pytest

from headwater.protocol.alerts import RaiseAlert
from headwater.protocol.errors import PermissionDenied
from headwater.protocol.experiments import CreateExperiment, ExperimentTag
from headwater.protocol.governance import SetPolicy
from headwater.protocol.home import STAR_TAG, Extreme, HomeExperiment, ReadHome
from headwater.protocol.model_versions import CreateModelVersion, SetModelVersionTag
from headwater.protocol.names import HOST_TAG
from headwater.protocol.policies import Gate, Policy, RequiredTag
from headwater.protocol.registered_models import CreateRegisteredModel, SetRegisteredModelAlias
from headwater.protocol.runs import CreateRun, DeleteRun, LogMetric, RunStatus, SetTag, UpdateRun
from headwater.protocol.workspace import DIRECTION_TAG, MAIN_METRIC_TAG
from headwater.stores.interface import Store
from headwater.stores.sql.clock import now_ms


def _experiment(store: Store, name: str, **tags: str) -> str:
    given = [ExperimentTag(key, value) for key, value in tags.items()]
    return store.experiments.create(CreateExperiment(name, tags=given)).experiment_id


def _run(store: Store, experiment_id: str, start_time: int, values: list[float], status: str = "RUNNING") -> str:
    request = CreateRun(experiment_id, user_id="ada", run_name=f"run-{start_time}", start_time=start_time)
    run_id = store.runs.create(request).run.info.run_id
    for step, value in enumerate(values):
        store.runs.log_metric(LogMetric(key="loss", value=value, timestamp=start_time, run_id=run_id, step=step))
    if status != "RUNNING":
        store.runs.update(UpdateRun(run_id=run_id, status=RunStatus(status), end_time=now_ms()))
    return run_id


class HomeContract:
    """One answer says what runs, what ran, what is in use and what needs attention."""

    def test_running_runs_come_with_their_course(self, store: Store) -> None:
        """Of the main metric, the newest run first; what is in the trash does not run."""
        experiment_id = _experiment(store, "curves")
        first = _run(store, experiment_id, 1000, [3.0, 2.0, 1.5])
        last = _run(store, experiment_id, 2000, [float(1000 - step) for step in range(150)])
        store.runs.set_tag(SetTag(run_id=last, key=HOST_TAG, value="gpu-7"))
        _run(store, experiment_id, 3000, [0.1], "FINISHED")
        store.runs.delete(DeleteRun(_run(store, experiment_id, 4000, [])))

        home = store.home.read(ReadHome())

        assert home.running_total == 2
        assert [(found.run.run_id, found.metric) for found in home.running] == [(last, "loss"), (first, "loss")]
        assert [found.host for found in home.running] == ["gpu-7", ""]
        assert home.running[1].values == [3.0, 2.0, 1.5]
        assert (len(home.running[0].values), home.running[0].values[-1]) == (60, 851.0)
        assert [run.run_name for run in home.recent] == ["run-3000", "run-2000", "run-1000"]
        assert (home.recent[0].status, home.recent[0].experiment_name, home.recent[0].user_id) == (
            "FINISHED",
            "curves",
            "ada",
        )
        assert home.recent[1].end_time == 0 < home.recent[0].end_time

    def test_experiments_come_with_the_range_of_their_main_metric(self, store: Store) -> None:
        """The starred ones first, then what was active last."""
        told = _experiment(store, "told", **{MAIN_METRIC_TAG: "loss", DIRECTION_TAG: "min"})
        busy = _experiment(store, "busy", **{STAR_TAG: "false"})
        _experiment(store, "quiet", **{STAR_TAG: "true"})
        worst = _run(store, told, 1000, [0.9])
        best = _run(store, told, 2000, [0.8, 0.2], "FINISHED")
        _run(store, busy, 3000, [])

        home = store.home.read(ReadHome())

        assert [found.name for found in home.experiments[:3]] == ["quiet", "busy", "told"]
        assert [found.starred for found in home.experiments[:3]] == [True, False, False]
        assert home.experiments[2] == HomeExperiment(
            experiment_id=told,
            name="told",
            runs=2,
            running=1,
            last_activity=home.experiments[2].last_activity,
            metric="loss",
            direction="min",
            least=Extreme(0.2, best),
            greatest=Extreme(0.9, worst),
        )
        assert (home.experiments[1].metric, home.experiments[1].least, home.experiments[0].runs) == ("", None, 0)

    def test_failures_and_alerts_of_the_last_day_need_attention(self, store: Store) -> None:
        """Older ones do not."""
        experiment_id = _experiment(store, "failing")
        failed = _run(store, experiment_id, 1000, [], "FAILED")
        old = store.runs.create(CreateRun(experiment_id, start_time=500)).run.info.run_id
        store.runs.update(UpdateRun(run_id=old, status=RunStatus.FAILED, end_time=now_ms() - 90_000_000))
        store.alerts.create(RaiseAlert(failed, "Loss is NaN"))

        home = store.home.read(ReadHome())

        assert ([run.run_id for run in home.failed], home.failed_total) == ([failed], 1)
        assert ([alert.title for alert in home.alerts], home.alerts_total) == (["Loss is NaN"], 1)

    def test_only_some_experiments_may_count(self, store: Store) -> None:
        """For somebody who has nothing to do with the others."""
        own, other = _experiment(store, "own"), _experiment(store, "other")
        running = _run(store, own, 1000, [1.0])
        failed = _run(store, own, 2000, [], "FAILED")
        store.alerts.create(RaiseAlert(failed, "of own"))
        for start_time in range(3000, 3020):
            store.alerts.create(RaiseAlert(_run(store, other, start_time, [], "FAILED"), "of other"))
            _run(store, other, start_time + 100, [])

        home, nothing = store.home.read(ReadHome(among=[own])), store.home.read(ReadHome(among=[]))

        assert ([found.run.run_id for found in home.running], home.running_total) == ([running], 1)
        assert [run.run_id for run in home.recent] == [failed, running]
        assert ([run.run_id for run in home.failed], home.failed_total) == ([failed], 1)
        assert ([alert.title for alert in home.alerts], home.alerts_total) == (["of own"], 1)
        assert [found.experiment_id for found in home.experiments] == [own]
        assert (nothing.running, nothing.recent, nothing.experiments, nothing.failed_total) == ([], [], [], 0)

    def test_models_in_use_are_named_with_who_put_them_there(self, store: Store) -> None:
        """The alias that was set last comes first."""
        store.registered_models.create(CreateRegisteredModel("churn"))
        for number in (1, 2):
            store.model_versions.create(CreateModelVersion("churn", f"s3://models/{number}"))
        store.registered_models.set_alias(SetRegisteredModelAlias("churn", "champion", "1", user_id="ada"))
        store.registered_models.set_alias(SetRegisteredModelAlias("churn", "challenger", "2", user_id="bob"))

        aliases = store.home.read(ReadHome()).aliases

        assert [(found.name, found.alias, found.version, found.user_id) for found in aliases] == [
            ("churn", "challenger", "2", "bob"),
            ("churn", "champion", "1", "ada"),
        ]
        assert aliases[0].time >= aliases[1].time > 0

    def test_a_version_that_was_refused_waits_until_it_is_promoted(self, store: Store) -> None:
        """With what the policy still asks for."""
        store.registered_models.create(CreateRegisteredModel("gated"))
        store.model_versions.create(CreateModelVersion("gated", "s3://models/1"))
        policy = Policy(gates=[Gate(alias="champion", tags=[RequiredTag("validated", "yes")])])
        store.governance.set_policy(SetPolicy("gated", policy))
        promote = SetRegisteredModelAlias("gated", "champion", "1", user_id="ada")
        with pytest.raises(PermissionDenied):
            store.registered_models.set_alias(promote)

        (waiting,) = store.home.read(ReadHome()).pending
        store.model_versions.set_tag(SetModelVersionTag("gated", "1", "validated", "yes"))
        (ready,) = store.home.read(ReadHome()).pending
        store.registered_models.set_alias(promote)

        assert (waiting.name, waiting.version, waiting.target, waiting.user_id) == ("gated", "1", "@champion", "ada")
        assert (waiting.missing, ready.missing) == (["its tag 'validated' is 'yes'"], [])
        assert store.home.read(ReadHome()).pending == []
