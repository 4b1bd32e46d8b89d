"""Models that bring the wheels of what they need."""

from pathlib import Path

import pytest
import yaml

import headwater as hw
from headwater import config
from headwater.models.consent import is_own
from headwater.models.load import open_model
from models.wheels import write_wheel

CODE = """
import headwater as hw

class Model(hw.pyfunc.PythonModel):
    def predict(self, model_input):
        import brought_along

        return [brought_along.FACTOR * number for number in model_input]

hw.models.set_model(Model())
"""


@pytest.fixture
def logged(tmp_path: Path) -> hw.models.ModelInfo:
    """Log a model that needs a package which is gone afterwards."""
    wheel = write_wheel(tmp_path, "brought_along", "FACTOR = 3\n")
    (tmp_path / "code.py").write_text(CODE)
    with hw.start_run():
        return hw.pyfunc.log_model(
            name="triple",
            python_model=tmp_path / "code.py",
            pip_requirements=[str(wheel)],
            registered_model_name="triple",
            params={"factor": 3},
        )


@pytest.mark.slow
def test_a_model_with_its_libraries_is_installed_from_them(tmp_path: Path, logged: hw.models.ModelInfo) -> None:
    added = hw.models.add_libraries_to_model("models:/triple/1")
    (tmp_path / "brought_along-1.0-py3-none-any.whl").unlink()

    assert (added.registered_model_version, added.run_id, added.name) == (2, logged.run_id, "triple")
    assert added.params == {"factor": "3"}
    folder = open_model("models:/triple/2").path
    lines = ["mlflow", "wheels/brought_along-1.0-py3-none-any.whl"]
    assert (folder / "requirements.txt").read_text().splitlines() == lines
    assert yaml.safe_load((folder / "conda.yaml").read_text())["dependencies"][-1] == {"pip": lines}
    original = open_model("models:/triple/1").path / "requirements.txt"
    assert (folder / "original_requirements.txt").read_text() == original.read_text()
    with hw.pyfunc.load_model("models:/triple/2", env_manager="uv") as model:
        assert model.predict([1, 2]) == [3, 6]
    with pytest.raises(hw.InvalidParameterValue, match="its libraries already"):
        hw.models.add_libraries_to_model("models:/triple/2")


@pytest.mark.slow
def test_a_copy_of_a_strangers_model_is_still_a_strangers(logged: hw.models.ModelInfo) -> None:
    (config.home() / "own-models").unlink()

    with pytest.raises(hw.PermissionDenied, match="packages of a model while they are built"):
        hw.models.add_libraries_to_model(logged.model_uri)
    added = hw.models.add_libraries_to_model(logged.model_uri, allow_pickle=True)

    assert added.registered_model_version is None
    assert not is_own(open_model(added.model_uri).manifest_digest)


def test_libraries_that_cannot_be_had_are_named(tmp_path: Path) -> None:
    (tmp_path / "code.py").write_text(CODE)
    hw.pyfunc.save_model(tmp_path / "model", python_model=tmp_path / "code.py", pip_requirements=["mlflow"])

    with pytest.raises(hw.InvalidParameterValue, match="names no requirements"):
        hw.models.add_libraries_to_model(tmp_path / "model")


@pytest.mark.slow
def test_a_failure_of_pip_says_why(tmp_path: Path) -> None:
    (tmp_path / "code.py").write_text(CODE)
    requirements = ["./missing-1.0-py3-none-any.whl"]
    hw.pyfunc.save_model(tmp_path / "model", python_model=tmp_path / "code.py", pip_requirements=requirements)

    with pytest.raises(hw.InvalidParameterValue, match=r"missing-1\.0"):
        hw.models.add_libraries_to_model(tmp_path / "model")
