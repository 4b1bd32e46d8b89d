"""Where uv is."""

import shutil

from headwater.protocol.errors import NotSupported


def uv_command() -> list[str]:
    """Return the command that starts uv: the one of the Python package, else the one on PATH."""
    try:
        from uv import find_uv_bin

        return [find_uv_bin()]
    except (ImportError, FileNotFoundError):
        found = shutil.which("uv")
    if found is None:
        raise NotSupported("Environments are made by uv, which is not installed: pip install 'headwater[projects]'.")
    return [found]
