"""Models that others wrote to a bucket, without a manifest: kept by their ETags, and nothing is left behind."""

import tempfile
from pathlib import Path

import pytest

from headwater.models import get_model_info
from headwater.models.fetch import fetch_model, models_folder
from headwater.stores import open_location

MODEL = b"""artifact_path: model
flavors:
  python_function:
    loader_module: somebody.elses
model_uuid: 0123456789abcdef0123456789abcdef
"""


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder that temporary ones are made in."""
    monkeypatch.setenv("HEADWATER_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("HEADWATER_TRACKING_URI", f"sqlite:///{tmp_path / 'runs.db'}")
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def test_a_model_without_a_manifest_is_downloaded_once_and_anew_when_it_changes(s3_uri: str, temporary: Path) -> None:
    location = open_location(f"{s3_uri}/model")
    location.write("MLmodel", [MODEL])
    location.write("data/weights.bin", [b"first"])

    first = fetch_model(f"{s3_uri}/model")
    again = fetch_model(f"{s3_uri}/model/")
    location.write("data/weights.bin", [b"other"])
    changed = fetch_model(f"{s3_uri}/model")

    assert (first.parent, again) == (models_folder(), first)
    assert (first / "data" / "weights.bin").read_bytes() == b"first"
    assert changed != first
    assert (changed / "data" / "weights.bin").read_bytes() == b"other"
    assert list(temporary.iterdir()) == []


def test_reading_what_a_model_is_leaves_no_more_than_its_one_file_until_the_program_ends(
    s3_uri: str, temporary: Path
) -> None:
    location = open_location(f"{s3_uri}/model")
    location.write("MLmodel", [MODEL])
    location.write("weights.bin", [bytes(1_000_000)])

    info = get_model_info(f"{s3_uri}/model")

    assert info.model_uuid == "0123456789abcdef0123456789abcdef"
    assert [path.name for path in temporary.rglob("*") if path.is_file()] in ([], ["MLmodel"])
