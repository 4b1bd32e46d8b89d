"""What the tests of models share: a place of their own for what they log."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from unit.tracking_places import own_place


@pytest.fixture(autouse=True)
def uri(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Return the URI of a new store, to which this test logs."""
    for name in ("HEADWATER_ALLOW_PICKLE", "MLFLOW_ALLOW_PICKLE_DESERIALIZATION"):
        monkeypatch.setenv(name, "")
    with own_place(tmp_path, monkeypatch) as place:
        yield place
