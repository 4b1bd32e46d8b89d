"""The registry's commands on a real SQLite store."""

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from headwater.cli._root import root
from headwater.protocol.artifacts import ArtifactFile, CommitArtifacts
from headwater.protocol.model_versions import TransitionModelVersionStage
from headwater.protocol.runs import CreateRun
from headwater.stores import open_store

Command = Callable[..., Result]


@pytest.fixture
def uri(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("HEADWATER_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    uri = f"sqlite:///{tmp_path / 'models.db'}"
    monkeypatch.setenv("HEADWATER_TRACKING_URI", uri)
    return uri


@pytest.fixture
def registry(uri: str) -> Command:
    """Return a function that runs one command of the registry and returns its result."""

    def run(*arguments: str, answer: str | None = None) -> Result:
        return CliRunner().invoke(root, ["registry", *arguments], prog_name="headwater", input=answer)

    return run


def read_table(result: Result) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(result.stdout), delimiter="\t"))


def read_pairs(result: Result) -> dict[str, str]:
    return dict(csv.reader(io.StringIO(result.stdout), delimiter="\t"))


def test_a_model_is_created_and_shown(registry: Command) -> None:
    made = registry("create", "churn", "--description", "who\nleaves", "--tag", "team=growth", "-t", "empty=")

    assert made.stdout == "Created model 'churn'.\n"
    shown = read_pairs(registry("get", "churn"))
    assert (shown["name"], shown["description"]) == ("churn", "who leaves")
    assert (shown["tag team"], shown["tag empty"]) == ("growth", "")
    assert json.loads(registry("describe", "churn", "--json").stdout)["description"] == "who\nleaves"


def test_a_version_is_created_and_shown(registry: Command) -> None:
    registry("create", "churn")

    made = registry("create", "churn", "runs:/0a1b/model", "--tag", "a=b=c", "--json")

    assert json.loads(made.stdout)["run_id"] == "0a1b"
    shown = read_pairs(registry("get", "churn", "1"))
    assert (shown["source"], shown["tag a"], shown["status"]) == ("runs:/0a1b/model", "b=c", "READY")


def test_the_list_tells_versions_aliases_and_stages(registry: Command, uri: str) -> None:
    for name in ("a", "b"):
        registry("create", name)
    for number in range(10):
        registry("create", "a", f"s3://bucket/{number}")
    registry("alias", "a", "champion", "9")
    store = open_store(uri)
    store.model_versions.transition_stage(TransitionModelVersionStage("a", "8", "Production"))
    store.close()

    first, second = read_table(registry("list"))
    found = json.loads(registry("list", "--filter", "name > 'a'", "--json").stdout)

    assert (first["latest"], first["aliases"], first["stages"]) == ("10", "champion=9", "Production=8")
    assert (second["name"], second["latest"]) == ("b", "")
    assert [model["name"] for model in found] == ["b"]
    assert [row["name"] for row in read_table(registry("search", "--order-by", "name DESC", "--max-results", "1"))] == [
        "b"
    ]


def test_an_alias_is_moved_and_removed(registry: Command) -> None:
    registry("create", "m")
    registry("create", "m", "s3://b/1")

    assert registry("alias", "m", "champion", "1").stdout == "models:/m@champion is version 1.\n"
    assert read_pairs(registry("get", "m"))["alias champion"] == "1"
    assert registry("alias", "m", "champion", "--remove").exit_code == 0
    assert "alias champion" not in read_pairs(registry("get", "m"))
    assert registry("alias", "m", "champion").exit_code == 2
    assert registry("alias", "m", "champion", "1", "--remove").exit_code == 2


def test_tags_are_set_and_removed(registry: Command) -> None:
    registry("create", "m")
    registry("create", "m", "s3://b/1")

    for version in ([], ["1"]):
        registry("tag", "m", *version, "--tag", "a=1", "--tag", "b=2")
        done = registry("tag", "m", *version, "--tag", "a=3", "--remove", "b")
        assert "a=3, b removed" in done.stdout
        shown = read_pairs(registry("get", "m", *version))
        assert shown["tag a"] == "3"
        assert "tag b" not in shown
    assert registry("tag", "m").exit_code == 2
    assert registry("tag", "m", "--tag", "x").exit_code == 2


def test_a_model_is_renamed(registry: Command) -> None:
    registry("create", "m")

    assert registry("rename", "m", "n").stdout == "Model 'm' has been renamed to 'n'.\n"
    assert registry("get", "n").exit_code == 0


def test_deletions_are_confirmed(registry: Command) -> None:
    registry("create", "m")
    registry("create", "m", "s3://b/1")

    assert registry("delete", "m", answer="n\n").exit_code == 1
    assert registry("delete", "m", "1", answer="y\n").exit_code == 0
    assert registry("get", "m", "1").exit_code == 1
    assert registry("delete", "m", "--yes").stdout == "Model 'm' with all its versions has been deleted.\n"
    assert registry("get", "m").exit_code == 1


def test_mistakes_are_told_in_one_line(registry: Command) -> None:
    done = registry("get", "none")

    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr == "Error: Registered Model with name=none not found\n"
    assert "Names cannot contain" in registry("create", "a/b").stderr


def test_the_registry_may_be_elsewhere(registry: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEADWATER_REGISTRY_URI", f"sqlite:///{tmp_path / 'registry.db'}")
    registry("create", "m")
    monkeypatch.delenv("HEADWATER_REGISTRY_URI")

    assert read_table(registry("list")) == []
    assert len(read_table(registry("list", "--registry-uri", f"sqlite:///{tmp_path / 'registry.db'}"))) == 1


def test_the_files_of_a_model_are_downloaded(registry: Command, uri: str, tmp_path: Path) -> None:
    store = open_store(uri)
    run_id = store.runs.create(CreateRun("0")).run.info.run_id
    digest, size = store.blobs.write([b"weights"])
    store.artifacts.commit(CommitArtifacts(f"0/{run_id}/artifacts", [ArtifactFile("model/data/w.bin", digest, size)]))
    store.close()
    registry("create", "m")
    registry("create", "m", f"runs:/{run_id}/model")
    registry("alias", "m", "champion", "1")

    def download(*arguments: str) -> Result:
        return CliRunner().invoke(root, ["models", "download", *arguments], prog_name="headwater")

    whole = download("models:/m@champion", "--output", "out/all")
    part = download("models:/m/1/data/w.bin", "--output", "out/part")

    assert whole.stdout == "out/all\n"
    assert (tmp_path / "out/all/data/w.bin").read_bytes() == b"weights"
    assert (tmp_path / part.stdout.strip()).read_bytes() == b"weights"
    assert download("models:/m/2").exit_code == 1
    assert download("models:/m").exit_code == 1
