"""The Headwater that is running: what it needs, copied into an environment, and as a wheel for images."""

import base64
import csv
import hashlib
import io
import shutil
import subprocess
import zipfile
from pathlib import Path

from headwater.protocol.errors import NotSupported
from headwater.version import __version__

_PACKAGE = Path(__file__).parents[1]
_EPOCH = (2020, 1, 1, 0, 0, 0)
_WHEEL = "Wheel-Version: 1.0\nGenerator: headwater\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
_ENTRY_POINTS = "[console_scripts]\nheadwater = headwater.cli:main\n"


def own_requirements() -> list[str]:
    """Return what the Headwater that is running needs, without its extras; raise `NotSupported` if nobody knows."""
    from importlib import metadata

    try:
        listed = metadata.requires("headwater") or []
    except metadata.PackageNotFoundError:
        raise NotSupported(
            "Headwater runs from a folder on PYTHONPATH, so that nobody knows what it needs. Install it to use it in "
            "other environments: pip install -e."
        ) from None
    return [line for line in listed if "extra ==" not in line]


def copy_own_package(python: Path) -> None:
    """Install the Headwater that is running: its package as it is, be it from a wheel or a checkout."""
    command = [str(python), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"]
    site = Path(subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip())
    shutil.copytree(_PACKAGE, site / _PACKAGE.name, ignore=shutil.ignore_patterns("__pycache__"), dirs_exist_ok=True)
    information = site / f"headwater-{__version__}.dist-info"
    information.mkdir(exist_ok=True)
    text = _read_metadata()
    (information / "METADATA").write_text(text, encoding="utf-8")
    (information / "INSTALLER").write_text("headwater\n", encoding="utf-8")


def write_own_wheel(folder: Path) -> Path:
    """Write a wheel of the package that is running, be it from a wheel or a checkout, and return its path.

    The same files give the same bytes, whenever and wherever they are packed.
    """
    information = f"headwater-{__version__}.dist-info"
    described = _read_metadata()
    files = {
        **{f"headwater/{path.relative_to(_PACKAGE).as_posix()}": path.read_bytes() for path in _own_files()},
        f"{information}/METADATA": described.encode(),
        f"{information}/WHEEL": _WHEEL.encode(),
        f"{information}/entry_points.txt": _ENTRY_POINTS.encode(),
    }
    files[f"{information}/RECORD"] = _record(files, f"{information}/RECORD")
    wheel = folder / f"headwater-{__version__}-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.external_attr = 0o644 << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, data)
    return wheel


def _read_metadata() -> str:
    from importlib import metadata

    return metadata.distribution("headwater").read_text("METADATA") or ""


def _own_files() -> list[Path]:
    return sorted(path for path in _PACKAGE.rglob("*") if path.is_file() and "__pycache__" not in path.parts)


def _record(files: dict[str, bytes], own_name: str) -> bytes:
    lines = io.StringIO()
    writer = csv.writer(lines, lineterminator="\n")
    for name, data in files.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
        writer.writerow([name, f"sha256={digest}", len(data)])
    writer.writerow([own_name, "", ""])
    return lines.getvalue().encode()
