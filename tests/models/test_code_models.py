"""Models from code: a file that says which object is the model."""

from pathlib import Path
from typing import Any

import pytest

import headwater as hw
from headwater.models.model_file import Model

CODE = """
import headwater as hw
config = hw.models.ModelConfig(development_config={"n": 1})
class AddN(hw.pyfunc.PythonModel):
    def predict(self, context, model_input):
        return [value + config.get("n") for value in model_input]
hw.models.set_model(AddN())
"""


@pytest.fixture
def code(tmp_path: Path) -> Path:
    path = tmp_path / "adds.py"
    path.write_text(CODE)
    return path


def test_a_model_from_code_is_its_file(tmp_path: Path, code: Path) -> None:
    hw.pyfunc.save_model(tmp_path / "m", python_model=code, model_config={"n": 5})
    code.unlink()

    section = Model.load(tmp_path / "m").flavors["python_function"]

    assert section["loader_module"] == "mlflow.pyfunc.loaders.code_model"
    assert section["model_code_path"] == str(code)
    assert (tmp_path / "m" / "adds.py").read_text() == CODE
    assert not list((tmp_path / "m").rglob("*.pkl"))
    assert hw.pyfunc.load_model(tmp_path / "m").predict([1]) == [6]
    assert hw.pyfunc.load_model(tmp_path / "m", model_config={"n": 10}).predict([1]) == [11]


def test_the_configuration_of_development_is_kept_if_there_is_no_other(tmp_path: Path, code: Path) -> None:
    hw.pyfunc.save_model(tmp_path / "m", python_model=str(code))

    assert hw.pyfunc.load_model(tmp_path / "m").model_config == {"n": 1}
    assert hw.pyfunc.load_model(tmp_path / "m").predict([1]) == [2]


def test_a_configuration_may_be_a_file(tmp_path: Path, code: Path) -> None:
    (tmp_path / "config.yaml").write_text("n: 7\n")

    hw.pyfunc.save_model(tmp_path / "m", python_model=code, model_config=tmp_path / "config.yaml")

    assert hw.pyfunc.load_model(tmp_path / "m").predict([1]) == [8]


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("x = 1", "'adds.py' sets no model"),
        ("import headwater as hw\nhw.models.set_model(5)", "given to set_model is '5'"),
        ("def :", "cannot be run"),
        ("import headwater as hw\nhw.models.ModelConfig().get('n')", "There is no configuration"),
        (
            "import headwater as hw\nhw.models.ModelConfig(development_config={'a': 1}).get('n')",
            "has no 'n'. It has: a",
        ),
        ("import headwater as hw\nhw.models.ModelConfig(development_config='absent.yaml')", "'absent.yaml' cannot be"),
    ],
)
def test_code_that_makes_no_model_is_refused(tmp_path: Path, code: Path, source: str, message: str) -> None:
    code.write_text(source)

    with pytest.raises(hw.InvalidParameterValue, match=message):
        hw.pyfunc.save_model(tmp_path / "m", python_model=code)


def test_an_error_of_the_code_is_the_callers(tmp_path: Path, code: Path) -> None:
    code.write_text("raise KeyError('mine')")

    with pytest.raises(KeyError, match="mine"):
        hw.pyfunc.save_model(tmp_path / "m", python_model=code)


def test_the_file_can_be_run_by_itself(code: Path) -> None:
    space: dict[str, Any] = {}

    exec(compile(code.read_text(), str(code), "exec"), space)

    assert space["AddN"]().predict(None, [1]) == [2]


def test_code_may_set_a_function_with_hints(tmp_path: Path, code: Path) -> None:
    code.write_text(
        "import headwater as hw\n"
        "def shout(model_input: list[str]) -> list[str]:\n    return [text.upper() for text in model_input]\n"
        "hw.models.set_model(shout)\n"
    )

    hw.pyfunc.save_model(tmp_path / "m", python_model=code)

    assert Model.load(tmp_path / "m").is_signature_from_type_hint
    assert hw.pyfunc.load_model(tmp_path / "m").predict(["a"]) == ["A"]


def test_code_written_for_mlflow_runs_where_there_is_none_and_leaves_none_behind(tmp_path: Path, code: Path) -> None:
    code.write_text(
        "import mlflow\n"
        "from mlflow.models import set_model\n"
        "class Doubles(mlflow.pyfunc.PythonModel):\n"
        "    def predict(self, context, model_input): return [value * 2 for value in model_input]\n"
        "set_model(Doubles())\n"
    )

    hw.pyfunc.save_model(tmp_path / "m", python_model=code)

    assert hw.pyfunc.load_model(tmp_path / "m").predict([1]) == [2]
    with pytest.raises(ModuleNotFoundError):
        import mlflow  # noqa: F401
