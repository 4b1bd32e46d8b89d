"""The params of an estimator of Spark ML and of all the stages that it is made of."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

_CANDIDATES = "estimatorParamMaps"


class Stages:
    """An estimator and what it is made of, each under a name: that of its class, numbered where there are several."""

    def __init__(self, estimator: Any) -> None:
        self.root = estimator
        every = list(_walk(estimator))
        counts, seen = Counter(type(stage).__name__ for stage in every), Counter[str]()
        self._names: dict[str, str] = {}
        for stage in every:
            name = type(stage).__name__
            seen[name] += 1
            self._names[stage.uid] = f"{name}_{seen[name]}" if counts[name] > 1 else name

    def name(self, stage: Any) -> str:
        """Return the name of a stage."""
        return self._names.get(stage.uid, type(stage).__name__)

    def params(self) -> dict[str, Any]:
        """Return the params, those of stages with their names; not those of an estimator that is tuned."""
        found = self._own_params(self.root, "")
        for stage in _children(self.root, tuned=False):
            found.update(self._all_params(stage))
        return found

    def tuned_params(self) -> dict[str, Any]:
        """Return the params of the estimator that is tuned, with names."""
        return self._all_params(self.root.getEstimator())

    def describe_candidate(self, candidate: dict[Any, Any]) -> dict[str, Any]:
        """Return a map of params that is tried, with names."""
        return {
            f"{self._names.get(param.parent, param.parent)}.{param.name}": value for param, value in candidate.items()
        }

    def hierarchy(self) -> dict[str, Any]:
        """Return which stages stand within which."""
        return self._hierarchy(self.root)

    def has_parts(self) -> bool:
        """Return whether the estimator is made of others."""
        return len(self._names) > 1

    def _all_params(self, stage: Any) -> dict[str, Any]:
        found = self._own_params(stage, f"{self.name(stage)}.")
        for child in _children(stage, tuned=False):
            found.update(self._all_params(child))
        return found

    def _own_params(self, stage: Any, prefix: str) -> dict[str, Any]:
        given = {param.name: stage.getOrDefault(param) for param in stage.params if stage.isDefined(param)}
        return {f"{prefix}{key}": self._show(value) for key, value in given.items() if key != _CANDIDATES}

    def _show(self, value: Any) -> Any:
        if isinstance(value, list) and value and all(map(_is_stage, value)):
            return [self.name(stage) for stage in value]
        return self.name(value) if _is_stage(value) else value

    def _hierarchy(self, stage: Any) -> dict[str, Any]:
        found: dict[str, Any] = {"name": self.name(stage)}
        if hasattr(stage, "getStages"):
            found["stages"] = [self._hierarchy(child) for child in stage.getStages()]
        elif is_search(stage):
            found["evaluator"] = self._hierarchy(stage.getEvaluator())
            found["tuned_estimator"] = self._hierarchy(stage.getEstimator())
        elif hasattr(stage, "getClassifier"):
            found["classifier"] = self._hierarchy(stage.getClassifier())
        return found


def is_search(estimator: Any) -> bool:
    """Return whether an estimator tries candidates."""
    return hasattr(estimator, "getEstimatorParamMaps") and hasattr(estimator, "getEvaluator")


def _is_stage(value: Any) -> bool:
    return hasattr(value, "uid") and hasattr(value, "params")


def _walk(stage: Any) -> Iterator[Any]:
    yield stage
    for child in _children(stage, tuned=True):
        yield from _walk(child)


def _children(stage: Any, *, tuned: bool) -> list[Any]:
    if hasattr(stage, "getStages"):
        return list(stage.getStages())
    if is_search(stage):
        return [stage.getEvaluator(), *([stage.getEstimator()] if tuned else [])]
    return [stage.getClassifier()] if hasattr(stage, "getClassifier") else []
