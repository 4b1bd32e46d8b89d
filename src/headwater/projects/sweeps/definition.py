"""The definition of a sweep: what is searched, how, and for what; from a file, a project's table, or a call."""

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, NoReturn

import yaml

from headwater.projects.sweeps.space import Space, parse_space
from headwater.protocol.errors import InvalidParameterValue, ResourceDoesNotExist

SAMPLERS = ("tpe", "random", "grid")
DIRECTIONS = ("minimize", "maximize")
STOPPERS: dict[str, dict[str, float | int | None]] = {
    "median": {"startup": 5, "warmup": 0, "interval": 1},
    "percentile": {"keep": 25.0, "startup": 5, "warmup": 0, "interval": 1},
    "asha": {"min_steps": 1, "factor": 4},
    "hyperband": {"min_steps": 1, "max_steps": None, "factor": 3},
    "threshold": {"lower": None, "upper": None, "warmup": 0, "interval": 1},
}
"""What may stop a trial early, and the settings of each with their defaults."""

DEFAULT_TRIALS = 20
SETTINGS = ("metric", "direction", "sampler", "trials", "parallel", "seed", "early_stopping", "entry_point")
_KEYS = (*SETTINGS, "parameters")
_EXPONENT = re.compile(r"[-+]?\d+(\.\d*)?[eE][-+]?\d+")
_MAX_BYTES = 1_000_000
_MAX_SEED = 2**32


@dataclass(frozen=True)
class Definition:
    """What a sweep does.

    Attributes:
        space: what is searched.
        metric: of each trial's run, that is optimized.
        direction: "minimize" or "maximize".
        sampler: "tpe", "random" or "grid".
        trials: how many at most.
        parallel: how many at once.
        seed: of the sampler.
        early_stopping: the type and settings of what stops hopeless trials, None if nothing does.
        entry_point: of the project, "" for its main one.
    """

    space: Space
    metric: str
    direction: str
    sampler: str
    trials: int
    parallel: int
    seed: int
    early_stopping: dict[str, Any] | None = None
    entry_point: str = ""
    grid: list[dict[str, Any]] = field(default_factory=list, compare=False, repr=False)

    def to_dict(self) -> dict[str, Any]:
        """Return the definition as the table that it can be read from."""
        table = {key: getattr(self, key) for key in SETTINGS}
        return {key: value for key, value in table.items() if value not in (None, "")} | {
            "parameters": self.space.to_dict()
        }


def read_file(path: Path) -> dict[str, Any]:
    """Return the table in a YAML file, perhaps below the key `sweep`."""
    if not path.is_file():
        raise ResourceDoesNotExist(f"No such file: '{path}'. Give the YAML file of a search space.")
    if path.stat().st_size > _MAX_BYTES:
        raise InvalidParameterValue(f"The file '{path}' is larger than {_MAX_BYTES} bytes. It is no search space.")
    try:
        found = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as error:
        raise InvalidParameterValue(f"The file '{path}' is not YAML: {error}.") from error
    if isinstance(found, Mapping) and isinstance(found.get("sweep"), Mapping):
        found = found["sweep"]
    return read_table(found, str(path))


def read_table(found: Any, where: str) -> dict[str, Any]:
    """Return a table of YAML with numbers such as `1e-4` as numbers."""
    if not isinstance(found, Mapping):
        raise InvalidParameterValue(f"The search space of '{where}' is '{found}'. Give a mapping.")
    return {str(key): _with_numbers(value) for key, value in found.items()}


