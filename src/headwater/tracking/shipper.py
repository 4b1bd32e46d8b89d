"""The shipper: one daemon thread per process that moves journals to their stores; and what ships left-behind ones."""

import threading
import time
from collections.abc import Callable, Collection
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING

from headwater import config
from headwater.loading import loading
from headwater.protocol.errors import HeadwaterError
from headwater.tracking.frames import DamagedFrame
from headwater.tracking.journal import SUFFIX, Journal, journal_folder
from headwater.tracking.lane import Lane
from headwater.tracking.stores import SHIPPING_TIMEOUT_S, open_impatient_store

if TYPE_CHECKING:
    from headwater.stores.interface import Store

LINGER_S = 0.05
IDLE_S = 10.0  # a drained journal of a run that is not open here is deleted after this time


class Shipper:
    """Ship every lane's records as they come, in few requests.

    `notify` is safe in a signal handler. All other methods may be called from any thread.
    """

    def __init__(self) -> None:
        self._wake: SimpleQueue[None] = SimpleQueue()
        self._is_awake = False
        self._lanes: list[Lane] = []
        self._progress = threading.Condition()
        self._waiters = 0
        self._stopping = False
        self._thread: threading.Thread | None = None

    @property
    def lanes(self) -> list[Lane]:
        """Return the lanes at this moment."""
        return list(self._lanes)

    def add(self, lane: Lane) -> None:
        """Take charge of a lane; start the thread if it is not running."""
        with self._progress:
            self._lanes.append(lane)
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="headwater-shipper", daemon=True)
                self._thread.start()

    def notify(self) -> None:
        """Say that there is something to ship; costs almost nothing when that is known already."""
        if not self._is_awake:
            self._is_awake = True
            self._wake.put(None)

    def wait(self, lane: Lane, seq: int, deadline: float, *, until_attempted: bool = False) -> bool:
        """Wait until record `seq` has been shipped or given up, and return whether; `deadline` is monotonic.

        With `until_attempted`, stop at the first attempt that fails, too.
        """
        attempts = lane.attempts

        def is_over() -> bool:
            if lane.journal.shipped_seq >= seq or lane.is_rejected:
                return True
            return until_attempted and lane.failure is not None and lane.attempts > attempts

        with self._progress:
            self._waiters += 1
            lane.waiters += 1
            self._wake.put(None)
            try:
                self._progress.wait_for(is_over, max(0.0, deadline - time.monotonic()))
            finally:
                self._waiters -= 1
                lane.waiters -= 1
        return lane.journal.shipped_seq >= seq or lane.is_rejected

    def stop(self, deadline: float) -> bool:
        """End the thread after the batch it is sending; return whether it has ended by the deadline."""
        self._stopping = True
        self._wake.put(None)
        thread = self._thread
        if thread is None or thread is threading.current_thread():
            return True
        thread.join(max(0.0, deadline - time.monotonic()))
        return not thread.is_alive()

    def _run(self) -> None:
        while not self._stopping:
            self._sleep()
            self._linger()
            self._is_awake = False
            while self._pass():
                self._announce()
            self._announce()
            self._clear_away()

    def _sleep(self) -> None:
        if self._is_awake or self._waiters:
            due_at = min((lane.due_at for lane in self._lanes), default=float("inf"))
        else:
            due_at = min((min(lane.due_at, lane.changed_at + IDLE_S) for lane in self._lanes), default=float("inf"))
        timeout = due_at - time.monotonic()
        if timeout <= 0:
            return
        try:
            self._wake.get(timeout=min(timeout, 3600.0))
        except Empty:
            return

    def _linger(self) -> None:
        deadline = time.monotonic() + LINGER_S
        while not self._waiters and not self._stopping and (left := deadline - time.monotonic()) > 0:
            try:
                self._wake.get(timeout=left)
            except Empty:
                return

    def _pass(self) -> bool:
        more = False
        for lane in self.lanes:
            if self._stopping:
                return False
            more |= lane.ship()
            self._announce()
        return more

    def _announce(self) -> None:
        with self._progress:
            self._progress.notify_all()

    def _clear_away(self) -> None:
        now = time.monotonic()
        for lane in self.lanes:
            is_over = lane.is_rejected or (
                not lane.is_active
                and (lane.is_ended or now - lane.changed_at > IDLE_S)
                and lane.journal.delete_if_drained()
            )
            if is_over and not lane.errors:
                with self._progress:
                    self._lanes.remove(lane)


