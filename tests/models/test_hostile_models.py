"""Models made to do harm: none of them runs anything without consent, and none leaves its folder."""

import importlib.util
import json
import pickle
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

import headwater as hw

SECTION: dict[str, Any] = {"loader_module": "mlflow.pyfunc.model", "python_model": "python_model.pkl"}
CODE_SECTION: dict[str, Any] = {"loader_module": "mlflow.pyfunc.loaders.code_model", "model_code_path": "/a/model.py"}


class Marks:
    """A pickle that leaves a mark where it is loaded."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> Any:
        return (Path.touch, (self.path,))


@pytest.fixture
def mark(tmp_path: Path) -> Path:
    """Return the file that harm would make."""
    return tmp_path / "harm"


def make(folder: Path, section: dict[str, Any], files: dict[str, bytes]) -> Path:
    """Write a model as a stranger would."""
    folder.mkdir()
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    (folder / "MLmodel").write_text(yaml.safe_dump({"flavors": {"python_function": section}}))
    return folder


def pickled(mark: Path) -> dict[str, bytes]:
    return {"python_model.pkl": pickle.dumps(Marks(mark))}


def marking(mark: Path) -> bytes:
    return f"from pathlib import Path\nPath({str(mark)!r}).touch()\ndef _load_pyfunc(path): ...\n".encode()


def a_pickle(folder: Path, mark: Path) -> Path:
    return make(folder, SECTION, pickled(mark))


def a_pickle_of_scikit_learn(folder: Path, mark: Path) -> Path:
    section = {"loader_module": "mlflow.sklearn", "model_path": "model.pkl"}
    model = make(folder, section, {"model.pkl": pickle.dumps(Marks(mark))})
    flavors = {"python_function": section, "sklearn": {"pickled_model": "model.pkl", "serialization_format": "pickle"}}
    (model / "MLmodel").write_text(yaml.safe_dump({"flavors": flavors}))
    return model


def code(folder: Path, mark: Path) -> Path:
    return make(folder, CODE_SECTION, {"model.py": marking(mark)})


def a_loader_in_its_own_code(folder: Path, mark: Path) -> Path:
    return make(folder, {"loader_module": "evil_loader", "code": "code"}, {"code/evil_loader.py": marking(mark)})


def a_loader_of_pythons_own(folder: Path, mark: Path) -> Path:
    return make(folder, {"loader_module": "os"}, {"data": b""})


def code_in_place_of_a_module_of_pythons_own(folder: Path, mark: Path) -> Path:
    files = {"code/json.py": marking(mark), "code/colorsys.py": marking(mark), **pickled(mark)}
    return make(folder, {**SECTION, "code": "code"}, files)


def tags_that_make_objects(folder: Path, mark: Path) -> Path:
    model = make(folder, SECTION, pickled(mark))
    (model / "MLmodel").write_text(
        f"flavors:\n  python_function:\n    loader_module: !!python/object/apply:os.mknod ['{mark}']\n"
    )
    return model


def aliases_that_grow_without_bounds(folder: Path, mark: Path) -> Path:
    model = make(folder, SECTION, pickled(mark))
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
    (model / "MLmodel").write_text("\n".join([*lines, "flavors: {python_function: {loader_module: x}}"]))
    return model


def a_file_that_is_no_yaml(folder: Path, mark: Path) -> Path:
    model = make(folder, SECTION, {})
    (model / "MLmodel").write_bytes(b"\x00\xff{")
    return model


def a_config_that_names_a_pickle(folder: Path, mark: Path) -> Path:
    return make(folder, {**SECTION, "python_model_compression": "lzma"}, pickled(mark))


def a_pickle_of(flavor: str, file: str, section: dict[str, Any]) -> Callable[[Path, Path], Path]:
    """Return what makes a model of a flavor, whose framework is not needed to see that it holds a pickle."""

    def make_model(folder: Path, mark: Path) -> Path:
        pyfunc = {"loader_module": f"mlflow.{flavor}", **section}
        model = make(folder, pyfunc, {file: pickle.dumps(Marks(mark))})
        (model / "MLmodel").write_text(yaml.safe_dump({"flavors": {"python_function": pyfunc, flavor: section}}))
        return model

    make_model.__name__ = f"a_pickle_of_{flavor}"
    return make_model


PICKLES: list[Callable[[Path, Path], Path]] = [
    a_pickle_of("statsmodels", "model.statsmodels", {"data": "model.statsmodels"}),
    a_pickle_of("pmdarima", "model.pmd", {"data": "model.pmd"}),
    a_pickle_of("shap", "explainer.shap", {"serialized_explainer": "explainer.shap"}),
    a_pickle_of("fastai", "model.fastai", {"data": "model.fastai"}),
    a_pickle_of("paddle", "model.pdparams", {"pickled_model": "model"}),
    a_pickle_of("paddle", "model.pdiparams.info", {"pickled_model": "model"}),
    a_pickle_of("diffusers", "adapter_weights/w.bin", {"adapter_weights": "adapter_weights", "base_model": "x/y"}),
    a_pickle_of("lightgbm", "model.pkl", {"data": "model.pkl", "model_class": "lightgbm.sklearn.LGBMClassifier"}),
    a_pickle_of("pytorch", "data/model.pth", {"model_data": "data", "data": "data"}),
    a_pickle_of("tensorflow", "data/global_custom_objects.cloudpickle", {"data": "data", "model_type": "keras"}),
    a_pickle_of("keras", "data/custom_objects.cloudpickle", {"data": "data"}),
]

HARMFUL: list[Callable[[Path, Path], Path]] = [
    a_pickle,
    a_pickle_of_scikit_learn,
    code,
    a_loader_in_its_own_code,
    a_loader_of_pythons_own,
    code_in_place_of_a_module_of_pythons_own,
    tags_that_make_objects,
    aliases_that_grow_without_bounds,
    a_file_that_is_no_yaml,
    a_config_that_names_a_pickle,
    *PICKLES,
]


@pytest.mark.parametrize("make_model", HARMFUL)
def test_nothing_of_a_strangers_model_runs(
    tmp_path: Path, mark: Path, make_model: Callable[[Path, Path], Path]
) -> None:
    model = make_model(tmp_path / "m", mark)
    paths, modules = list(sys.path), set(sys.modules)

    with pytest.raises((hw.PermissionDenied, hw.InvalidParameterValue, hw.NotSupported)):
        hw.pyfunc.load_model(model)

    assert not mark.exists()
    assert sys.path == paths
    assert "evil_loader" not in set(sys.modules) - modules


@pytest.mark.parametrize(
    "section",
    [
        {**SECTION, "python_model": "../secret.txt"},
        {**SECTION, "python_model": "/etc/passwd"},
        {**SECTION, "code": ".."},
        {**SECTION, "code": "/"},
        {**SECTION, "artifacts": {"a": {"path": "../secret.txt", "uri": "x"}}},
        {**SECTION, "artifacts": {"a": {"path": "link.txt", "uri": "x"}}},
        {**SECTION, "artifacts": {"a": "../secret.txt"}},
        {**SECTION, "python_model": "link.txt"},
        {**SECTION, "code": "link"},
        {**CODE_SECTION, "model_code_path": "a/.."},
        {**CODE_SECTION, "model_code_path": "..\\..\\secret.txt"},
        {**CODE_SECTION, "model_code_path": "link.txt"},
        {"loader_module": "harmless", "code": "code", "data": "../secret.txt"},
        {"loader_module": "harmless", "code": "code", "data": "link"},
    ],
    ids=json.dumps,
)
def test_no_model_leaves_its_folder_even_with_consent(tmp_path: Path, section: dict[str, Any]) -> None:
    (tmp_path / "secret.txt").write_text("secret")
    harmless = b"def _load_pyfunc(path): return path\n"
    model = make(tmp_path / "m", section, {"python_model.pkl": pickle.dumps(print), "code/harmless.py": harmless})
    (model / "link.txt").symlink_to(tmp_path / "secret.txt")
    (model / "link").symlink_to(tmp_path)
    paths = list(sys.path)

    with pytest.raises(hw.InvalidParameterValue, match=r"outside of its folder|lacks its file|without a path"):
        hw.pyfunc.load_model(model, allow_pickle=True)

    assert sys.path == paths


def test_code_that_was_compiled_by_somebody_else_is_never_read(tmp_path: Path, mark: Path) -> None:
    (tmp_path / "own_module_compiled.py").write_text("def f(x): return x\n")
    model = tmp_path / "m"
    hw.pyfunc.save_model(
        model,
        loader_module="own_loader_compiled",
        code_paths=[_write(tmp_path / "own_loader_compiled.py"), tmp_path / "own_module_compiled.py"],
    )
    source = model / "code" / "own_module_compiled.py"
    cached = Path(importlib.util.cache_from_source(str(source)))
    cached.parent.mkdir()
    code = compile(marking(mark), str(source), "exec")
    unchecked = importlib.util.MAGIC_NUMBER + (1).to_bytes(4, "little") + bytes(8)
    import marshal

    cached.write_bytes(unchecked + marshal.dumps(code))
    before = cached.read_bytes()

    predicted = hw.pyfunc.load_model(model).predict(3)

    assert predicted == 3
    assert not mark.exists()
    assert [path.read_bytes() for path in (model / "code" / "__pycache__").iterdir()] == [before]


def _write(path: Path) -> Path:
    path.write_text(
        "import own_module_compiled\n"
        "class Model:\n    def predict(self, data): return own_module_compiled.f(data)\n"
        "def _load_pyfunc(path): return Model()\n"
    )
    return path


def test_a_file_added_to_ones_own_model_is_found(tmp_path: Path) -> None:
    hw.pyfunc.save_model(tmp_path / "m", loader_module="json", code_paths=[_write(tmp_path / "own_loader_added.py")])
    (tmp_path / "m" / "code" / "json.py").write_text("raise SystemExit")

    with pytest.raises(hw.DataLoss, match=r"'code/json.py' .* was added"):
        hw.pyfunc.load_model(tmp_path / "m")


def test_a_model_that_was_changed_is_no_longer_ones_own(tmp_path: Path, mark: Path) -> None:
    hw.pyfunc.save_model(tmp_path / "m", python_model=len)
    (tmp_path / "m" / "python_model.pkl").write_bytes(pickle.dumps(Marks(mark)))
    (tmp_path / "m" / "headwater_manifest.json").unlink()  # what DataLoss tells those who changed a model on purpose

    with pytest.raises(hw.PermissionDenied):
        hw.pyfunc.load_model(tmp_path / "m")

    assert not mark.exists()


def test_a_module_without_a_loader_is_said_to_be_none(tmp_path: Path, mark: Path) -> None:
    model = a_loader_of_pythons_own(tmp_path / "m", mark)

    with pytest.raises(hw.InvalidParameterValue, match="the module 'os' with a function _load_pyfunc"):
        hw.pyfunc.load_model(model, allow_pickle=True)