def parse_definition(table: Mapping[str, Any], where: str) -> Definition:
    """Read a definition; raise `InvalidParameterValue`, which names the key, if it cannot be understood."""
    for key in table:
        if key not in _KEYS:
            _refuse(where, str(key), table[key], f"The keys are {', '.join(_KEYS)}.")
    space = parse_space(table.get("parameters"), where)
    metric = table.get("metric")
    if not isinstance(metric, str) or not metric:
        _refuse(where, "metric", metric, "Name the metric to optimize.")
    entry_point = table.get("entry_point", "")
    if not isinstance(entry_point, str):
        _refuse(where, "entry_point", entry_point, "Name an entry point of the project.")
    seed = table.get("seed")
    found = Definition(
        space=space,
        metric=metric,
        direction=_parse_word(where, "direction", table.get("direction", "minimize"), DIRECTIONS),
        sampler=_parse_word(where, "sampler", table.get("sampler", "tpe"), SAMPLERS),
        trials=_parse_count(where, "trials", table.get("trials", DEFAULT_TRIALS)),
        parallel=_parse_count(where, "parallel", table.get("parallel", 1)),
        seed=secrets.randbelow(_MAX_SEED) if seed is None else _parse_count(where, "seed", seed, least=0),
        early_stopping=_parse_stopping(where, table.get("early_stopping")),
        entry_point=entry_point,
    )
    if not space.domains:
        raise InvalidParameterValue(f"In '{where}', every parameter has one value, so there is nothing to search.")
    if found.sampler != "grid":
        return found
    grid = space.make_grid(where)
    wanted = found.trials if "trials" in table else len(grid)
    return replace(found, trials=min(wanted, len(grid)), grid=grid)


def _parse_word(where: str, key: str, given: Any, words: tuple[str, ...]) -> str:
    if given not in words:
        _refuse(where, key, given, f"Use {', '.join(words)}.")
    return str(given)


def _parse_count(where: str, key: str, given: Any, least: int = 1) -> int:
    if not isinstance(given, int) or isinstance(given, bool) or not least <= given < _MAX_SEED:
        _refuse(where, key, given, f"Give a whole number of at least {least}.")
    return given


def _parse_stopping(where: str, given: Any) -> dict[str, Any] | None:
    if given is None or given is False:
        return None
    table = {"type": given} if isinstance(given, str) else given
    if not isinstance(table, Mapping):
        _refuse(where, "early_stopping", given, f"Give one of {', '.join(STOPPERS)}, or a mapping with its type.")
    kind = table.get("type")
    if kind not in STOPPERS:
        _refuse(where, "early_stopping.type", kind, f"Use {', '.join(STOPPERS)}.")
    defaults = STOPPERS[kind]
    for key, value in table.items():
        if key != "type" and key not in defaults:
            _refuse(where, f"early_stopping.{key}", value, f"The settings of {kind} are {', '.join(defaults)}.")
    found = {"type": kind, **defaults, **{key: value for key, value in table.items() if value is not None}}
    _check_stopping(where, found)
    return {key: value for key, value in found.items() if value is not None}


def _check_stopping(where: str, found: dict[str, Any]) -> None:
    least = {"startup": 0, "warmup": 0, "interval": 1, "min_steps": 1, "max_steps": 1, "factor": 2}
    for key, value in found.items():
        if key in least and value is not None:
            _parse_count(where, f"early_stopping.{key}", value, least[key])
        elif key in {"lower", "upper", "keep"} and value is not None and not _is_number(value):
            _refuse(where, f"early_stopping.{key}", value, "Give a number.")
    if found["type"] == "threshold":
        lower, upper = found["lower"], found["upper"]
        if lower is None and upper is None:
            _refuse(where, "early_stopping", "threshold", "Give lower, upper, or both.")
        if lower is not None and upper is not None and lower > upper:
            _refuse(where, "early_stopping.lower", lower, f"It is above upper, which is {upper}.")
    if (
        found["type"] == "threshold"
        and None not in (found["lower"], found["upper"])
        and found["lower"] > found["upper"]
    ):
        _refuse(where, "early_stopping.lower", found["lower"], f"It is above upper, which is {found['upper']}.")
    if found["type"] == "percentile" and not 0 < found["keep"] < 100:
        _refuse(where, "early_stopping.keep", found["keep"], "Give the percentage of trials to keep.")


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _with_numbers(value: Any) -> Any:
    match value:
        case Mapping():
            return {str(key): _with_numbers(inner) for key, inner in value.items()}
        case list():
            return [_with_numbers(inner) for inner in value]
        case str() if _EXPONENT.fullmatch(value):
            return float(value)
        case _:
            return value


def _refuse(where: str, key: str, value: object, advice: str) -> NoReturn:
    raise InvalidParameterValue(f"In '{where}', {key} is '{value}'. {advice}")
