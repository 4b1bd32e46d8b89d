"""Starting a server from the command line: its options, its port, the browser, and journals left behind."""

import errno
import logging
import socket
import sys
import threading
import webbrowser
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, TypedDict

import click

from headwater.cli._options import CommandT, env_file_option, split_list, tracking_uri_in_force
from headwater.cli._output import say, without_password
from headwater.config import (
    ADMIN_PASSWORD,
    ADMIN_USERNAME,
    ALLOWED_HOSTS,
    ALLOWED_ORIGINS,
    ARTIFACTS_DESTINATION,
    ARTIFACTS_ONLY,
    AUTH,
    BACKEND_STORE_URI,
    DEFAULT_ARTIFACT_ROOT,
    DEFAULT_PERMISSION,
    EXPOSE_PROMETHEUS,
    FRAME_OPTIONS,
    HOST,
    OIDC_ADMIN_GROUPS,
    OIDC_ALLOWED_GROUPS,
    OIDC_ALLOWED_USERS,
    OIDC_CLIENT_ID,
    OIDC_CLIENT_SECRET,
    OIDC_GROUPS_CLAIM,
    OIDC_ISSUER,
    OIDC_LABEL,
    OIDC_ROLES,
    OIDC_SCOPES,
    OIDC_USERNAME_CLAIM,
    PORT,
    REGISTRY_STORE_URI,
    REGISTRY_URI,
    SCORING_SERVERS,
    SERVE_ARTIFACTS,
    SERVER_WORKERS,
    STATIC_PREFIX,
    TRUSTED_PROXIES,
    Setting,
    default_tracking_uri,
)

if TYPE_CHECKING:
    from headwater.server.settings import OidcSettings, ServerSettings

_TERMINAL_BROWSERS = {"www-browser", "links", "elinks", "lynx", "w3m"}
_AUTH_DEFAULT = "Default: --auth unless the server listens on loopback."
_OFF = frozenset({"", "0", "false", "no", "off"})


class ServeChoices(TypedDict, total=False):
    """The options of `server` and `ui` as click hands them over; see `ServeOptions`."""

    backend_store_uri: str
    registry_store_uri: str
    default_artifact_root: str
    serve_artifacts: bool | None
    artifacts_only: bool
    artifacts_destination: str
    host: str
    port: int | None
    workers: int | None
    allowed_hosts: str
    cors_allowed_origins: str
    scoring_servers: str
    static_prefix: str
    x_frame_options: str | None
    expose_prometheus: str
    auth: bool | None
    app_name: str | None
    default_permission: str | None


@dataclass(frozen=True, kw_only=True)
class ServeOptions:
    """What the command line says about a server; an empty text or no port means the setting in force."""

    backend_store_uri: str = ""
    registry_store_uri: str = ""
    default_artifact_root: str = ""
    serve_artifacts: bool | None = None
    artifacts_only: bool = False
    artifacts_destination: str = ""
    host: str = ""
    port: int | None = None
    workers: int | None = None
    allowed_hosts: str = ""
    cors_allowed_origins: str = ""
    scoring_servers: str = ""
    static_prefix: str = ""
    x_frame_options: str | None = None
    expose_prometheus: str = ""
    auth: bool | None = None
    app_name: str | None = None
    default_permission: str | None = None

    @property
    def address(self) -> str:
        """Return the host to listen on."""
        return self.host or HOST.get()

    @property
    def wanted_port(self) -> int:
        """Return the port to listen on; a setting that is no port is a usage error."""
        if self.port is not None:
            return self.port
        text = PORT.get()
        if not (text.isascii() and text.isdigit() and int(text) < 65536):
            raise click.UsageError(f"Invalid {PORT.name} '{text}': give a port from 0 to 65535.")
        return int(text)

    @property
    def wanted_workers(self) -> str:
        """Return how many processes are wanted, as it was said."""
        return SERVER_WORKERS.get() if self.workers is None else str(self.workers)

    @property
    def serves_artifacts(self) -> bool:
        """Return whether the server takes and hands out files."""
        return SERVE_ARTIFACTS.is_on() if self.serve_artifacts is None else self.serve_artifacts

    @property
    def knows_users(self) -> bool | None:
        """Return whether the server asks who one is; None if nobody said so, and the address decides."""
        if self.auth is not None:
            return self.auth
        if self.app_name:
            return True
        return AUTH.is_on() if AUTH.get() else None

    @property
    def only_artifacts(self) -> bool:
        """Return whether it does nothing else."""
        return self.artifacts_only or ARTIFACTS_ONLY.is_on()


