"""Packages that are on no index, as wheels made by hand."""

import zipfile
from pathlib import Path


def write_wheel(folder: Path, module: str, code: str) -> Path:
    """Write the wheel of a package of one module, version 1.0."""
    path = folder / f"{module}-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(f"{module}.py", code)
        info = f"{module}-1.0.dist-info"
        name = module.replace("_", "-")
        archive.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        archive.writestr(
            f"{info}/WHEEL", "Wheel-Version: 1.0\nGenerator: a test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        archive.writestr(f"{info}/RECORD", "")
    return path
