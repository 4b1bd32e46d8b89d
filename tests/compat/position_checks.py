"""The order of arguments by position beside the real mlflow's; used by the scripts of several environments."""

import importlib
import inspect
from collections.abc import Iterable

LAST = "extra_pip_requirements"


def compare_positions(names: Iterable[str]) -> None:
    """Compare every verb of the flavors that takes arguments by position, up to the requirements."""
    for name in names:
        ours, theirs = (importlib.import_module(f"{root}.{name}") for root in ("headwater", "mlflow"))
        for verb in ("save_model", "log_model", "save_explainer", "log_explainer"):
            if not hasattr(theirs, verb):
                continue
            expected = _before_last(list(inspect.signature(getattr(theirs, verb)).parameters))
            function = getattr(ours, verb)
            declared = [
                parameter.name
                for parameter in inspect.signature(function).parameters.values()
                if parameter.kind is inspect.Parameter.POSITIONAL_OR_KEYWORD
            ]
            found = _before_last([*declared, *vars(function)["by_position"]])
            assert found == expected, (name, verb, found, expected)


def _before_last(names: list[str]) -> list[str]:
    return names[: names.index(LAST) + 1] if LAST in names else names
