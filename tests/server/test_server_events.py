"""Live updates over a real socket."""

import http.client
import json
import time
from urllib.parse import urlsplit

from headwater.protocol.logs import AppendLog
from headwater.protocol.runs import SetTag
from headwater.stores.interface import Store
from headwater.testing.servers import live_server
from server.caller import NATIVE, make_run
from server.conftest import Served

DEADLINE_S = 20


class Stream:
    """An open event stream."""

    def __init__(self, url: str, query: str = "") -> None:
        self._connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=DEADLINE_S)
        self._connection.request("GET", f"{NATIVE}/events{query}")
        self.response = self._connection.getresponse()

    def read_block(self) -> list[str]:
        """Return the lines up to the next empty one; nothing at the end of the stream."""
        lines = []
        while line := self.response.readline().decode().rstrip("\n"):
            lines.append(line)
        return lines

    def read_runs(self) -> list[str]:
        """Return the run ids of the next change, leaving out what is no change."""
        while True:
            lines = self.read_block()
            assert lines, "the stream ended"
            if lines[0] == "event: change":
                return [run["run_id"] for run in json.loads(lines[1].removeprefix("data: "))["runs"]]

    def read_logs(self) -> dict[str, int]:
        """Return the runs whose logs grew, and how long they are, leaving out what else is told."""
        while True:
            lines = self.read_block()
            assert lines, "the stream ended"
            if lines[0] == "event: log":
                return {log["run_id"]: log["size"] for log in json.loads(lines[1].removeprefix("data: "))["logs"]}

    def close(self) -> None:
        """Hang up."""
        self.response.close()
        self._connection.close()


def test_a_change_is_told_within_seconds(served: Served) -> None:
    stream = Stream(served.url, f"?run_ids={served.run_id}")
    assert stream.response.getheader("content-type", "").startswith("text/event-stream")
    assert stream.read_block() == ["retry: 2000"]
    begun = time.monotonic()

    served.store.runs.set_tag(SetTag(run_id=served.run_id, key="a", value="b"))
    runs = stream.read_runs()

    stream.close()
    assert runs == [served.run_id]
    assert time.monotonic() - begun < 10


def test_a_stream_tells_only_of_what_it_asked_for(served: Served) -> None:
    other_experiment, other_run = make_run(served.store, f"beside {served.experiment_id}")
    by_run = Stream(served.url, f"?run_ids={served.run_id}")
    by_experiment = Stream(served.url, f"?experiment_ids=987,{other_experiment}")
    everything = Stream(served.url)

    served.store.runs.set_tag(SetTag(run_id=other_run, key="a", value="b"))
    told_of_other = {*by_experiment.read_runs()}, {*everything.read_runs()}
    served.store.runs.set_tag(SetTag(run_id=served.run_id, key="a", value="b"))
    told_of_own = {*by_run.read_runs()}, {*everything.read_runs()}

    for stream in (by_run, by_experiment, everything):
        stream.close()
    assert told_of_other[0] == {other_run}
    assert other_run in told_of_other[1]
    assert told_of_own[0] == {served.run_id}
    assert served.run_id in told_of_own[1]


def test_a_log_that_grows_is_told_to_those_who_read_it(served: Served) -> None:
    _, other_run = make_run(served.store, f"talkative {served.experiment_id}")
    served.store.logs.append(AppendLog(served.run_id, "console.log", 0, b"one\n"))
    reading = Stream(served.url, f"?run_ids=none&log_run_ids={served.run_id}")

    known = reading.read_logs()
    served.store.logs.append(AppendLog(other_run, "console.log", 0, b"elsewhere\n"))
    served.store.logs.append(AppendLog(served.run_id, "console.log", 4, b"two\n"))
    grown = reading.read_logs()

    assert (known, grown) == ({served.run_id: 4}, {served.run_id: 8})
    reading.close()


def test_logs_of_what_can_be_no_run_are_refused(served: Served) -> None:
    stream = Stream(served.url, "?log_run_ids=a/b")

    assert stream.response.status == 400
    stream.close()


def test_an_idle_stream_says_that_it_is_alive(served_store: Store) -> None:
    with live_server(served_store, heartbeat_s=0.1) as url:
        stream = Stream(url, "?run_ids=none")
        stream.read_block()

        assert stream.read_block() == [": still here"]
        stream.close()


def test_more_streams_than_allowed_are_refused(served_store: Store) -> None:
    with live_server(served_store, listeners=1) as url:
        first, second = Stream(url), Stream(url)

        assert (first.response.status, second.response.status) == (200, 429)
        assert second.response.getheader("retry-after") == "1"
        first.close()
        second.close()


def test_stopping_the_server_ends_its_streams_at_once(served_store: Store) -> None:
    with live_server(served_store) as url:
        streams = [Stream(url) for _ in range(5)]
        for stream in streams:
            stream.read_block()
        begun = time.monotonic()

    assert time.monotonic() - begun < 2
    for stream in streams:
        assert stream.read_block() == []
        stream.close()
