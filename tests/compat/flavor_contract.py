"""The contract of each flavor, and that MLflow and Headwater load each other's models; runs beside the frameworks."""

import copy
import logging
import tempfile
import warnings
from collections.abc import Callable
from functools import cache, partial
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import flavor_details  # type: ignore[import-not-found]  # beside it
import flavor_rows  # type: ignore[import-not-found]
import mlflow.pyfunc
from reporting import report_checks  # type: ignore[import-not-found]

from headwater.models.pyfunc import load_model
from headwater.protocol.errors import PermissionDenied
from headwater.testing.contract_flavors import CHECKS, FlavorCase, assert_same, expect_refusal

IDLE_KEYS = {"serialization_format", "skops_trusted_types"}
"""MLflow writes them even if the file is none that they speak of."""


def mlflow_loads_what_we_saved(case: FlavorCase, folder: Path) -> None:
    """Save with Headwater; load with MLflow's flavor, and as `python_function`."""
    path = case.save_full(folder / "model")

    native = _verb(case, "load")(str(path))

    assert_same(case.answer(native, case.data), case.expect())
    if case.predicts:
        assert_same(mlflow.pyfunc.load_model(str(path)).predict(case.data), case.expect())


def we_load_what_mlflow_saved(case: FlavorCase, folder: Path) -> None:
    """Save with MLflow; load with the flavor, and as `python_function`, asked first where that runs code."""
    path = folder / "model"
    _save_with_peer(case, path)
    if case.runs_code:
        expect_refusal(PermissionDenied, lambda: case.module.load_model(path))
    consent = True if case.runs_code else None

    native = case.module.load_model(path, allow_pickle=consent)

    assert_same(case.answer(native, case.data), case.expect())
    if case.predicts:
        ours = load_model(path, allow_pickle=consent).predict(case.data)
        assert_same(ours, mlflow.pyfunc.load_model(str(path)).predict(case.data))


def both_describe_a_model_alike(case: FlavorCase, folder: Path) -> None:
    """Save with both: `MLmodel` has the same sections, and for loading, examples and signatures the same values."""
    _save_with_peer(case, folder / "theirs", **({"input_example": case.data} if case.has_signature else {}))
    case.save_full(folder / "ours")

    theirs, ours = (mlflow.models.Model.load(str(folder / name)) for name in ("theirs", "ours"))

    assert ours.flavors.keys() == theirs.flavors.keys()
    assert ours.flavors[case.flavor].keys() >= theirs.flavors[case.flavor].keys() - IDLE_KEYS
    if not case.predicts:
        return
    assert ours.flavors["python_function"] == theirs.flavors["python_function"]
    assert ours.saved_input_example_info == theirs.saved_input_example_info
    if theirs.signature is not None and "pyfunc_predict_fn" not in case.options:  # which MLflow does not ask
        assert ours.signature == theirs.signature, (ours.signature, theirs.signature)


def _verb(case: FlavorCase, verb: str) -> Any:
    """Return what MLflow saves or loads with."""
    noun = "explainer" if case.flavor == "shap" else "model"
    return getattr(import_module(f"mlflow.{case.flavor}"), f"{verb}_{noun}")


def _save_with_peer(case: FlavorCase, path: Path, **more: Any) -> None:
    trusted = {}
    if case.files[0].endswith(".skops"):
        trusted = {"skops_trusted_types": _types_in(case)}
    model = copy.deepcopy(case.model) if case.flavor == "onnx" else case.model  # MLflow moves its tensors out of it
    path.mkdir()  # without it, MLflow's Keras has nowhere to put an example
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        _verb(case, "save")(model, str(path), pip_requirements=["x"], **{**case.options, **trusted, **more})


def _types_in(case: FlavorCase) -> list[str]:
    """Return the types that MLflow wants named in a skops file, which ours finds."""
    with tempfile.TemporaryDirectory() as folder:
        path = case.save(Path(folder) / "model")
        section = mlflow.models.Model.load(str(path)).flavors[case.flavor]
    return section["skops_trusted_types"] or []


ALL_CHECKS: dict[str, Callable[[FlavorCase, Path], None]] = {
    **CHECKS,
    **{
        check.__name__: check
        for check in (mlflow_loads_what_we_saved, we_load_what_mlflow_saved, both_describe_a_model_alike)
    },
}


class Checks(dict[str, Callable[[], None]]):
    """Each check of each row, by a name such as `onnx_tensor.changed_files_are_found`, and each detail by its own."""

    def __init__(self, rows: ModuleType, *details: ModuleType) -> None:
        super().__init__()
        self._make_case = cache(rows.make_case)
        self._details = details

    def __missing__(self, name: str) -> Callable[[], None]:
        row, dot, check = name.partition(".")
        return partial(self._run, row, check) if dot else self._find_detail(name)

    def _find_detail(self, name: str) -> Callable[[], None]:
        home = next(module for module in self._details if hasattr(module, name))
        return getattr(home, name)  # type: ignore[no-any-return]

    def _run(self, row: str, check: str) -> None:
        with tempfile.TemporaryDirectory() as folder:
            ALL_CHECKS[check](self._make_case(row), Path(folder))


if __name__ == "__main__":
    logging.disable(logging.WARNING)
    report_checks(Checks(flavor_rows, flavor_details))
