"""Logging a model and loading it again, by every kind of URI, on a real SQLite store."""

import os
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LinearRegression
from sklearn.preprocessing import StandardScaler

import headwater as hw
from headwater.models.model_file import Model
from headwater.models.pyfunc import load_model
from headwater.stores import open_store
from headwater.testing.servers import live_server
from models import flavor_of_others

X = pd.DataFrame({"a": [1.0, 2.0, 3.0], "b": [2.0, 1.0, 0.0]})
Y = np.array([3.0, 3.0, 3.5])


def _fit() -> LinearRegression:
    return LinearRegression().fit(X, Y)


def _predict(uri: str) -> list[float]:
    return list(load_model(uri).predict(X))


def test_a_model_is_logged_with_the_run_and_loaded_by_every_uri() -> None:
    model = _fit()
    with hw.start_run() as run:
        hw.log_param("depth", 6)
        hw.log_metric("mae", 0.25)
        info = hw.sklearn.log_model(
            model, name="line", input_example=X, registered_model_name="churn", params={"k": 1}, tags={"team": "a"}
        )
        inside = _predict(f"runs:/{run.info.run_id}/line")
    hw.Client().set_registered_model_alias("churn", "champion", "1")

    logged = hw.get_logged_model(str(info.model_id))
    expected = list(model.predict(X))
    assert inside == expected
    for uri in ("models:/churn/1", "models:/churn@champion", "models:/churn/latest", info.model_uri):
        assert _predict(uri) == expected, uri
    assert (logged.status, logged.name, logged.source_run_id) == ("READY", "line", run.info.run_id)
    assert logged.params == {"depth": "6", "k": "1"}
    assert logged.tags["team"] == "a"
    assert [(point.key, point.value) for point in logged.metrics] == [("mae", 0.25)]
    assert info.registered_model_version == 1
    assert info.signature is not None
    assert hw.get_run(run.info.run_id).outputs.model_outputs[0].model_id == info.model_id


def test_the_file_says_what_the_model_is() -> None:
    with hw.start_run() as run:
        info = hw.sklearn.log_model(_fit(), "line", input_example=X, metadata={"who": ["me"]})

    model = Model.load(info.model_uri)
    assert (model.run_id, model.model_id, model.model_uuid) == (run.info.run_id, info.model_id, info.model_id)
    assert model.metadata == {"who": ["me"]}
    assert model.flavors["python_function"]["loader_module"] == "mlflow.sklearn"
    assert model.flavors["sklearn"]["serialization_format"] == "skops"
    assert (model.model_size_bytes or 0) > 100
    assert Model.from_dict(model.to_dict()) == model
    assert model.load_input_example().equals(X)


def test_a_model_logged_through_a_server_is_loaded_from_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with live_server(open_store(f"sqlite:///{tmp_path / 'server.db'}")) as address:
        hw.set_tracking_uri(address)
        with hw.start_run():
            info = hw.sklearn.log_model(_fit(), "line", registered_model_name="churn")
        warm = load_model("models:/churn/1").path
        monkeypatch.setenv("HEADWATER_HOME", str(tmp_path / "another machine"))

        found = _predict("models:/churn/1")

        cold = load_model(info.model_uri).path
        hw.flush()
    assert found == list(_fit().predict(X))
    assert warm.name == cold.name
    assert warm != cold


