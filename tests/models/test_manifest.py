"""The manifest of a model: what was changed is found before anything is loaded."""

from pathlib import Path

import pytest

import headwater as hw
from headwater.models.manifest import MANIFEST_FILE, verify_manifest, write_manifest


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "data").mkdir()
    (tmp_path / "MLmodel").write_text("flavors: {}\n")
    (tmp_path / "data" / "weights.bin").write_bytes(bytes(3_000_000))
    write_manifest(tmp_path)
    return tmp_path


def test_a_model_as_it_was_saved_is_verified(folder: Path) -> None:
    digest = verify_manifest(folder)

    assert len(digest) == 64
    assert digest == write_manifest(folder)


def test_a_model_without_a_manifest_has_no_digest(tmp_path: Path) -> None:
    (tmp_path / "MLmodel").write_text("flavors: {}\n")

    assert verify_manifest(tmp_path) == ""


def test_one_changed_byte_is_found(folder: Path) -> None:
    weights = bytearray(bytes(3_000_000))
    weights[2_999_999] = 1
    (folder / "data" / "weights.bin").write_bytes(weights)

    with pytest.raises(hw.DataLoss, match=r"'data/weights.bin' .* is not the file that was saved"):
        verify_manifest(folder)


def test_a_missing_file_is_found(folder: Path) -> None:
    (folder / "data" / "weights.bin").unlink()

    with pytest.raises(hw.DataLoss, match=r"'data/weights.bin' .* is missing"):
        verify_manifest(folder)


def test_an_added_file_is_found(folder: Path) -> None:
    (folder / "code").mkdir()
    (folder / "code" / "json.py").write_text("raise SystemExit\n")

    with pytest.raises(hw.DataLoss, match=r"'code/json.py' .* was added"):
        verify_manifest(folder)


def test_what_a_download_notes_about_itself_is_no_change(folder: Path) -> None:
    (folder / "registered_model_meta").write_text("model_name: a\n")
    (folder / "code" / "__pycache__").mkdir(parents=True)
    (folder / "code" / "__pycache__" / "a.pyc").write_bytes(b"")

    assert verify_manifest(folder)


def test_a_damaged_manifest_is_an_error(folder: Path) -> None:
    (folder / MANIFEST_FILE).write_text("{")

    with pytest.raises(hw.DataLoss, match="cannot be read"):
        verify_manifest(folder)
