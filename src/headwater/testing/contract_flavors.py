"""What every flavor does. Describe a model in a `FlavorCase`, and call each of `CHECKS` with it and an empty folder.

The checks need no test runner, so that they run in an environment that has little besides the framework. Those that log
use the tracking store that is set.
"""

import sys
import time
import uuid
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import yaml

from headwater.config import HOME
from headwater.models.flavor import Flavor, find_flavor
from headwater.models.manifest import MANIFEST_FILE
from headwater.models.model_file import MODEL_FILE, PYFUNC, Model
from headwater.models.pyfunc import load_model
from headwater.models.requirements import infer_requirements
from headwater.models.schema.infer import infer_from_example
from headwater.protocol.errors import DataLoss, HeadwaterError, InvalidParameterValue, PermissionDenied

MAX_REQUIREMENTS_CPU_S = 0.25


@dataclass(frozen=True, kw_only=True)
class FlavorCase:
    """One kind of model of a flavor.

    Attributes:
        flavor: its name.
        model: the framework's own object.
        data: what the model is asked to predict from; also its input example.
        answer: what the framework itself answers, given an object and data.
        files: what the flavor writes, relative to the model's folder.
        keys: what must stand in the flavor's section of `MLmodel`.
        requirements: distributions that must be pinned; others of `allowed_requirements` may be.
        options: what `save_model` and `log_model` are called with besides.
        predicts: whether it can be loaded as `python_function`.
        runs_code: whether loading it runs code, which needs consent.
        has_signature: whether a signature can be found from `data`.
        keeps_class: whether what is loaded is of the class of what was saved.
        name_is_second: whether the name of a model that is logged may be given as the second argument.
    """

    flavor: str
    model: Any
    data: Any
    answer: Callable[[Any, Any], Any]
    files: tuple[str, ...]
    keys: Mapping[str, Any]
    requirements: Collection[str]
    allowed_requirements: Collection[str] = ()
    options: Mapping[str, Any] = field(default_factory=dict)
    predicts: bool = True
    runs_code: bool = False
    has_signature: bool = True
    keeps_class: bool = True
    name_is_second: bool = True

    @property
    def module(self) -> ModuleType:
        """Return the module with `save_model`, `log_model` and `load_model`."""
        return import_module(f"headwater.flavors.{self.flavor}")

    @property
    def declared(self) -> Flavor:
        """Return what the flavor declares."""
        return find_flavor(self.flavor)

    def save(self, path: Path, **options: Any) -> Path:
        """Save the model and return its folder."""
        self.module.save_model(self.model, path, **{**self.options, **options})
        return path

    def save_full(self, path: Path) -> Path:
        """Save the model with an input example and metadata."""
        example = {"input_example": self.data} if self.has_signature else {}
        return self.save(path, metadata={"owner": {"team": "a"}}, **example)

    def expect(self) -> Any:
        """Return what the framework answers for the case's own object."""
        return self.answer(self.model, self.data)


def is_same(found: Any, expected: Any) -> bool:
    """Return whether two predictions are of one kind and hold the same values, to the precision of a float."""
    if isinstance(expected, Mapping):
        return found.keys() == expected.keys() and all(is_same(found[key], expected[key]) for key in expected)
    if hasattr(expected, "columns"):
        same_columns = list(found.columns) == list(expected.columns)
        return same_columns and all(is_same(found[name].to_numpy(), expected[name].to_numpy()) for name in expected)
    if isinstance(expected, list) or (isinstance(expected, np.ndarray) and expected.dtype.kind == "O"):
        return len(found) == len(expected) and all(is_same(*pair) for pair in zip(found, expected, strict=True))
    if isinstance(expected, str):
        return bool(found == expected)
    mine, other = np.asarray(found), np.asarray(expected)
    if mine.dtype.kind not in "fc":
        return mine.dtype.kind == other.dtype.kind and np.array_equal(mine, other)
    return mine.shape == other.shape and np.allclose(mine, other, rtol=1e-6, atol=1e-9, equal_nan=True)


def assert_same(found: Any, expected: Any) -> None:
    """Raise `AssertionError` with both predictions unless they are the same."""
    assert type(found) is type(expected), (type(found), type(expected))
    assert is_same(found, expected), f"{found!r} is not {expected!r}"


@contextmanager
def a_stranger(folder: Path) -> Iterator[None]:
    """Be a user who saved nothing yet on this machine."""
    kept = HOME.get()
    HOME.set(str(folder / "home-of-a-stranger"))
    try:
        yield
    finally:
        HOME.set(kept)


