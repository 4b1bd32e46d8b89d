"""What every store does with the logs of runs. Subclass in a test module that has a fixture `store`."""

import pytest

from headwater.capture.recording import SEGMENT_BYTES
from headwater.protocol.artifacts import ArtifactFile, CommitArtifacts
from headwater.protocol.errors import InvalidParameterValue, ResourceDoesNotExist
from headwater.protocol.logs import (
    AppendLog,
    IndexLog,
    IndexLogResponse,
    LogLine,
    LogSize,
    MeasureLogs,
    MeasureLogsResponse,
    ReadLog,
    ReadLogResponse,
)
from headwater.protocol.runs import DeleteRun, RunStatus, UpdateRun
from headwater.stores.interface import Store
from headwater.testing.stores import expect_error, get_run, make_run

_TIME = "2026-01-02T03:04:05.678Z"
_LOG = f"{_TIME} out loading\n{_TIME} err careful: Ünïcode\n{_TIME} out done\n".encode()


def _append(store: Store, run_id: str, data: bytes, position: int = 0, name: str = "console.log") -> None:
    store.logs.append(AppendLog(run_id, name, position, data))


def _texts(store: Store, request: ReadLog) -> list[str]:
    return [line.text for line in store.logs.read(request).lines]


def _finish(store: Store, run_id: str, data: bytes, name: str = "console.log") -> None:
    root = get_run(store, run_id).info.artifact_uri.removeprefix("mlflow-artifacts:/")
    store.artifacts.commit(CommitArtifacts(root, [ArtifactFile(f"logs/{name}", *store.blobs.write([data]))]))


