"""What a file of PyTorch's exported programs could do is found without PyTorch, and without loading it."""

import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from headwater.flavors.pytorch_archive import find_unsafe_program

STRUCTURE = json.dumps([1, {"type": "builtins.tuple", "context": "null", "children_spec": []}])
PAYLOAD = {"path_name": "weight_0", "is_param": True, "use_pickle": False}


def _graph(target: str = "torch.ops.aten.linear.default", size: str = "s77", structure: str = STRUCTURE) -> Any:
    node = {"target": target, "inputs": [{"arg": {"as_tensor": {"name": "x"}}}]}
    sizes = [{"as_expr": {"expr_str": size}}, {"as_int": 3}]
    return {
        "graph_module": {
            "graph": {"nodes": [node], "tensor_values": {"x": {"sizes": sizes}}},
            "module_call_graph": [{"signature": {"in_spec": structure, "out_spec": structure}}],
        },
        "range_constraints": {"s77": {"min_val": 2}},
    }


def _write(
    path: Path, graph: Any, payload: Mapping[str, Any] = PAYLOAD, others: Mapping[str, bytes] | None = None
) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("model/models/model.json", json.dumps(graph))
        archive.writestr("model/data/weights/model_weights_config.json", json.dumps({"config": {"w": payload}}))
        archive.writestr("model/data/weights/weight_0", bytes(12))
        archive.writestr("model/version", b"3")
        for name, content in (others or {}).items():
            archive.writestr(name, content)
    return path


@pytest.mark.parametrize(
    "size",
    ["s77", "2*s77 + 1", "Symbol('s77', positive=True, integer=True)", "Max(1, FloorDiv(s0, 2))", "u0", "s1 >= 2"],
)
def test_a_program_that_only_computes_is_safe(tmp_path: Path, size: str) -> None:
    path = _write(tmp_path / "model.pt2", _graph(size=size))

    assert find_unsafe_program(path) == []


@pytest.mark.parametrize(
    "graph",
    [
        _graph(target="torch.os.system"),
        _graph(target="torch.ops.mine.run.default"),
        _graph(target="torch.ops.aten.from_file.default"),
        _graph(target="_operator.attrgetter"),
        _graph(target="#mine:run"),
        _graph(size="__import__('os').system('x')"),
        _graph(size="eval(chr(49))"),
        _graph(size="s77.__class__"),
        _graph(size="Symbol('os', positive=True)"),
        _graph(structure=STRUCTURE.replace("builtins.tuple", "collections.defaultdict")),
        _graph(structure=STRUCTURE.replace('"null"', '"{\\"__enum__\\": true}"')),
        {**_graph(), "range_constraints": {"exit()": {}}},
    ],
)
def test_a_program_that_names_anything_else_is_not(tmp_path: Path, graph: Any) -> None:
    path = _write(tmp_path / "model.pt2", graph)

    assert len(find_unsafe_program(path)) == 1


@pytest.mark.parametrize(
    ("payload", "others"),
    [
        ({**PAYLOAD, "use_pickle": True}, {}),
        ({**PAYLOAD, "path_name": "opaque_obj_0"}, {}),
        (PAYLOAD, {"model/data/weights/model.pt": b""}),
        (PAYLOAD, {"model/data/constants/opaque_obj_0": b""}),
        (PAYLOAD, {"model/data/aotinductor/model/a.so": b""}),
    ],
)
def test_a_program_with_pickles_or_binaries_is_not(
    tmp_path: Path, payload: Mapping[str, Any], others: Mapping[str, bytes]
) -> None:
    path = _write(tmp_path / "model.pt2", _graph(), payload, others)

    assert len(find_unsafe_program(path)) == 1


def test_what_is_no_archive_is_not(tmp_path: Path) -> None:
    (tmp_path / "model.pt2").write_bytes(b"\x80\x04.")

    assert find_unsafe_program(tmp_path / "model.pt2") != []
