"""Nothing of a model runs unless its author is the user, is trusted by a key, or the user said so."""

import pickle
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from scipy.stats import loguniform
from sklearn.calibration import CalibratedClassifierCV
from sklearn.feature_selection import SelectKBest, f_classif
from sklearn.gaussian_process import GaussianProcessClassifier
from sklearn.gaussian_process.kernels import RBF, WhiteKernel
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.model_selection import GridSearchCV, StratifiedKFold
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import SplineTransformer

import headwater as hw
from headwater.cli._root import root
from headwater.models.fetch import fetch_model
from headwater.models.manifest import write_manifest
from headwater.models.model_file import Model
from headwater.models.pyfunc import load_model
from headwater.models.signing import create_key, sign_model, trust_key

X, Y = [[0.0], [1.0], [2.0]], [0, 1, 1]


class Marks:
    """What a hostile pickle looks like; it only leaves a mark."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> Any:
        return (Path.touch, (self.path,))


@pytest.fixture
def stranger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a pickled model that another user saved."""
    monkeypatch.setenv("HEADWATER_HOME", str(tmp_path / "stranger"))
    hw.sklearn.save_model(LinearRegression().fit(X, Y), tmp_path / "model", serialization_format="pickle")
    monkeypatch.setenv("HEADWATER_HOME", str(tmp_path / "home"))
    return tmp_path / "model"


def test_ones_own_pickle_is_loaded(tmp_path: Path) -> None:
    hw.sklearn.save_model(LinearRegression().fit(X, Y), tmp_path / "model", serialization_format="cloudpickle")

    assert hw.sklearn.load_model(tmp_path / "model").predict([[1.0]]).shape == (1,)


