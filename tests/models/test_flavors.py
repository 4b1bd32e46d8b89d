"""What flavors share, proved with scikit-learn and without the frameworks; `compat/test_flavors.py` has the others."""

import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest
from sklearn.linear_model import LinearRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

import headwater as hw
from compat.client_process import HERE
from compat.flavor_rows import ROWS, X, Y, make_case
from headwater.flavors import AUTOLOGGING, FLAVORS
from headwater.models.model_file import Model
from headwater.models.pyfunc import load_model
from headwater.protocol.errors import InvalidParameterValue, NotSupported
from headwater.testing.contract_flavors import CHECKS

AUTOLOG_GUIDE = HERE.parents[1] / "docs" / "how-to" / "autolog.md"
TABLE = HERE.parents[1] / "docs" / "concepts" / "flavors.md"
SKLEARN_ROWS = ("sklearn_forest", "sklearn_pipeline", "sklearn_pickle")


@pytest.mark.parametrize("check", CHECKS)
@pytest.mark.parametrize("row", SKLEARN_ROWS)
def test_scikit_learn_keeps_the_contract_of_flavors(row: str, check: str, tmp_path: Path) -> None:
    CHECKS[check](make_case(row), tmp_path)


@pytest.mark.parametrize("flavor", FLAVORS)
def test_a_flavor_is_described_without_its_framework(flavor: str) -> None:
    code = f"import sys, headwater.{flavor} as f; f.load_model; sys.exit({flavor!r} in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
    assert {"load_model", "log_model", "save_model", "get_default_pip_requirements"} <= set(getattr(hw, flavor).__all__)


def test_a_model_whose_framework_is_missing_says_what_to_install(tmp_path: Path) -> None:
    model = (
        Model().add_flavor("catboost", data="model.cb").add_flavor("python_function", loader_module="mlflow.catboost")
    )
    model.save(tmp_path / "MLmodel")

    with pytest.raises(NotSupported, match=r"needs the module 'catboost'.*pip install -r"):
        load_model(tmp_path)


def test_a_function_of_the_program_itself_is_kept_by_value(tmp_path: Path) -> None:
    model = make_pipeline(FunctionTransformer(lambda data: data * 2), LinearRegression()).fit(X, Y)

    hw.sklearn.save_model(model, tmp_path / "model")

    assert Model.load(tmp_path / "model").flavors["sklearn"]["pickled_model"] == "model.pkl"
    assert np.allclose(hw.sklearn.load_model(tmp_path / "model").predict(ROWS), model.predict(ROWS))
    with pytest.raises(NotSupported, match="<lambda>"):
        hw.sklearn.save_model(model, tmp_path / "skops", serialization_format="skops")


def test_a_misspelt_argument_makes_no_model() -> None:
    with hw.start_run() as run, pytest.raises(InvalidParameterValue, match="'registered_model_name'"):
        hw.sklearn.log_model(LinearRegression().fit(X, Y), "line", registered_modelname="x")  # type: ignore[call-arg]

    assert hw.search_logged_models(experiment_ids=[run.info.experiment_id], output_format="list") == []


def test_the_versions_that_autologging_is_tested_with_are_those_of_the_tests() -> None:
    lists = "".join(path.read_text(encoding="utf-8") for path in sorted((HERE / "clients").glob("*.txt")))
    pinned = dict(re.findall(r"^([\w-]+)==(\S+)", lists, re.MULTILINE))
    names = {"sklearn": "scikit-learn", "xgboost": "xgboost-cpu", "paddle": "paddlepaddle"}
    modules = [import_module(f"headwater.flavors.{name}_autolog.verb") for name in (*AUTOLOGGING, "tensorflow")]

    found = {each.package: each for each in (vars(module)["_INTEGRATION"] for module in modules)}

    assert {name: each.tested for name, each in found.items()} == {
        name: pinned[names.get(name, name)] for name in found
    }
    table = AUTOLOG_GUIDE.read_text(encoding="utf-8")
    for name, each in found.items():
        assert f"| `{name}` | ≥ {each.versions[0]}, < {each.versions[1]} | {each.tested} |" in table


def test_every_flavor_has_a_row_in_the_table_with_the_version_that_is_tested() -> None:
    table = TABLE.read_text(encoding="utf-8").partition("## What may run")[0]
    rows = re.findall(r"^\| `(\w+)` \|.*\| ([^|]+) \|$", table, re.MULTILINE)
    lists = [(HERE / "clients" / f"{name}.txt").read_text(encoding="utf-8") for name in ("frameworks", "flavors")]
    pinned = dict(re.findall(r"^([\w-]+)==(\S+)", "".join(lists), re.MULTILINE))

    tested = {name: [part.split() for part in text.split(", ")] for name, text in rows}
    assert set(FLAVORS) - {"pyfunc"} <= tested.keys()  # which is of no framework; see test_python_models
    told = {name: version for parts in tested.values() for name, *version in parts if name in pinned}
    assert told == {name: [pinned[name]] for name in told}
    assert len(told) > len(SKLEARN_ROWS)
