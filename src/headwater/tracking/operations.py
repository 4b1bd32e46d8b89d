"""What a log call gives that is asked not to wait: a handle to wait later."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from headwater.tracking.lane import Lane
    from headwater.tracking.session import Session


class RunOperations:
    """Records that are safe on local disk and on their way to the store; given by `synchronous=False`.

    Example:
        >>> hw.log_metric("loss", 0.25, synchronous=False).wait()
    """

    def __init__(self, session: "Session", kept: Iterable[tuple["Lane", int]]) -> None:
        self.session = session
        self.kept = tuple(kept)

    def wait(self) -> None:
        """Wait until the store has the records; raise what it refused, or what keeps them from it."""
        for lane, seq in self.kept:
            self.session.wait_stored(lane, seq)

    def __repr__(self) -> str:
        return f"<RunOperations of {len(self.kept)} records>"


def join_operations(operations: Iterable[RunOperations | None]) -> RunOperations | None:
    """Return one handle for several, None if there are none."""
    found = [operation for operation in operations if operation is not None]
    return RunOperations(found[0].session, [kept for one in found for kept in one.kept]) if found else None
