"""Whether a model can take another's place: what changed between two signatures, and what that means for callers.

Whoever called the old model must be understood by the new one, and must understand its answers. So an input may accept
more than before and an output may only be narrower; what a caller sends in vain is dropped.
"""

import enum
import json
from collections.abc import Callable, Mapping
from typing import Any

from headwater.protocol.version_comparison import SignatureChange, SignatureDiff, Verdict

_WIDER = {
    "integer": {"long", "double"},
    "long": {"double"},
    "float": {"double"},
}


class Relation(enum.StrEnum):
    """What a type accepts, measured by what another one accepts."""

    SAME = "same"
    WIDER = "wider"
    NARROWER = "narrower"
    OTHER = "other"


Field = Mapping[str, Any]
Signature = Mapping[str, Any]


def diff_signatures(old: Signature | None, new: Signature | None) -> SignatureDiff:
    """Return what changed between two signatures as MLmodel files hold them: JSON texts under inputs, outputs, params.

    Example:
        >>> old = {"inputs": '[{"type": "long", "name": "age", "required": true}]'}
        >>> new = {"inputs": '[{"type": "double", "name": "age", "required": true}]'}
        >>> diff_signatures(old, new).verdict
        <Verdict.COMPATIBLE: 'compatible'>
    """
    if not old or not new:
        return SignatureDiff(Verdict.UNKNOWN)
    changes = [
        *_diff_part("inputs", old, new, _diff_input),
        *_diff_part("outputs", old, new, _diff_output),
        *_diff_part("params", old, new, _diff_param),
    ]
    breaking = any(change.breaking for change in changes)
    verdict = Verdict.BREAKING if breaking else Verdict.COMPATIBLE if changes else Verdict.IDENTICAL
    return SignatureDiff(verdict, changes)


def _diff_part(
    part: str, old: Signature, new: Signature, diff: Callable[[str, Field | None, Field | None], list[SignatureChange]]
) -> list[SignatureChange]:
    before, after = _fields(old.get(part)), _fields(new.get(part))
    if before is None or after is None:
        if before == after:
            return []
        gone = after is None
        text = f"the {part} are {'no longer' if gone else 'now'} described"
        return [SignatureChange(part, "", text, breaking=part == "outputs" and gone)]
    names = [*before, *(name for name in after if name not in before)]
    return [change for name in names for change in diff(name, before.get(name), after.get(name))]


def _fields(text: str | None) -> dict[str, Field] | None:
    """Return the fields by their names, those without one by their place."""
    if text is None:
        return None
    fields: list[Field] = json.loads(text)
    return {str(field.get("name") or f"#{place}"): field for place, field in enumerate(fields)}


def _diff_input(name: str, old: Field | None, new: Field | None) -> list[SignatureChange]:
    if old is None:
        assert new is not None, "a name comes from one of the two"
        required = _is_required(new)
        text = "a new input that callers must send" if required else "a new input that may be left out"
        return [SignatureChange("inputs", name, text, required, new=spell_type(new))]
    if new is None:
        by_place = name.startswith("#")
        text = "fewer inputs" if by_place else "an input that is no longer read; callers may still send it"
        return [SignatureChange("inputs", name, text, by_place, old=spell_type(old))]
    changes = []
    if _is_required(new) != _is_required(old):
        text = "callers must send it now" if _is_required(new) else "it may be left out now"
        changes.append(SignatureChange("inputs", name, text, _is_required(new)))
    relation = relate(old, new)
    if relation != Relation.SAME:
        texts = {Relation.WIDER: "it accepts more", Relation.NARROWER: "it accepts less"}
        text = texts.get(relation, "it is of another type")
        breaking = relation != Relation.WIDER
        changes.append(SignatureChange("inputs", name, text, breaking, spell_type(old), spell_type(new)))
    return changes


def _diff_output(name: str, old: Field | None, new: Field | None) -> list[SignatureChange]:
    if old is None:
        assert new is not None, "a name comes from one of the two"
        return [SignatureChange("outputs", name, "a new output", breaking=False, new=spell_type(new))]
    if new is None:
        return [SignatureChange("outputs", name, "an output that is gone", breaking=True, old=spell_type(old))]
    relation = relate(old, new)
    changes = []
    if relation != Relation.SAME:
        texts = {Relation.WIDER: "it may hold more", Relation.NARROWER: "it holds less"}
        text = texts.get(relation, "it is of another type")
        breaking = relation != Relation.NARROWER
        changes.append(SignatureChange("outputs", name, text, breaking, spell_type(old), spell_type(new)))
    if _is_required(new) != _is_required(old):
        optional = not _is_required(new)
        text = "it may be missing now" if optional else "it is always there now"
        changes.append(SignatureChange("outputs", name, text, optional))
    return changes


