"""What the environment of a model has besides what the model itself names."""

from pathlib import Path

import pytest

from headwater.models.environment import requirement_name
from headwater.models.isolated.needs import find_needs
from headwater.models.load import open_model
from headwater.models.schema.infer import infer_signature
from headwater.models.schema.signature import ModelSignature
from headwater.models.schema.types import Schema, TensorSpec


@pytest.fixture
def estimator() -> object:
    from sklearn.linear_model import LinearRegression

    return LinearRegression().fit([[0.0], [1.0]], [0.0, 2.0])


def needs(folder: Path, estimator: object, signature: ModelSignature | None, *requirements: str) -> list[str]:
    """Return the needs of a model that is saved with these requirements, but for those of Headwater."""
    from headwater.flavors.sklearn import save_model

    save_model(estimator, folder, signature=signature, pip_requirements=list(requirements))
    found = find_needs(open_model(folder)).requirements
    return [line for line in found if requirement_name(line) in {"pandas", "pyarrow", "scikit-learn"}]


def test_a_model_of_columns_gets_what_frames_and_arrow_need(tmp_path: Path, estimator: object) -> None:
    signature = infer_signature({"a": [0.0, 1.0]}, [0.0, 2.0])

    assert needs(tmp_path / "model", estimator, signature, "scikit-learn") == ["scikit-learn", "pandas", "pyarrow"]


def test_a_version_that_the_model_names_is_kept(tmp_path: Path, estimator: object) -> None:
    signature = infer_signature({"a": [0.0, 1.0]}, [0.0, 2.0])

    assert needs(tmp_path / "model", estimator, signature, "pandas==2.2.3") == ["pandas==2.2.3", "pyarrow"]


@pytest.mark.parametrize("is_known", [True, False], ids=["tensor", "no signature"])
def test_other_models_get_nothing_more(tmp_path: Path, estimator: object, is_known: bool) -> None:  # noqa: FBT001
    import numpy as np

    signature = ModelSignature(Schema([TensorSpec(np.dtype("float64"), (-1, 1))])) if is_known else None

    assert needs(tmp_path / "model", estimator, signature, "scikit-learn") == ["scikit-learn"]