def expect_refusal(error: type[HeadwaterError], call: Callable[[], object], *words: str) -> None:
    """Raise `AssertionError` unless a call raises the error, with all of the words in its message."""
    message = None
    try:
        call()
    except error as refusal:
        message = str(refusal)
    assert message is not None, f"No {error.__name__} was raised"
    missing = [word for word in words if word not in message]
    assert not missing, f"'{message}' does not say {missing}"


def the_framework_predicts_the_same_after_loading(case: FlavorCase, folder: Path) -> None:
    """Save, load with the flavor, ask the framework."""
    path = case.save(folder / "model")

    loaded = case.module.load_model(path)

    assert not case.keeps_class or type(loaded) is type(case.model)
    assert_same(case.answer(loaded, case.data), case.expect())


def any_model_is_loaded_by_its_python_function(case: FlavorCase, folder: Path) -> None:
    """Save, load without naming the framework, and predict what it predicts."""
    path = case.save_full(folder / "model")
    if not case.predicts:
        expect_refusal(InvalidParameterValue, lambda: load_model(path), PYFUNC)
        return

    loaded = load_model(path)

    assert loaded.loader_module == f"mlflow.{case.flavor}"
    assert not case.keeps_class or type(loaded.get_raw_model()) is type(case.model)
    assert_same(loaded.predict(case.data), case.expect())


def the_signature_is_that_of_the_input_example(case: FlavorCase, folder: Path) -> None:
    """Save with an example: it is read back, the signature fits it, and its request is kept."""
    if not (case.predicts and case.has_signature):
        return
    model = Model.load(case.save_full(folder / "model"))

    assert model.signature == infer_from_example(case.data, case.expect())
    loaded = load_model(folder / "model")
    assert_same(loaded.predict(loaded.input_example), case.expect())
    assert model.get_serving_input(folder / "model")


def requirements_are_pinned_and_found_at_once(case: FlavorCase, folder: Path) -> None:
    """Find what the model needs, each distribution once and pinned, within a fraction of a second."""
    path = case.save(folder / "model")
    lines = (path / "requirements.txt").read_text(encoding="utf-8").splitlines()
    started = time.process_time()

    again = infer_requirements(path, (*case.declared.needed(), *(case.requirements)))

    assert time.process_time() - started < MAX_REQUIREMENTS_CPU_S
    assert (lines[0], sorted(lines[1:])) == ("mlflow", sorted(again)), (lines, again)
    names = {line.partition("==")[0] for line in lines[1:]}
    assert names >= set(case.requirements), names
    assert names <= {*case.requirements, *case.allowed_requirements}, names
    assert all("==" in line for line in lines[1:]), lines
    defaults = case.module.get_default_pip_requirements()
    assert set(defaults) <= set(lines[1:])
    assert {"pip": ["mlflow", *defaults]} in case.module.get_default_conda_env()["dependencies"]


def changed_files_are_found(case: FlavorCase, folder: Path) -> None:
    """Change, add and remove a file of a saved model: loading says which one."""
    path = case.save(folder / "model")
    target = path / case.files[0]
    changed = [target] if target.is_file() else [file for file in sorted(target.rglob("*")) if file.is_file()][:1]
    content = changed[0].read_bytes()

    changed[0].write_bytes(content[:-1] + bytes([content[-1] ^ 1]))

    expect_refusal(DataLoss, lambda: case.module.load_model(path), changed[0].relative_to(path).as_posix())
    changed[0].write_bytes(content)
    (path / "added.txt").touch()
    expect_refusal(DataLoss, lambda: case.module.load_model(path), "added.txt")


def a_stranger_is_asked_before_code_runs(case: FlavorCase, folder: Path) -> None:
    """Load it as somebody who did not save it: at once if that runs nothing, else with consent only."""
    path = case.save(folder / "model")
    with a_stranger(folder):
        if case.runs_code:
            expect_refusal(PermissionDenied, lambda: case.module.load_model(path), case.files[0])
            if case.predicts:
                expect_refusal(PermissionDenied, lambda: load_model(path), case.files[0])

        loaded = case.module.load_model(path, allow_pickle=True if case.runs_code else None)

    assert_same(case.answer(loaded, case.data), case.expect())


