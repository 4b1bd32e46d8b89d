"""A place of its own for each test that logs in this process."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

import headwater as hw
from headwater import config

_CHANGED_BY_LOGGING = (
    config.TRACKING_URI,
    config.REGISTRY_URI,
    config.EXPERIMENT_ID,
    config.EXPERIMENT_NAME,
    config.RUN_ID,
)


@contextmanager
def own_place(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Log to a new SQLite store in `folder`, with journals there too; end what is open afterwards."""
    for setting in (*_CHANGED_BY_LOGGING, config.RUN_CONTEXT):
        monkeypatch.setenv(setting.name, "")
        monkeypatch.setenv(setting.mlflow_name, "")
    uri = f"sqlite:///{folder / 'runs.db'}"
    monkeypatch.setenv("HEADWATER_HOME", str(folder / "home"))
    monkeypatch.setenv("HEADWATER_TRACKING_URI", uri)
    monkeypatch.chdir(folder)
    yield uri
    while hw.active_run() is not None:
        hw.end_run()
    hw.flush()
