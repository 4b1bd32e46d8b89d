"""Metrics in a context: `loss{split="val"}` is the metric `loss` where `split` is `val`, a series of its own.

There is one text form, used as key wherever a metric is named. Its labels are sorted, their values in double quotes:

    key    = name , [ "{" , label , { "," , label } , "}" ] ;
    label  = word , '="' , value , '"' ;

`value` has the characters that a name may have, so nothing is ever escaped. The name alone stands for all points of
the metric, whatever their context; that is how clients see it that know no contexts.
"""

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache

from headwater.protocol.errors import InvalidParameterValue
from headwater.protocol.names import check_key, check_keys, check_text

MAX_METRIC_KEY = 500
"""Characters of a metric's name and context together."""

_LABEL = re.compile(r"\w[\w.\-/]*")
_VALUE = re.compile(r"[/\w.\- :]+")
_LOOSE_LABEL = re.compile(r"\s*(\w[\w.\-/]*)\s*=\s*(?:\"([^\"{}]*)\"|'([^'{}]*)')\s*(,?)")


def metric_key(name: str, context: Mapping[str, object] | None) -> str:
    """Return the key of a metric in a context; raise `InvalidParameterValue` for what no label may be.

    Example:
        >>> metric_key("loss", {"split": "val", "rank": 3})
        'loss{rank="3",split="val"}'
    """
    if not context:
        return name
    if "{" in name:
        raise InvalidParameterValue(f"The metric '{name}' names a context already. Give the context once.")
    if not isinstance(context, Mapping):
        raise InvalidParameterValue(
            f"Invalid context '{str(context)[:100]}' of type '{type(context).__name__}' of metric '{name}'. "
            "Give a dict of labels, such as {'split': 'val'}."
        )
    labels = []
    for label, value in sorted((str(label), value) for label, value in context.items()):
        text = str(value)
        if not _LABEL.fullmatch(label) or not _VALUE.fullmatch(text):
            raise InvalidParameterValue(
                f"Invalid context '{label}': '{text}' of metric '{name}'. A label is one word, its value has letters, "
                "digits, blanks and _ - . : / only."
            )
        labels.append(f'{label}="{text}"')
    return f"{name}{{{','.join(labels)}}}"


def in_context(metrics: Mapping[str, object], context: Mapping[str, object] | None) -> Mapping[str, object]:
    """Return metrics under their keys in a context."""
    return {metric_key(name, context): value for name, value in metrics.items()} if context else metrics


def split_metric_key(key: str) -> tuple[str, dict[str, str]]:
    """Return the name and the context of a metric; raise `InvalidParameterValue` if the context cannot be read."""
    name, brace, rest = key.partition("{")
    if not brace:
        return key, {}
    context: dict[str, str] = {}
    position, end = 0, len(rest) - 1
    comma = ","
    while position < end and comma:
        found = _LOOSE_LABEL.match(rest, position, end)
        if found is None or found[1] in context:
            break
        context[found[1]] = found[2] if found[2] is not None else found[3]
        position, comma = found.end(), found[4]
    if not rest.endswith("}") or position < end or comma or not context:
        raise InvalidParameterValue(
            f"Invalid context in the metric '{key[:MAX_METRIC_KEY]}'. "
            'Write it like loss{split="val"}, each label once.'
        )
    return name, context


def name_of(key: str) -> str:
    """Return the metric's name, without a context."""
    return key.partition("{")[0]


def normal_metric_key(key: str) -> str:
    """Return the one form of a key, whatever the order and quotes of its labels."""
    return metric_key(*split_metric_key(key)) if "{" in key else key


def check_metric_key(parameter: str, key: str) -> None:
    """Raise `InvalidParameterValue` unless `key` is a metric's name, or the one form of a name with a context."""
    check_text(parameter, key)
    if "{" not in key:
        check_key(parameter, key, "Metric name")
        return
    if fault := _context_fault(key):
        raise InvalidParameterValue(fault)
    check_key(parameter, name_of(key), "Metric name")


def check_metric_keys(kind: str, field: str, keys: Iterable[str]) -> None:
    """Raise at the first of `keys` that may not be a metric's key; `kind[index].field` names it in the message."""
    listed = list(keys)
    if any("{" in key for key in listed):
        for index, key in enumerate(listed):
            check_metric_key(f"{kind}[{index}].{field}", key)
    else:
        check_keys(kind, field, listed, "Metric name")


@lru_cache(maxsize=65536)
def _context_fault(key: str) -> str:
    if len(key) > MAX_METRIC_KEY:
        return (
            f"The metric '{key[:80]}…' and its context have more than {MAX_METRIC_KEY} characters. Use shorter labels."
        )
    try:
        normal = normal_metric_key(key)
    except InvalidParameterValue as error:
        return error.message
    return "" if normal == key else f"Invalid metric key '{key}'. Write it as '{normal}'."