def serve_options(command: CommandT) -> CommandT:
    """Add the options of `server` and `ui`, in MLflow's spelling, collected as the parameter `options`."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def serve(options: ServeOptions, *, tracking_uri: str, port: int, browser_path: str | None = None) -> None:
    """Serve until interrupted; open a browser at `browser_path` below the address unless it is None."""
    from headwater.server.serve import serve as run_server

    store_uri = tracking_uri_in_force(options.backend_store_uri or BACKEND_STORE_URI.get() or tracking_uri)
    if is_server(store_uri):
        raise click.UsageError(f"'{store_uri}' is itself a server: open it in a browser, or give --backend-store-uri.")
    settings = _settings(options, store_uri, port)
    if options.wanted_workers not in {"", "1"}:
        say(
            f"One process serves, not {options.wanted_workers}: its threads answer in parallel, and it alone writes. "
            "For more processes, start more servers on one PostgreSQL database."
        )

    left = find_mlflow(store_uri)

    def greet(address: str) -> None:
        say(f"Headwater is at {address} and keeps runs in {without_password(store_uri)}  (Ctrl+C stops it)")
        if left:
            say(f"MLflow has runs in this folder. Bring them: headwater import mlflow {left}")
        if browser_path is not None:
            open_browser(address + browser_path)
        _ship_left_behind()

    logging.basicConfig(format="%(levelname)s: %(message)s")
    run_server(settings, lambda address: threading.Thread(target=greet, args=(address,), daemon=True).start())
    if sys.stderr.isatty():
        say("\nStopped.")  # behind the terminal's ^C


def find_mlflow(store_uri: str) -> str:
    """Return where MLflow keeps runs in the working folder; empty unless the store is this folder's, not there yet."""
    if store_uri != default_tracking_uri() or Path(store_uri.partition(":///")[2]).exists():
        return ""
    if Path("mlflow.db").is_file():
        return "sqlite:///mlflow.db"
    return "mlruns" if any(Path("mlruns").glob("[0-9]*/meta.yaml")) else ""


def _settings(options: ServeOptions, store_uri: str, port: int) -> "ServerSettings":
    from headwater.protocol.roles import parse_level
    from headwater.server.settings import ServerSettings

    registry_uri = options.registry_store_uri or REGISTRY_STORE_URI.get()
    if registry_uri and tracking_uri_in_force(registry_uri) != store_uri:
        raise click.UsageError(
            f"Models cannot be kept at '{without_password(registry_uri)}' by the server of "
            f"'{without_password(store_uri)}'. Start a server for each, and let clients set {REGISTRY_URI.name}."
        )
    if options.only_artifacts and not options.serves_artifacts:
        raise click.UsageError("Give --artifacts-only or --no-serve-artifacts, not both: nothing would be left.")
    return ServerSettings(
        store_uri=store_uri,
        artifacts=options.artifacts_destination or ARTIFACTS_DESTINATION.get() or None,
        artifact_root=_artifact_root(options, store_uri),
        host=options.address,
        port=port,
        allowed_hosts=split_list(options.allowed_hosts or ALLOWED_HOSTS.get()),
        allowed_origins=split_list(options.cors_allowed_origins or ALLOWED_ORIGINS.get()),
        scoring_servers=tuple(
            origin.rstrip("/") for origin in split_list(options.scoring_servers or SCORING_SERVERS.get())
        ),
        prefix=options.static_prefix or STATIC_PREFIX.get(),
        only_artifacts=options.only_artifacts,
        serves_artifacts=options.serves_artifacts,
        exposes_metrics=(options.expose_prometheus or EXPOSE_PROMETHEUS.get()).lower() not in _OFF,
        frame_options=(options.x_frame_options or FRAME_OPTIONS.get()).upper(),
        authentication=options.knows_users,
        default_level=parse_level(options.default_permission or DEFAULT_PERMISSION.get()),
        admin_username=ADMIN_USERNAME.get(),
        admin_password=ADMIN_PASSWORD.get(),
        trusted_proxies=split_list(TRUSTED_PROXIES.get()),
        oidc=_oidc_settings(),
    )


def _oidc_settings() -> "OidcSettings":
    from headwater.server.settings import OidcSettings

    return OidcSettings(
        issuer=OIDC_ISSUER.get(),
        client_id=OIDC_CLIENT_ID.get(),
        client_secret=OIDC_CLIENT_SECRET.get(),
        label=OIDC_LABEL.get(),
        scopes=OIDC_SCOPES.get(),
        username_claim=OIDC_USERNAME_CLAIM.get(),
        allowed_users=split_list(OIDC_ALLOWED_USERS.get()),
        groups_claim=OIDC_GROUPS_CLAIM.get(),
        allowed_groups=split_list(OIDC_ALLOWED_GROUPS.get()),
        roles=_read_roles(OIDC_ROLES.get()),
        admin_groups=split_list(OIDC_ADMIN_GROUPS.get()),
    )


