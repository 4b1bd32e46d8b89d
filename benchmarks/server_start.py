"""What a server costs before anybody uses it: time until it answers, memory, processes, idle CPU."""

import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

from measure import (
    Row,
    Server,
    cpu_seconds,
    memory_bytes,
    our_server,
    peer_server,
    process_tree,
    report,
    scratch,
)

IDLE_S = 6


def measure() -> list[Row]:
    """Start each server as its documentation says."""
    ours, peer = _observe(our_server), _observe(peer_server)
    notes = {
        "server answers after": "an existing installation; ours creates its database, the peer finds a migrated one",
        "server start": "of all processes until the first answer",
        "memory": "proportional set size of all processes",
        "idle CPU": f"over {IDLE_S} s",
    }
    units = {"server answers after": "s", "server start": "s CPU", "memory": "MB", "processes": "", "idle CPU": "ms/s"}
    return [
        Row(name=name, unit=unit, ours=ours[name], peer=peer[name], note=notes.get(name, ""))
        for name, unit in units.items()
    ]


def _observe(serve: Callable[[Path], AbstractContextManager[Server]]) -> dict[str, float]:
    with scratch() as folder, serve(folder) as server:
        start_cpu = cpu_seconds(server.pid)
        time.sleep(IDLE_S)
        before = cpu_seconds(server.pid)
        time.sleep(IDLE_S)
        return {
            "server answers after": server.ready_s,
            "server start": start_cpu,
            "memory": memory_bytes(server.pid) / 1e6,
            "processes": len(process_tree(server.pid)),
            "idle CPU": 1000 * (cpu_seconds(server.pid) - before) / IDLE_S,
        }


if __name__ == "__main__":
    report(measure())