def _diff_param(name: str, old: Field | None, new: Field | None) -> list[SignatureChange]:
    if old is None:
        assert new is not None, "a name comes from one of the two"
        return [SignatureChange("params", name, "a new param with a default", breaking=False, new=spell_type(new))]
    if new is None:
        text = "a param that is gone; its value is passed over"
        return [SignatureChange("params", name, text, breaking=True, old=spell_type(old))]
    changes = []
    relation = relate(old, new)
    if relation != Relation.SAME:
        breaking = relation != Relation.WIDER
        text = "it accepts more" if not breaking else "it is of another type"
        changes.append(SignatureChange("params", name, text, breaking, spell_type(old), spell_type(new)))
    before, after = json.dumps(old.get("default")), json.dumps(new.get("default"))
    if before != after:
        changes.append(SignatureChange("params", name, "another default", breaking=False, old=before, new=after))
    return changes


def _is_required(field: Field) -> bool:
    return bool(field["required"]) if "required" in field else not field.get("optional", False)


def relate(old: Field, new: Field) -> Relation:
    """Return whether the new type accepts the same as the old one, more, less, or something else."""
    kinds = (old.get("type"), new.get("type"))
    if kinds[0] != kinds[1]:
        return _relate_kinds(str(kinds[0]), str(kinds[1]))
    if kinds[0] == "array":
        return relate(old.get("items", {}), new.get("items", {}))
    if kinds[0] == "map":
        return relate(old.get("values", {}), new.get("values", {}))
    if kinds[0] == "object":
        return _relate_objects(old.get("properties", {}), new.get("properties", {}))
    if kinds[0] == "tensor":
        return _relate_tensors(old.get("tensor-spec", {}), new.get("tensor-spec", {}))
    return Relation.SAME if old.get("shape") == new.get("shape") else Relation.OTHER


def _relate_kinds(old: str, new: str) -> Relation:
    if new == "any" or new in _WIDER.get(old, ()):
        return Relation.WIDER
    if old == "any" or old in _WIDER.get(new, ()):
        return Relation.NARROWER
    return Relation.OTHER


def _relate_objects(old: Mapping[str, Field], new: Mapping[str, Field]) -> Relation:
    relations = []
    for name in old.keys() | new.keys():
        if name not in old:
            relations.append(Relation.NARROWER if _is_required(new[name]) else Relation.WIDER)
        elif name not in new:
            relations.append(Relation.NARROWER)
        else:
            relations.append(relate(old[name], new[name]))
            if _is_required(old[name]) != _is_required(new[name]):
                relations.append(Relation.NARROWER if _is_required(new[name]) else Relation.WIDER)
    return _join(relations)


def _relate_tensors(old: Field, new: Field) -> Relation:
    shapes = (old.get("shape", []), new.get("shape", []))
    if old.get("dtype") != new.get("dtype") or len(shapes[0]) != len(shapes[1]):
        return Relation.OTHER
    return _join([_relate_sizes(before, after) for before, after in zip(*shapes, strict=True)])


def _relate_sizes(old: int, new: int) -> Relation:
    if old == new:
        return Relation.SAME
    return Relation.WIDER if new == -1 else Relation.NARROWER if old == -1 else Relation.OTHER


def _join(relations: list[Relation]) -> Relation:
    found = set(relations) - {Relation.SAME}
    if not found:
        return Relation.SAME
    return found.pop() if len(found) == 1 else Relation.OTHER


def spell_type(field: Field) -> str:
    """Return a type in few words, such as `array<long>` or `tensor<float64>[-1, 3]`."""
    kind = str(field.get("type", ""))
    if kind == "array":
        return f"array<{spell_type(field.get('items', {}))}>"
    if kind == "map":
        return f"map<{spell_type(field.get('values', {}))}>"
    if kind == "object":
        inside = (f"{name}: {spell_type(inner)}" for name, inner in sorted(field.get("properties", {}).items()))
        return f"object<{', '.join(inside)}>"
    if kind == "tensor":
        spec = field.get("tensor-spec", {})
        return f"tensor<{spec.get('dtype', '')}>{spec.get('shape', '')}"
    return f"{kind}{field['shape']}" if field.get("shape") else kind
