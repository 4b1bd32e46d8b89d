"""Entry points are found as `importlib.metadata` finds them."""

import sys
import zipfile
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

import pytest

from headwater import entry_points
from headwater.entry_points import find_entry_points

DESCRIBED = "Metadata-Version: 2.1\nName: team-plugin\nVersion: 1.0\n"
OFFERED = "[team.greeting]\nhello = json:dumps\n"


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    entry_points.forget()
    yield
    entry_points.forget()


def test_what_a_package_offers_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert find_entry_points("team.greeting") == []
    described = tmp_path / "team_plugin-1.0.dist-info"
    described.mkdir()
    (described / "METADATA").write_text(DESCRIBED)
    (described / "entry_points.txt").write_text(OFFERED)

    monkeypatch.syspath_prepend(str(tmp_path))

    (found,) = find_entry_points("team.greeting")
    assert (found.name, found.value) == ("hello", "json:dumps")
    assert find_entry_points("team.farewell") == []


def test_what_a_zipped_package_offers_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with zipfile.ZipFile(tmp_path / "packages.zip", "w") as archive:
        archive.writestr("team_plugin-1.0.dist-info/METADATA", DESCRIBED)
        archive.writestr("team_plugin-1.0.dist-info/entry_points.txt", OFFERED)

    monkeypatch.syspath_prepend(str(tmp_path / "packages.zip"))

    assert [found.name for found in find_entry_points("team.greeting")] == ["hello"]


def test_what_a_finder_knows_of_its_own_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    described = tmp_path / "elsewhere" / "team_plugin-1.0.dist-info"
    described.mkdir(parents=True)
    (described / "METADATA").write_text(DESCRIBED)
    (described / "entry_points.txt").write_text(OFFERED)

    class Finder(metadata.DistributionFinder):
        def find_spec(self, *_: object) -> None:
            """Find no module."""

        def find_distributions(self, _context: object = None) -> list[metadata.Distribution]:
            return [metadata.PathDistribution(described)]

    monkeypatch.setattr(sys, "meta_path", [*sys.meta_path, Finder()])

    assert [found.name for found in find_entry_points("team.greeting")] == ["hello"]
