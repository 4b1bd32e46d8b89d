"""What every store does with runs. Subclass in a test module that has a fixture `store`."""

import math
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from headwater.protocol.errors import HeadwaterError, InvalidParameterValue, ResourceAlreadyExists, ResourceDoesNotExist
from headwater.protocol.experiments import CreateExperiment, DeleteExperiment, LifecycleStage, ViewType
from headwater.protocol.metrics import Metric
from headwater.protocol.runs import (
    CreateRun,
    DeleteRun,
    DeleteTag,
    LogBatch,
    LogMetric,
    LogParam,
    Param,
    RestoreRun,
    Run,
    RunData,
    RunInfo,
    RunStatus,
    RunTag,
    SearchRuns,
    SearchRunsResponse,
    SetTag,
    UpdateRun,
)
from headwater.stores.interface import Store
from headwater.testing.stores import expect_error, get_run, get_tags, make_experiment, make_run

_NO_RUN = "Run with id=nope not found"


def _gone(run_id: str) -> str:
    return f"The run {run_id} must be in the 'active' state. Current state is deleted."


def _expect_of_each(kind: type[HeadwaterError], message: str, *verbs: Callable[[], object]) -> None:
    for verb in verbs:
        with expect_error(kind, message):
            verb()


class RunLifeContract:
    """Creating, reading, updating, deleting and restoring runs."""

    def test_a_created_run_reads_back_whole(self, store: Store) -> None:
        """Everything given at creation, the name also as a tag."""
        experiment_id = store.experiments.create(CreateExperiment("e", "s3://bucket/x/?y=1")).experiment_id
        tags = [RunTag("b", "2"), RunTag("a", "é🎉")]

        made = store.runs.create(CreateRun(experiment_id, "ada", "first", 1234, tags)).run

        info = made.info
        assert re.fullmatch("[0-9a-f]{32}", info.run_id)
        assert made == get_run(store, info.run_id)
        assert made == Run(
            info=RunInfo(
                run_uuid=info.run_id,
                experiment_id=experiment_id,
                run_name="first",
                user_id="ada",
                status=RunStatus.RUNNING,
                start_time=1234,
                artifact_uri=f"s3://bucket/x/{info.run_id}/artifacts?y=1",
                lifecycle_stage=LifecycleStage.ACTIVE,
                run_id=info.run_id,
            ),
            data=RunData(tags=[RunTag("a", "é🎉"), RunTag("b", "2"), RunTag("mlflow.runName", "first")]),
        )

    def test_a_run_without_a_name_gets_one(self, store: Store) -> None:
        """An adjective, a noun and a number, at most 20 characters; also as a tag."""
        experiment_id = make_experiment(store)

        runs = [get_run(store, make_run(store, experiment_id)) for _ in range(5)]

        for run in runs:
            assert re.fullmatch("[a-z]+-[a-z]+-[0-9]+", run.info.run_name)
            assert len(run.info.run_name) <= 20
            assert RunTag("mlflow.runName", run.info.run_name) in run.data.tags

    def test_the_name_may_come_as_a_tag(self, store: Store) -> None:
        """But two different names are refused."""
        experiment_id = make_experiment(store)
        named = [RunTag("mlflow.runName", "b")]

        made = store.runs.create(CreateRun(experiment_id, tags=named)).run

        assert made.info.run_name == "b"
        assert store.runs.create(CreateRun(experiment_id, run_name="b", tags=named)).run.info.run_name == "b"
        with expect_error(
            InvalidParameterValue,
            "Both 'run_name' argument and 'mlflow.runName' tag are specified, but with different values "
            "(run_name='a', mlflow.runName='b').",
        ):
            store.runs.create(CreateRun(experiment_id, run_name="a", tags=named))

    def test_a_run_needs_an_active_experiment(self, store: Store) -> None:
        """The id is checked, the experiment must exist and not be deleted."""
        deleted = make_experiment(store)
        store.experiments.delete(DeleteExperiment(deleted))

        with expect_error(InvalidParameterValue, "Missing value for required parameter 'experiment_id'. …"):
            store.runs.create(CreateRun())
        with expect_error(InvalidParameterValue, "Invalid experiment ID 'x'. …"):
            store.runs.create(CreateRun("x"))
        with expect_error(ResourceDoesNotExist, "No Experiment with id=99 exists"):
            store.runs.create(CreateRun("99"))
        with expect_error(
            InvalidParameterValue,
            f"The experiment {deleted} must be in the 'active' state. Current state is deleted.",
        ):
            store.runs.create(CreateRun(deleted))

    def test_a_run_may_begin_with_tags_of_any_letters(self, store: Store) -> None:
        """As with MLflow, whose other verbs are stricter; they can be searched for and deleted."""
        experiment_id = make_experiment(store)
        tags = [RunTag("/a//b*?", "1"), RunTag('50% "off"', "2"), RunTag("..", "3")]

        run_id = store.runs.create(CreateRun(experiment_id, tags=tags)).run.info.run_id

        found = store.runs.search(SearchRuns([experiment_id], filter="tags.`/a//b*?` = '1'")).runs
        store.runs.delete_tag(DeleteTag(run_id=run_id, key=".."))
        left = get_tags(store, run_id)
        assert [run.info.run_id for run in found] == [run_id]
        assert {key: value for key, value in left.items() if key != "mlflow.runName"} == {
            "/a//b*?": "1",
            '50% "off"': "2",
        }
        for key in ("", "a\0b", "a" * 251):
            with pytest.raises(InvalidParameterValue):
                store.runs.create(CreateRun(experiment_id, tags=[RunTag(key, "1")]))

    def test_a_tag_given_twice_at_creation_is_refused(self, store: Store) -> None:
        """And no run is made."""
        experiment_id = make_experiment(store)

        with expect_error(InvalidParameterValue, "Duplicate tag keys have been submitted: ['a'].…"):
            store.runs.create(CreateRun(experiment_id, tags=[RunTag("a", "1"), RunTag("a", "2")]))

        assert store.runs.search(SearchRuns([experiment_id])) == SearchRunsResponse()

    def test_our_client_may_choose_the_id(self, store: Store) -> None:
        """Once."""
        experiment_id = make_experiment(store)
        made = store.runs.create(CreateRun(experiment_id, run_id="abc-1")).run

        assert made.info.run_id == "abc-1"
        with expect_error(ResourceAlreadyExists, "Run with id=abc-1 already exists.…"):
            store.runs.create(CreateRun(experiment_id, run_id="abc-1"))

    def test_an_unknown_run_is_not_found_by_any_verb(self, store: Store) -> None:
        """404 with the message that clients know."""
        _expect_of_each(
            ResourceDoesNotExist,
            _NO_RUN,
            lambda: get_run(store, "nope"),
            lambda: store.runs.update(UpdateRun(run_id="nope", end_time=1)),
            lambda: store.runs.delete(DeleteRun("nope")),
            lambda: store.runs.restore(RestoreRun("nope")),
            lambda: store.runs.set_tag(SetTag(run_id="nope", key="a")),
            lambda: store.runs.delete_tag(DeleteTag(run_id="nope", key="a")),
            lambda: store.runs.log_param(LogParam(run_id="nope", key="a")),
            lambda: store.runs.log_metric(LogMetric(run_id="nope", key="a", value=1, timestamp=1)),
            lambda: store.runs.log_batch(LogBatch("nope")),
        )

    def test_a_run_must_be_named(self, store: Store) -> None:
        """By either spelling."""
        run_id = make_run(store)

        store.runs.set_tag(SetTag(run_uuid=run_id, key="a", value="1"))

        assert get_tags(store, run_id)["a"] == "1"
        with expect_error(InvalidParameterValue, "Missing value for required parameter 'run_id'. …"):
            store.runs.set_tag(SetTag(key="a"))

    def test_an_update_changes_only_what_it_gives(self, store: Store) -> None:
        """The end time is not set by a status; an empty name is ignored."""
        run_id = make_run(store, name="before")

        ended = store.runs.update(UpdateRun(run_id=run_id, status=RunStatus.FINISHED)).run_info
        timed = store.runs.update(UpdateRun(run_id=run_id, end_time=5, run_name="")).run_info
        named = store.runs.update(UpdateRun(run_id=run_id, run_name="after")).run_info

        assert (ended.status, ended.end_time, ended.run_name) == (RunStatus.FINISHED, None, "before")
        assert (timed.status, timed.end_time, timed.run_name) == (RunStatus.FINISHED, 5, "before")
        assert (named.status, named.end_time, named.run_name) == (RunStatus.FINISHED, 5, "after")
        assert get_run(store, run_id).info == named
        assert get_tags(store, run_id)["mlflow.runName"] == "after"
        store.runs.set_tag(SetTag(run_id=run_id, key="mlflow.runName", value=""))  # a run always has a name
        assert get_run(store, run_id).info.run_name == get_tags(store, run_id)["mlflow.runName"] == "after"

    @pytest.mark.parametrize("status", list(RunStatus))
    def test_every_status_is_kept(self, store: Store, status: RunStatus) -> None:
        """A run may also start again."""
        run_id = make_run(store)

        store.runs.update(UpdateRun(run_id=run_id, status=RunStatus.FAILED))
        store.runs.update(UpdateRun(run_id=run_id, status=status))

        assert get_run(store, run_id).info.status is status

    def test_a_deleted_run_is_kept_but_takes_no_more_writes(self, store: Store) -> None:
        """Until it is restored; both may be repeated."""
        run_id = make_run(store)
        store.runs.log_batch(LogBatch(run_id, [Metric("m", 1.0, 1)], [Param("p", "1")], [RunTag("t", "1")]))
        before = get_run(store, run_id)

        for _ in range(2):
            store.runs.delete(DeleteRun(run_id))

        assert get_run(store, run_id).info.lifecycle_stage is LifecycleStage.DELETED
        _expect_of_each(
            InvalidParameterValue,
            _gone(run_id),
            lambda: store.runs.update(UpdateRun(run_id=run_id, end_time=1)),
            lambda: store.runs.set_tag(SetTag(run_id=run_id, key="a")),
            lambda: store.runs.delete_tag(DeleteTag(run_id=run_id, key="t")),
            lambda: store.runs.log_param(LogParam(run_id=run_id, key="a")),
            lambda: store.runs.log_metric(LogMetric(run_id=run_id, key="a", value=1, timestamp=1)),
            lambda: store.runs.log_batch(LogBatch(run_id)),
        )
        for _ in range(2):
            store.runs.restore(RestoreRun(run_id))
        assert get_run(store, run_id) == before


