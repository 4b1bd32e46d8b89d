"""Who carries out a run that consists of several: one process at a time, and another one once that is dead."""

import contextlib
import os
import platform
import time
from collections.abc import Collection

import msgspec
import psutil

from headwater import config
from headwater.protocol.errors import HeadwaterError, ResourceConflict
from headwater.protocol.runs import RunStatus
from headwater.tracking.client import Client
from headwater.tracking.session import current_session

OWNER_TAG = "headwater.owner"
RENEW_S = 10.0
SILENT_MS = 60_000
_END_S = 5.0


class Owner(msgspec.Struct, frozen=True):
    """The process that carries out a run, and when it was last known to live."""

    host: str
    pid: int
    started: float
    seen: int

    def is_same(self, other: "Owner") -> bool:
        """Return whether both are one process."""
        return (self.host, self.pid, self.started) == (other.host, other.pid, other.started)

    def is_alive(self) -> bool:
        """Return whether the process lives, on another machine whether it was heard of lately."""
        if self.host != platform.node():
            return _now() - self.seen < SILENT_MS
        try:
            return psutil.Process(self.pid).create_time() == self.started
        except psutil.Error:
            return False


class Ownership:
    """This process's hold on a run.

    Args:
        client: of the run's store.
        run_id: of the run.
        kind: what the run is, for people: "sweep" or "workflow".
    """

    def __init__(self, client: Client, run_id: str, kind: str) -> None:
        self._client = client
        self._run_id = run_id
        self._kind = kind
        self._me = Owner(platform.node(), os.getpid(), psutil.Process().create_time(), 0)
        self._renewed = -float("inf")

    def take(self) -> None:
        """Become the one that carries it out, and say that it is RUNNING; raise `ResourceConflict` if another does."""
        self._check()
        current_session().note_resumed(self._client.tracking_uri, self._run_id)  # its params may be others then
        self.renew()
        self._check()
        self._client.update_run(self._run_id, RunStatus.RUNNING)

    def renew(self) -> None:
        """Say from time to time that this process lives; raise `ResourceConflict` if another took over."""
        if time.monotonic() - self._renewed < RENEW_S:
            return
        if self._renewed > 0:
            self._check()
        self._renewed = time.monotonic()
        owner = msgspec.structs.replace(self._me, seen=_now())
        self._client.set_tag(self._run_id, OWNER_TAG, msgspec.json.encode(owner).decode(), synchronous=True)

    def leave(self, status: RunStatus) -> None:
        """End the run; anyone may take it then."""
        self._client.set_tag(self._run_id, OWNER_TAG, "")
        self._client.set_terminated(self._run_id, status)
        session = current_session()
        session.forget_params(self._client.tracking_uri, self._run_id)
        with contextlib.suppress(HeadwaterError):  # it stays in the journal, for `headwater sync`
            session.flush(float(config.EXIT_TIMEOUT_S.get()))

    def _check(self) -> None:
        text = self._client.get_run(self._run_id).data.tags.get(OWNER_TAG)
        owner = msgspec.json.decode(text, type=Owner) if text else self._me
        if not owner.is_same(self._me) and owner.is_alive():
            raise ResourceConflict(
                f"The {self._kind} '{self._run_id}' is carried out by process {owner.pid} on '{owner.host}'. "
                "End that first."
            )


def end_processes(run_ids: Collection[str]) -> None:
    """End the processes of this user on this machine that are one of these runs, once nobody looks after them."""
    user = psutil.Process().username()
    found = [process for process in psutil.process_iter() if _is_of(process, run_ids, user)]
    for process in found:
        with contextlib.suppress(psutil.Error):
            process.terminate()
    _, alive = psutil.wait_procs(found, _END_S)
    for process in alive:
        with contextlib.suppress(psutil.Error):
            process.kill()


def _is_of(process: psutil.Process, run_ids: Collection[str], user: str) -> bool:
    try:
        return process.username() == user and process.environ().get("HEADWATER_RUN_ID") in run_ids
    except (psutil.Error, OSError):
        return False


def _now() -> int:
    return time.time_ns() // 1_000_000
