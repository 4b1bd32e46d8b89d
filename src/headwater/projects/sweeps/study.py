"""Optuna, asked for the next point of a space and whether a trial is hopeless.

The study lives in memory only: it is made again from the runs of the trials. The sampler gets a seed of its own for
each trial, so that a sweep that was interrupted goes on as if it had not been.
"""

import hashlib
import logging
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from headwater.projects.sweeps.definition import Definition
from headwater.projects.sweeps.space import Choice, Domain
from headwater.projects.sweeps.trial import TrialState, Value
from headwater.protocol.errors import NotSupported

if TYPE_CHECKING:
    import optuna

LEAST_TRIALS = 10
"""How many complete trials the importance of parameters needs to say anything."""


class Asked:
    """A trial of the study: its point, and what was reported of it."""

    def __init__(self, trial: "optuna.Trial") -> None:
        self._trial = trial
        self._steps: set[int] = set()
        self.params: dict[str, Value] = dict(trial.params)

    def is_hopeless(self, points: Mapping[int, float]) -> bool:
        """Report the values by step that are new, in their order, and return whether the trial should be stopped."""
        for step in sorted(points.keys() - self._steps):
            self._steps.add(step)
            self._trial.report(points[step], step)
            if self._trial.should_prune():
                return True
        return False


class Study:
    """Optuna's study of a definition, which is `definition`.

    Raises `NotSupported` if Optuna is not installed.
    """

    def __init__(self, definition: Definition) -> None:
        try:
            import optuna  # loaded by those who sweep
        except ImportError as error:
            raise NotSupported("A sweep needs Optuna. Install it with: pip install 'headwater[sweep]'") from error
        self.definition = definition
        self._distributions = {name: self._distribute(domain) for name, domain in definition.space.domains.items()}
        direction = optuna.study.StudyDirection[definition.direction.upper()]
        with _quiet():
            self._study = optuna.create_study(
                study_name=str(definition.seed), direction=direction, pruner=self._make_pruner()
            )  # hyperband chooses by the name, too

    @property
    def can_stop(self) -> bool:
        """Return whether trials may be stopped early."""
        return self.definition.early_stopping is not None

    def ask(self, number: int, params: Mapping[str, Value] | None = None) -> Asked:
        """Return the trial of this number: at `params`, else at the grid's point, else where the sampler says."""
        if params is None and self.definition.grid:
            params = self.definition.grid[number]
        with _quiet():
            if params is not None:
                self._study.enqueue_trial(dict(params))
            self._study.sampler = self._make_sampler(number)
            return Asked(self._study.ask(self._distributions))

    def tell(self, asked: Asked, state: TrialState, value: float | None) -> None:
        """Say how a trial ended."""
        import optuna

        states = optuna.trial.TrialState
        with _quiet():
            if state == TrialState.COMPLETE:
                self._study.tell(asked._trial, value)  # noqa: SLF001 - of this module
            else:
                ended = states.PRUNED if state == TrialState.PRUNED else states.FAIL
                self._study.tell(asked._trial, state=ended)  # noqa: SLF001

    def measure_importance(self) -> dict[str, float]:
        """Return the share of each parameter, the largest first; nothing while too few trials are complete."""
        import optuna

        complete = self._study.get_trials(deepcopy=False, states=(optuna.trial.TrialState.COMPLETE,))
        if len(complete) < LEAST_TRIALS:
            return {}
        with _quiet():
            evaluator = optuna.importance.PedAnovaImportanceEvaluator()
            found = optuna.importance.get_param_importances(self._study, evaluator=evaluator)
        return {name: float(share) for name, share in found.items()}

    def _distribute(self, domain: Domain) -> "optuna.distributions.BaseDistribution":
        from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution

        if isinstance(domain, Choice):
            return CategoricalDistribution(domain.choices)
        if domain.kind is float:
            return FloatDistribution(domain.low, domain.high, log=domain.is_log, step=domain.step or None)
        return IntDistribution(int(domain.low), int(domain.high), log=domain.is_log, step=int(domain.step or 1))

    def _make_sampler(self, number: int) -> "optuna.samplers.BaseSampler":
        import optuna

        digest = hashlib.sha256(f"{self.definition.seed} {number}".encode()).digest()
        seed = int.from_bytes(digest[:4])  # seeds that follow each other are unlike each other, too
        if self.definition.sampler == "tpe":
            return optuna.samplers.TPESampler(seed=seed, constant_liar=True)
        return optuna.samplers.RandomSampler(seed=seed)

    def _make_pruner(self) -> "optuna.pruners.BasePruner":
        from optuna import pruners

        given = self.definition.early_stopping or {}
        pace: dict[str, Any] = {
            "n_warmup_steps": given.get("warmup", 0),
            "interval_steps": given.get("interval", 1),
        }
        match given.get("type"):
            case "median":
                return pruners.MedianPruner(given["startup"], **pace)
            case "percentile":
                return pruners.PercentilePruner(given["keep"], given["startup"], **pace)
            case "asha":
                return pruners.SuccessiveHalvingPruner(given["min_steps"], given["factor"])
            case "hyperband":
                return pruners.HyperbandPruner(given["min_steps"], given.get("max_steps", "auto"), given["factor"])
            case "threshold":
                return pruners.ThresholdPruner(lower=given.get("lower"), upper=given.get("upper"), **pace)
            case _:
                return pruners.NopPruner()


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep Optuna's remarks from the user, who did not call it."""
    log = logging.getLogger("optuna")
    level = log.level
    log.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        log.setLevel(level)
