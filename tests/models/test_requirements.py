"""What a model needs is found in its files, none of which runs."""

import pickle
import zipfile
from importlib import metadata
from pathlib import Path
from typing import Any

import cloudpickle
import numpy as np
import pandas as pd
import polars as pl
import pytest
import yaml

import headwater as hw
from headwater.models.environment import (
    Environment,
    choose_environment,
    load_requirements,
    read_requirements,
)
from headwater.models.requirements import find_distributions, globals_in_pickle, infer_requirements, pin


class Malicious:
    def __reduce__(self) -> Any:
        return (exec, ("raise SystemExit('it ran')",))


def _pinned(*names: str) -> list[str]:
    return sorted(f"{name}=={metadata.version(name)}" for name in names)


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
def test_the_packages_of_pickled_objects_are_found_in_every_protocol(tmp_path: Path, protocol: int) -> None:
    (tmp_path / "model.pkl").write_bytes(pickle.dumps([np.zeros(3), pl.Series([1])], protocol=protocol))

    found = infer_requirements(tmp_path, ())

    assert found == _pinned("numpy", "polars")


def test_what_a_function_in_a_notebook_imports_is_found(tmp_path: Path) -> None:
    scope: dict[str, Any] = {}
    exec("import polars as pl\ndef predict(data):\n    return pl.Series(data)", scope)
    (tmp_path / "model.pkl").write_bytes(cloudpickle.dumps(scope["predict"]))

    assert "polars" in {line.partition("=")[0] for line in infer_requirements(tmp_path, ())}


def test_what_python_files_import_is_found_but_not_their_own_modules(tmp_path: Path) -> None:
    (tmp_path / "code" / "mine").mkdir(parents=True)
    (tmp_path / "code" / "mine" / "__init__.py").write_text("import json, yaml\nfrom mine.inner import x\n")
    (tmp_path / "code" / "mine" / "inner.py").write_text("from numpy.linalg import norm as x\nfrom . import y\n")

    assert infer_requirements(tmp_path, ("scikit-learn",)) == sorted(
        _pinned("numpy", "PyYAML", "scikit-learn"), key=str.lower
    )


def test_a_malicious_pickle_is_read_and_not_run(tmp_path: Path) -> None:
    path = tmp_path / "model.pkl"
    path.write_bytes(pickle.dumps(Malicious()))

    assert infer_requirements(tmp_path, ()) == []
    with path.open("rb") as stream:
        assert ("builtins", "exec") in set(globals_in_pickle(stream))


def test_every_pickle_of_a_file_and_of_an_archive_is_read(tmp_path: Path) -> None:
    (tmp_path / "several.pkl").write_bytes(pickle.dumps("first") + pickle.dumps(np.zeros(3)))
    with zipfile.ZipFile(tmp_path / "model.pth", "w") as archive:
        archive.writestr("model/data.pkl", pickle.dumps(pd.Series([1]), protocol=2))

    assert infer_requirements(tmp_path, ()) == _pinned("numpy", "pandas")


def test_a_damaged_pickle_names_what_comes_before_the_damage(tmp_path: Path) -> None:
    data = pickle.dumps([np.zeros(3), "end"])
    (tmp_path / "model.pkl").write_bytes(data[:-4] + b"\xff\xff")

    assert infer_requirements(tmp_path, ()) == _pinned("numpy")


def test_distributions_are_found_by_the_modules_that_they_install() -> None:
    assert find_distributions("sklearn") == ("scikit-learn",)
    assert find_distributions("numpy") == ("numpy",)
    assert find_distributions("yaml") == ("PyYAML",)
    assert find_distributions("_cffi_backend") == ("cffi",)
    assert find_distributions("typing_extensions") == ("typing_extensions",)
    assert find_distributions("no_such_module") == ()
    assert pin("polars[numpy]") == f"polars[numpy]=={metadata.version('polars')}"
    assert pin("no-such-distribution") == "no-such-distribution"


def test_additions_replace_what_was_inferred_of_the_same_package() -> None:
    chosen = choose_environment(["scikit-learn==1.0", "scipy==1.0"], extra_pip_requirements=["Scikit_Learn>=1.4", "x"])

    assert chosen.requirements == ["mlflow", "scipy==1.0", "Scikit_Learn>=1.4", "x"]


