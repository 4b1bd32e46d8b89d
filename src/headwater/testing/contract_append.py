"""What every store does with a client's journal. Subclass in a test module that has a fixture `store`."""

import math
import struct
import time
import uuid
from concurrent.futures import ThreadPoolExecutor

from headwater.protocol.columns import Sweep
from headwater.protocol.errors import InvalidParameterValue, ResourceDoesNotExist
from headwater.protocol.journals import Append, AppendResponse, GetJournal, Rejection
from headwater.protocol.metrics import GetHistory, Metric
from headwater.protocol.runs import CreateRun, DeleteRun, Param, RunInfo, RunStatus, RunTag, UpdateRun
from headwater.stores.interface import Store
from headwater.testing.stores import expect_error, get_run, get_tags, make_experiment, make_run


def _journal() -> str:
    return uuid.uuid4().hex


def _append(run_id: str, journal_id: str, first: int, points: list[Metric]) -> Append:
    """Return a request with one record for each point."""
    keys = sorted({point.key for point in points})
    count = len(points)
    return Append(
        journal_id,
        run_id,
        first,
        first + count - 1,
        keys=keys,
        key_index=struct.pack(f"<{count}i", *(keys.index(point.key) for point in points)),
        steps=struct.pack(f"<{count}q", *(point.step for point in points)),
        timestamps=struct.pack(f"<{count}q", *(point.timestamp for point in points)),
        values=struct.pack(f"<{count}d", *(point.value for point in points)),
    )


def _steps(store: Store, run_id: str, key: str = "m") -> list[int]:
    return [point.step for point in store.metrics.get_history(GetHistory(key, run_id)).metrics]


def _points(first: int, count: int) -> list[Metric]:
    return [Metric("m", step / 2, step, step) for step in range(first, first + count)]


def _sweep_until_ended(store: Store, run_id: str) -> RunInfo:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        store.columns.sweep(Sweep(silence_ms=0))
        info = get_run(store, run_id).info
        if info.status.is_terminated():
            return info
    raise AssertionError(f"The run '{run_id}' did not end within 30 s.")


