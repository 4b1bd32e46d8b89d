"""The grammar of a search space: ranges, choices and fixed values by the name of a parameter.

alpha: {float: [1e-4, 1], log: true}    a number between two, evenly on a logarithmic scale
depth: {int: [2, 10], step: 2}          2, 4, … 10
kind: [linear, tree]                    one of these
epochs: 20                              always this
"""

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NoReturn

from headwater.projects.sweeps.trial import Value
from headwater.protocol.errors import InvalidParameterValue

MAX_GRID = 100_000


@dataclass(frozen=True)
class Range:
    """A number between two, both included; `step` is 0 for any number."""

    kind: type[int] | type[float]
    low: float
    high: float
    is_log: bool = False
    step: float = 0

    def list_values(self) -> list[Value]:
        """Return every value, none if there is no end of them."""
        if not self.step:
            return []
        low, step = Decimal(str(self.low)), Decimal(str(self.step))
        return [self.kind(low + step * number) for number in range(int((Decimal(str(self.high)) - low) / step) + 1)]

    def read(self, text: str) -> Value:
        """Return the value that a run's param has as text."""
        return self.kind(text)

    def to_dict(self) -> dict[str, Any]:
        """Return the range in the grammar."""
        found: dict[str, Any] = {self.kind.__name__: [self.low, self.high]}
        if self.is_log:
            return found | {"log": True}
        return found | ({"step": self.step} if self.step else {})


@dataclass(frozen=True)
class Choice:
    """One of some values."""

    choices: tuple[Value, ...]

    def list_values(self) -> list[Value]:
        """Return every value."""
        return list(self.choices)

    def read(self, text: str) -> Value:
        """Return the value that a run's param has as text."""
        return {str(value): value for value in self.choices}[text]

    def to_dict(self) -> dict[str, Any]:
        """Return the choice in the grammar."""
        return {"choice": list(self.choices)}


Domain = Range | Choice


@dataclass(frozen=True)
class Space:
    """What is searched, and what stays as it is."""

    domains: dict[str, Domain] = field(default_factory=dict)
    fixed: dict[str, Value] = field(default_factory=dict)

    def fix(self, values: Mapping[str, Value]) -> "Space":
        """Return a space in which these parameters have one value."""
        domains = {name: domain for name, domain in self.domains.items() if name not in values}
        return Space(domains, {**self.fixed, **values})

    def to_dict(self) -> dict[str, Any]:
        """Return the space in the grammar."""
        return {name: domain.to_dict() for name, domain in self.domains.items()} | self.fixed

    def find_example(self) -> dict[str, Value]:
        """Return one value for each parameter, fixed ones too."""
        values = {
            name: domain.choices[0] if isinstance(domain, Choice) else domain.kind(domain.low)
            for name, domain in self.domains.items()
        }
        return values | self.fixed

    def read_params(self, params: Mapping[str, str]) -> dict[str, Value]:
        """Return the values of a run's params that are searched; empty if one is missing or none of the space."""
        try:
            return {name: domain.read(params[name]) for name, domain in self.domains.items()}
        except (KeyError, ValueError):
            return {}

    def make_grid(self, where: str) -> list[dict[str, Value]]:
        """Return every point; raise `InvalidParameterValue` if there is no end of them, or too many."""
        lists = {name: domain.list_values() for name, domain in self.domains.items()}
        for name, values in lists.items():
            if not values:
                _refuse(where, name, "a range without a step", "For a grid, give a step or a list of values.")
        count = math.prod(map(len, lists.values()))
        if count > MAX_GRID:
            raise InvalidParameterValue(f"The grid of '{where}' has {count} points. Use sampler 'tpe' or 'random'.")
        return [dict(zip(lists, values, strict=True)) for values in itertools.product(*lists.values())]


