"""What the tests of the runs table share: an experiment like those that people have, and a page that is watched."""

import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Literal

import numpy as np
from playwright.sync_api import Browser, ConsoleMessage, Page, Request

from headwater.protocol.experiments import CreateExperiment
from headwater.protocol.journals import Append
from headwater.protocol.runs import CreateRun, Param, RunStatus, RunTag, UpdateRun
from headwater.stores import open_store
from headwater.stores.interface import Store
from headwater.testing.servers import live_server
from ui.run_pages import open_browser, open_page

METRICS = ("auc", "f1", "log_loss")
Scheme = Literal["light", "dark"]


def make_experiment(store: Store, name: str) -> str:
    """Create an experiment and return its id."""
    return store.experiments.create(CreateExperiment(name)).experiment_id


def add_run(
    store: Store,
    experiment_id: str,
    name: str,
    *,
    metrics: dict[str, float],
    params: dict[str, str] | None = None,
    parent: str = "",
    status: RunStatus = RunStatus.FINISHED,
    age_s: float = 0,
) -> str:
    """Log a run with one value of each metric and return its id."""
    run_id = uuid.uuid4().hex
    now = int((time.time() - age_s) * 1000)
    count = len(metrics)
    tags = [RunTag("mlflow.parentRunId", parent)] if parent else []
    store.runs.append(
        Append(
            journal_id=f"j{run_id}",
            run_id=run_id,
            first_seq=1,
            last_seq=1,
            create=CreateRun(
                experiment_id=experiment_id, user_id="ada", run_name=name, start_time=now, tags=tags, run_id=run_id
            ),
            keys=list(metrics),
            key_index=np.arange(count, dtype=np.int32).tobytes(),
            steps=np.zeros(count, np.int64).tobytes(),
            timestamps=np.full(count, now, np.int64).tobytes(),
            values=np.array(list(metrics.values()), np.float64).tobytes(),
            params=[Param(key, value) for key, value in (params or {}).items()],
            update=None
            if status is RunStatus.RUNNING
            else UpdateRun(run_id=run_id, status=status, end_time=now + 42_000),
        )
    )
    return run_id


def add_runs(store: Store, experiment_id: str, count: int, *, metrics: int = 0, params: int = 0) -> list[str]:
    """Log `count` runs of a search for the best model, with more metrics and params if asked for."""
    random = np.random.default_rng(7)
    ids = []
    for number in range(count):
        auc = 0.985 - number * 0.0004
        extra = {f"extra/m{index}": float(random.random()) for index in range(metrics)}
        more = {f"p{index}": str(random.integers(100)) for index in range(params)}
        status = {3: RunStatus.RUNNING, 9: RunStatus.FAILED}.get(number, RunStatus.FINISHED)
        model = ("xgboost", "lightgbm")[number % 2]
        name = f"{model}-{('keen', 'calm', 'brave', 'lucky')[number % 4]}-{('owl', 'fox', 'elk')[number % 3]}-{number}"
        given = {
            "learning_rate": f"{10 ** random.uniform(-4, -1):.3g}",
            "max_depth": str(2 + number % 10),
            "model": model,
        }
        ids.append(
            add_run(
                store,
                experiment_id,
                name,
                metrics={"auc": auc, "f1": auc - 0.04, "log_loss": 1.1 - auc, **extra},
                params={**given, "seed": "7", **more},
                status=status,
                age_s=120 + number * 240,
            )
        )
    return ids


@contextmanager
def served_store(folder: Path) -> Iterator[SimpleNamespace]:
    """Yield a new `store`, the `url` of a server around it, and a `browser`."""
    store = open_store(f"sqlite:///{folder / 'headwater.db'}")
    try:
        with live_server(store) as url, open_browser() as browser:
            yield SimpleNamespace(store=store, url=url, browser=browser)
    finally:
        store.close()


@contextmanager
def watched_page(
    browser: Browser,
    url: str,
    *,
    scheme: Scheme = "light",
    width: int = 1440,
    height: int = 900,
    expected: str = " 400 ",
    is_cold: bool = False,
) -> Iterator[Page]:
    """Yield a page; at the end fail if it complained of something but `expected`, or asked another host.

    Its browser has the code of the pages, unless it `is_cold`.
    """
    complaints: list[str] = []

    def note_message(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and expected not in message.text:
            complaints.append(f"console: {message.text}")

    def note_request(request: Request) -> None:
        if not request.url.startswith((url, "blob:", "data:")):
            complaints.append(f"foreign request: {request.url}")

    with open_page(browser, scheme=scheme, width=width, height=height, is_cold=is_cold) as page:
        page.on("console", note_message)
        page.on("pageerror", lambda error: complaints.append(f"error: {error}"))
        page.on("request", note_request)
        yield page
    assert complaints == [], complaints
