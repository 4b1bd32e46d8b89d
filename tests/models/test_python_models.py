"""Models of one's own: classes and functions, saved, logged, loaded and called."""

import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import headwater as hw
from headwater.models.model_file import Model
from headwater.models.schema.signature import ModelSignature


class AddN(hw.pyfunc.PythonModel):
    def __init__(self, n: int) -> None:
        self.n = n

    def predict(self, context: Any, model_input: Any, params: Mapping[str, Any] | None = None) -> Any:
        return model_input.apply(lambda column: column + self.n)


class Greets(hw.pyfunc.PythonModel):
    def load_context(self, context: hw.pyfunc.PythonModelContext) -> None:
        self.word = Path(context.artifacts["word"]).read_text()
        self.mark = context.model_config.get("mark", ".")

    def predict(self, model_input: Any) -> Any:
        return [f"{self.word} {name}{self.mark}" for name in model_input["name"]]


class Scores(hw.pyfunc.PythonModel):
    def predict(self, context: Any, model_input: Any) -> Any:
        return model_input.iloc[:, 0].apply(lambda text: {"length": len(text)})


class Counts(hw.pyfunc.PythonModel):
    def predict(self, context: Any, model_input: Any, params: Mapping[str, Any] | None = None) -> Any:
        return [params]

    def predict_stream(self, context: Any, model_input: Any, params: Any = None) -> Iterator[Any]:
        yield from model_input


def shout(model_input: Any) -> Any:
    return [str(text).upper() for text in model_input]


def test_a_class_predicts_the_same_after_it_was_saved(tmp_path: Path) -> None:
    hw.pyfunc.save_model(tmp_path / "m", python_model=AddN(5))

    loaded = hw.pyfunc.load_model(tmp_path / "m")

    assert loaded.predict(pd.DataFrame([range(10)])).equals(pd.DataFrame([range(5, 15)]))
    assert loaded.unwrap_python_model().n == 5
    assert loaded.get_raw_model().n == 5
    assert repr(loaded) == "headwater.pyfunc.loaded_model:\n  flavor: mlflow.pyfunc.model\n"


