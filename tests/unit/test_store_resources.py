"""A database store makes its resources when they are asked for, each once."""

import threading
from pathlib import Path

import pytest

from headwater.protocol.errors import InvalidParameterValue
from headwater.stores import open_store


def test_threads_that_ask_at_once_get_the_same_resource(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path / 'headwater.db'}")
    together, found = threading.Barrier(8), []

    def ask() -> None:
        together.wait()
        found.append(store.webhooks)

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    store.close()

    assert len(found) == 8
    assert len(set(map(id, found))) == 1


def test_a_wrong_artifact_root_is_refused_before_anything_is_asked(tmp_path: Path) -> None:
    with pytest.raises(InvalidParameterValue, match="ftp"):
        open_store(f"sqlite:///{tmp_path / 'headwater.db'}", artifact_root="ftp://somewhere")
