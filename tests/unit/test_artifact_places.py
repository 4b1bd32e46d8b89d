"""Artifacts of runs and URIs in every kind of place, through the functions that users call."""

import functools
import hashlib
import http.server
import os
import pty
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

import headwater as hw
from headwater.protocol.artifacts import FileInfo
from headwater.stores import open_location
from headwater.stores.artifacts import LocalBlobs
from unit.tracking_places import own_place


@pytest.fixture(autouse=True)
def uri(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    with own_place(tmp_path, monkeypatch) as place:
        yield place


@pytest.fixture(params=["store", "bucket", "folder", "file-uri"])
def run_id(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Return a run with a few artifacts, whose experiment has them in one kind of place."""
    location = {"store": "", "folder": str(tmp_path / "a folder"), "file-uri": (tmp_path / "a folder").as_uri()}.get(
        request.param
    )
    if location is None:
        location = request.getfixturevalue("s3_uri")
    source = tmp_path / "source"
    (source / "deep" / "er").mkdir(parents=True)
    (source / "a.txt").write_text("a")
    (source / "deep" / "er" / "é b.bin").write_bytes(bytes(9_000_000))
    (source / "empty").touch()
    experiment_id = hw.create_experiment("placed", artifact_location=location or None)
    with hw.start_run(experiment_id=experiment_id) as run:
        hw.log_artifacts(str(source), "tree")
        hw.log_dict({"x": [1, 2]}, "config.json")
        hw.log_text("hello", "notes/hello.txt")
    hw.flush()
    return run.info.run_id


def _tree(folder: Path) -> dict[str, int]:
    return {path.relative_to(folder).as_posix(): path.stat().st_size for path in folder.rglob("*") if path.is_file()}


TREE = {"a.txt": 1, "deep/er/é b.bin": 9_000_000, "empty": 0}


def test_artifacts_of_a_run_come_back(run_id: str, tmp_path: Path) -> None:
    everything = Path(hw.artifacts.download_artifacts(run_id=run_id, dst_path=tmp_path / "all"))
    folder = Path(hw.artifacts.download_artifacts(f"runs:/{run_id}/tree/deep"))
    file = Path(hw.artifacts.download_artifacts(run_id=run_id, artifact_path="tree/a.txt"))

    assert _tree(everything / "tree") == TREE
    assert _tree(folder) == {"er/é b.bin": 9_000_000}
    assert file.read_text() == "a"
    assert hw.artifacts.load_dict(f"runs:/{run_id}/config.json") == {"x": [1, 2]}
    assert hw.artifacts.load_text(f"runs:/{run_id}/notes/hello.txt") == "hello"
    assert hw.artifacts.list_artifacts(run_id=run_id) == [
        FileInfo("config.json", False, 29),
        FileInfo("notes", True),
        FileInfo("tree", True),
    ]
    assert [file.path for file in hw.artifacts.list_artifacts(run_id=run_id, artifact_path="tree")] == [
        "tree/a.txt",
        "tree/deep",
        "tree/empty",
    ]
    assert hw.artifacts.list_artifacts(f"runs:/{run_id}/nothing") == []


def test_artifacts_come_back_by_the_uri_of_their_place(run_id: str, tmp_path: Path) -> None:
    uri = hw.get_run(run_id).info.artifact_uri

    file = Path(hw.artifacts.download_artifacts(f"{uri}/notes/hello.txt", dst_path=tmp_path / "one"))
    folder = Path(hw.artifacts.download_artifacts(f"{uri}/tree", dst_path=tmp_path / "two"))

    assert file == tmp_path / "one" / "hello.txt"
    assert file.read_text() == "hello"
    assert _tree(folder) == TREE
    assert [entry.path for entry in hw.artifacts.list_artifacts(f"{uri}/notes")] == ["hello.txt"]


def test_what_is_not_there_is_told(run_id: str) -> None:
    uri = hw.get_run(run_id).info.artifact_uri

    for missing in (f"runs:/{run_id}/nothing", f"{uri}/nothing"):
        with pytest.raises(hw.ResourceDoesNotExist, match="nothing"):
            hw.artifacts.download_artifacts(missing)


def test_a_local_file_is_returned_where_it_is(tmp_path: Path) -> None:
    (tmp_path / "x.txt").write_text("x")

    assert hw.artifacts.download_artifacts(str(tmp_path / "x.txt")) == str(tmp_path / "x.txt")
    assert hw.artifacts.download_artifacts((tmp_path / "x.txt").as_uri()) == str(tmp_path / "x.txt")
    copy = hw.artifacts.download_artifacts(str(tmp_path / "x.txt"), dst_path=tmp_path / "copy")
    assert Path(copy).read_text() == "x"


def test_a_file_is_read_from_a_web_address(tmp_path: Path) -> None:
    (tmp_path / "web").mkdir()
    (tmp_path / "web" / "data set.csv").write_text("a,b")

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
            """Print nothing."""

    handler = functools.partial(Quiet, directory=str(tmp_path / "web"))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        base = f"http://127.0.0.1:{server.server_port}"

        text = hw.artifacts.load_text(f"{base}/data%20set.csv")
        with pytest.raises(hw.ResourceDoesNotExist):
            hw.artifacts.download_artifacts(f"{base}/missing.csv")
        with pytest.raises(hw.NotSupported):
            hw.artifacts.list_artifacts(base)
        with pytest.raises(hw.NotSupported):
            open_location(base).write("x", [b""])
        server.shutdown()

    assert text == "a,b"


def test_a_place_that_nobody_reaches_is_told() -> None:
    with pytest.raises(hw.NotSupported, match=r"^Artifacts at 'hdfs://x/y' cannot be reached"):
        hw.artifacts.list_artifacts("hdfs://x/y")


def test_a_large_file_is_not_copied_twice_into_a_local_store(tmp_path: Path) -> None:
    """Its copy in the spool becomes the store's by a second name; the original stays the user's."""
    source = tmp_path / "model.bin"
    source.write_bytes(os.urandom(12_000_000))
    with hw.start_run() as run:
        hw.log_artifact(source)
    hw.flush()
    source.write_bytes(b"changed afterwards")

    copy = Path(hw.artifacts.download_artifacts(run_id=run.info.run_id, artifact_path="model.bin"))

    stored = [path for path in (tmp_path / "artifacts").rglob("*") if path.is_file()]
    assert [path.stat().st_size for path in stored] == [12_000_000]
    assert LocalBlobs(tmp_path / "artifacts").path(stored[0].parent.name + stored[0].name) == stored[0]
    assert copy.read_bytes() == stored[0].read_bytes()
    assert list((tmp_path / "home" / "journal").glob("*.files")) == []


PROGRAM = """
import sys, time
from headwater.tracking.progress import progress
is_awaited = {"awaited": lambda: True, "busy": lambda: False}.get(sys.argv[1])
with progress("Downloading", 100_000_000, is_awaited=is_awaited) as on_bytes:
    deadline = time.monotonic() + 1.5
    while time.monotonic() < deadline:
        on_bytes(1)
print("done")
"""


def _run_on_terminal(kind: str) -> str:
    """Return what the program showed on a terminal that is its stderr."""
    parent, child = pty.openpty()
    shown = subprocess.run([sys.executable, "-c", PROGRAM, kind], stdout=subprocess.PIPE, stderr=child, check=True)
    os.write(child, b"|")  # so that there is something to read
    os.close(child)
    seen = os.read(parent, 100_000).decode()
    os.close(parent)
    assert shown.stdout == b"done\n"
    return seen


def test_a_bar_is_shown_on_a_terminal_and_nowhere_else() -> None:
    quiet = subprocess.run([sys.executable, "-c", PROGRAM, ""], capture_output=True, text=True, check=True)
    seen = _run_on_terminal("")

    assert (quiet.stdout, quiet.stderr) == ("done\n", "")
    assert "Downloading" in seen
    assert "100.0 MB" in seen


def test_a_transfer_in_the_background_is_shown_to_who_waits_for_it_only() -> None:
    awaited, busy = _run_on_terminal("awaited"), _run_on_terminal("busy")

    assert "Downloading" in awaited
    assert busy == "|"


DOWNLOADS = """
import os, sys
import headwater as hw
run_id, wanted = sys.argv[1:]
place = hw.artifacts.download_artifacts(f"runs:/{run_id}/report.txt")
if os.fork() == 0:
    sys.exit(0)  # a fork that ends leaves the parent's files alone
os.wait()
print(open(place).read(), hw.artifacts.load_text(f"runs:/{run_id}/report.txt"))
"""


def test_what_was_downloaded_to_a_temporary_folder_goes_with_the_program(uri: str, tmp_path: Path) -> None:
    with hw.start_run() as run:
        hw.log_text("text", "report.txt")
    hw.flush()
    (tmp_path / "tmp").mkdir()
    command = [sys.executable, "-W", "ignore", "-c", DOWNLOADS, run.info.run_id, "x"]
    variables = {**os.environ, "TMPDIR": str(tmp_path / "tmp"), "HEADWATER_TRACKING_URI": uri}

    done = subprocess.run(command, env=variables, capture_output=True, text=True, check=True)

    assert done.stdout.splitlines()[-1] == "text text"
    assert list((tmp_path / "tmp").iterdir()) == []


def test_a_broken_download_from_a_bucket_goes_on_unless_the_file_changed(s3_uri: str, tmp_path: Path) -> None:
    location, data = open_location(f"{s3_uri}/place"), os.urandom(9_000_000)
    location.write("big.bin", [data])
    _begin_download(tmp_path, location.find("big.bin").etag, b"x" * 5_000_000)  # that these stay proves that it goes on

    place = Path(hw.artifacts.download_artifacts(f"{s3_uri}/place/big.bin", dst_path=tmp_path))
    whole = place.read_bytes()
    location.write("big.bin", [data[::-1]])
    _begin_download(tmp_path, "an older one", b"x" * 5_000_000)
    hw.artifacts.download_artifacts(f"{s3_uri}/place/big.bin", dst_path=tmp_path)

    assert whole == b"x" * 5_000_000 + data[5_000_000:]
    assert place.read_bytes() == data[::-1]
    assert list(tmp_path.glob("*.part")) == []


def _begin_download(folder: Path, etag: str, data: bytes) -> None:
    version = hashlib.sha256(etag.encode()).hexdigest()[:16]
    (folder / f"big.bin.{version}.part").write_bytes(data)


def test_a_file_of_a_model_stays_the_users_own(tmp_path: Path) -> None:
    """Only copies in the spool are taken over: what the user has can change later."""
    source = tmp_path / "weights.bin"
    source.write_bytes(bytes(2_000_000))
    model = hw.initialize_logged_model("net")
    hw.Client().log_model_artifact(model.model_id, source)

    source.write_bytes(b"changed afterwards")

    copy = hw.artifacts.download_artifacts(f"{model.artifact_location}/weights.bin", dst_path=tmp_path / "copy")
    assert Path(copy).read_bytes() == bytes(2_000_000)