class RunSearchContract:
    """Searching runs; the language itself has a suite of its own."""

    def test_a_search_returns_whole_runs(self, store: Store) -> None:
        """With their latest metrics, params and tags."""
        experiment_id = make_experiment(store)
        run_id = make_run(store, experiment_id)
        store.runs.log_batch(LogBatch(run_id, [Metric("m", math.inf, 1, 2)], [Param("p", "1")], [RunTag("t", "1")]))

        found = store.runs.search(SearchRuns([experiment_id]))

        assert found == SearchRunsResponse([get_run(store, run_id)])

    def test_no_or_unknown_experiments_have_no_runs(self, store: Store) -> None:
        """That is no error."""
        assert store.runs.search(SearchRuns()) == SearchRunsResponse()
        assert store.runs.search(SearchRuns(["987654"])) == SearchRunsResponse()

    def test_runs_come_latest_first_then_by_id(self, store: Store) -> None:
        """Over all experiments that were asked for."""
        experiments = [make_experiment(store), make_experiment(store)]
        starts = [5, 8, 5, 9, 8, 5]
        made = [
            (-start, make_run(store, experiments[index % 2], start_time=start)) for index, start in enumerate(starts)
        ]

        found = store.runs.search(SearchRuns(experiments)).runs

        assert [run.info.run_id for run in found] == [run_id for _, run_id in sorted(made)]

    def test_pages_have_neither_gap_nor_overlap(self, store: Store) -> None:
        """And the last one has no token, even when it is full."""
        experiment_id = make_experiment(store)
        made = sorted(make_run(store, experiment_id) for _ in range(6))

        pages: list[list[str]] = []
        token = ""
        while not pages or token:
            answer = store.runs.search(SearchRuns([experiment_id], max_results=2, page_token=token))
            pages.append([run.info.run_id for run in answer.runs])
            token = answer.next_page_token

        assert pages == [made[:2], made[2:4], made[4:]]

    def test_a_page_of_a_thousand_runs_is_whole(self, store: Store) -> None:
        """More than one statement can name."""
        experiment_id = make_experiment(store)
        with ThreadPoolExecutor(4) as pool:
            made = set(pool.map(lambda index: make_run(store, experiment_id, name=f"r{index}"), range(600)))

        found = store.runs.search(SearchRuns([experiment_id])).runs

        assert {run.info.run_id for run in found} == made
        assert all(RunTag("mlflow.runName", run.info.run_name) in run.data.tags for run in found)

    def test_a_search_shows_the_stage_that_was_asked_for(self, store: Store) -> None:
        """Active ones unless said otherwise."""
        experiment_id = make_experiment(store)
        active, deleted = make_run(store, experiment_id), make_run(store, experiment_id)
        store.runs.delete(DeleteRun(deleted))

        found = {
            view: {run.info.run_id for run in store.runs.search(SearchRuns([experiment_id], run_view_type=view)).runs}
            for view in ViewType
        }

        assert found == {
            ViewType.ACTIVE_ONLY: {active},
            ViewType.DELETED_ONLY: {deleted},
            ViewType.ALL: {active, deleted},
        }

    @pytest.mark.parametrize(
        ("request_", "message"),
        [
            (
                SearchRuns(["1"], max_results=0),
                "Invalid value 0 for parameter 'max_results' supplied. It must be a positive integer",
            ),
            (
                SearchRuns(["1"], max_results=50001),
                "Invalid value 50001 for parameter 'max_results' supplied. It must be at most 50000",
            ),
            (SearchRuns(["x"]), "Invalid experiment ID 'x'. Experiment ID must be a valid integer."),
            (SearchRuns(["1"], page_token="e30="), "Invalid page token, decoded value=b'{}'"),  # noqa: S106 - a page's
        ],
    )
    def test_a_bad_page_is_refused(self, store: Store, request_: SearchRuns, message: str) -> None:
        """With the reason."""
        with expect_error(InvalidParameterValue, message):
            store.runs.search(request_)
