"""Evaluators: the ones that are built in, and those that other packages bring by entry point."""

import logging
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.metadata import entry_points
from typing import Any, Protocol, runtime_checkable

from headwater.protocol.errors import InvalidParameterValue

BUILT_IN = ("default", "classifier", "regressor", "shap")
GROUPS = ("headwater.model_evaluator", "mlflow.model_evaluator")

_log = logging.getLogger(__name__)


@runtime_checkable
class ModelEvaluator(Protocol):
    """What an evaluator of another package is: a class whose entry point is in the group `mlflow.model_evaluator`.

    Example:
        [project.entry-points."headwater.model_evaluator"]
        fairness = "my_package:FairnessEvaluator"
    """

    def can_evaluate(self, *, model_type: str | None, evaluator_config: Mapping[str, Any], **options: Any) -> bool:
        """Return whether it evaluates models of this type."""

    def evaluate(
        self,
        *,
        model_type: str | None,
        dataset: Any,
        run_id: str,
        evaluator_config: Mapping[str, Any],
        model: Any = None,
        extra_metrics: Any = None,
        custom_artifacts: Any = None,
        predictions: Any = None,
        **options: Any,
    ) -> Any:
        """Return an `EvaluationResult`; the run is active."""


def list_evaluators() -> list[str]:
    """Return the names of all evaluators, which `evaluate` takes as `evaluators`.

    Example:
        >>> hw.models.list_evaluators()
        ['default', 'classifier', 'regressor', 'shap']
    """
    return [*BUILT_IN, *_entries()]


def choose_evaluators(
    wanted: str | Sequence[str] | None, config: Mapping[str, Any] | None
) -> dict[str, dict[str, Any]]:
    """Return the evaluators to ask, each with its configuration.

    Args:
        wanted: names; None for all that there are.
        config: of one evaluator; or for several, a dict of each one's by its name.

    Raises:
        InvalidParameterValue: there is no evaluator of a name.
    """
    if wanted is None:
        names = ["default", *_entries()]
    else:
        names = [wanted] if isinstance(wanted, str) else list(dict.fromkeys(wanted))
    known = list_evaluators()
    unknown = [name for name in names if name not in known]
    if unknown:
        raise InvalidParameterValue(f"There is no evaluator '{unknown[0]}'. Use one of {', '.join(known)}.")
    given = dict(config or {})
    is_nested = bool(given) and all(name in known and isinstance(value, Mapping) for name, value in given.items())
    if is_nested:
        return {name: dict(given.get(name, {})) for name in names}
    return {name: dict(given) for name in names}


def load_evaluator(name: str) -> ModelEvaluator:
    """Return an evaluator of another package."""
    evaluator: ModelEvaluator = _entries()[name].load()()
    return evaluator


@cache
def _entries() -> dict[str, Any]:
    found: dict[str, Any] = {}
    for group in GROUPS:
        for entry in entry_points(group=group):
            if entry.name not in BUILT_IN and not entry.value.startswith("mlflow."):
                found.setdefault(entry.name, entry)
    return found