def the_file_says_what_the_model_is(case: FlavorCase, folder: Path) -> None:
    """Read `MLmodel`: sections, version, size and metadata; keys that nobody knows are kept."""
    path = case.save_full(folder / "model")
    model = Model.load(path)

    section = model.flavors[case.flavor]
    assert section.items() >= {**case.keys, "code": None, case.declared.version_key: case.declared.version()}.items()
    written_last = {path / MODEL_FILE, path / MANIFEST_FILE}
    files = [file for file in path.rglob("*") if file.is_file() and file not in written_last]
    assert model.model_size_bytes == sum(file.stat().st_size for file in files)
    assert model.metadata == {"owner": {"team": "a"}}
    assert all((path / name).exists() for name in case.files)
    values = yaml.safe_load((path / MODEL_FILE).read_text(encoding="utf-8"))
    assert Model.from_dict({**values, "from_the_future": {"a": [1]}}).to_dict()["from_the_future"] == {"a": [1]}


def code_paths_come_with_the_model(case: FlavorCase, folder: Path) -> None:
    """Save with a module of one's own: it can be imported after loading, and a stranger is asked."""
    module = f"own_code_{uuid.uuid4().hex}"
    (folder / f"{module}.py").write_text("ANSWER = 42\n", encoding="utf-8")

    path = case.save(folder / "model", code_paths=[folder / f"{module}.py"])
    case.module.load_model(path)

    assert import_module(module).ANSWER == 42
    assert Path(str(sys.modules[module].__file__)).is_relative_to(path.resolve())
    assert Model.load(path).flavors[case.flavor]["code"] == "code"
    with a_stranger(folder):
        expect_refusal(PermissionDenied, lambda: case.module.load_model(path))


def the_environment_can_be_given(case: FlavorCase, folder: Path) -> None:
    """Save with requirements of one's own, instead of those found or besides."""
    own = case.save(folder / "own", pip_requirements=["thing==1"])
    more = case.save(folder / "more", extra_pip_requirements=["thing==1"], extra_files=[own / "requirements.txt"])

    assert (own / "requirements.txt").read_text(encoding="utf-8") == "mlflow\nthing==1"
    lines = (more / "requirements.txt").read_text(encoding="utf-8").splitlines()
    assert lines[-1] == "thing==1"
    assert set(lines) > set(case.module.get_default_pip_requirements())
    assert (more / "extra_files" / "requirements.txt").is_file()


def mistakes_leave_nothing_behind(case: FlavorCase, folder: Path) -> None:
    """Save with a misspelt argument and into a folder that is in use."""
    path = folder / "model"
    expect_refusal(InvalidParameterValue, lambda: case.save(path, signatur=None), "'signatur'", "'signature'")
    assert not path.exists()
    path.mkdir()
    (path / "mine.txt").touch()

    expect_refusal(InvalidParameterValue, lambda: case.save(path), "not empty")

    assert [file.name for file in path.iterdir()] == ["mine.txt"]


def it_is_logged_in_every_style_of_call(case: FlavorCase, folder: Path) -> None:
    """Log it with the name as second argument, as `artifact_path=` and as `name=`, and register it."""
    import headwater as hw

    registered = f"{case.flavor}-{folder.name}"
    with hw.start_run():
        old = (
            case.module.log_model(case.model, "first", **case.options)
            if case.name_is_second
            else case.module.log_model(case.model, name="first", **case.options)
        )
        second = case.module.log_model(case.model, artifact_path="second", **case.options)
        third = case.module.log_model(case.model, name="third", registered_model_name=registered, **case.options)

    infos = (old, second, third)
    assert [info.name for info in infos] == ["first", "second", "third"]
    assert third.registered_model_version == 1
    for uri in (old.model_uri, f"runs:/{second.run_id}/second", f"models:/{registered}/1"):
        assert_same(case.answer(case.module.load_model(uri), case.data), case.expect())


CHECKS: dict[str, Callable[[FlavorCase, Path], None]] = {
    check.__name__: check
    for check in (
        the_framework_predicts_the_same_after_loading,
        any_model_is_loaded_by_its_python_function,
        the_signature_is_that_of_the_input_example,
        requirements_are_pinned_and_found_at_once,
        changed_files_are_found,
        a_stranger_is_asked_before_code_runs,
        the_file_says_what_the_model_is,
        code_paths_come_with_the_model,
        the_environment_can_be_given,
        mistakes_leave_nothing_behind,
        it_is_logged_in_every_style_of_call,
    )
}
"""What every flavor must pass, by name."""
