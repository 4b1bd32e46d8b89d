"""Models and their inputs for tests of batch prediction."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import pandas as pd
import pytest

from headwater.models.consent import remember_own
from headwater.models.manifest import write_manifest
from headwater.models.model_file import Model
from headwater.models.schema.signature import ModelSignature
from headwater.models.schema.types import ColSpec, Schema
from scoring.models import save_linear

Write: TypeAlias = Callable[[pd.DataFrame, Path], object]

WRITERS: dict[str, Write] = {
    "csv": lambda frame, path: frame.to_csv(path, index=False),
    "parquet": lambda frame, path: frame.to_parquet(path, index=False),
    "jsonl": lambda frame, path: frame.to_json(path, orient="records", lines=True),
}
READERS: dict[str, Callable[[Path], Any]] = {
    "csv": pd.read_csv,
    "parquet": pd.read_parquet,
    "jsonl": lambda path: pd.read_json(path, lines=True),
}


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return this test's own folder, which is the current one."""
    monkeypatch.setenv("HEADWATER_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("HEADWATER_TRACKING_URI", f"sqlite:///{tmp_path / 'headwater.db'}")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def line(home: Path) -> Path:
    """Return the folder of y = 2a + b."""
    return save_linear(home / "line")


@pytest.fixture
def shaped(home: Path) -> Callable[..., Path]:
    """Return what saves a model whose answers have a shape of `row_model`."""

    def save(shape: str, *columns: ColSpec) -> Path:
        path = home / shape
        path.mkdir()
        model = Model(signature=ModelSignature(Schema(list(columns))) if columns else None, mlflow_version="3.17.2")
        model.add_flavor("python_function", loader_module="batch.row_model", python_version="3.11.7")
        model.save(path / "MLmodel")
        remember_own(write_manifest(path))
        return path

    return save
