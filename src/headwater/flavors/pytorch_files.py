"""The files of PyTorch modules: exported programs, TorchScript and pickles."""

import logging
import pickle
import sys
import zipfile
from importlib import import_module
from pathlib import Path
from typing import Any

from headwater.flavors.pytorch_archive import find_unsafe_program
from headwater.flavors.pytorch_predictor import to_tensors
from headwater.models.flavor import ModelFolder, Saved
from headwater.models.model_file import PYFUNC
from headwater.models.schema.example import split_params
from headwater.protocol.errors import InvalidParameterValue

PROGRAM, PICKLE = "pt2", "pickle"
_DATA, _OBJECT, _EXPORTED = "data", "model.pth", "model.pt2"
_MODULE_INFO = "pickle_module_info.txt"
_PICKLE_MODULE = "mlflow.pytorch.pickle_module"
"""The name by which MLflow reads the pickles of a module; cloudpickle writes the same."""

_PLAIN_PICKLES = {_PICKLE_MODULE, "pickle", "cloudpickle"}
_STOCK = "torch.nn.modules."
_ACTIVATIONS = {"elu", "gelu", "leaky_relu", "relu", "silu"}

_log = logging.getLogger(__name__)


def write_module(
    serialization_format: str | None, pickle_module: Any, example: Any, module: Any, folder: Path
) -> Saved:
    """Write a module into `data`: a program if the example allows it, else a pickle."""
    import torch

    if serialization_format not in {None, PROGRAM, PICKLE}:
        raise InvalidParameterValue(
            f"Invalid serialization_format '{serialization_format}'. Use '{PROGRAM}' or '{PICKLE}'."
        )
    if not isinstance(module, torch.nn.Module):
        raise InvalidParameterValue(f"A '{type(module).__name__}' is no torch.nn.Module. Save the module itself.")
    data = folder / _DATA
    data.mkdir()
    name = _PICKLE_MODULE
    wants_pickle = serialization_format == PICKLE or (
        serialization_format is None and (pickle_module or _is_stock(module))
    )
    if isinstance(module, torch.jit.ScriptModule):
        module.save(str(data / _OBJECT))
    elif wants_pickle or not _write_program(serialization_format, module, example, data / _EXPORTED):
        name = _write_pickle(module, data, pickle_module)
    pyfunc = {"data": _DATA, "pickle_module_name": name, "config": {"device": None}}
    return Saved({"model_data": _DATA}, pyfunc, ("cloudpickle",) if (data / _MODULE_INFO).exists() else ())


def _write_pickle(module: Any, data: Path, pickle_module: Any) -> str:
    """Pickle a module and return the name of the Python module that did."""
    import cloudpickle
    import torch

    name = _PICKLE_MODULE if pickle_module in {None, cloudpickle} else str(pickle_module.__name__)
    (data / _MODULE_INFO).write_text(name, encoding="utf-8")
    torch.save(module, data / _OBJECT, pickle_module=pickle_module or cloudpickle)
    return name


def _is_stock(module: Any) -> bool:
    """Tell whether a module consists of PyTorch's own: its pickle is then read without running code."""
    return all(type(part).__module__.startswith(_STOCK) for part in module.modules())


def read_module(folder: ModelFolder, **options: Any) -> Any:
    """Return the module of a model; `options` are those of `torch.load`."""
    import torch

    path = _find_file(folder)
    place = options.pop("map_location", None) or options.pop("device", None)
    if place is None and not torch.cuda.is_available():
        place = "cpu"
    if path.suffix == ".pt2":
        return _read_program(path, place)
    if _is_script(path):
        return torch.jit.load(str(path), map_location=place)
    stock = _find_stock(path)
    if stock is not None:
        with torch.serialization.safe_globals(stock):
            return torch.load(path, map_location=place, weights_only=True)
    name = _pickle_module(folder, path)
    if name not in _PLAIN_PICKLES:
        options["pickle_module"] = import_module(name)
    return torch.load(path, **{"map_location": place, "weights_only": False, **options})


def find_unsafe(folder: ModelFolder) -> list[str]:
    """Return, for people, what in a module's file runs code when it is loaded."""
    path = _find_file(folder)
    name = path.relative_to(folder.path.resolve()).as_posix()
    if path.suffix == ".pt2":
        return [f"{what} in '{name}'" for what in find_unsafe_program(path)]
    if _is_script(path):
        return [f"the TorchScript program '{name}'"]
    return [f"the pickle '{name}'"] if _find_stock(path) is None else []