def test_a_class_of_a_program_is_loaded_by_a_process_that_lacks_it(tmp_path: Path) -> None:
    program = tmp_path / "train.py"
    program.write_text(
        "import headwater as hw\n"
        "class Twice(hw.pyfunc.PythonModel):\n"
        "    def predict(self, model_input):\n"
        "        import statistics\n"
        "        return [statistics.mean([x, x * 3]) for x in model_input]\n"
        "hw.pyfunc.save_model('m', python_model=Twice())\n"
    )
    load = "import headwater as hw; print(hw.pyfunc.load_model('m').predict([2]))"

    for arguments in ([str(program)], ["-c", load]):
        done = subprocess.run([sys.executable, *arguments], cwd=tmp_path, capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[4]"


def test_a_logged_model_is_loaded_by_its_run_while_that_is_active() -> None:
    with hw.start_run() as run:
        hw.pyfunc.log_model("add", python_model=AddN(1))

        found = hw.pyfunc.load_model(f"runs:/{run.info.run_id}/add").predict(pd.DataFrame({"a": [1]}))

    assert found["a"].tolist() == [2]


def test_logging_says_what_is_known_of_the_model() -> None:
    info = hw.pyfunc.log_model(name="add", python_model=AddN(1), input_example=pd.DataFrame({"a": [1]}))

    assert info.name == "add"
    assert info.signature == hw.models.infer_signature(pd.DataFrame({"a": [1]}), pd.DataFrame({"a": [2]}))
    assert info.flavors["python_function"]["loader_module"] == "mlflow.pyfunc.model"


@pytest.mark.parametrize("model", [shout, lambda model_input: shout(model_input), str.upper])
def test_a_function_is_a_model(tmp_path: Path, model: Any) -> None:
    hw.pyfunc.save_model(tmp_path / "m", python_model=model)

    found = hw.pyfunc.load_model(tmp_path / "m").predict("a" if model is str.upper else ["a"])

    assert found in (["A"], "A")


def test_artifacts_and_configuration_reach_the_model(tmp_path: Path) -> None:
    (tmp_path / "word.txt").write_text("Hello")
    hw.pyfunc.save_model(
        tmp_path / "m",
        python_model=Greets(),
        artifacts={"word": tmp_path / "word.txt"},
        model_config={"mark": "!"},
    )
    (tmp_path / "word.txt").unlink()
    names = pd.DataFrame({"name": ["Ada"]})

    assert hw.pyfunc.load_model(tmp_path / "m").predict(names) == ["Hello Ada!"]
    assert hw.pyfunc.load_model(tmp_path / "m", model_config={"mark": "?"}).predict(names) == ["Hello Ada?"]


def test_artifacts_are_fetched_from_runs_and_folders_and_may_share_a_name(tmp_path: Path) -> None:
    for word in ("one", "two"):
        (tmp_path / word).mkdir()
        (tmp_path / word / "word.txt").write_text(word)
    with hw.start_run() as run:
        hw.log_text("three", "word.txt")
    uris = {
        "word": str(tmp_path / "one" / "word.txt"),
        "same": (tmp_path / "two" / "word.txt").as_uri(),
        "run": f"runs:/{run.info.run_id}/word.txt",
        "folder": str(tmp_path / "two"),
    }

    hw.pyfunc.save_model(tmp_path / "m", python_model=Greets(), artifacts=uris)

    described = Model.load(tmp_path / "m").flavors["python_function"]["artifacts"]
    assert {name: entry["uri"] for name, entry in described.items()} == uris
    read = {name: tmp_path / "m" / entry["path"] for name, entry in described.items()}
    assert read["word"].read_text() == "one"
    assert read["same"].read_text() == "two"
    assert read["run"].read_text() == "three"
    assert (read["folder"] / "word.txt").read_text() == "two"


def test_predictions_of_any_kind_pass_unchanged(tmp_path: Path) -> None:
    hw.pyfunc.save_model(tmp_path / "m", python_model=Scores())

    score = hw.pyfunc.load_model(tmp_path / "m").predict(pd.DataFrame(["good", "bad"]))

    assert isinstance(score, pd.Series)
    assert score[0] == {"length": 4}


def test_params_have_the_types_and_defaults_of_the_signature(tmp_path: Path) -> None:
    signature = hw.models.infer_signature([1], [1], params={"k": 3, "share": 0.5})
    hw.pyfunc.save_model(tmp_path / "m", python_model=Counts(), signature=signature)
    loaded = hw.pyfunc.load_model(tmp_path / "m")

    assert loaded.predict([1], params={"share": 1}) == [{"k": 3, "share": 1.0}]
    with pytest.raises(hw.InvalidParameterValue, match="Invalid parameters found"):
        loaded.predict([1], params={"k": "many"})


def test_a_model_streams_if_it_can(tmp_path: Path) -> None:
    hw.pyfunc.save_model(tmp_path / "stream", python_model=Counts())
    hw.pyfunc.save_model(tmp_path / "plain", python_model=Scores())

    assert list(hw.pyfunc.load_model(tmp_path / "stream").predict_stream([1, 2])) == [1, 2]
    assert Model.load(tmp_path / "stream").flavors["python_function"]["streamable"] is True
    with pytest.raises(hw.InvalidParameterValue, match="'Scores' does not stream"):
        list(hw.pyfunc.load_model(tmp_path / "plain").predict_stream([1]))


@pytest.mark.parametrize(("compression", "suffix"), [("lzma", ".xz"), ("bzip2", ".bz2"), ("gzip", ".gz")])
def test_a_pickle_may_be_compressed(tmp_path: Path, compression: str, suffix: str) -> None:
    hw.pyfunc.save_model(tmp_path / "m", python_model=AddN(1), python_model_compression=compression)

    assert (tmp_path / "m" / f"python_model.pkl{suffix}").exists()
    assert hw.pyfunc.load_model(tmp_path / "m").predict(pd.DataFrame({"a": [1]}))["a"].tolist() == [2]


def test_what_the_model_needs_is_found_without_running_it(tmp_path: Path) -> None:
    def count(model_input: Any) -> Any:
        import yaml

        return np.array([len(yaml.safe_load(text)) for text in model_input])

    hw.pyfunc.save_model(tmp_path / "m", python_model=count)

    lines = Path(hw.pyfunc.get_model_dependencies(tmp_path / "m")).read_text().splitlines()
    assert [line.partition("==")[0] for line in lines] == ["mlflow", "cloudpickle", "numpy", "PyYAML"]


def test_a_conda_environment_is_kept_as_it_was_given(tmp_path: Path) -> None:
    conda = {
        "channels": ["defaults", "conda-forge"],
        "dependencies": ["python=3.7.6", "pip"],
        "pip": ["mlflow", "vaderSentiment==3.3.1"],
        "name": "mlflow-env",
    }
    hw.pyfunc.save_model(tmp_path / "m", python_model=Scores(), conda_env=conda)

    import yaml

    assert yaml.safe_load(Path(hw.pyfunc.get_model_dependencies(tmp_path / "m", format="conda")).read_text()) == conda
    assert hw.pyfunc.load_model(tmp_path / "m").predict(pd.DataFrame(["x"]))[0] == {"length": 1}


def test_a_module_may_load_the_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "numbers_loader.py").write_text(
        "from pathlib import Path\n"
        "class Sum:\n"
        "    def __init__(self, add): self.add = add\n"
        "    def predict(self, data): return [value + self.add for value in data]\n"
        "def _load_pyfunc(path): return Sum(int(Path(path).read_text()))\n"
    )
    (tmp_path / "number.txt").write_text("7")
    hw.pyfunc.save_model(
        tmp_path / "m",
        loader_module="numbers_loader",
        data_path=tmp_path / "number.txt",
        code_paths=[tmp_path / "numbers_loader.py"],
    )

    loaded = hw.pyfunc.load_model(tmp_path / "m")

    assert loaded.predict([1]) == [8]
    assert loaded.loader_module == "numbers_loader"
    with pytest.raises(hw.InvalidParameterValue, match="no PythonModel"):
        loaded.unwrap_python_model()


