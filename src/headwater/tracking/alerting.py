"""The fluent verb that alerts people."""

import sys
import time

from headwater.protocol.alerts import AlertLevel
from headwater.tracking.active import get_tracking_uri, require_run
from headwater.tracking.operations import RunOperations
from headwater.tracking.session import current_session
from headwater.tracking.writer import RunWriter


def alert(
    title: str,
    text: str = "",
    level: AlertLevel | str = AlertLevel.INFO,
    *,
    run_id: str | None = None,
    interval_s: float = 0,
    synchronous: bool | None = None,
) -> RunOperations | None:
    """Alert people from the active run: kept with it, printed to stderr, and sent to webhooks that want `alert.raised`.

    It is safe on local disk when this returns, and sent once the store has it. `headwater runs alerts` lists them.

    Args:
        title: what is the matter, up to 200 characters.
        text: more about it, up to 10,000 characters.
        level: "info", "warning" or "error".
        run_id: another run than the active one.
        interval_s: do nothing if this program raised an alert of this title from this run less than so long ago.
        synchronous: wait until the store has it.

    Example:
        >>> hw.alert("Loss explodes", f"loss = {loss}", "error", interval_s=600)
    """
    writer = RunWriter(get_tracking_uri(), run_id) if run_id else require_run().writer
    alerted = current_session().alerted
    key, now = (writer.run_id, title), time.monotonic()
    if key in alerted and now < alerted[key] + interval_s:
        return None
    operation = writer.alert(title, text, level, synchronous=synchronous)
    if interval_s:
        alerted[key] = now
    rest = f": {text}" if text else ""
    line = f"[{str(level).lower()}] {title}{rest}"
    sys.stderr.write("headwater: " + "".join(c if c.isprintable() else " " for c in line) + "\n")
    return operation