def test_a_strangers_pickle_needs_consent_by_argument_or_setting(
    stranger: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for load in (hw.sklearn.load_model, load_model):
        with pytest.raises(hw.PermissionDenied, match=r"Loading the pickle 'model.pkl' can run any code"):
            load(stranger)
        with pytest.raises(hw.PermissionDenied):
            load(stranger, allow_pickle=False)
        assert load(stranger, allow_pickle=True)
    monkeypatch.setenv("HEADWATER_ALLOW_PICKLE", "1")
    assert hw.sklearn.load_model(stranger)


def test_where_pickles_are_forbidden_no_argument_allows_them(stranger: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_ALLOW_PICKLE_DESERIALIZATION", "false")

    with pytest.raises(hw.PermissionDenied, match="is 'false'"):
        hw.sklearn.load_model(stranger, allow_pickle=True)


def test_a_hostile_pickle_under_a_manifest_of_its_own_does_not_run(stranger: Path, tmp_path: Path) -> None:
    (stranger / "model.pkl").write_bytes(pickle.dumps(Marks(tmp_path / "mark")))
    write_manifest(stranger)

    with pytest.raises(hw.PermissionDenied):
        load_model(stranger)
    assert not (tmp_path / "mark").exists()


def test_a_model_of_ones_own_that_was_changed_is_not_ones_own(tmp_path: Path) -> None:
    hw.sklearn.save_model(LinearRegression().fit(X, Y), tmp_path / "model", serialization_format="pickle")
    (tmp_path / "model" / "model.pkl").write_bytes(pickle.dumps(Marks(tmp_path / "mark")))
    with pytest.raises(hw.DataLoss):
        hw.sklearn.load_model(tmp_path / "model")
    (tmp_path / "model" / "headwater_manifest.json").unlink()

    with pytest.raises(hw.PermissionDenied):
        hw.sklearn.load_model(tmp_path / "model")
    assert not (tmp_path / "mark").exists()


def test_a_strangers_skops_file_is_loaded_if_what_is_in_it_does_no_harm(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HEADWATER_HOME", str(tmp_path / "stranger"))
    hw.sklearn.save_model(LinearRegression().fit(X, Y), tmp_path / "line")
    hw.sklearn.save_model(SplineTransformer().fit(X), tmp_path / "splines")
    monkeypatch.setenv("HEADWATER_HOME", str(tmp_path / "home"))

    assert hw.sklearn.load_model(tmp_path / "line")
    with pytest.raises(hw.PermissionDenied, match=r"objects of the types .*'scipy.*BSpline' in 'model.skops'"):
        hw.sklearn.load_model(tmp_path / "splines")
    assert hw.sklearn.load_model(tmp_path / "splines", allow_pickle=True)


@pytest.mark.parametrize(
    "estimator",
    [
        GridSearchCV(LogisticRegression(), {"C": [0.1, 1]}, cv=StratifiedKFold(2), scoring="roc_auc"),
        CalibratedClassifierCV(MLPClassifier((2,), max_iter=2), cv=2),
        make_pipeline(SelectKBest(f_classif, k=1), GaussianProcessClassifier(RBF() + WhiteKernel())),
    ],
    ids=["a search", "calibration", "kernels"],
)
@pytest.mark.filterwarnings("ignore")
def test_a_strangers_estimator_that_computes_in_python_asks_for_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, estimator: Any
) -> None:
    monkeypatch.setenv("HEADWATER_HOME", str(tmp_path / "stranger"))
    features, labels = [[0.0], [1.0], [2.0], [3.0]], [0, 1, 0, 1]
    hw.sklearn.save_model(estimator.fit(features, labels), tmp_path / "model")
    monkeypatch.setenv("HEADWATER_HOME", str(tmp_path / "home"))

    found = hw.sklearn.load_model(tmp_path / "model")

    assert found.predict(features).tolist() == estimator.predict(features).tolist()


def test_a_strangers_skops_file_with_a_distribution_which_runs_text_of_the_file_needs_consent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HEADWATER_HOME", str(tmp_path / "stranger"))
    hw.sklearn.save_model(LinearRegression().fit(X, Y).set_params(copy_X=loguniform(0.1, 1)), tmp_path / "model")
    monkeypatch.setenv("HEADWATER_HOME", str(tmp_path / "home"))

    with pytest.raises(hw.PermissionDenied, match=r"scipy\.stats"):
        hw.sklearn.load_model(tmp_path / "model")


def test_a_model_that_a_trusted_key_signed_is_loaded(
    stranger: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HEADWATER_HOME", str(tmp_path / "author"))
    public = create_key()
    sign_model(stranger)
    monkeypatch.setenv("HEADWATER_HOME", str(tmp_path / "home"))
    with pytest.raises(hw.PermissionDenied):
        hw.sklearn.load_model(stranger)

    trust_key(str(public), "a colleague")

    assert hw.sklearn.load_model(stranger)


def test_a_signature_of_other_files_is_an_error(
    stranger: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    create_key()
    sign_model(stranger)
    (stranger / "model.pkl").write_bytes(pickle.dumps(Marks(tmp_path / "mark")))
    write_manifest(stranger)

    with pytest.raises(hw.PermissionDenied, match="does not fit its files"):
        hw.sklearn.load_model(stranger)
    assert not (tmp_path / "mark").exists()


def test_keys_are_made_once_and_checked(tmp_path: Path) -> None:
    create_key()

    assert (tmp_path / "home" / "signing-key").stat().st_mode & 0o777 == 0o600
    with pytest.raises(hw.ResourceAlreadyExists):
        create_key()
    with pytest.raises(hw.InvalidParameterValue, match="'hello' is no public key"):
        trust_key("hello")


def test_a_model_file_with_aliases_or_objects_is_refused(tmp_path: Path) -> None:
    levels = "".join(f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 10)}]\n" for level in range(1, 9))
    bomb = f"a0: &a0 [x]\n{levels}flavors: {{}}\n"
    endless = "a: &a [*a]\nflavors: {}\n"
    for text in (bomb, endless, "flavors: !!python/object/apply:os.system ['true']\n", "flavors: [1]\n", "[]"):
        (tmp_path / "MLmodel").write_text(text)

        with pytest.raises(hw.InvalidParameterValue):
            Model.load(tmp_path)


def test_a_model_file_may_repeat_itself(tmp_path: Path) -> None:
    (tmp_path / "MLmodel").write_text("flavors:\n  a: &a {x: 2020-01-01}\n  b: *a\n")

    model = Model.load(tmp_path)

    assert model.flavors == {"a": {"x": "2020-01-01"}, "b": {"x": "2020-01-01"}}
    assert "&" not in model.to_yaml()


@pytest.mark.parametrize("name", ["../secret", "/etc/passwd", "link"])
def test_a_model_cannot_name_files_outside_of_its_folder(stranger: Path, tmp_path: Path, name: str) -> None:
    (tmp_path / "secret").write_bytes(pickle.dumps(1))
    (stranger / "link").symlink_to(tmp_path / "secret")
    model = Model.load(stranger)
    model.flavors["sklearn"]["pickled_model"] = name
    model.save(stranger / "MLmodel")
    (stranger / "headwater_manifest.json").unlink()

    with pytest.raises(hw.InvalidParameterValue, match="outside of its folder"):
        hw.sklearn.load_model(stranger, allow_pickle=True)


def test_a_module_that_the_model_names_is_not_imported_without_consent(tmp_path: Path) -> None:
    (tmp_path / "MLmodel").write_text("flavors: {python_function: {loader_module: os}}\n")

    with pytest.raises(hw.PermissionDenied, match="a model by its module 'os'"):
        load_model(tmp_path)
    with pytest.raises(hw.InvalidParameterValue, match="needs the module 'os' with a function _load_pyfunc"):
        load_model(tmp_path, allow_pickle=True)
    assert fetch_model(str(tmp_path)) == tmp_path


def test_a_registered_model_is_signed_where_it_is_and_verified_by_the_command_line(tmp_path: Path) -> None:
    create_key()
    with hw.start_run():
        hw.sklearn.log_model(LinearRegression().fit(X, Y), "line", registered_model_name="churn")
    hw.flush()
    runner = CliRunner()

    unsigned = runner.invoke(root, ["models", "verify", "--signed", "models:/churn/1"])
    signed = runner.invoke(root, ["models", "sign", "models:/churn/1"])
    verified = runner.invoke(root, ["models", "verify", "--signed", "models:/churn/1"])

    assert (unsigned.exit_code, signed.exit_code, verified.exit_code) == (1, 0, 0), verified.output
    assert "No key that you trust signed the model" in unsigned.output
    assert "trusted" in verified.output
    assert load_model("models:/churn/1").predict([[1.0]]).shape == (1,)