def test_ones_own_modules_are_found_and_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "here").mkdir()
    package = tmp_path / "here" / "own_package_of_a_test"
    package.mkdir()
    (package / "__init__.py").write_text("import own_module_of_a_test\ndef f(x): return own_module_of_a_test.add(x)\n")
    (tmp_path / "here" / "own_module_of_a_test.py").write_text("def add(x): return x + 1\n")
    program = tmp_path / "train.py"
    program.write_text(
        f"import sys; sys.path.insert(0, {str(tmp_path / 'here')!r})\n"
        "import headwater as hw, own_package_of_a_test\n"
        "class M(hw.pyfunc.PythonModel):\n"
        "    def predict(self, model_input): return own_package_of_a_test.f(model_input)\n"
        "hw.pyfunc.save_model('m', python_model=M(), infer_code_paths=True)\n"
    )
    load = "import headwater as hw; print(hw.pyfunc.load_model('m').predict(1))"

    for arguments in ([str(program)], ["-c", load]):
        done = subprocess.run([sys.executable, *arguments], cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr

    assert done.stdout.strip() == "2"
    code = tmp_path / "m" / "code"
    assert sorted(path.name for path in code.iterdir()) == ["own_module_of_a_test.py", "own_package_of_a_test"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "either `loader_module` or `python_model`"),
        ({"python_model": shout, "loader_module": "m"}, "either `loader_module` or `python_model`"),
        ({"python_model": shout, "data_path": "x"}, "`data_path` goes with"),
        ({"loader_module": "m", "artifacts": {"a": "b"}}, "`artifacts` goes with"),
        ({"python_model": AddN}, "got '<class"),
        ({"python_model": 5}, "got '5'"),
        ({"python_modle": shout}, "Did you mean 'python_model'"),
        ({"python_model": "absent.py"}, "no file 'absent.py'"),
        ({"python_model": lambda: 1}, "takes 0 arguments"),
        ({"python_model": hw.pyfunc.PythonModel()}, "'PythonModel' has no predict"),
        ({"python_model": shout, "python_model_compression": "zip"}, "Unknown compression 'zip'"),
        ({"python_model": shout, "artifacts": {"a": "/absent/file"}}, "absent"),
    ],
)
def test_options_that_make_no_model_are_refused_and_leave_nothing(
    tmp_path: Path, options: dict[str, Any], message: str
) -> None:
    with pytest.raises(hw.HeadwaterError, match=message):
        hw.pyfunc.save_model(tmp_path / "m", **options)

    assert not (tmp_path / "m").exists()


