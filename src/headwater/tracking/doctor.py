"""`headwater.doctor`: what someone who helps would ask first."""

import sys
from pathlib import Path

from headwater import config
from headwater.tracking.active import get_tracking_uri
from headwater.tracking.session import hide_password
from headwater.version import __version__

_SECRET = {config.PASSWORD, config.TOKEN}
_FRAMEWORKS = ("numpy", "pandas", "polars", "scikit-learn", "torch", "tensorflow", "xgboost", "lightgbm", "mlflow")


def doctor(mask_envs: bool = False) -> None:  # noqa: FBT001 - as in MLflow
    """Print versions, the tracking URI and the settings in force, to paste into a question; secrets are left out.

    `headwater doctor` on the command line also tries the store, the disk and the clock.

    Args:
        mask_envs: hide the values of all settings.

    Example:
        >>> hw.doctor()
    """
    import platform  # loaded by those who ask

    lines = [
        f"Headwater {__version__} in {Path(__file__).parents[1]}",
        f"Python {platform.python_version()}, {platform.platform()}",
        f"Tracking URI: {hide_password(get_tracking_uri())}",
        "Settings:",
        *(_indent(_settings(mask_all=mask_envs)) or ["  all at their defaults"]),
        "Packages:",
        *_indent(_packages()),
    ]
    sys.stdout.write("\n".join(lines) + "\n")


def _settings(*, mask_all: bool) -> list[str]:
    given = [setting for setting in config.SETTINGS if setting.get() != setting.default]
    return [
        f"{setting.name}: {'***' if mask_all or setting in _SECRET else hide_password(setting.get())}"
        for setting in given
    ]


def _packages() -> list[str]:
    from importlib import metadata  # loaded by those who ask

    needed = [requirement.partition(";")[0] for requirement in metadata.requires("headwater") or ()]
    names = [requirement.rstrip("0123456789.<>=!~, ").partition("[")[0] for requirement in needed]
    found = {}
    for name in sorted({*names, *_FRAMEWORKS}):
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return [f"{name} {version}" for name, version in found.items()]


def _indent(lines: list[str]) -> list[str]:
    return [f"  {line}" for line in lines]
