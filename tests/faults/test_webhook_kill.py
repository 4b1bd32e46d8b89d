"""What a server acknowledged reaches the webhooks, though servers are killed again and again."""

import random
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from faults.programs import wait_for
from headwater.config import WEBHOOK_PRIVATE_HOSTS
from headwater.protocol.errors import HeadwaterError
from headwater.protocol.registered_models import CreateRegisteredModel
from headwater.stores import open_store
from headwater.stores.rest import RestStore
from headwater.testing.contract_webhooks import make_webhook
from headwater.testing.receiver import Receiver, running_receiver

SERVE = """
import sys
from headwater.server.serve import serve
from headwater.server.settings import ServerSettings
serve(ServerSettings(store_uri=sys.argv[1], port=0, courier_s=0.02), lambda url: print(url, flush=True))
"""


@contextmanager
def server_process(uri: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    with subprocess.Popen([sys.executable, "-c", SERVE, uri], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process, process.stdout.readline().strip()
        finally:
            process.send_signal(signal.SIGKILL)


def create_until_killed(url: str, prefix: str) -> list[str]:
    """Create one model after another until the server is gone, and return the acknowledged names."""
    acknowledged = []
    store = RestStore(url, retries=0)
    try:
        for number in range(1_000_000):
            name = f"{prefix}-{number}"
            store.registered_models.create(CreateRegisteredModel(name))
            acknowledged.append(name)
    except HeadwaterError:
        return acknowledged
    finally:
        store.close()
    raise AssertionError("nobody killed the server")


def take_names(receiver: Receiver, names: list[str], ids: set[str]) -> None:
    for request in receiver.take_all():
        names.append(request.message["data"]["name"])
        ids.add(request.headers["x-mlflow-delivery-id"])


@pytest.mark.timeout(0)
def test_what_was_acknowledged_reaches_the_webhook_in_order_after_kills(
    tmp_path: Path, kills: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(WEBHOOK_PRIVATE_HOSTS.name, "127.0.0.1")
    uri = f"sqlite:///{tmp_path / 'headwater.db'}"
    acknowledged: list[str] = []
    names: list[str] = []
    ids: set[str] = set()
    with running_receiver() as receiver:
        store = open_store(uri)
        make_webhook(store, receiver, ["registered_model.created"])
        store.close()
        for attempt in range(kills):
            with server_process(uri) as (process, url):
                timer = threading.Timer(random.uniform(0.1, 0.6), process.kill)
                timer.start()
                acknowledged += create_until_killed(url, str(attempt))
                timer.join()
            with closing(sqlite3.connect(tmp_path / "headwater.db")) as database:
                database.execute("UPDATE webhook SET lease_until = 0")  # as if two minutes had passed
                database.commit()
        with server_process(uri):

            def is_complete() -> bool:
                take_names(receiver, names, ids)
                return set(acknowledged) <= set(names)

            wait_for(is_complete)

    first_of_each = list(dict.fromkeys(names))
    assert len(acknowledged) > kills
    assert [name for name in first_of_each if name in set(acknowledged)] == acknowledged
    assert len(names) - len(first_of_each) <= kills  # twice at most where a kill came between sending and noting it
    assert len(ids) == len(first_of_each)
