"""The data of a training: described for the run, and its first rows remembered for the model's signature."""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from headwater.flavors.sklearn_autolog.data import describe_data
from headwater.models.autolog import take_rows
from headwater.tracking.active import ActiveRun
from headwater.tracking.autolog import Call, Watch
from headwater.tracking.autolog.memory import Memory


@cache
def _first_rows() -> Memory:
    return Memory()


def watch_data(call: Call) -> Watch:
    """Remember the first rows that a library's own container of data is made from, in the user's form."""
    yield
    if call.error is None and not hasattr(data := call.arguments.get("data"), "tocsr"):
        _first_rows().remember(call.args[0], take_rows(data))


def recall_rows(container: Any) -> Any:
    """Return the first rows of what a container was made from; None if that is not known."""
    return _first_rows().recall(container)


def describe_sets(
    call: Call, run: ActiveRun, train: tuple[Any, Any], evaluated: Iterable[tuple[str | None, Any, Any]]
) -> None:
    """Say which data a run is trained and evaluated on, the latter each with the name that its metrics have."""
    if not call.options.log_datasets:
        return
    inputs = describe_data(*train, "train")
    for name, features, labels in evaluated:
        inputs += describe_data(features, labels, "eval", name)
    run.writer.log_inputs(inputs, (), synchronous=None)


def find_sets(given: Mapping[str, Any], pattern: str, own_name: str = "") -> list[tuple[str | None, Any, Any]]:
    """Return the data that `fit` evaluates on, each with the name of its metrics.

    `pattern` names data by their number, `own_name` the training data themselves; `eval_names` go before.
    """
    names = list(given.get("eval_names") or ())
    found: list[tuple[str | None, Any, Any]] = []
    for number, (features, labels) in enumerate(_pairs(given)):
        name = pattern.format(number)
        if own_name and features is given.get("X") and labels is given.get("y"):
            name = own_name
        found.append((names[number] if number < len(names) else name, features, labels))
    return found


def _pairs(given: Mapping[str, Any]) -> list[tuple[Any, Any]]:
    pairs, features, labels = (given.get(name) for name in ("eval_set", "eval_X", "eval_y"))
    if pairs is not None:
        return [pairs] if isinstance(pairs, tuple) else list(pairs)
    if features is None:
        return []
    return list(zip(features, labels or (), strict=True)) if isinstance(features, tuple) else [(features, labels)]
