"""Predictions from files and data, in this environment and in the model's own."""

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from click.testing import CliRunner, Result

import headwater as hw
from headwater.cli._root import root

CODE = """
import os
import headwater as hw

def double(model_input, params=None):
    result = model_input * 2
    result["variable"] = os.environ.get("VARIABLE_OF_A_TEST", "")
    return result

hw.models.set_model(double)
"""
FRAME = pd.DataFrame({"a": [1.0, 2.0]})
EXPECTED = {"predictions": [{"a": 2.0, "variable": ""}, {"a": 4.0, "variable": ""}]}


@pytest.fixture
def model(tmp_path: Path) -> str:
    (tmp_path / "code.py").write_text(CODE)
    signature = hw.models.infer_signature(FRAME)
    path = str(tmp_path / "m")
    hw.pyfunc.save_model(path, python_model=tmp_path / "code.py", signature=signature, pip_requirements=["pandas"])
    return path


def run(*arguments: str, text: str | None = None) -> Result:
    return CliRunner().invoke(root, ["models", "predict", *arguments], input=text)


@pytest.mark.parametrize(
    ("data", "content_type"),
    [
        (FRAME, "json"),
        (FRAME, "csv"),
        ('{"dataframe_split": {"columns": ["a"], "data": [[1], [2]]}}', "json"),
        ('{"inputs": {"a": [1, 2]}}', "json"),
        ("a\n1\n2\n", "csv"),
        (b"a\n1\n2\n", "csv"),
    ],
)
def test_data_is_read_as_the_scoring_server_does(
    model: str, tmp_path: Path, data: Any, content_type: str, capsys: pytest.CaptureFixture[str]
) -> None:
    hw.models.predict(model, data, content_type=content_type, env_manager="local")
    hw.models.predict(model, data, content_type=content_type, output_path=tmp_path / "out", env_manager="local")

    assert json.loads(capsys.readouterr().out) == EXPECTED
    assert json.loads((tmp_path / "out").read_text()) == EXPECTED


@pytest.mark.slow
def test_the_same_is_predicted_in_the_models_own_environment(model: str, capsys: pytest.CaptureFixture[str]) -> None:
    hw.models.predict(model, FRAME, extra_envs={"VARIABLE_OF_A_TEST": "x"})

    found = json.loads(capsys.readouterr().out)
    assert found == {"predictions": [{"a": 2.0, "variable": "x"}, {"a": 4.0, "variable": "x"}]}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"input_data": FRAME, "input_path": "x"}, "either `input_data` or `input_path`"),
        ({}, "either `input_data` or `input_path`"),
        ({"input_data": [1], "content_type": "csv"}, "'list' cannot be written as CSV"),
        ({"input_data": FRAME, "content_type": "xml"}, "Unknown content type 'xml'"),
        ({"input_path": "absent.json"}, "'absent.json' cannot be read"),
        ({"input_data": '{"inputs": {"b": [1]}}'}, "missing inputs"),
    ],
)
def test_input_that_cannot_be_used_is_refused(model: str, options: dict[str, Any], message: str) -> None:
    with pytest.raises(hw.HeadwaterError, match=message):
        hw.models.predict(model, env_manager="local", **options)


def test_the_example_of_a_model_is_valid_input(model: str) -> None:
    text = hw.models.convert_input_example_to_serving_input(FRAME)
    assert text is not None

    for given in (text, json.loads(text)):
        assert hw.models.validate_serving_input(model, given)["a"].tolist() == [2.0, 4.0]
    with pytest.raises(hw.HeadwaterError, match="exactly one of the input fields"):
        hw.models.validate_serving_input(model, "{}")


def test_files_are_predicted_on_from_the_command_line(model: str, tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("a\n1\n2\n")
    where = ["-m", model, "--env-manager", "local"]

    from_file = run(*where, "-i", str(tmp_path / "in.csv"), "-t", "csv", "-o", str(tmp_path / "out.json"))
    from_input = run(*where, text='{"dataframe_split": {"columns": ["a"], "data": [[1], [2]]}}')
    refused = run(*where, text="{}")
    misspelt = run(*where, "--env", "x", text="{}")

    assert (from_file.exit_code, from_file.stdout) == (0, "")
    assert json.loads((tmp_path / "out.json").read_text()) == EXPECTED
    assert json.loads(from_input.stdout) == EXPECTED
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert misspelt.exit_code == 2


def test_a_model_that_fails_is_an_error_without_a_traceback(tmp_path: Path) -> None:
    hw.pyfunc.save_model(tmp_path / "m", python_model=lambda model_input: 1 / 0, pip_requirements=[])

    failed = run("-m", str(tmp_path / "m"), "--env-manager", "local", text='{"inputs": [1]}')

    assert failed.exit_code == 1
    assert failed.stderr.splitlines()[-1] == "Error: The model failed: ZeroDivisionError: division by zero"