def test_a_folder_that_is_not_empty_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "m").mkdir()
    (tmp_path / "m" / "mine.txt").write_text("mine")

    with pytest.raises(hw.InvalidParameterValue, match="already exists and is not empty"):
        hw.pyfunc.save_model(tmp_path / "m", python_model=shout)

    assert (tmp_path / "m" / "mine.txt").read_text() == "mine"


def test_a_model_that_fails_on_its_example_is_saved_without_a_signature(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    hw.pyfunc.save_model(tmp_path / "m", python_model=Scores(), input_example=[1])

    assert Model.load(tmp_path / "m").signature is None
    assert "failed on its input example" in caplog.text


def test_a_signature_can_be_replaced_where_the_model_is(tmp_path: Path) -> None:
    signature = hw.models.infer_signature([1], [1])
    info = hw.pyfunc.log_model(name="add", python_model=shout)
    hw.pyfunc.save_model(tmp_path / "m", python_model=shout)

    hw.models.set_signature(info.model_uri, signature)
    hw.models.set_signature(tmp_path / "m", signature)

    for uri in (info.model_uri, tmp_path / "m"):
        assert hw.models.get_model_info(uri).signature == signature
        assert hw.pyfunc.load_model(uri).predict([1])


def test_a_registered_version_does_not_change() -> None:
    info = hw.pyfunc.log_model(name="add", python_model=shout, registered_model_name="shouts")

    with pytest.raises(hw.InvalidParameterValue, match="never changes"):
        hw.models.set_signature("models:/shouts/1", hw.models.infer_signature([1]))

    assert info.registered_model_version == 1
    assert hw.models.get_model_info("models:/shouts/1").registered_model_version == 1
    assert hw.models.get_model_info(info.model_uri).name == "add"


def test_requirements_can_be_changed(tmp_path: Path) -> None:
    hw.pyfunc.save_model(tmp_path / "m", python_model=shout, pip_requirements=["pandas==1.0", "requests"])

    hw.models.update_model_requirements(tmp_path / "m", "add", ["Pandas==2.3.3", "scipy"])
    hw.models.update_model_requirements(tmp_path / "m", "remove", ["requests"])

    wanted = ["mlflow", "Pandas==2.3.3", "scipy"]
    assert (tmp_path / "m" / "requirements.txt").read_text().splitlines() == wanted
    assert hw.pyfunc.load_model(tmp_path / "m", suppress_warnings=True).predict(["a"]) == ["A"]
    with pytest.raises(hw.InvalidParameterValue, match="Invalid operation 'drop'"):
        hw.models.update_model_requirements(tmp_path / "m", "drop", ["x"])


def test_any_module_can_be_named_as_the_one_that_predicts() -> None:
    model = hw.pyfunc.add_to_model(Model(), "my_loader", data="weights.bin", conda_env="conda.yaml", answer=42)

    section = model.flavors["python_function"]
    assert {key: section[key] for key in ("loader_module", "data", "env", "answer")} == {
        "loader_module": "my_loader",
        "data": "weights.bin",
        "env": {"conda": "conda.yaml"},
        "answer": 42,
    }


def test_the_signature_of_a_file_is_an_object(tmp_path: Path) -> None:
    hw.pyfunc.save_model(tmp_path / "m", python_model=shout, signature=hw.models.infer_signature(["a"], ["A"]))

    assert isinstance(hw.pyfunc.load_model(tmp_path / "m").metadata.signature, ModelSignature)
