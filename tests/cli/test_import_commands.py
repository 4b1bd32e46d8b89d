"""`headwater import` and `headwater export` as a person types them."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from headwater.cli._root import root

RUN = "a" * 32


@pytest.fixture
def mlruns(tmp_path: Path) -> Path:
    """Return a small folder of MLflow's."""
    folder = tmp_path / "mlruns" / "7" / RUN
    (folder / "metrics").mkdir(parents=True)
    (folder / "meta.yaml").write_text("status: 3\nstart_time: 7\nrun_name: n\n")
    (folder / "metrics" / "m").write_text("1 0.5 0\n2 0.25 1\n")
    (folder.parent / "meta.yaml").write_text("name: old\n")
    return tmp_path / "mlruns"


@pytest.fixture
def uri(tmp_path: Path) -> str:
    """Return the URI of a store that does not exist yet."""
    return f"sqlite:///{tmp_path / 'store' / 'headwater.db'}"


def call(*arguments: str | Path) -> Result:
    """Run a command."""
    return CliRunner().invoke(root, [str(argument) for argument in arguments])


def test_an_import_prints_counts_and_that_they_are_verified(mlruns: Path, uri: str) -> None:
    done = call("import", "mlflow", mlruns, "--into", uri)

    assert done.exit_code == 0
    assert done.stdout.splitlines()[0].split("\t")[:4] == ["experiment", "id", "runs", "new"]
    assert done.stdout.splitlines()[1].startswith("old\t7\t1\t1\t0\t1\t2\t0\t")
    assert done.stdout.rstrip().endswith("✓")
    assert f"1 runs with 2 points in '{mlruns}' are in '{uri}', verified" in done.stderr


def test_logged_models_are_counted_both_ways_and_their_files_may_stay(mlruns: Path, uri: str, tmp_path: Path) -> None:
    model = mlruns / "7" / "models" / f"m-{'b' * 32}"
    (model / "artifacts").mkdir(parents=True)
    (model / "meta.yaml").write_text("name: clf\nstatus: 2\n")
    (model / "artifacts" / "MLmodel").write_text("flavors: {}\n")

    left = call("import", "mlflow", mlruns, "--into", uri, "--artifacts", "reference")
    copied = call("import", "mlflow", mlruns, "--into", uri)
    refused = call("import", "mlflow", mlruns, "--into", uri, "--artifacts", "all")
    exported = call("export", uri, "--to", "mlflow-files", tmp_path / "out")

    assert (left.exit_code, copied.exit_code, refused.exit_code, exported.exit_code) == (0, 0, 2, 0)
    assert left.stdout.splitlines()[1].split("\t")[7:9] == ["1", "0"]
    assert copied.stdout.splitlines()[1].split("\t")[7:9] == ["1", "1"]
    assert "1 runs with 2 points, 1 logged models in" in copied.stderr
    assert "'all' is not one of" in refused.stderr
    assert f"Wrote 1 runs with 2 points, 1 logged models to '{tmp_path / 'out'}'" in exported.stdout
    assert (tmp_path / "out" / "7" / "models" / model.name / "artifacts" / "MLmodel").is_file()


@pytest.mark.parametrize("command", [["export", "{uri}", "--to", "parquet", "out"], ["--tracking-uri", "{uri}", "gc"]])
def test_a_store_that_is_not_there_is_not_made(command: list[str], uri: str, tmp_path: Path) -> None:
    done = call(*(part.format(uri=uri) for part in command))

    assert done.exit_code == 1
    assert f"There is no database '{tmp_path / 'store' / 'headwater.db'}'." in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_dry_run_makes_no_store(mlruns: Path, uri: str, tmp_path: Path) -> None:
    done = call("import", "mlflow", mlruns, "--into", uri, "--dry-run")

    assert done.exit_code == 0
    assert "Nothing was written." in done.stderr
    assert not (tmp_path / "store").exists()


def test_json_holds_the_whole_report(mlruns: Path, uri: str) -> None:
    (mlruns / "7" / RUN / "metrics" / "m").write_text("1 0.5 0\nrubbish\n")

    done = call("import", "mlflow", mlruns, "--into", uri, "--json")

    report = json.loads(done.stdout)
    assert done.exit_code == 1
    assert report["experiments"][0]["source"] == report["experiments"][0]["store"]
    assert report["differences"] == []
    assert len(report["problems"]) == 1


def test_only_the_experiments_that_are_named_come(mlruns: Path, uri: str) -> None:
    absent = call("import", "mlflow", mlruns, "--into", uri, "--experiments", "new")
    by_id = call("import", "mlflow", mlruns, "--into", uri, "-e", "7")

    assert absent.exit_code == 1
    assert f"There is no experiment 'new' in '{mlruns}'" in absent.stderr
    assert by_id.exit_code == 0


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        (["import", "mlflow", "absent"], 1, "'absent' is no MLflow folder"),
        (["import", "mlflow", "x", "--moved", "a"], 2, "Invalid --moved 'a': write OLD=NEW"),
        (["import", "mlflow", "mysql://h/d"], 1, "An MLflow database at 'mysql:' cannot be read"),
        (["import", "mlflow", "http://127.0.0.1:9"], 1, "Cannot reach the server at 'http://127.0.0.1:9'"),
        (["import", "wandb", "."], 1, "holds no runs of Weights & Biases"),
        (["import", "tensorboard", "."], 1, "holds no TensorBoard event files"),
        (["import", "aim", "."], 2, "No such command 'aim'"),
        (["export", "--to", "csv", "x"], 2, "'csv' is not one of"),
    ],
)
def test_mistakes_are_answered_in_one_line(
    arguments: list[str], status: int, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HEADWATER_HTTP_RETRIES", "0")

    done = call(*arguments)

    assert done.exit_code == status
    assert message in done.stderr
    assert "Traceback" not in done.stderr


def test_an_export_needs_a_new_folder(mlruns: Path, uri: str, tmp_path: Path) -> None:
    call("import", "mlflow", mlruns, "--into", uri)

    first = call("export", uri, "--to", "mlflow-files", tmp_path / "out")
    second = call("export", uri, "--to", "mlflow-files", tmp_path / "out")

    assert first.stdout == f"Wrote 1 runs with 2 points to '{tmp_path / 'out'}'\n"
    assert (tmp_path / "out" / "7" / RUN / "metrics" / "m").read_text() == "1 0.5 0\n2 0.25 1\n"
    assert second.exit_code == 1
    assert "is not an empty folder" in second.stderr


def test_parquet_is_read_by_other_tools(mlruns: Path, uri: str, tmp_path: Path) -> None:
    pandas = pytest.importorskip("pandas")
    (mlruns / "7" / RUN / "metrics" / "many").write_text("".join(f"{s} nan {s}\n" for s in range(120_000)))
    call("import", "mlflow", mlruns, "--into", uri)

    done = call("export", uri, "--to", "parquet", tmp_path / "tables")

    points = pandas.read_parquet(tmp_path / "tables" / "points.parquet")
    runs = pandas.read_parquet(tmp_path / "tables" / "runs.parquet")
    assert done.stdout == f"Wrote 1 runs with 120,002 points to '{tmp_path / 'tables'}'\n"
    assert points.columns.tolist() == ["run_id", "key", "step", "timestamp", "value"]
    assert points[points.key == "m"].value.tolist() == [0.5, 0.25]
    assert points[points.key == "many"].step.tolist() == list(range(120_000))
    assert points.value.isna().sum() == 120_000
    assert runs.run_name.tolist() == ["n"]
    assert str(runs.start_time[0]) == "1970-01-01 00:00:00.007000+00:00"
