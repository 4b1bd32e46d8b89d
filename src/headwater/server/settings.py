"""What a server may be told; every value has a safe default."""

from dataclasses import dataclass
from pathlib import Path

from headwater.protocol.errors import InvalidParameterValue

MEBIBYTE = 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class ServerSettings:
    """How one server process listens, what it trusts and how much it takes on.

    `store_uri` and `artifacts` are for `serve`, which opens the store itself; `create_app` is given one.
    """

    store_uri: str = ""
    artifacts: str | Path | None = None
    host: str = "127.0.0.1"
    port: int = 5000
    allowed_hosts: tuple[str, ...] = ()
    allowed_origins: tuple[str, ...] = ()
    prefix: str = ""  # the path that a reverse proxy serves us under, such as /headwater
    static_folder: Path = Path(__file__).parent / "static"
    threads: int = 64  # requests inside the store at once
    waiting: int = 2048  # requests waiting for a thread, beyond which the answer is 503
    transfers: int = 32  # artifact uploads at once
    listeners: int = 500  # event streams at once
    max_body_bytes: int = 64 * MEBIBYTE
    stall_s: float = 60.0  # how long a client may pause inside a request body
    sweep_s: float = 15.0  # how often runs that fell silent are looked for
    couriers: int = 4  # threads that send to webhooks
    courier_s: float = 1.0  # how often each looks for something to send
    poll_s: float = 0.5  # how often changes are looked for while somebody listens
    heartbeat_s: float = 15.0  # how often an idle event stream says that it is alive

    def __post_init__(self) -> None:
        """Raise `InvalidParameterValue` if the prefix is not the beginning of a path."""
        if self.prefix and (not self.prefix.startswith("/") or self.prefix.endswith("/")):
            raise InvalidParameterValue(f"Invalid prefix '{self.prefix}'. Write it like '/headwater'.")
