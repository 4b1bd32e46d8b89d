"""Hostile filters are refused quickly and say where; the reference page tells the language as the module does."""

import inspect
import time
from pathlib import Path

import pytest

from headwater.protocol import filters
from headwater.protocol.errors import InvalidParameterValue
from headwater.protocol.filters import EXPERIMENTS, MAX_DEPTH, RUNS, parse_filter, parse_order_by

_PAGE = Path(__file__).parents[2] / "docs" / "reference" / "search.md"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("metrics.a > 1 AND " * 100_000, "at most 200000 are read"),
        ("status = 'x' " * 201, "more than 200 conditions"),
        ("(" * 10_000 + "status = 'x'" + ")" * 10_000, "nests more than 50 deep"),
        ("NOT " * 10_000 + "status = 'x'", "nests more than 50 deep"),
        ("metrics.a IN (" + "1," * 10_001 + "1)", "lists more than 10000 values"),
        ("status LIKE '" + "%a" * 6000 + "'", "at most 10000 characters"),
        ("'" * 100_000, "Expected 'Identifier'"),
        ("status = " + "'" * 99_999, "Invalid clause(s)"),
        ("status = 'a\0b'", "NUL"),
        ("status = '\ud800'", "lone surrogate"),
        ("metrics.a > 1e", "Expected numeric value"),
        ("start_time > '2026-02-30'", "Expected numeric value type for numeric attribute: start_time"),
        ("loss < 1", "A metric is written metrics.loss, a param params.loss"),
        ("metrics.a > nan", "Expected numeric value"),
        ("metrics.a > ", "a value is missing"),
        ("metrics.a >= 5 OR", "a condition is missing (at position 18: the end)"),
        ("bogus" * 20_000 + " = 'x'", "Invalid attribute key 'bogusbogus"),
        ("status = 'a' AND bogus = 'b'", "(at position 18: 'bogus = 'b'')"),
        ("status = 'a' )", "(at position 14: ')')"),
        ("( status = 'a'", "never closed (at position 1:"),
        ("AND", "a condition is missing (at position 4: the end)"),
        ("status IN ('a', 1)", "different type in list: 1"),
        ("params.a IN ('a', 1)", "cannot mix"),
        ("params.a BETWEEN 'a' AND 1", "cannot mix"),
        ("params.a LIKE 1", "needs a string"),
        ("metrics.a BETWEEN 1", "BETWEEN needs two values"),
        ("experiment_id BETWEEN '1' AND '2'", "Invalid comparator for experiment_id"),
        ("experiment_id = '12345678901234567890'", "must be a valid integer"),
    ],
)
def test_a_bad_filter_is_refused_at_once(text: str, message: str) -> None:
    """With a message that names the fault and its place."""
    started = time.perf_counter()

    with pytest.raises(InvalidParameterValue) as caught:
        parse_filter(text, RUNS)

    assert message in caught.value.message
    assert len(caught.value.message) < 2500
    assert time.perf_counter() - started < 1


def test_the_deepest_filter_parses() -> None:
    """At the limit, not beyond."""
    text = "(" * MAX_DEPTH + "status = 'x'" + ")" * MAX_DEPTH

    assert parse_filter(text, RUNS) == parse_filter("status = 'x'", RUNS)


@pytest.mark.parametrize(
    ("clauses", "message"),
    [
        ([""], "Could not be parsed"),
        (["created", "start_time DESC"], "duplicate fields"),
        (["metrics.a, metrics.b"], "Could not be parsed"),
        (["metrics.a DESC DESC"], "Invalid ordering key"),
        (["dataset.name"], "Invalid identifier type 'dataset'"),
        ([f"metrics.m{n}" for n in range(17)], "at most 16"),
        (["metrics." + "a" * 100_000 + " DESC"], "at most"),
    ],
)
def test_a_bad_order_is_refused(clauses: list[str], message: str) -> None:
    """With a message that names the fault."""
    with pytest.raises(InvalidParameterValue) as caught:
        parse_order_by(clauses, RUNS)

    assert message in caught.value.message


def test_experiments_know_no_params() -> None:
    """The message names what they know."""
    with pytest.raises(InvalidParameterValue, match=r"Valid entity types are \('attribute', 'tag', 'tags'\)"):
        parse_filter("params.a = 'x'", EXPERIMENTS)


def test_the_reference_page_holds_the_grammar_of_the_module() -> None:
    """The grammar is written once, in the docstring, and copied whole."""
    _, _, language = (inspect.getdoc(filters) or "").partition("\n\n")

    assert language in _PAGE.read_text("utf-8")