class LogsContract:
    """Logs that are appended while a run lives, and kept as artifacts afterwards."""

    def test_a_run_without_logs_reads_as_nothing(self, store: Store) -> None:
        run_id = make_run(store)

        assert store.logs.read(ReadLog(run_id)) == ReadLogResponse(is_live=True)

    def test_lines_are_read_while_the_log_is_written(self, store: Store) -> None:
        run_id = make_run(store)
        _append(store, run_id, _LOG[:100])

        first = store.logs.read(ReadLog(run_id))
        _append(store, run_id, _LOG[100:], 100)
        second = store.logs.read(ReadLog(run_id, position=first.next_position))

        assert first.lines == [
            LogLine(0, _TIME, "out", "loading"),
            LogLine(37, _TIME, "err", "careful: Ünïcode"),
        ]
        assert second.lines == [LogLine(85, _TIME, "out", "done")]
        assert (second.next_position, second.size, second.is_live) == (len(_LOG), len(_LOG), True)

    def test_appending_again_changes_nothing(self, store: Store) -> None:
        run_id = make_run(store)

        for start in (0, 30, 0, 60, 30):
            _append(store, run_id, _LOG[start : start + 30], start)
        _append(store, run_id, _LOG[90:], 90)

        assert _texts(store, ReadLog(run_id)) == ["loading", "careful: Ünïcode", "done"]

    def test_lines_are_found_by_their_text_in_any_case(self, store: Store) -> None:
        run_id = make_run(store)
        _append(store, run_id, _LOG)

        assert _texts(store, ReadLog(run_id, contains="ÜNÏ")) == ["careful: Ünïcode"]
        assert _texts(store, ReadLog(run_id, contains="d")) == ["loading", "careful: Ünïcode", "done"]
        assert _texts(store, ReadLog(run_id, contains="absent")) == []

    def test_a_negative_position_counts_from_the_end(self, store: Store) -> None:
        run_id = make_run(store)
        _append(store, run_id, _LOG)

        assert _texts(store, ReadLog(run_id, position=-40)) == ["done"]
        assert _texts(store, ReadLog(run_id, position=-100_000)) == ["loading", "careful: Ünïcode", "done"]

    def test_a_long_log_is_read_in_parts(self, store: Store) -> None:
        run_id = make_run(store)
        lines = [f"{_TIME} out line {number}" for number in range(5000)]
        _append(store, run_id, "".join(f"{line}\n" for line in lines).encode())

        texts: list[str] = []
        position = 0
        while True:
            answer = store.logs.read(ReadLog(run_id, position=position, limit_bytes=10_000))
            texts += [line.text for line in answer.lines]
            position = answer.next_position
            if position == answer.size:
                break

        assert texts == [f"line {number}" for number in range(5000)]

    def test_lines_are_left_out_that_were_printed_on_the_other_stream(self, store: Store) -> None:
        run_id = make_run(store)
        _append(store, run_id, _LOG)

        assert _texts(store, ReadLog(run_id, stream="err")) == ["careful: Ünïcode"]
        assert _texts(store, ReadLog(run_id, stream="out", contains="o")) == ["loading", "done"]
        with expect_error(InvalidParameterValue, "Invalid stream 'log'. Use 'out', 'err' or none."):
            store.logs.read(ReadLog(run_id, stream="log"))

    def test_lines_are_found_by_what_is_read_of_them_whatever_their_colours(self, store: Store) -> None:
        run_id = make_run(store)
        _append(store, run_id, f"{_TIME} out \x1b[1;31mfai\x1b[0;31mled\x1b[0m again\n{_TIME} out fine\n".encode())

        assert _texts(store, ReadLog(run_id, contains="FAILED again")) == ["\x1b[1;31mfai\x1b[0;31mled\x1b[0m again"]
        assert _texts(store, ReadLog(run_id, contains="31m")) == []

    def test_any_text_among_the_artifacts_is_read_and_searched_by_its_lines(self, store: Store) -> None:
        run_id = make_run(store)
        _finish(store, run_id, b"".join(b"row %d\n" % number for number in range(20_000)), name="train.txt")

        index = store.logs.index(IndexLog(run_id, path="logs/train.txt"))
        found = store.logs.read(ReadLog(run_id, path="logs/train.txt", contains="ROW 19999"))

        assert (index.name, index.names, index.count, index.end) == ("logs/train.txt", [], 20_000, index.size)
        assert [line.text for line in found.lines] == ["row 19999"]
        with expect_error(ResourceDoesNotExist, "No such artifact: 'logs/none.txt'"):
            store.logs.read(ReadLog(run_id, path="logs/none.txt"))
        with expect_error(InvalidParameterValue, "Both a log, 'a.log', and a path, 'b.txt', were given. Give one."):
            store.logs.read(ReadLog(run_id, "a.log", path="b.txt"))

    def test_the_logs_of_running_runs_are_measured(self, store: Store) -> None:
        quiet, one, two = (make_run(store) for _ in range(3))
        _append(store, one, _LOG)
        _append(store, two, _LOG)
        _append(store, two, b"more\n", name="other.log")
        _append(store, two, b"and more\n", position=5, name="other.log")

        measured = store.logs.measure(MeasureLogs([two, quiet, one, two]))

        assert measured == MeasureLogsResponse([LogSize(two, len(_LOG) + 14), LogSize(one, len(_LOG))])
        with expect_error(InvalidParameterValue, "Invalid run_ids: '1001' runs. Ask for at most 1000."):
            store.logs.measure(MeasureLogs(["a"] * 1001))

    def test_every_line_can_be_found_by_its_number(self, store: Store) -> None:
        run_id = make_run(store)
        lines = [f"{_TIME} out line {number}" for number in range(9000)]
        text = "".join(f"{line}\n" for line in lines).encode()
        _append(store, run_id, text + b"unfinished")

        index = store.logs.index(IndexLog(run_id))

        assert (index.count, index.end, index.size) == (9000, len(text), len(text) + 10)
        assert (index.name, index.names, index.more, index.is_live) == ("console.log", ["console.log"], False, True)
        assert len(index.positions) == len(text) // 65_536 + 1
        for position, line in zip(index.positions, index.lines, strict=True):
            [found, *_] = store.logs.read(ReadLog(run_id, position=position, limit_bytes=1)).lines
            assert (found.position, found.text) == (position, f"line {line}")

    def test_an_index_goes_on_where_it_ended(self, store: Store) -> None:
        run_id = make_run(store)
        _append(store, run_id, _LOG)
        before = store.logs.index(IndexLog(run_id))
        _append(store, run_id, _LOG, len(_LOG))

        after = store.logs.index(IndexLog(run_id, position=before.end, line=before.count))

        assert (before.positions, before.lines, before.count, before.end) == ([0], [0], 3, len(_LOG))
        assert (after.positions, after.lines, after.count, after.end) == ([len(_LOG)], [3], 6, 2 * len(_LOG))
        assert store.logs.index(IndexLog(make_run(store))) == IndexLogResponse(is_live=True)
        with expect_error(InvalidParameterValue, "Invalid position '2' of line '3'…"):
            store.logs.index(IndexLog(run_id, position=2, line=3))

    def test_the_last_line_of_a_kept_log_needs_no_end(self, store: Store) -> None:
        run_id = make_run(store)
        _finish(store, run_id, b"one\r\ntwo\rdrawn over\nthree")

        assert _texts(store, ReadLog(run_id)) == ["one", "two\rdrawn over", "three"]
        assert store.logs.index(IndexLog(run_id)).count == 3

    def test_a_line_without_an_end_does_not_hold_up_the_rest(self, store: Store) -> None:
        run_id = make_run(store)
        _finish(store, run_id, b"x" * (3 * SEGMENT_BYTES) + b"\nlast\n")

        texts, position = [], 0
        while True:
            answer = store.logs.read(ReadLog(run_id, position=position))
            texts += [line.text for line in answer.lines]
            position = answer.next_position
            if position == answer.size:
                break

        assert (texts[-1], sum(map(len, texts))) == ("last", 3 * SEGMENT_BYTES + 4)

    def test_a_gap_in_the_middle_is_said(self, store: Store) -> None:
        run_id = make_run(store)
        _append(store, run_id, b"begin\n")
        _append(store, run_id, b"half a line\nend\n", 30 * SEGMENT_BYTES)

        assert _texts(store, ReadLog(run_id)) == ["begin", "… 30.0 MiB of output left out here …", "end"]
        assert store.logs.index(IndexLog(run_id)).count == 3

    def test_a_kept_log_takes_the_place_of_the_live_one(self, store: Store) -> None:
        run_id = make_run(store)
        _append(store, run_id, _LOG[:37])
        _finish(store, run_id, _LOG)
        store.runs.update(UpdateRun(run_id=run_id, status=RunStatus.FINISHED, end_time=5))

        answer = store.logs.read(ReadLog(run_id, position=37))

        assert [line.text for line in answer.lines] == ["careful: Ünïcode", "done"]
        assert (answer.size, answer.is_live, answer.names) == (len(_LOG), False, ["console.log"])
        assert _texts(store, ReadLog(run_id, contains="LOAD")) == ["loading"]

    def test_a_run_may_have_several_logs(self, store: Store) -> None:
        run_id = make_run(store)
        _append(store, run_id, b"second\n", name="console.2.log")
        _append(store, run_id, b"another\n", name="alpha.log")
        _finish(store, run_id, b"first\n")

        answer = store.logs.read(ReadLog(run_id))

        assert (answer.name, answer.names) == ("console.log", ["console.log", "alpha.log", "console.2.log"])
        assert [line.text for line in answer.lines] == ["first"]
        assert _texts(store, ReadLog(run_id, "console.2.log")) == ["second"]

    def test_a_log_that_does_not_exist_is_an_error_that_names_those_that_do(self, store: Store) -> None:
        run_id = make_run(store)
        _append(store, run_id, b"one\n")

        message = f"The run '{run_id}' has no log 'other.log'. It has: console.log."
        with expect_error(ResourceDoesNotExist, message):
            store.logs.read(ReadLog(run_id, "other.log"))

    def test_logs_need_a_run_that_is_in_use(self, store: Store) -> None:
        run_id = make_run(store)
        store.runs.delete(DeleteRun(run_id))

        with expect_error(InvalidParameterValue, f"The run {run_id} must be in the 'active' state…"):
            _append(store, run_id, b"one\n")
        with expect_error(ResourceDoesNotExist, "Run with id=nobody not found"):
            _append(store, "nobody", b"one\n")
        with expect_error(ResourceDoesNotExist, "Run with id=nobody not found"):
            store.logs.read(ReadLog("nobody"))

    @pytest.mark.parametrize("name", ["../x", ".hidden", "a/b", "", "x" * 101, "a\0b"])
    def test_a_name_cannot_leave_the_folder(self, store: Store, name: str) -> None:
        run_id = make_run(store)

        with expect_error(InvalidParameterValue, f"Invalid log name '{name[:100]}'…"):
            _append(store, run_id, b"one\n", name=name)

    def test_positions_and_sizes_have_limits(self, store: Store) -> None:
        run_id = make_run(store)

        with expect_error(InvalidParameterValue, "Invalid position '-1'. Give a byte offset from 0 on."):
            _append(store, run_id, b"x", -1)
        with expect_error(InvalidParameterValue, "Invalid data of 1048577 bytes…"):
            _append(store, run_id, b"x" * (SEGMENT_BYTES + 1))
        with expect_error(InvalidParameterValue, "Invalid limit_bytes '0'…"):
            store.logs.read(ReadLog(run_id, limit_bytes=0))
