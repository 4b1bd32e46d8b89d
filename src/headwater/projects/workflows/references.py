"""Places in the parameters of a step: `{alpha}` of the workflow, `{train.run_id}` and its like of a step before."""

import re
from collections.abc import Callable, Iterator

from headwater.protocol.errors import InvalidParameterValue

KINDS = ("run_id", "artifacts", "params", "metrics")
_PLACE = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]")
_ADVICE = (
    "Write {name} for a parameter of the workflow, {step.run_id}, {step.artifacts}/path, {step.params.name} or "
    "{step.metrics.name} for what a step leaves, {{ and }} for braces."
)


def list_places(text: str) -> Iterator[str]:
    """Yield what stands in the braces of a text; raise `InvalidParameterValue` for a single brace."""
    for match in _PLACE.finditer(text):
        if match[1] is not None:
            yield match[1].strip()
        elif match[0] in {"{", "}"}:
            raise InvalidParameterValue(f"The value '{text}' has a single '{match[0]}'. {_ADVICE}")


def fill_places(text: str, look_up: Callable[[str], str]) -> str:
    """Return the text with what `look_up` returns in its places."""

    def fill(match: "re.Match[str]") -> str:
        return look_up(match[1].strip()) if match[1] is not None else match[0][0]

    return _PLACE.sub(fill, text)


def split_reference(place: str) -> tuple[str, str, str]:
    """Return step, kind and name of `train.metrics.loss`, with the name "" for a run's id and its artifacts.

    Raises `InvalidParameterValue` if it is none.
    """
    step, _, rest = place.partition(".")
    kind, _, name = rest.partition(".")
    if kind not in KINDS or bool(name) != (kind in {"params", "metrics"}):
        raise InvalidParameterValue(f"There is nothing to put in the place of '{{{place}}}'. {_ADVICE}")
    return step, kind, name
