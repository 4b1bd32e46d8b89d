"""Programs that tests put on PATH in place of ones that do not run here."""

import shutil
from pathlib import Path


def write_program(folder: Path, name: str, script: str, *, interpreter: str = "/bin/sh") -> None:
    """Write an executable script."""
    folder.mkdir(exist_ok=True)
    program = folder / name
    program.write_text(f"#!{interpreter}\n{script}\n")
    program.chmod(0o755)


def link_programs(folder: Path, *names: str) -> None:
    """Make a folder for PATH with these programs of the machine only."""
    folder.mkdir(exist_ok=True)
    for name in names:
        if place := shutil.which(name):
            (folder / name).symlink_to(place)