def test_requirement_files_are_followed_and_constraints_kept_apart(tmp_path: Path) -> None:
    (tmp_path / "inner").mkdir()
    (tmp_path / "main.txt").write_text("a==1  # why\n\n-r inner/more.txt\n-c bounds.txt\n")
    (tmp_path / "inner" / "more.txt").write_text("b[x]>=2\n")
    (tmp_path / "bounds.txt").write_text("c<3\n")

    assert read_requirements(str(tmp_path / "main.txt")) == (["a==1", "b[x]>=2"], ["c<3"])
    with pytest.raises(hw.InvalidParameterValue, match=r"No such requirements file: 'none.txt'"):
        read_requirements(["-r none.txt"])


def test_the_environment_files_say_the_same_in_each_tools_words(tmp_path: Path) -> None:
    Environment(requirements=["mlflow", "a==1"], constraints=["b<2"]).write(tmp_path)

    conda = yaml.safe_load((tmp_path / "conda.yaml").read_text())
    assert (tmp_path / "requirements.txt").read_text() == "mlflow\na==1\n-c constraints.txt"
    assert (tmp_path / "constraints.txt").read_text() == "b<2"
    assert conda["dependencies"][-1] == {"pip": ["mlflow", "a==1", "-c constraints.txt"]}
    assert yaml.safe_load((tmp_path / "python_env.yaml").read_text())["dependencies"] == ["-r requirements.txt"]
    assert load_requirements(tmp_path) == ["mlflow", "a==1"]


def test_a_conda_environment_is_kept_as_it_was_given(tmp_path: Path) -> None:
    given = {"name": "mine", "dependencies": ["python=3.7.6", "pip", {"pip": ["a==1"]}], "pip": ["misplaced"]}

    choose_environment(None, conda_env=given).write(tmp_path)

    assert yaml.safe_load((tmp_path / "conda.yaml").read_text()) == given
    assert (tmp_path / "requirements.txt").read_text() == "a==1"
    assert yaml.safe_load((tmp_path / "python_env.yaml").read_text())["python"] == "3.7.6"


def test_two_descriptions_of_one_environment_are_refused() -> None:
    with pytest.raises(hw.InvalidParameterValue, match="Only one of `conda_env` and `pip_requirements`"):
        choose_environment(None, conda_env={}, pip_requirements=["a"])


@pytest.mark.parametrize(
    "line",
    [
        "scikit-learn",
        "scikit_learn==1.8.0",
        "polars[numpy, style] >= 1.0, <2.0",
        "torch==2.9.0+cpu",
        "a (>=1,<2)",
        "numpy==2.*; python_version < '3.13' and sys_platform == 'linux'",
        "pkg @ git+https://example.org/pkg.git@v1#egg=pkg",
        "git+ssh://git@example.org/pkg.git",
        "--extra-index-url https://example.org/simple",
        "-e ./pkg",
        "../pkg",
        "/tmp/my package/pkg-1.0-py3-none-any.whl",
        "pkg-1.0.tar.gz",
        "a==1 --hash=sha256:0a1b",
        "a==1 \\",
        "${HOME}/pkg",
    ],
)
def test_lines_that_pip_reads_are_kept(line: str) -> None:
    assert choose_environment(None, pip_requirements=[line]).requirements == ["mlflow", line]


@pytest.mark.parametrize("line", ["scikit-learn=1.8", "numpy >> 2", "foo bar", "pandas==", "==1.0", "a[b", "@x", "a,b"])
@pytest.mark.parametrize("argument", ["pip_requirements", "extra_pip_requirements"])
def test_a_line_that_pip_cannot_read_is_refused_when_a_model_is_saved(tmp_path: Path, line: str, argument: str) -> None:
    with pytest.raises(hw.InvalidParameterValue) as refused:
        hw.pyfunc.save_model(tmp_path / "model", python_model=len, **{argument: ["pandas", line]})  # type: ignore[arg-type]

    assert refused.value.message.startswith(f"'{line}' is not a requirement that pip can read.")
    assert not (tmp_path / "model").exists()
