"""`headwater models predict` on tables and on its standard streams."""

import json
import sys
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from click.testing import CliRunner, Result

from headwater.cli._root import root
from scoring.models import save_echo, save_linear

FRAME = pd.DataFrame({"id": [7, 8, 9], "a": [1.0, 2.0, 3.0], "b": [1.0, 1.0, 1.0]})


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HEADWATER_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("HEADWATER_TRACKING_URI", f"sqlite:///{tmp_path / 'headwater.db'}")
    monkeypatch.chdir(tmp_path)
    save_linear(tmp_path / "line")
    return tmp_path


def run(*arguments: str, text: str | None = None, model: str = "line") -> Result:
    where = ["-m", model, "--env-manager", "local"]
    return CliRunner().invoke(root, ["models", "predict", *where, *arguments], input=text)


def test_tables_become_tables() -> None:
    FRAME.to_parquet("in.parquet")

    done = run("-i", "in.parquet", "-o", "out.csv", "--keep", "id")

    assert done.exit_code == 0, done.output
    assert done.stdout == ""
    assert done.stderr == "3 predictions are in 'out.csv'.\n"
    found = pd.read_csv("out.csv")
    assert found["id"].tolist() == [7, 8, 9]
    assert found["prediction"].tolist() == pytest.approx([3.0, 5.0, 7.0])


def test_a_small_csv_is_answered_as_the_server_would_answer_it() -> None:
    FRAME.to_csv("in.csv", index=False)

    document = json.loads(run("-i", "in.csv").stdout)
    streamed = json.loads(run("-i", "in.csv", "--chunk-rows", "2").stdout)

    assert document["predictions"] == pytest.approx([3.0, 5.0, 7.0])
    assert streamed == document


def test_standard_streams_are_read_and_written() -> None:
    csv = FRAME.to_csv(index=False)

    lines = run("-t", "csv", "--output-type", "jsonl", "-k", "id", text=csv)
    document = run(text='{"dataframe_split": {"columns": ["a", "b"], "data": [[1, 1]]}}')

    assert [json.loads(line)["id"] for line in lines.stdout.splitlines()] == [7, 8, 9]
    assert json.loads(document.stdout)["predictions"] == pytest.approx([3.0])


def test_types_are_known_before_a_pipe_gets_anything(place: Path) -> None:
    save_echo(place, "returns")  # which has a column of texts
    rows = "what\narray\narray\n"

    done = run("-t", "csv", "--output-type", "jsonl", "--allow-pickle", "--chunk-rows", "2", text=rows, model="returns")

    assert done.exit_code == 0, done.output
    assert done.stdout == '{"prediction":1.5}\n{"prediction":2.5}\n'


def test_the_bar_is_shown_where_it_is_wanted() -> None:
    FRAME.to_csv("in.csv", index=False)

    shown = run("-i", "in.csv", "-o", "out.parquet", "--progress")
    hidden = run("-i", "in.csv", "-o", "out.parquet")

    assert "rows" in shown.stderr
    assert hidden.stderr == "3 predictions are in 'out.parquet'.\n"


@pytest.mark.slow
def test_tables_are_predicted_in_the_models_own_environment(place: Path) -> None:
    save_linear(place / "own", requirements=["scikit-learn", "skops", "pandas"])
    FRAME.to_csv("in.csv", index=False)

    done = CliRunner().invoke(root, ["models", "predict", "-m", "own", "-i", "in.csv", "-o", "out.parquet", "-k", "id"])

    assert done.exit_code == 0, done.output
    assert pd.read_parquet("out.parquet")["prediction"].tolist() == pytest.approx([3.0, 5.0, 7.0])


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (["-i", "absent.csv", "-o", "out.csv"], 1, "No such file: 'absent.csv'"),
        (["-i", "in.json", "-k", "id"], 2, "are for tables"),
        (["--engine", "ray"], 2, "An engine works on files"),
        (["-i", "in.json", "-o", "out.parquet", "--engine", "dask"], 1, "which no engine can divide"),
        (["-i", "in.xml"], 1, "does not say the format"),
        (["-P", "x"], 2, "'x' is not NAME=VALUE"),
        (["-i", "in.csv", "-o", "out.csv", "-k", "colour"], 1, "no column 'colour' to keep"),
    ],
)
def test_what_cannot_be_is_said_in_a_line(arguments: list[str], status: int, said: str) -> None:
    FRAME.to_csv("in.csv", index=False)
    Path("in.json").write_text("{}")
    Path("in.xml").write_text("<a/>")

    done = run(*arguments, text="")

    assert (done.exit_code, done.stdout) == (status, "")
    assert said in done.stderr
    assert status == 2 or len(done.stderr.splitlines()) == 1


def test_params_are_json_where_they_can_be(place: Path) -> None:
    save_echo(place, "columns")
    row: dict[str, Any] = {"d": 1.5, "l": 2}
    Path("in.jsonl").write_text(json.dumps(row))

    done = run("-i", "in.jsonl", "--allow-pickle", "-P", "k=7", "-P", "temp=0.25", model="columns")

    assert json.loads(done.stdout)["predictions"][0]["params"] == {"k": 7, "temp": 0.25}


def test_a_package_that_is_not_installed_is_named_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    FRAME.to_csv("in.csv", index=False)
    monkeypatch.setitem(sys.modules, "pandas", None)

    done = run("-i", "in.csv", "-o", "out.csv")

    assert done.exit_code == 1
    assert done.stderr == (
        "Error: This needs the module 'pandas', which is not installed. "
        "Install its package, such as: pip install pandas\n"
    )
