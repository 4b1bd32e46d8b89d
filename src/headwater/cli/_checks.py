"""What `headwater doctor` looks at."""

import platform
import shutil
import sys
import tempfile
import time
from pathlib import Path

import msgspec

from headwater.cli._options import opened_store, tracking_uri_in_force
from headwater.cli._output import format_bytes, without_password
from headwater.config import ADMIN_PASSWORD, HOME, OIDC_CLIENT_SECRET, PASSWORD, SETTINGS, TOKEN, home
from headwater.protocol.errors import HeadwaterError
from headwater.protocol.experiments import SearchExperiments
from headwater.version import __version__

LEAST_FREE_BYTES = 1 << 30
RESTING_S = 300
MAX_SKEW_S = 2


class Check(msgspec.Struct, frozen=True):
    """One thing that was looked at; `advice` says what to do if it is not well."""

    name: str
    is_well: bool
    found: str
    advice: str = ""


def run_checks(tracking_uri: str) -> list[Check]:
    """Look at everything that a run, a store or a server of this machine depends on."""
    return [
        _check_versions(),
        _check_store(tracking_uri),
        _check_journal_folder(),
        _check_waiting_journals(),
        _check_disk(),
        _check_clock(),
        _check_ui(),
        _check_settings(),
    ]


def _check_versions() -> Check:
    found = f"Headwater {__version__}, Python {platform.python_version()}, {platform.platform()}, {sys.executable}"
    return Check("versions", True, found)


def _check_store(tracking_uri: str) -> Check:
    started = time.perf_counter()
    uri = without_password(tracking_uri_in_force(tracking_uri))
    try:
        with opened_store(tracking_uri) as store:
            store.experiments.search(SearchExperiments(max_results=1))
    except HeadwaterError as error:
        return Check("store", False, f"{uri}: {error.message}", "Check the address, and that its server is up.")
    return Check("store", True, f"{uri} answered within {(time.perf_counter() - started) * 1000:.0f} ms")


def _check_journal_folder() -> Check:
    folder = home()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        return Check("journal folder", False, f"{folder}: {error.strerror}", f"Set {HOME.name} to a folder of yours.")
    return Check("journal folder", True, f"{folder} can be written")


def _check_waiting_journals() -> Check:
    from headwater.tracking.journal import SUFFIX, journal_folder

    found = [path.stat() for path in journal_folder(home()).glob(f"*{SUFFIX}")]
    resting = [stat for stat in found if time.time() - stat.st_mtime > RESTING_S]
    text = f"{len(found)} of {format_bytes(sum(stat.st_size for stat in found))}, {len(resting)} of them at rest"
    return Check("waiting journals", not resting, text, "Run 'headwater sync' to deliver them." if resting else "")


def _check_disk() -> Check:
    folder = _nearest_folder(home())
    free = shutil.disk_usage(folder).free
    advice = "" if free >= LEAST_FREE_BYTES else "Free some space; runs keep logging in memory when the disk is full."
    return Check("disk", not advice, f"{format_bytes(free)} free at {folder}", advice)


def _check_clock() -> Check:
    try:
        with tempfile.NamedTemporaryFile(dir=_nearest_folder(home())) as file:
            skew = abs(Path(file.name).stat().st_mtime - time.time())
    except OSError as error:
        return Check("clock", False, str(error), f"Set {HOME.name} to a folder of yours.")
    advice = "" if skew <= MAX_SKEW_S else "Synchronise this machine's clock with that of its file server."
    return Check("clock", not advice, f"{time.strftime('%Y-%m-%d %H:%M:%S %z')}, {skew:.1f} s from the disk's", advice)


def _check_ui() -> Check:
    from headwater.server.settings import ServerSettings

    page = ServerSettings().static_folder / "index.html"
    if page.exists():
        return Check("web UI", True, f"built, in {page.parent}")
    return Check("web UI", False, f"no {page}", "In a checkout, build it with 'uv run just setup'; else reinstall.")


def _check_settings() -> Check:
    secret = {PASSWORD.name, TOKEN.name, ADMIN_PASSWORD.name, OIDC_CLIENT_SECRET.name}
    given = [
        f"{setting.name}={'…' if setting.name in secret else without_password(setting.get())}"
        for setting in SETTINGS
        if setting.get() != setting.default
    ]
    return Check("settings", True, ", ".join(given) or "all at their defaults")


def _nearest_folder(path: Path) -> Path:
    return next(folder for folder in (path, *path.parents) if folder.exists())
