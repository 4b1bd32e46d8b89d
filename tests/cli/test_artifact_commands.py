"""`headwater artifacts`: MLflow's spelling and ours, and transfers that are interrupted and started again."""

import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from click.testing import CliRunner, Result

from headwater.cli._root import root
from headwater.protocol.artifacts import ArtifactFile, CommitArtifacts, FileInfo, ListArtifacts
from headwater.stores import open_store
from headwater.stores.interface import Store
from headwater.testing.cutting_proxy import CuttingProxy, cutting_proxy
from headwater.testing.servers import live_server
from headwater.testing.stores import get_run, make_run

MIB = 1 << 20
SIZE = 200 * MIB


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    monkeypatch.setenv("HEADWATER_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    opened = open_store(f"sqlite:///{tmp_path / 'runs.db'}")
    yield opened
    opened.close()


class Served(NamedTuple):
    """A run of a server behind a proxy that counts, and a file that is large."""

    proxy: CuttingProxy
    store: Store
    run_id: str
    source: Path
    digest: str

    @property
    def root(self) -> str:
        """Return the path of the run's artifacts."""
        return get_run(self.store, self.run_id).info.artifact_uri.removeprefix("mlflow-artifacts:/")

    def start(self, *arguments: str | Path) -> "subprocess.Popen[str]":
        """Start a command of `headwater artifacts`."""
        return subprocess.Popen(
            [sys.executable, "-m", "headwater", "artifacts", *map(str, arguments)],
            env={**os.environ, "HEADWATER_TRACKING_URI": self.proxy.url},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )


@pytest.fixture
def served(store: Store, tmp_path: Path) -> Iterator[Served]:
    source = tmp_path / "model.bin"
    block = os.urandom(MIB)
    with source.open("wb") as file:
        for number in range(SIZE // MIB):
            file.write(number.to_bytes(4, "big") + block[4:])
    with source.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    with live_server(store) as url, cutting_proxy(url) as proxy:
        yield Served(proxy, store, make_run(store), source, digest)


def _interrupt(process: "subprocess.Popen[str]", part: Callable[[], Path], least: int) -> str:
    """Send ^C once a file has come so far, and return what the program said."""
    deadline = time.monotonic() + 60
    while process.poll() is None and time.monotonic() < deadline:
        try:
            if part().stat().st_size >= least:
                break
        except FileNotFoundError:
            continue
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130, said
    return said


def test_an_interrupted_download_goes_on_when_it_is_started_again(served: Served, tmp_path: Path) -> None:
    with served.source.open("rb") as stream:
        served.store.blobs.write(iter(lambda: stream.read(MIB), b""), served.digest)
    small = ArtifactFile("dir/small.txt", *served.store.blobs.write([b"small"]))
    big = ArtifactFile("dir/big.bin", served.digest, SIZE)
    served.store.artifacts.commit(CommitArtifacts(served.root, [small, big]))
    target = tmp_path / "target"
    part = target / "dir" / "big.bin.part"

    said = _interrupt(served.start("download", served.run_id, "-d", target), lambda: part, 32 * MIB)
    arrived = part.stat().st_size
    served.proxy.carried = 0
    again = served.start("download", served.run_id, "-d", target)
    printed, _ = again.communicate(timeout=60)
    carried, served.proxy.carried = served.proxy.carried, 0
    third = served.start("download", served.run_id, "-d", target)
    third.communicate(timeout=60)

    assert said == "The download was interrupted. The same command goes on with it.\n"
    assert 32 * MIB <= arrived < SIZE
    assert (again.returncode, printed) == (0, f"{target}\n")
    assert carried < SIZE - arrived + 4 * MIB
    assert (third.returncode, served.proxy.carried < MIB) == (0, True)
    assert hashlib.sha256((target / "dir" / "big.bin").read_bytes()).hexdigest() == served.digest
    assert sorted(path.name for path in (target / "dir").iterdir()) == ["big.bin", "small.txt"]


def test_an_interrupted_upload_goes_on_when_it_is_started_again(served: Served, tmp_path: Path) -> None:
    part = tmp_path / "artifacts" / "incoming" / served.digest

    said = _interrupt(served.start("upload", served.run_id, served.source), lambda: part, 32 * MIB)
    served.proxy.carried = 0
    again = served.start("upload", served.run_id, served.source)
    again.communicate(timeout=60)

    assert said == "The upload was interrupted. The same command goes on with it.\n"
    assert again.returncode == 0
    assert served.proxy.carried < SIZE - 16 * MIB
    assert served.store.artifacts.list(ListArtifacts(served.run_id)).files == [FileInfo("model.bin", False, SIZE)]
    assert served.store.blobs.size(served.digest) == SIZE


@pytest.fixture
def artifacts(store: Store, tmp_path: Path) -> Callable[..., Result]:
    """Return a function that runs one command of `headwater artifacts` on the store."""

    def run(*arguments: str) -> Result:
        command = ["--tracking-uri", f"sqlite:///{tmp_path / 'runs.db'}", "artifacts", *arguments]
        return CliRunner().invoke(root, command, prog_name="headwater")

    return run


def test_files_are_uploaded_listed_and_downloaded(
    artifacts: Callable[..., Result], store: Store, tmp_path: Path
) -> None:
    run_id = make_run(store)
    (tmp_path / "folder" / "sub").mkdir(parents=True)
    (tmp_path / "folder" / "a.txt").write_text("a")
    (tmp_path / "folder" / "sub" / "é.txt").write_text("bc")

    uploaded = artifacts("upload", run_id, "folder", "-a", "x")
    artifacts("log-artifact", "-l", "folder/a.txt", "-r", run_id)
    artifacts("log-artifacts", "--local-dir", "folder", "--run-id", run_id, "--artifact-path", "y")
    listed = artifacts("list", "-r", run_id)
    below = artifacts("list", f"runs:/{run_id}/x/folder")
    downloaded = artifacts("download", "-u", f"runs:/{run_id}/y", "-d", str(tmp_path / "target"))
    temporary = artifacts("download", run_id, "-a", "y/sub")

    assert uploaded.stderr == f"Uploaded 2 file(s) from 'folder' to run '{run_id}'.\n"
    assert json.loads(listed.stdout) == [
        {"path": "a.txt", "is_dir": False, "file_size": 1},
        {"path": "x", "is_dir": True},
        {"path": "y", "is_dir": True},
    ]
    assert [entry["path"] for entry in json.loads(below.stdout)] == ["x/folder/a.txt", "x/folder/sub"]
    assert (Path(downloaded.stdout.strip()) / "sub" / "é.txt").read_text() == "bc"
    assert (Path(temporary.stdout.strip()) / "é.txt").read_text() == "bc"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["list"], "Missing a run or a URI."),
        (["list", "abc", "-r", "def"], "Give a run or a URI once."),
        (["list", "0" * 32], f"Run with id={'0' * 32} not found"),
        (["download", "runs:/"], "Invalid artifact URI 'runs:/'."),
        (["upload", "0" * 32, "not-there"], "Path 'not-there' does not exist."),
    ],
)
def test_what_cannot_be_is_told(artifacts: Callable[..., Result], arguments: list[str], said: str) -> None:
    done = artifacts(*arguments)

    assert done.exit_code in {1, 2}
    assert said in done.stderr
