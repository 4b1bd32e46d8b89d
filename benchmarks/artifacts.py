"""A large artifact up and down beside a plain copy of the same file on the same disk, and equal files stored once.

Every byte is verified, which a plain copy does not do. So what a machine can do is measured, too: SHA-256 of the file
by one core, and the file through a bare socket of this machine, hashed by a thread beside.

`python benchmarks/artifacts.py 5 1000 100` takes a file of 5 GB and 1,000 equal files of 100 MB; default 1, 1000, 10.
"""

import hashlib
import os
import shutil
import socket
import sys
import threading
import time
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path

from measure import Row, Server, memory_bytes, our_server, report, run_code, scratch

from headwater.stores.transfer import Checksum

GB, MB = 1_000_000_000, 1_000_000
ROUNDS = 3
LARGE = 2.0  # gigabytes; larger files are moved once, for want of room
UP = """
import json, resource, sys, time
import headwater as hw
hw.set_tracking_uri(sys.argv[1])
with hw.start_run() as run:
    hw.log_metric("warm", 0.0)
    hw.log_text("warm", "warm.txt")
    hw.flush()
    started = time.perf_counter()
    hw.log_artifact(sys.argv[2])
    returned = time.perf_counter() - started
    hw.flush(3600)
    spent = time.perf_counter() - started
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
print(json.dumps({"run": run.info.run_id, "returned": returned, "spent": spent, "peak": peak}))
"""
DOWN = """
import json, resource, sys, time
import headwater as hw
hw.set_tracking_uri(sys.argv[1])
hw.artifacts.download_artifacts(f"runs:/{sys.argv[2]}/warm.txt")
started = time.perf_counter()
hw.artifacts.download_artifacts(f"runs:/{sys.argv[2]}/{sys.argv[3]}", dst_path=sys.argv[4])
spent = time.perf_counter() - started
print(json.dumps({"spent": spent, "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024}))
"""
EQUAL = """
import json, sys, time
import headwater as hw
hw.set_tracking_uri(sys.argv[1])
started = time.perf_counter()
for number in range(int(sys.argv[3])):
    with hw.start_run():
        hw.log_artifact(sys.argv[2])
    hw.flush(3600)
print(json.dumps({"spent": time.perf_counter() - started}))
"""


def measure(gigabytes: float = 1.0, count: float = 1000, megabytes: float = 10) -> list[Row]:
    """Move one file of so many gigabytes, and keep `count` equal files of so many megabytes."""
    rows = []
    with scratch() as folder:
        source = folder / "model.bin"
        _fill(source, int(gigabytes * GB))
        copy_s = min(_time(lambda: _copy(source)) for _ in range(ROUNDS))
        rows.append(Row(name="a plain copy", unit="MB/s", ours=gigabytes * 1000 / copy_s, note=f"{gigabytes:g} GB"))
        for name, work in (
            ("SHA-256 by one core", _hash),
            ("through a bare socket, hashed beside", _pass_through_socket),
        ):
            spent = min(_time(partial(work, source)) for _ in range(ROUNDS))
            note = f"what can be reached at most; share of the plain copy's speed: {copy_s / spent:.0%}"
            rows.append(Row(name=name, unit="MB/s", ours=gigabytes * 1000 / spent, note=note))
        (folder / "served").mkdir()
        with our_server(folder / "served") as server:
            rows += _transfer("through a server", server.url, source, gigabytes, copy_s, server)
        shutil.rmtree(folder / "served")  # room for the next
        rows += _transfer("a local store", f"sqlite:///{folder}/local/headwater.db", source, gigabytes, copy_s, None)
        source.unlink()
        rows += _equal_files(folder, int(count), int(megabytes * MB))
    return rows


def _transfer(name: str, uri: str, source: Path, gigabytes: float, copy_s: float, server: Server | None) -> list[Row]:
    folder = source.parent
    idle = memory_bytes(server.pid) if server else 0
    rounds = ROUNDS if gigabytes <= LARGE else 1
    ups = []
    for _ in range(rounds):
        with source.open("r+b") as file:  # other bytes, which the store does not hold yet
            file.write(os.urandom(8))
        ups.append(run_code(sys.executable, UP, folder, uri, str(source)))
    up = min(ups, key=lambda up: float(up["spent"]))
    held = memory_bytes(server.pid) - idle if server else 0
    downs = []
    for _ in range(rounds):
        target = folder / "down"
        downs.append(run_code(sys.executable, DOWN, folder, uri, up["run"], source.name, str(target)))
        shutil.rmtree(target)
    down = min(downs, key=lambda down: float(down["spent"]))
    speed = gigabytes * 1000
    note = f"{gigabytes:g} GB; share of the plain copy's speed: "
    rows = [
        Row(name=f"upload, {name}", unit="MB/s", ours=speed / up["spent"], note=f"{note}{copy_s / up['spent']:.0%}"),
        Row(
            name=f"log_artifact returns, {name}",
            unit="s",
            ours=up["returned"],
            note=f"stored after {up['spent']:.2g} s",
        ),
        Row(
            name=f"download, {name}",
            unit="MB/s",
            ours=speed / down["spent"],
            note=f"{note}{copy_s / down['spent']:.0%}",
        ),
        Row(name=f"peak memory of the client, {name}", unit="MB", ours=max(up["peak"], down["peak"]) / MB),
    ]
    if server:
        rows.append(
            Row(name="memory that the server gained", unit="MB", ours=held / MB, note=f"{idle / MB:.0f} MB before")
        )
    return rows


def _equal_files(folder: Path, count: int, size: int) -> list[Row]:
    source = folder / "same.bin"
    _fill(source, size)
    place = folder / "equal"
    place.mkdir()
    spent = run_code(sys.executable, EQUAL, folder, f"sqlite:///{place}/headwater.db", str(source), str(count))["spent"]
    stored = sum(file.stat().st_size for file in place.rglob("*") if file.is_file())
    note = f"{count:,} runs with an equal file of {size / MB:g} MB, {count * size / GB:g} GB in all, in {spent:.0f} s"
    return [Row(name="bytes on disk of equal files", unit="MB", ours=stored / MB, note=note)]


def _fill(path: Path, size: int) -> None:
    block = os.urandom(16 * MB)
    with path.open("wb") as file:
        for start in range(0, size, len(block)):
            file.write(start.to_bytes(8, "big") + block[8 : min(len(block), size - start)])


def _copy(source: Path) -> None:
    target = source.with_suffix(".copy")
    shutil.copyfile(source, target)
    target.unlink()


def _hash(source: Path) -> None:
    with source.open("rb") as stream:
        hashlib.file_digest(stream, "sha256")


def _pass_through_socket(source: Path) -> None:
    target = source.with_suffix(".copy")
    with socket.create_server(("127.0.0.1", 0)) as listener, closing(Checksum()) as checksum:

        def send() -> None:
            with socket.create_connection(listener.getsockname()) as end, source.open("rb") as file:
                end.sendfile(file)

        thread = threading.Thread(target=send)
        thread.start()
        with listener.accept()[0] as end, target.open("wb", buffering=0) as file:
            while chunk := end.recv(MB):
                checksum.update(chunk)
                file.write(chunk)
        thread.join()
        checksum.hexdigest()
    target.unlink()


def _time(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


if __name__ == "__main__":
    report(measure(*map(float, sys.argv[1:])))