@dataclass(frozen=True)
class SyncReport:
    """What became of the journals in a folder; false if there was nothing to do."""

    records: int = 0
    journals: int = 0
    live: int = 0
    problems: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.journals or self.problems)

    def __str__(self) -> str:
        text = f"Shipped {self.records} records of {self.journals} journals."
        if self.live:
            text += f" {self.live} belong to programs that are still running."
        return "\n".join([text, *self.problems])


def sync_journals(
    folder: Path | None = None, *, tracking_uri: str = "", run_ids: Collection[str] | None = None
) -> SyncReport:
    """Ship the journals that ended programs left behind, each record exactly once.

    Args:
        folder: where the journals are; default: this machine's own.
        tracking_uri: where to ship them instead of where their programs would have.
        run_ids: only journals of these runs; default: all.

    Returns:
        How many records and journals were shipped, and what stood in the way of others.
    """
    records = journals = live = 0
    problems: list[str] = []
    with ExitStack() as opened:
        stores: dict[str, Store] = {}

        def open_once(uri: str) -> "Store":
            if uri not in stores:
                stores[uri] = open_impatient_store(uri, SHIPPING_TIMEOUT_S)
                opened.callback(stores[uri].close)
            return stores[uri]

        _adopt_consoles(folder or journal_folder(config.home()), run_ids)
        for path in _find(folder or journal_folder(config.home()), run_ids):
            try:
                lane = _adopt(path, tracking_uri, open_once)
            except BlockingIOError:
                live += 1
                continue
            except DamagedFrame as error:
                path.rename(path.with_suffix(".damaged"))
                problems.append(f"'{path}' has no readable header and was set aside: {error}.")
                continue
            except FileNotFoundError:
                continue  # shipped meanwhile by another program
            count, problem = ship_left(lane)
            records += count
            journals += not problem or count > 0
            problems += [problem] if problem else []
    return SyncReport(records, journals, live, tuple(problems))


def _adopt_consoles(folder: Path, run_ids: Collection[str] | None) -> None:
    if any(folder.glob("*.console")):
        with loading():
            from headwater.tracking.console_log import adopt_left_consoles  # for the few killed while capturing

        adopt_left_consoles(folder, run_ids)


def _find(folder: Path, run_ids: Collection[str] | None) -> list[Path]:
    found = [path for path in folder.glob(f"*{SUFFIX}") if run_ids is None or path.name.partition(".")[0] in run_ids]
    return sorted(found, key=_by_age)


def _by_age(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return 0.0


def _adopt(path: Path, tracking_uri: str, open_once: "Callable[[str], Store]") -> Lane:
    journal = Journal.adopt(path)
    uri = tracking_uri or journal.header.tracking_uri
    return Lane(journal, uri, lambda: open_once(uri))


def ship_left(lane: Lane, deadline: float = float("inf")) -> tuple[int, str]:
    """Ship one left-behind journal, up to a monotonic deadline; return how many records, and what went wrong."""
    journal = lane.journal
    name = journal.path.name
    try:
        lane.align()
    except HeadwaterError as error:
        journal.close()
        return 0, f"'{name}' waits: {error}"
    before = journal.shipped_seq
    while not lane.is_idle and lane.failure is None and time.monotonic() < deadline:
        lane.ship()
    count = journal.shipped_seq - before
    if lane.failure is not None and not lane.is_rejected:
        journal.close()
        return count, f"'{name}' waits: {lane.failure}"
    if not lane.is_idle:
        journal.close()
        return count, f"'{name}' waits: time was over"
    problem = "; ".join(str(error) for error in lane.errors)
    if not lane.is_rejected and journal.damage is not None:
        aside = journal.set_aside(".damaged")
        return count, f"'{aside}' was damaged at byte {journal.damage.offset}: {journal.damage.reason}."
    journal.delete_if_drained()
    return count, f"'{name}': {problem}" if problem else ""
