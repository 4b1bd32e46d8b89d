"""What an exported program of PyTorch could do besides computing: a check of its file, without loading it.

`torch.export.load` evaluates expressions, unpickles, imports modules and looks functions up by name where the file says
so. A file is safe if it only names operators that compute, and has none of the rest.
"""

import io
import json
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

_OPERATORS = re.compile(
    r"torch\.ops\.(aten|prims)\.(?!from_file)\w+(\.\w+)?|torch\.sym_\w+|math\.\w+|_operator\.(?!attrgetter|itemgetter|methodcaller|call)\w+"
    r"|torch\.ops\.higher_order\.wrap_with_(set_grad_enabled|autocast)"
)
_EXPRESSION = re.compile(
    r"(?:Symbol\('[a-z]{1,4}\d+'(?:, \w+=(?:True|False))*\)|[a-z]{1,4}\d+|\d+\.\d+|\d+|[\s+\-*/(),<>=]"
    r"|\b(?:Integer|Rational|Float|Add|Mul|Pow|Max|Min|Mod|PythonMod|FloorDiv|CleanDiv|CeilToInt|FloorToInt|TruncToInt"
    r"|IntTrueDiv|FloatTrueDiv|PowByNatural|ToFloat|Eq|Ne|Ge|Le|Gt|Lt|True|False)\b)*"
)
_STRUCTURES = {None, "builtins.tuple", "builtins.list", "builtins.dict", "collections.OrderedDict"}
_PLAIN_FILES = (
    "/.data/",
    "/extra/",
    "/byteorder",
    "/version",
    "/archive_format",
    "/archive_version",
    "/.format_version",
)
_PAYLOAD = re.compile(r".*/data/(weights|constants)/(weight|tensor)_\d+")
_SETTINGS = re.compile(r".*/data/(weights|constants)/\w+_config\.json")
_SAMPLES = re.compile(r".*/data/sample_inputs/\w+\.pt")
_GRAPH = re.compile(r".*/models/\w+\.json")


def find_unsafe_program(path: Path) -> list[str]:
    """Return, for people, what in an exported program may run code; nothing if it only computes."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = [name for name in archive.namelist() if not name.endswith("/")]
            if len(set(names)) < len(names):
                return ["two files of one name"]
            found = {what for name in names for what in _find_in_file(name, archive)}
    except (zipfile.BadZipFile, ValueError, RecursionError) as error:
        return [f"what cannot be checked ({error})"]
    return sorted(found)


def _find_in_file(name: str, archive: zipfile.ZipFile) -> Iterator[str]:
    if _GRAPH.fullmatch(name):
        yield from _find_in_graph(json.loads(archive.read(name)))
    elif _SETTINGS.fullmatch(name):
        yield from _find_in_payloads(json.loads(archive.read(name)))
    elif _SAMPLES.fullmatch(name):
        yield from _find_in_samples(archive.read(name))
    elif not _PAYLOAD.fullmatch(name) and not any(part in f"/{name}" for part in _PLAIN_FILES):
        yield f"the file '{PurePosixPath(name).name}'"


def _find_in_graph(value: Any, key: str = "") -> Iterator[str]:
    if isinstance(value, dict):
        for inner, item in value.items():
            if inner == "range_constraints":
                yield from (f"the expression '{name}'" for name in item if not _EXPRESSION.fullmatch(name))
            yield from _find_in_graph(item, inner)
    elif isinstance(value, list):
        for item in value:
            yield from _find_in_graph(item, key)
    elif isinstance(value, str):
        if key in {"target", "as_operator"} and not _OPERATORS.fullmatch(value):
            yield f"the function '{value}'"
        elif key == "expr_str" and not _EXPRESSION.fullmatch(value):
            yield f"the expression '{value}'"
        elif key in {"in_spec", "out_spec"} and value:
            yield from _find_in_structure(json.loads(value))


def _find_in_structure(value: Any) -> Iterator[str]:
    """Look at how arguments are nested: structures of other kinds are made by functions found by name."""
    if isinstance(value, list):
        for item in value:
            yield from _find_in_structure(item)
    elif isinstance(value, dict):
        kind, context = value.get("type"), value.get("context")
        if kind not in _STRUCTURES or "__enum__" in str(context):
            yield f"arguments of the type '{kind}'"
        yield from _find_in_structure(value.get("children_spec", []))


def _find_in_payloads(settings: dict[str, Any]) -> Iterator[str]:
    for name, payload in settings["config"].items():
        if payload.get("use_pickle") or not re.fullmatch(r"(weight|tensor)_\d+", payload["path_name"]):
            yield f"the pickled value '{name}'"


def _find_in_samples(data: bytes) -> Iterator[str]:
    """Look at the inputs it was traced with, which PyTorch unpickles with all rights if it cannot without."""
    import torch

    try:
        if data:
            torch.load(io.BytesIO(data), weights_only=True)
    except Exception:  # noqa: BLE001 - of many kinds
        yield "pickled inputs"
