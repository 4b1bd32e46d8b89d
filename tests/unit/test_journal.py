"""The journal appends, ships in order, survives a full disk and belongs to one process."""

import resource
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from headwater.tracking.frames import iter_frames
from headwater.tracking.journal import Journal, JournalClosed, read_journal
from headwater.tracking.records import Point, Record, Skipped, Tags
from headwater.tracking.shipper import sync_journals


def point(step: int) -> Point:
    return Point("loss", step / 2, 1_700_000_000_000, step)


def create(folder: Path) -> Journal:
    return Journal.create(folder / "journal", "run1", "sqlite:///x")


def ship(journal: Journal) -> list[Record]:
    shipped: list[Record] = []
    while data := journal.peek():
        frames = list(iter_frames(data))
        shipped += [record for _, record in frames]
        journal.advance(frames[-1][0], len(frames))
    return shipped


@contextmanager
def full_disk(size: int) -> Iterator[None]:
    """Let no file of this process grow beyond `size`, as a full disk would."""
    previous = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, previous)


def test_records_are_numbered_from_one_and_read_back(tmp_path: Path) -> None:
    journal = create(tmp_path)

    numbers = [journal.append(point(step)) for step in range(3)]

    assert numbers == [1, 2, 3]
    content = read_journal(journal.path)
    assert content.header == journal.header
    assert content.records == [point(0), point(1), point(2)]
    journal.close()


def test_files_are_readable_by_their_owner_only(tmp_path: Path) -> None:
    journal = create(tmp_path)

    assert journal.path.stat().st_mode & 0o777 == 0o600
    assert journal.path.parent.stat().st_mode & 0o777 == 0o700
    journal.close()


def test_a_drained_journal_is_deleted_and_takes_nothing_more(tmp_path: Path) -> None:
    journal = create(tmp_path)
    journal.append(point(1))

    assert not journal.delete_if_drained()
    assert ship(journal) == [point(1)]
    assert journal.delete_if_drained()

    assert not journal.path.exists()
    with pytest.raises(JournalClosed):
        journal.append(point(2))


def test_shipping_can_go_back_to_any_record(tmp_path: Path) -> None:
    journal = create(tmp_path)
    for step in range(5):
        journal.append(point(step))
    ship(journal)

    journal.seek(2)

    assert journal.shipped_seq == 2
    assert ship(journal) == [point(2), point(3), point(4)]
    journal.close()


def test_a_record_larger_than_a_chunk_is_shipped(tmp_path: Path) -> None:
    journal = create(tmp_path)
    large = Tags({"note": "x" * 100_000})
    journal.append(large)
    journal.append(point(1))

    data = journal.peek(100)

    assert next(record for _, record in iter_frames(data)) == large
    assert ship(journal) == [large, point(1)]
    journal.close()


def test_threads_append_whole_records(tmp_path: Path) -> None:
    journal = create(tmp_path)

    def log(first: int) -> None:
        for step in range(first, first + 500):
            journal.append(point(step))

    threads = [threading.Thread(target=log, args=(number * 500,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    content = read_journal(journal.path)
    assert content.damage is None
    assert sorted(record.step for record in content.records if isinstance(record, Point)) == list(range(4000))
    journal.close()


def test_a_full_disk_keeps_records_in_memory_until_there_is_room(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    journal = create(tmp_path)
    for step in range(10):
        journal.append(point(step))

    with full_disk(journal.path.stat().st_size + 20):
        for step in range(10, 30):
            journal.append(point(step))
        assert journal.last_seq == 30
        assert ship(journal)[:10] == [point(step) for step in range(10)]
    time_of_retry = time.monotonic() + 5
    while journal.last_seq < 31 or read_journal(journal.path).records[-1] != point(30):
        assert time.monotonic() < time_of_retry
        journal.append(point(30))
    records = read_journal(journal.path).records

    assert [record.message for record in caplog.records if record.levelname == "WARNING"] == [
        f"Cannot write the journal '{journal.path}' (File too large). Records wait in memory; free some space in "
        "that folder."
    ]
    assert records[:10] == [point(step) for step in range(10)]
    assert Skipped(20) in records
    assert {record for record in ship(journal) if isinstance(record, Point)} == {point(30)}
    journal.close()


def test_a_gap_is_counted_when_memory_is_full_too(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "missing" / "run1.0.hwj", create(tmp_path).header, overflow_bytes=1000)

    with full_disk(0):
        for step in range(100):
            journal.append(point(step))

    assert 0 < journal.last_seq < 100
    assert journal.dropped == 100 - journal.last_seq


def test_a_live_journal_cannot_be_adopted_and_a_left_one_can(tmp_path: Path) -> None:
    code = (
        "import sys, pathlib\n"
        "from headwater.tracking.journal import Journal\n"
        "from headwater.tracking.records import Point\n"
        "journal = Journal.create(pathlib.Path(sys.argv[1]), 'run1', 'sqlite:///x')\n"
        "journal.append(Point('loss', 0.0, 1_700_000_000_000, 0))\n"
        "print(journal.path, flush=True)\n"
        "sys.stdin.read()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        path = Path(process.stdout.readline().strip())
        with pytest.raises(BlockingIOError):
            Journal.adopt(path)
        process.kill()

    journal = Journal.adopt(path)

    assert journal.last_seq == 1
    assert ship(journal) == [point(0)]
    journal.close()


def test_a_journal_that_was_set_aside_does_not_come_back_when_it_is_closed(tmp_path: Path) -> None:
    journal = create(tmp_path)
    journal.append(point(1))

    aside = journal.set_aside(".rejected")
    journal.close()

    assert list(aside.parent.iterdir()) == [aside]


def test_a_journal_that_is_being_created_is_never_taken_for_one_left_behind(tmp_path: Path) -> None:
    folder = tmp_path / "journal"
    done = threading.Event()
    found: list[str] = []

    def sync() -> None:
        while not done.is_set():
            found.extend(sync_journals(folder).problems)

    threads = [threading.Thread(target=sync) for _ in range(2)]
    for thread in threads:
        thread.start()
    try:
        for _ in range(500):
            journal = create(tmp_path)
            journal.append(point(1))
            assert read_journal(journal.path).records == [point(1)]
            ship(journal)
            assert journal.delete_if_drained()
    finally:
        done.set()
        for thread in threads:
            thread.join()

    assert found == []
    assert list(folder.iterdir()) == []


@pytest.mark.skipif(sys.gettrace() is not None, reason="a tracer slows every line")
def test_an_append_takes_microseconds(tmp_path: Path) -> None:
    journal = create(tmp_path)
    durations = []
    for step in range(20_000):
        started = time.perf_counter_ns()
        journal.append(point(step))
        durations.append(time.perf_counter_ns() - started)
    durations.sort()
    journal.close()

    assert durations[10_000] < 20_000
    assert durations[19_800] < 200_000