def test_a_saved_model_is_loaded_by_its_path_and_keeps_the_folder_it_was_given(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()

    hw.sklearn.save_model(_fit(), tmp_path / "empty")

    assert _predict(str(tmp_path / "empty")) == _predict(f"file://{tmp_path}/empty")
    with pytest.raises(hw.InvalidParameterValue, match="already exists and is not empty"):
        hw.sklearn.save_model(_fit(), tmp_path / "empty")


def test_a_model_that_cannot_be_saved_leaves_nothing_and_is_failed(tmp_path: Path) -> None:
    class Unwritable:
        def __reduce__(self) -> Any:
            raise RuntimeError("no room")

    with pytest.raises(RuntimeError, match="no room"):
        hw.sklearn.save_model(Unwritable(), tmp_path / "model", serialization_format="pickle")
    with hw.start_run(), pytest.raises(RuntimeError, match="no room"):
        hw.sklearn.log_model(Unwritable(), "model", serialization_format="cloudpickle")

    assert not (tmp_path / "model").exists()
    assert [model.status for model in hw.search_logged_models(output_format="list")] == ["FAILED"]


def test_a_model_without_a_predict_method_is_kept_without_the_generic_flavor(tmp_path: Path) -> None:
    hw.sklearn.save_model(StandardScaler().fit(X), tmp_path / "scaler")

    assert list(Model.load(tmp_path / "scaler").flavors) == ["sklearn"]
    assert hw.sklearn.load_model(tmp_path / "scaler").transform(X).shape == (3, 2)
    with pytest.raises(hw.InvalidParameterValue, match=r'does not have the "python_function" flavor'):
        load_model(tmp_path / "scaler")


def test_a_model_of_another_flavor_is_refused(tmp_path: Path) -> None:
    (tmp_path / "MLmodel").write_text("flavors:\n  keras: {}\n")

    with pytest.raises(hw.InvalidParameterValue, match=r'does not have the "sklearn" flavor.* has: keras'):
        hw.sklearn.load_model(tmp_path)
    with pytest.raises(hw.ResourceDoesNotExist, match='Could not find an "MLmodel" configuration file'):
        hw.sklearn.load_model(tmp_path / "none")
    with pytest.raises(hw.ResourceDoesNotExist):
        load_model("models:/none/1")


def test_a_copy_is_put_where_it_is_wanted_and_says_which_version_it_is(tmp_path: Path) -> None:
    with hw.start_run():
        hw.sklearn.log_model(_fit(), "line", registered_model_name="churn")

    model = load_model("models:/churn/1", dst_path=tmp_path / "copy")

    assert model.path == tmp_path / "copy"
    assert (tmp_path / "copy" / "registered_model_meta").read_text() == "model_name: churn\nmodel_version: '1'\n"
    assert list(model.predict(X)) == list(_fit().predict(X))


def test_a_changed_model_in_the_cache_is_not_loaded() -> None:
    with hw.start_run():
        info = hw.sklearn.log_model(_fit(), "line")
    path = load_model(info.model_uri).path
    (path / "model.skops").write_bytes(b"other")

    with pytest.raises(hw.DataLoss, match=r"'model.skops'"):
        load_model(info.model_uri)


def test_the_cache_gives_up_the_models_that_were_not_used_for_longest(monkeypatch: pytest.MonkeyPatch) -> None:
    with hw.start_run():
        first = hw.sklearn.log_model(_fit(), "first")
        kept = load_model(first.model_uri).path
        monkeypatch.setenv("HEADWATER_MODEL_CACHE_BYTES", "1")
        hw.sklearn.log_model(_fit(), "at once")
        was_there = kept.exists()
        os.utime(kept.parent / "looked-through", (0, 0))  # a minute later

        hw.sklearn.log_model(_fit(), "second")

    assert (was_there, kept.exists()) == (True, False)
    assert _predict(first.model_uri) == list(_fit().predict(X))


@pytest.mark.parametrize(
    ("uri", "wanted"),
    [
        ("", "a folder, runs:/"),
        (" ", "a folder, runs:/"),
        ("runs:/", "runs:/<run_id>/"),
        ("runs:1/line", "runs:/<run_id>/"),
    ],
)
def test_a_uri_that_names_nothing_is_refused_with_what_is_wanted(uri: str, wanted: str) -> None:
    with pytest.raises(hw.InvalidParameterValue, match=f"Invalid model URI '{uri}'. Give {wanted}"):
        load_model(uri)


def test_a_model_is_logged_by_the_flavor_of_another_package() -> None:
    with hw.start_run() as run:
        hw.log_param("rate", 0.1)
        info = hw.models.Model.log(
            name="greeting",
            flavor=flavor_of_others,
            registered_model_name="greetings",
            metadata={"lang": "en"},
            tags={"kind": "words"},
            words="hello",
            excited=True,
        )

    logged = hw.get_logged_model(str(info.model_id))
    assert (info.name, info.run_id, info.registered_model_version) == ("greeting", run.info.run_id, 1)
    assert (info.flavors["words"], info.metadata) == ({"data": "words.txt"}, {"lang": "en"})
    assert (logged.tags["kind"], logged.params["rate"]) == ("words", "0.1")
    path = Path(hw.download_artifacts(f"{info.model_uri}/words.txt"))
    assert path.read_text(encoding="utf-8") == "hello!"


def test_a_flavor_without_save_model_is_refused() -> None:
    with hw.start_run(), pytest.raises(hw.InvalidParameterValue, match="save_model"):
        hw.models.Model.log(name="x", flavor=object())