def _read_roles(text: str) -> tuple[tuple[str, str], ...]:
    """Return pairs of a group and the role it stands for."""
    from headwater.protocol.errors import InvalidParameterValue
    from headwater.protocol.names import check_key

    pairs = []
    for part in split_list(text):
        group, _, role = (side.strip() for side in part.rpartition("="))
        if not group or not role:
            raise InvalidParameterValue(f"HEADWATER_OIDC_ROLES has '{part}'. Write group=role, separated by commas.")
        check_key("HEADWATER_OIDC_ROLES", role, "role")
        pairs.append((group, role))
    return tuple(pairs)


def _artifact_root(options: ServeOptions, store_uri: str) -> str:
    """Return where experiments keep artifacts: a folder as an absolute path; empty means with the server."""
    root = options.default_artifact_root or DEFAULT_ARTIFACT_ROOT.get()
    if not root and not options.serves_artifacts:
        if not store_uri.startswith("sqlite:"):
            raise click.UsageError("Give --default-artifact-root: without it nobody knows where to keep artifacts.")
        root = "mlruns"
    return str(Path(root).absolute()) if root and ":" not in root else root


def is_taken(host: str, port: int) -> bool:
    """Return whether something else listens there."""
    try:
        socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET).close()
    except OSError as error:
        return error.errno == errno.EADDRINUSE
    return False


def is_server(tracking_uri: str) -> bool:
    """Return whether runs are kept by a server rather than in a database."""
    return tracking_uri.startswith(("http://", "https://"))


def open_browser(address: str) -> None:
    """Open a graphical browser if this machine has one; a browser inside the terminal would be in the way."""
    try:
        browser = webbrowser.get()
    except webbrowser.Error:
        return
    if PurePath(browser.name).name not in _TERMINAL_BROWSERS:
        browser.open(address)


def _ship_left_behind() -> None:
    """Ship journals of programs on this machine that ended before they could."""
    from headwater.tracking.shipper import sync_journals

    report = sync_journals()
    if report:
        say(str(report))


def _text_option(*names: str, setting: Setting) -> Callable[[CommandT], CommandT]:
    return click.option(*names, default="", metavar="TEXT", help=f"{setting.meaning}  [env: {setting.name}]")


_OPTIONS = (
    _text_option("--backend-store-uri", setting=BACKEND_STORE_URI),
    _text_option("--registry-store-uri", setting=REGISTRY_STORE_URI),
    _text_option("--default-artifact-root", setting=DEFAULT_ARTIFACT_ROOT),
    click.option(
        "--serve-artifacts/--no-serve-artifacts",
        default=None,
        help="Take and hand out files; or do not, and clients reach those of the default artifact root alone.  "
        f"[env: {SERVE_ARTIFACTS.name}]",
    ),
    click.option(
        "--artifacts-only",
        is_flag=True,
        help=f"Take and hand out files, and answer nothing else.  [env: {ARTIFACTS_ONLY.name}]",
    ),
    _text_option("--artifacts-destination", setting=ARTIFACTS_DESTINATION),
    _text_option("--host", "-h", setting=HOST),
    click.option("--port", "-p", type=click.IntRange(0, 65535), help=f"{PORT.meaning}  [env: {PORT.name}]"),
    click.option(
        "--workers", "-w", type=click.IntRange(1), help=f"{SERVER_WORKERS.meaning}  [env: {SERVER_WORKERS.name}]"
    ),
    _text_option("--allowed-hosts", setting=ALLOWED_HOSTS),
    _text_option("--cors-allowed-origins", "--allowed-origins", setting=ALLOWED_ORIGINS),
    _text_option("--scoring-servers", setting=SCORING_SERVERS),
    _text_option("--static-prefix", setting=STATIC_PREFIX),
    click.option(
        "--x-frame-options",
        type=click.Choice(["SAMEORIGIN", "DENY", "NONE"], case_sensitive=False),
        help=f"{FRAME_OPTIONS.meaning}  [env: {FRAME_OPTIONS.name}]",
    ),
    click.option(
        "--expose-prometheus",
        is_flag=False,
        flag_value="1",
        default="",
        metavar="[DIR]",
        help="Tell Prometheus at /metrics about requests, queues and sizes. A folder, as for MLflow, is not needed.  "
        f"[env: {EXPOSE_PROMETHEUS.name}]",
    ),
    click.option(
        "--auth/--no-auth",
        default=None,
        help=f"Ask who one is, or let everybody do everything. {_AUTH_DEFAULT}  [env: {AUTH.name}]",
    ),
    click.option("--app-name", type=click.Choice(["basic-auth"]), help="As MLflow spells --auth."),
    click.option(
        "--default-permission",
        type=click.Choice(["NO_PERMISSIONS", "READ", "EDIT", "MANAGE"], case_sensitive=False),
        help=f"{DEFAULT_PERMISSION.meaning}  [env: {DEFAULT_PERMISSION.name}]",
    ),
    env_file_option,
)