class AppendContract:
    """Journals are stored exactly once, in order, and nothing in them holds up the rest."""

    def test_a_journal_makes_its_run_and_everything_in_it(self, store: Store) -> None:
        """In one request; the client chose the id."""
        run_id, journal_id = uuid.uuid4().hex, _journal()
        create = CreateRun(make_experiment(store), "ada", "offline", 77, [RunTag("a", "1"), RunTag("b", "1")])
        request = Append(
            journal_id,
            run_id,
            1,
            6,
            create=create,
            keys=["z", "y"],
            key_index=struct.pack("<2i", 1, 0),
            steps=struct.pack("<2q", -5, 6),
            timestamps=struct.pack("<2q", 7, 8),
            values=struct.pack("<2d", math.inf, -0.0),
            params=[Param("p", "1")],
            tags=[RunTag("b", "2")],
            deleted_tags=["a", "never"],
            update=UpdateRun(status=RunStatus.FINISHED, end_time=99),
        )

        answer = store.runs.append(request)

        run = get_run(store, run_id)
        assert answer == AppendResponse(6)
        assert (run.info.user_id, run.info.run_name, run.info.start_time) == ("ada", "offline", 77)
        assert (run.info.status, run.info.end_time) == (RunStatus.FINISHED, 99)
        assert run.data.params == [Param("p", "1")]
        assert get_tags(store, run_id) == {"b": "2", "mlflow.runName": "offline"}
        assert {(m.key, repr(m.value), m.timestamp, m.step) for m in run.data.metrics} == {
            ("y", "inf", 7, -5),
            ("z", "-0.0", 8, 6),
        }

    def test_a_repeated_request_changes_nothing(self, store: Store) -> None:
        """Whatever has happened since."""
        run_id, journal_id = uuid.uuid4().hex, _journal()
        create = CreateRun(make_experiment(store), run_name="n")
        request = Append(journal_id, run_id, 1, 2, create=create, tags=[RunTag("t", "1")])
        store.runs.append(request)
        store.runs.append(Append(journal_id, run_id, 3, 3, tags=[RunTag("t", "2")]))

        answer = store.runs.append(request)

        assert answer == AppendResponse(3)
        assert get_tags(store, run_id)["t"] == "2"

    def test_a_gap_or_an_overlap_is_answered_with_the_place_to_go_on(self, store: Store) -> None:
        """And nothing of the request is applied."""
        run_id, journal_id = make_run(store), _journal()
        store.runs.append(_append(run_id, journal_id, 1, _points(0, 3)))

        gap = store.runs.append(_append(run_id, journal_id, 5, _points(9, 2)))
        overlap = store.runs.append(_append(run_id, journal_id, 3, _points(9, 5)))
        following = store.runs.append(_append(run_id, journal_id, 4, _points(3, 2)))

        assert (gap, overlap, following) == (AppendResponse(3), AppendResponse(3), AppendResponse(5))
        assert _steps(store, run_id) == [0, 1, 2, 3, 4]

    def test_a_journal_with_a_gap_makes_no_run(self, store: Store) -> None:
        """Its beginning must come first."""
        run_id = uuid.uuid4().hex
        create = CreateRun(make_experiment(store))

        answer = store.runs.append(Append(_journal(), run_id, 2, 2, create=create))

        assert answer == AppendResponse(0)
        with expect_error(ResourceDoesNotExist, f"Run with id={run_id} not found"):
            get_run(store, run_id)

    def test_creating_a_run_that_exists_is_no_error(self, store: Store) -> None:
        """Two processes log to one run."""
        experiment_id = make_experiment(store)
        run_id = make_run(store, experiment_id, name="first")

        answer = store.runs.append(Append(_journal(), run_id, 1, 1, create=CreateRun(experiment_id, run_name="x")))

        assert answer == AppendResponse(1)
        assert get_run(store, run_id).info.run_name == "first"

    def test_a_journal_tells_how_far_it_was_stored(self, store: Store) -> None:
        """0 when it is unknown."""
        run_id, journal_id = make_run(store), _journal()
        store.runs.append(_append(run_id, journal_id, 1, _points(0, 7)))

        assert store.runs.get_journal(GetJournal(journal_id)) == AppendResponse(7)
        assert store.runs.get_journal(GetJournal(_journal())) == AppendResponse(0)

    def test_many_senders_of_the_same_requests_store_each_point_once(self, store: Store) -> None:
        """A client that lost an answer sends again, perhaps while the first is still worked on."""
        run_id, journal_id = make_run(store), _journal()
        requests = [_append(run_id, journal_id, 1 + 10 * index, _points(10 * index, 10)) for index in range(8)]

        def work(_: int) -> None:
            position = 0
            while position < 80:
                position = store.runs.append(requests[position // 10]).last_seq

        with ThreadPoolExecutor(6) as pool:
            list(pool.map(work, range(6)))

        assert _steps(store, run_id) == list(range(80))

    def test_what_cannot_be_applied_is_rejected_and_noted(self, store: Store) -> None:
        """The rest is stored, and the journal goes on."""
        run_id, journal_id = make_run(store), _journal()
        store.runs.append(Append(journal_id, run_id, 1, 1, params=[Param("p", "1")]))
        request = Append(
            journal_id,
            run_id,
            2,
            9,
            params=[Param("p", "2"), Param("q", "1"), Param("q", "3"), Param("a*b", "1")],
            tags=[RunTag("ok", "1"), RunTag("/bad", "1")],
        )

        answer = store.runs.append(request)

        assert answer.last_seq == 9
        assert [rejection.what for rejection in answer.rejected] == [
            "param 'q'",
            "param 'a*b'",
            "param 'p'",
            "tag '/bad'",
        ]
        assert answer.rejected[2] == Rejection(
            "param 'p'",
            "Changing param values is not allowed. Param with key='p' was already logged with value='1' for run "
            f"ID='{run_id}'. Attempted logging new value '2'.",
        )
        data = get_run(store, run_id).data
        assert data.params == [Param("p", "1"), Param("q", "1")]
        tags = get_tags(store, run_id)
        assert tags["ok"] == "1"
        assert tags["headwater.rejected"].startswith("4 not stored; the last: tag '/bad': ")

    def test_a_deleted_or_unknown_run_takes_no_records(self, store: Store) -> None:
        """The journal stays where it was, so that nothing is lost."""
        run_id, journal_id = make_run(store), _journal()
        store.runs.append(_append(run_id, journal_id, 1, _points(0, 1)))
        store.runs.delete(DeleteRun(run_id))

        with expect_error(InvalidParameterValue, f"The run {run_id} must be in the 'active' state. …"):
            store.runs.append(_append(run_id, journal_id, 2, _points(1, 1)))
        with expect_error(ResourceDoesNotExist, "Run with id=nope not found"):
            store.runs.append(_append("nope", _journal(), 1, _points(1, 1)))

        assert store.runs.get_journal(GetJournal(journal_id)) == AppendResponse(1)

    def test_columns_that_do_not_fit_together_are_refused(self, store: Store) -> None:
        """Unequal lengths, and keys that are not given."""
        run_id = make_run(store)
        good = _append(run_id, _journal(), 1, _points(0, 2))

        with expect_error(InvalidParameterValue, "The point columns have unequal lengths: …"):
            store.runs.append(Append(_journal(), run_id, 1, 2, keys=["m"], values=good.values))
        with expect_error(InvalidParameterValue, "A point names key '1', but only 1 are given.…"):
            store.runs.append(
                Append(
                    _journal(),
                    run_id,
                    1,
                    2,
                    keys=["m"],
                    key_index=struct.pack("<2i", 0, 1),
                    steps=good.steps,
                    timestamps=good.timestamps,
                    values=good.values,
                )
            )

    def test_a_heartbeat_alone_moves_no_journal(self, store: Store) -> None:
        """It has no records; the answer says how far the journal is stored."""
        run_id, journal_id = make_run(store), _journal()
        store.runs.append(_append(run_id, journal_id, 1, _points(0, 2)))

        answer = store.runs.append(Append(journal_id, run_id, 3, 2, heartbeat=True))

        assert answer == AppendResponse(2)

    def test_a_silent_run_is_lost_until_it_speaks_again(self, store: Store) -> None:
        """FAILED for every client, then RUNNING without an end."""
        run_id, journal_id = make_run(store), _journal()
        store.runs.append(Append(journal_id, run_id, 1, 0, heartbeat=True))

        lost = _sweep_until_ended(store, run_id)
        store.runs.append(Append(journal_id, run_id, 1, 0, heartbeat=True))
        found = get_run(store, run_id).info

        assert lost.status is RunStatus.FAILED
        assert (found.status, found.end_time) == (RunStatus.RUNNING, None)

    def test_a_run_that_ended_stays_ended(self, store: Store) -> None:
        """A late heartbeat does not revive what was not lost."""
        run_id, journal_id = make_run(store), _journal()
        ended = UpdateRun(status=RunStatus.KILLED, end_time=5)
        store.runs.append(Append(journal_id, run_id, 1, 1, update=ended, heartbeat=True))

        store.runs.append(Append(journal_id, run_id, 2, 1, heartbeat=True))

        info = get_run(store, run_id).info
        assert (info.status, info.end_time) == (RunStatus.KILLED, 5)
