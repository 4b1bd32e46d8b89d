"""What a server may be told; every value has a safe default."""

import re
from dataclasses import dataclass, field
from pathlib import Path

from headwater.protocol.errors import InvalidParameterValue
from headwater.protocol.roles import Level

MEBIBYTE = 1024 * 1024
_ORIGIN = re.compile(r"https?://([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?", re.ASCII)
FRAME_OPTIONS = ("SAMEORIGIN", "DENY", "NONE")


@dataclass(frozen=True, kw_only=True)
class OidcSettings:
    """How people sign in through an identity provider by OpenID Connect; without an issuer they do not."""

    issuer: str = ""
    client_id: str = ""
    client_secret: str = field(default="", repr=False)
    label: str = "Single sign-on"
    scopes: str = "openid profile email"
    username_claim: str = "email"
    allowed_users: tuple[str, ...] = ()  # patterns of names; none: whoever the provider vouches for
    groups_claim: str = "groups"
    allowed_groups: tuple[str, ...] = ()  # whoever is in one may sign in; none: whoever may by name
    roles: tuple[tuple[str, str], ...] = ()  # groups of the provider, and the role that whoever is in one has
    admin_groups: tuple[str, ...] = ()  # whoever is in one is an administrator; none: administrators are made here


@dataclass(frozen=True, kw_only=True)
class ServerSettings:
    """How one server process listens, what it trusts and how much it takes on.

    `store_uri`, `artifacts` and `artifact_root` are for `serve`, which opens the store itself; `create_app` is given
    one.
    """

    store_uri: str = ""
    artifacts: str | Path | None = None
    artifact_root: str = ""  # where experiments keep artifacts unless they choose a place; empty: with the server
    host: str = "127.0.0.1"
    port: int = 5000
    allowed_hosts: tuple[str, ...] = ()
    allowed_origins: tuple[str, ...] = ()
    scoring_servers: tuple[str, ...] = ()  # origins that the pages of models may send requests to
    prefix: str = ""  # the path that a reverse proxy serves us under, such as /headwater
    only_artifacts: bool = False  # answer requests for artifacts alone
    serves_artifacts: bool = True  # hand out and take the files of mlflow-artifacts:/
    exposes_metrics: bool = False  # at /metrics
    frame_options: str = "SAMEORIGIN"  # which pages may show ours in a frame: SAMEORIGIN, DENY or NONE for all
    authentication: bool | None = None  # whether it knows users; None: unless it listens on loopback
    default_level: Level = Level.READ  # what users may do with what nobody granted
    admin_username: str = ""
    admin_password: str = field(default="", repr=False)  # of the administrator made where there is no user
    trusted_proxies: tuple[str, ...] = ("127.0.0.1", "::1")  # who may say from where and how a client comes
    oidc: OidcSettings = OidcSettings()
    opens_users: bool = False  # let users be managed although nobody is asked who they are: for tests of the wire
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
        """Raise `InvalidParameterValue` for a prefix that begins no path, and for what cannot be had together."""
        if self.prefix and (not self.prefix.startswith("/") or self.prefix.endswith("/")):
            raise InvalidParameterValue(f"Invalid prefix '{self.prefix}'. Write it like '/headwater'.")
        for origin in self.scoring_servers:
            if not _ORIGIN.fullmatch(origin):
                raise InvalidParameterValue(
                    f"Invalid origin '{origin}' of a scoring server. Write it like 'http://127.0.0.1:5001'."
                )
        if self.frame_options not in FRAME_OPTIONS:
            raise InvalidParameterValue(
                f"Invalid value '{self.frame_options}' for X-Frame-Options. Use one of {', '.join(FRAME_OPTIONS)}."
            )
        if self.only_artifacts and not self.serves_artifacts:
            raise InvalidParameterValue("A server of artifacts only must serve artifacts. Leave one of the two out.")
