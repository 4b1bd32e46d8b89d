"""What other processes of this machine logged to a store that does not have it yet: workers of ours, and ended ones."""

import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from headwater.protocol.errors import HeadwaterError
from headwater.protocol.journals import GetJournal
from headwater.tracking.frames import DamagedFrame, decode_header
from headwater.tracking.journal import Journal, read_journal
from headwater.tracking.lane import Lane
from headwater.tracking.records import Header
from headwater.tracking.shipper import ship_left

if TYPE_CHECKING:
    from headwater.stores.interface import Store

HEADER_BYTES = 4096
FIRST_PAUSE_S = 0.01
LAST_PAUSE_S = 0.2


@dataclass(frozen=True)
class Neighbours:
    """The other processes that log to the store at `uri`; what is done for them stops at a monotonic deadline."""

    uri: str
    open_store: "Callable[[], Store]"
    deadline: float

    def settle(self, journals: Iterable[Path], sizes: dict[tuple[str, str], int]) -> None:
        """Ship what ended processes left for this store, and wait for what workers of this process ship themselves.

        So a program reads what its pool of workers logged, though the pool was ended before they were done. Whatever
        cannot be shipped stays where it is. `sizes` remembers how much of each journal was looked at before.
        """
        for path in journals:
            key = (path.name, self.uri)
            try:
                size = path.stat().st_size
                if sizes.get(key) != size:
                    self._settle(path)
                    sizes[key] = size
            except (OSError, DamagedFrame):
                continue  # gone meanwhile, or unreadable
            except HeadwaterError:
                sizes[key] = size  # `headwater sync` says why
            if time.monotonic() > self.deadline:
                return

    def _settle(self, path: Path) -> None:
        with path.open("rb") as file:
            header, _ = decode_header(file.read(HEADER_BYTES))
        if header.tracking_uri != self.uri:
            return
        try:
            journal = Journal.adopt(path)
        except BlockingIOError:
            if header.pid in _workers():
                self._wait(path, header)
            return
        ship_left(Lane(journal, self.uri, self.open_store), self.deadline)

    def _wait(self, path: Path, header: Header) -> None:
        wanted, store, pause = read_journal(path).last_seq, self.open_store(), FIRST_PAUSE_S
        while store.runs.get_journal(GetJournal(header.journal_id)).last_seq < wanted:
            if time.monotonic() > self.deadline:
                return
            time.sleep(pause)
            pause = min(pause * 2, LAST_PAUSE_S)


def _workers() -> set[int | None]:
    module = sys.modules.get("multiprocessing.process")  # loaded by whoever has workers
    return {worker.pid for worker in module.active_children()} if module else set()