def parse_space(given: Any, where: str) -> Space:
    """Read a search space; raise `InvalidParameterValue`, which names the key, if it cannot be understood."""
    if not isinstance(given, Mapping) or not given:
        raise InvalidParameterValue(
            f"In '{where}', parameters is '{given}'. Give each parameter as {{float: [low, high]}}, "
            "{int: [low, high]}, a list of values, or one value."
        )
    domains: dict[str, Domain] = {}
    fixed: dict[str, Value] = {}
    for key, value in given.items():
        name = str(key)
        match value:
            case Mapping():
                domains[name] = _parse_table(where, name, value)
            case list() | tuple():
                domains[name] = _parse_choice(where, name, value)
            case str() | bool() | int() | float():
                fixed[name] = value
            case _:
                _refuse(where, name, value, "Give a range, a list of values, or one value.")
    return Space(domains, fixed)


def _parse_table(where: str, name: str, table: Mapping[str, Any]) -> Domain:
    kinds = [key for key in ("float", "int", "choice") if key in table]
    if len(kinds) != 1:
        _refuse(where, name, dict(table), "Give one of float: [low, high], int: [low, high] and choice: [a, b].")
    if kinds == ["choice"]:
        _check_keys(where, name, table, {"choice"})
        return _parse_choice(where, f"{name}.choice", table["choice"])
    _check_keys(where, name, table, {kinds[0], "log", "step"})
    return _parse_range(where, name, table, float if kinds == ["float"] else int)


def _parse_range(where: str, name: str, table: Mapping[str, Any], kind: type[int] | type[float]) -> Range:
    key, bounds = f"{name}.{kind.__name__}", table[kind.__name__]
    if not isinstance(bounds, list | tuple) or len(bounds) != 2:
        _refuse(where, key, bounds, "Give two numbers, [low, high].")
    low, high = (_parse_number(where, key, bound, kind) for bound in bounds)
    if low >= high:
        _refuse(where, key, bounds, "The first number must be below the second.")
    is_log = table.get("log", False)
    if not isinstance(is_log, bool):
        _refuse(where, f"{name}.log", is_log, "Give true or false.")
    if is_log and low <= 0:
        _refuse(where, key, bounds, "On a logarithmic scale both numbers are above zero.")
    if "step" not in table:
        return Range(kind, low, high, is_log, 0 if kind is float or is_log else 1)
    step = _parse_number(where, f"{name}.step", table["step"], kind)
    if is_log:
        _refuse(where, f"{name}.step", step, "On a logarithmic scale there are no steps: leave out step, or log.")
    if not 0 < Decimal(str(step)) <= Decimal(str(high)) - Decimal(str(low)):
        _refuse(where, f"{name}.step", step, "Give a number above zero that fits into the range.")
    last = Range(kind, low, high, step=step).list_values()[-1]
    return Range(kind, low, float(last) if kind is float else int(last), step=step)


def _parse_number(where: str, key: str, given: Any, kind: type[int] | type[float]) -> float:
    """Return a number; in YAML `1e-4` is a text, which is meant as a number here."""
    try:
        number = float(given) if isinstance(given, str | int | float) and not isinstance(given, bool) else math.nan
    except ValueError:
        number = math.nan
    if not math.isfinite(number) or (kind is int and number != int(number)):
        _refuse(where, key, given, "Give a whole number." if kind is int else "Give a number.")
    return int(number) if kind is int else number


def _parse_choice(where: str, name: str, given: Any) -> Choice:
    if not isinstance(given, Sequence) or isinstance(given, str) or not given:
        _refuse(where, name, given, "Give a list of values.")
    for value in given:
        if not isinstance(value, str | int | float):
            _refuse(where, name, value, "Each value is a text, a number, true or false.")
    for one, other in _pairs(given):
        if str(one) == str(other) or one == other:
            _refuse(where, name, other, f"It is the same as '{one}': each value must differ as text.")
    return Choice(tuple(given))


def _pairs(values: Sequence[Value]) -> Iterator[tuple[Value, Value]]:
    return itertools.combinations(values, 2)


def _check_keys(where: str, name: str, table: Mapping[str, Any], known: set[str]) -> None:
    for key in table:
        if key not in known:
            _refuse(where, f"{name}.{key}", table[key], f"The keys here are {', '.join(sorted(known))}.")


def _refuse(where: str, name: str, value: object, advice: str) -> NoReturn:
    raise InvalidParameterValue(f"In '{where}', parameters.{name} is '{value}'. {advice}")
