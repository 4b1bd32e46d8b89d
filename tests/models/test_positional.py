"""Arguments by position, as programs written for MLflow pass them."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.linear_model import LinearRegression

import headwater as hw
from headwater.models.environment import load_requirements
from headwater.models.load import open_model

X, Y = np.array([[0.0], [1.0]]), np.array([0.0, 2.0])
FLAVOR: Any = hw.sklearn  # whose types know names only
CONDA = {"name": "mine", "dependencies": ["python=3.11", {"pip": ["scikit-learn==1.9.1"]}]}


@pytest.fixture
def line() -> LinearRegression:
    return LinearRegression().fit(X, Y)


def test_a_program_of_old_gives_its_environment_by_position(line: LinearRegression) -> None:
    with hw.start_run():
        info = FLAVOR.log_model(line, "line", CONDA, None, "pickle", "churn", None, X)

    folder = open_model("models:/churn/1")
    assert load_requirements(folder.path) == ["scikit-learn==1.9.1"]
    assert folder.section("sklearn")["serialization_format"] == "pickle"
    assert info.signature is not None


def test_saving_takes_them_too(line: LinearRegression, tmp_path: Path) -> None:
    model = hw.models.Model(metadata={"of": "mine"})

    FLAVOR.save_model(line, tmp_path / "model", CONDA, None, model)

    assert open_model(tmp_path / "model").model.metadata == {"of": "mine"}


def test_mistakes_with_positions_are_told(line: LinearRegression, tmp_path: Path) -> None:
    with pytest.raises(TypeError, match="multiple values for argument 'conda_env'"):
        FLAVOR.save_model(line, tmp_path / "model", CONDA, conda_env=CONDA)
    with pytest.raises(TypeError, match=r"at most 10 .* but 13 were given.*'extra_pip_requirements'"):
        FLAVOR.save_model(line, tmp_path / "model", *[None] * 11)
    assert not (tmp_path / "model").exists()
