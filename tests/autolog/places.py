"""A place and an engine of its own for each test of autologging."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path

import pytest

import headwater as hw
from headwater.flavors import AUTOLOGGING
from headwater.tracking.autolog import engine
from unit.tracking_places import own_place


@contextmanager
def own_engine(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Log to a new store with an engine that nothing was asked of yet; take its hooks out afterwards."""
    engine._engine.cache_clear()
    finders = list(sys.meta_path)
    with own_place(folder, monkeypatch) as uri:
        try:
            yield uri
        finally:
            for flavor in AUTOLOGGING:
                import_module(f"headwater.flavors.{flavor}_autolog").autolog(disable=True)
            sys.meta_path[:] = finders
    engine._engine.cache_clear()


def all_runs() -> list[hw.Run]:
    """Return every run of the store, oldest first, once all of it has arrived."""
    hw.flush()
    client = hw.Client()
    ids = [experiment.experiment_id for experiment in hw.search_experiments()]
    return list(reversed(client.search_runs(ids)))


def only_run() -> hw.Run:
    """Return the one run of the store."""
    (run,) = all_runs()
    return run


def artifact_names(run: hw.Run) -> set[str]:
    """Return the names of a run's artifacts."""
    return {info.path for info in hw.list_artifacts(run_id=run.info.run_id)}