def _write_program(serialization_format: str | None, module: Any, example: Any, path: Path) -> bool:
    """Export a module with its input example; tell whether that was asked for and went well."""
    import torch

    if serialization_format == PICKLE or (example is None and serialization_format is None):
        return False
    if example is None:
        raise InvalidParameterValue("serialization_format='pt2' traces the module with input_example. Pass one.")
    data, params = split_params(example)
    positional, named = to_tensors(module, data, next((weight.device for weight in module.parameters()), "cpu"))
    named |= params or {}
    module.eval()
    try:
        torch.export.save(_export(module, positional, named), path)
    except Exception as error:
        if serialization_format == PROGRAM:
            raise InvalidParameterValue(f"torch.export cannot trace this module: {error} Use 'pickle'.") from error
        _log.warning(
            "Saved the module as a pickle, since torch.export cannot trace it: %s: %s. Others must allow that it "
            "runs code when it is loaded.",
            type(error).__name__,
            str(error).partition("\n")[0],
        )
        path.unlink(missing_ok=True)
        return False
    return True


def _export(module: Any, positional: tuple[Any, ...], named: dict[str, Any]) -> Any:
    """Trace a module for any number of rows, where its code allows that."""
    import torch

    def widen(value: Any) -> Any:
        """Repeat a single row, which would fix the number of rows."""
        is_single = isinstance(value, torch.Tensor) and value.ndim > 1 and value.shape[0] == 1
        return torch.cat([value, value]) if is_single else value

    positional, named = tuple(map(widen, positional)), {name: widen(value) for name, value in named.items()}
    shapes = torch.export.ShapesCollection()
    for value in (*positional, *named.values()):
        if isinstance(value, torch.Tensor) and value.ndim:
            shapes[value] = {0: torch.export.Dim.AUTO}
    return torch.export.export(module, positional, named, dynamic_shapes=shapes)


def _read_program(path: Path, place: Any) -> Any:
    """Return the module of an exported program, which can be called, and put on a device, as the one it was made of."""
    import torch

    program = torch.export.load(path)
    if place is not None:
        program = import_module("torch.export.passes").move_to_device_pass(program, place)
    try:
        module = program.module(check_guards=False)  # guards are code that the file brings
    except TypeError:  # before PyTorch 2.9, which has none
        module = program.module()
    module.eval = lambda: module  # it is as it is used for inference; PyTorch's own refuses
    call = program.module_call_graph[0].signature
    count = call.in_spec.children()[0].num_children
    module.argument_names = tuple(call.forward_arg_names or ())[:count]  # those that it wants by position
    return module


def _pickle_module(folder: ModelFolder, path: Path) -> str:
    info = path.parent / _MODULE_INFO
    if info.is_file():
        return info.read_text(encoding="utf-8").strip()
    return str(folder.model.flavors.get(PYFUNC, {}).get("pickle_module_name") or "pickle")


def _find_file(folder: ModelFolder) -> Path:
    """Return the module's file, whatever its age: `data/model.pt2`, `data/model.pth`, or a file `model.pth` of 1.0."""
    data = folder.file(str(folder.section("pytorch").get("model_data") or _DATA))
    if data.is_file():
        return data
    program = data / _EXPORTED
    return program if program.is_file() else folder.file(f"{data.relative_to(folder.path.resolve())}/{_OBJECT}")


def _is_script(path: Path) -> bool:
    """Tell whether a file is TorchScript, which is an archive with constants beside its data."""
    if not zipfile.is_zipfile(path):
        return False
    with zipfile.ZipFile(path) as archive:
        return any(name.endswith("/constants.pkl") for name in archive.namelist())


def _find_stock(path: Path) -> list[Any] | None:
    """Return the classes that a pickle makes if all are PyTorch's own modules, which only keep values; else None."""
    import torch

    try:
        names = torch.serialization.get_unsafe_globals_in_checkpoint(path)
    except (ValueError, RuntimeError, AttributeError, pickle.UnpicklingError):  # a file of before PyTorch 1.6, or none
        return None
    found = []
    for module_name, _, name in (text.rpartition(".") for text in names):
        if module_name == "torch.nn.functional" and name in _ACTIVATIONS:
            found.append(getattr(torch.nn.functional, name))
            continue
        module = sys.modules.get(module_name)
        kind = getattr(module, name, None) if module_name.startswith(_STOCK) else None
        if not (isinstance(kind, type) and issubclass(kind, torch.nn.Module) and kind.__module__ == module_name):
            return None
        found.append(kind)
    return found
