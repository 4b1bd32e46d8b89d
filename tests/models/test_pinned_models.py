"""A registered model is loaded as it was registered, or not at all."""

from pathlib import Path

import pandas as pd
import pytest
from sklearn.linear_model import LinearRegression

import headwater as hw
from headwater.models.model_file import Model
from headwater.models.pyfunc import load_model
from headwater.protocol.artifacts import ArtifactFile, CommitArtifacts
from headwater.tracking.session import current_session

X = pd.DataFrame({"a": [1.0, 2.0, 3.0]})


def fit(slope: float) -> LinearRegression:
    return LinearRegression().fit(X, X["a"] * slope)


def overwrite(uri: str, path: str, data: bytes) -> None:
    """Put other bytes in the place of a file of a model's artifacts."""
    store = current_session().store(hw.get_tracking_uri())
    digest, size = store.blobs.write([data])
    store.artifacts.commit(CommitArtifacts(uri.partition(":/")[2], [ArtifactFile(path, digest, size)]))


def test_a_model_whose_files_were_overwritten_is_not_loaded() -> None:
    with hw.start_run():
        info = hw.sklearn.log_model(fit(2.0), name="line", registered_model_name="churn")
    assert list(load_model("models:/churn/1").predict(X)) == pytest.approx([2.0, 4.0, 6.0])
    model = hw.get_logged_model(str(info.model_id))
    overwrite(model.artifact_location, "MLmodel", b"flavors: {}\n")

    for load in (load_model, Model.load, hw.sklearn.load_model):
        with pytest.raises(hw.ResourceConflict, match="'MLmodel' has other bytes"):
            load("models:/churn/1")


def test_a_folder_whose_files_were_overwritten_is_not_loaded(tmp_path: Path) -> None:
    hw.sklearn.save_model(fit(2.0), tmp_path / "line")
    hw.register_model(tmp_path / "line", "churn")
    assert list(load_model("models:/churn/1").predict(X)) == pytest.approx([2.0, 4.0, 6.0])
    (tmp_path / "line" / "requirements.txt").write_text("evil\n")

    with pytest.raises(hw.ResourceConflict, match=r"'requirements\.txt' has other bytes"):
        load_model("models:/churn/1")
    assert Model.load("models:/churn/1").flavors


def test_two_versions_are_compared_by_what_they_predict_and_need() -> None:
    for slope in (2.0, 3.0):
        with hw.start_run():
            hw.log_metric("slope", slope)
            example = X if slope == 2.0 else X.assign(b=1.0)
            model = LinearRegression().fit(example, X["a"] * slope)
            hw.sklearn.log_model(model, name="line", input_example=example, registered_model_name="churn")

    found = hw.compare_model_versions("models:/churn/1", "models:/churn/2")

    assert found.signature.verdict.value == "breaking"
    assert [(change.name, change.breaking) for change in found.signature.changes] == [("b", True)]
    assert [(each.old, each.new) for each in found.metrics if each.key == "slope"] == [(2.0, 3.0)]
    kinds = {node.kind.value for node in hw.lineage("models:/churn/2").nodes}
    assert {"version", "run", "logged_model", "environment", "code"} <= kinds
