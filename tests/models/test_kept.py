"""Objects of safe files are kept as pickles for their author only, and never stand in the way."""

import os
import pickle
from pathlib import Path

import pytest

from compat.flavor_rows import ROWS, make_case
from headwater import config
from headwater.models.pyfunc import load_model
from headwater.protocol.errors import PermissionDenied
from headwater.testing.contract_flavors import FlavorCase, a_stranger, assert_same

POISON = b"cbuiltins\nexec\n(Vraise SystemExit('it ran')\ntR."


@pytest.fixture
def safe() -> FlavorCase:
    """Return a model whose file runs nothing, whoever loads it."""
    return make_case("sklearn_pipeline")


def _kept() -> list[Path]:
    return sorted((config.home() / "models").glob("*.object/object.pickle"))


def test_the_author_reads_what_was_kept_when_it_was_saved(safe: FlavorCase, tmp_path: Path) -> None:
    path = safe.save(tmp_path / "model")
    (kept,) = _kept()
    kept.write_bytes(POISON)

    with pytest.raises(SystemExit, match="it ran"):
        load_model(path)


@pytest.mark.parametrize("content", [b"", b"\x80", b"cno_such_module\nname\n.", b"cbuiltins\nno_such_name\n."])
def test_what_cannot_be_read_is_read_from_the_model_and_kept_anew(
    content: bytes, safe: FlavorCase, tmp_path: Path
) -> None:
    path = safe.save(tmp_path / "model")
    (kept,) = _kept()
    before = kept.read_bytes()
    kept.write_bytes(content)

    assert_same(load_model(path).predict(ROWS), safe.expect())

    assert _kept()[0].read_bytes() != content
    assert type(pickle.loads(_kept()[0].read_bytes())) is type(pickle.loads(before))


def test_nothing_kept_is_read_for_a_model_of_somebody_else(safe: FlavorCase, tmp_path: Path) -> None:
    path = safe.save(tmp_path / "model")
    _kept()[0].write_bytes(POISON)
    (config.home() / "own-models").unlink()

    assert_same(load_model(path).predict(ROWS), safe.expect())

    assert _kept()[0].read_bytes() == POISON
    with a_stranger(tmp_path):
        load_model(path)
        assert _kept() == []


def test_nothing_kept_is_read_where_code_is_forbidden(
    safe: FlavorCase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = safe.save(tmp_path / "model")
    _kept()[0].write_bytes(POISON)
    monkeypatch.setenv(config.ALLOW_PICKLE.name, "0")

    assert_same(load_model(path).predict(ROWS), safe.expect())


def test_another_version_of_a_library_keeps_its_own(
    safe: FlavorCase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = safe.save(tmp_path / "model")
    _kept()[0].write_bytes(POISON)
    monkeypatch.setattr("scipy.__version__", "99")

    assert_same(load_model(path).predict(ROWS), safe.expect())

    assert len(_kept()) == 2


def test_what_is_kept_counts_as_part_of_the_cache(
    safe: FlavorCase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(config.MODEL_CACHE_BYTES.name, "1")
    make_case("sklearn_forest").save(tmp_path / "first")
    os.utime(config.home() / "models" / "looked-through", (0, 0))  # a minute later

    safe.save(tmp_path / "second")

    assert len(_kept()) == 1


def test_a_file_with_more_types_than_it_says_is_refused(tmp_path: Path) -> None:
    path = make_case("sklearn_forest").save(tmp_path / "model")
    text = (path / "MLmodel").read_text()
    (path / "MLmodel").write_text(text.replace("- sklearn.tree._tree.Tree", "- numpy.dtype"))
    (path / "headwater_manifest.json").unlink()

    with pytest.raises(PermissionDenied, match=r"sklearn\.tree\._tree\.Tree"):
        load_model(path, allow_pickle=True)
