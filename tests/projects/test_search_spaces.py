"""What a search space may say, and what is told to those who say it wrong."""

from pathlib import Path
from typing import Any

import pytest

import headwater as hw
from headwater.projects.sweeps.definition import parse_definition, read_file
from headwater.projects.sweeps.space import Choice, Range

GOOD = {"metric": "loss", "parameters": {"x": {"float": [0, 1]}}}


def test_every_form_of_a_parameter_is_read() -> None:
    parameters = {
        "alpha": {"float": [1e-4, 1], "log": True},
        "momentum": {"float": [0.1, 1], "step": 0.2},
        "depth": {"int": [2, 10]},
        "width": {"int": [16, 256], "log": True},
        "kind": ["a", "b"],
        "flag": {"choice": [True, False]},
        "epochs": 20,
    }

    space = parse_definition({"metric": "loss", "parameters": parameters}, "here").space

    assert space.domains == {
        "alpha": Range(float, 1e-4, 1, is_log=True),
        "momentum": Range(float, 0.1, 0.9, step=0.2),
        "depth": Range(int, 2, 10, step=1),
        "width": Range(int, 16, 256, is_log=True),
        "kind": Choice(("a", "b")),
        "flag": Choice((True, False)),
    }
    assert space.fixed == {"epochs": 20}


def test_a_definition_is_the_same_after_it_was_kept() -> None:
    parameters = {"a": {"float": [0.1, 1], "step": 0.3}, "b": {"int": [1, 9], "log": True}, "c": [1, "x"], "d": "e"}
    table = {"metric": "m", "parameters": parameters, "seed": 1, "early_stopping": {"type": "hyperband"}, "parallel": 2}

    definition = parse_definition(table, "here")

    assert parse_definition(definition.to_dict(), "there") == definition


def test_numbers_that_yaml_takes_for_texts_are_numbers(tmp_path: Path) -> None:
    (tmp_path / "space.yaml").write_text(
        "sweep:\n  metric: loss\n  parameters:\n    a: {float: [1e-4, 1e0], log: true}\n    b: [1e-3, 1e-2, e1]\n"
    )

    space = parse_definition(read_file(tmp_path / "space.yaml"), "here").space

    assert space.domains == {"a": Range(float, 1e-4, 1.0, is_log=True), "b": Choice((1e-3, 1e-2, "e1"))}


def test_a_grid_has_every_point_unless_fewer_are_wanted() -> None:
    table: dict[str, Any] = {"metric": "m", "sampler": "grid", "parameters": {"a": {"int": [1, 3]}, "b": ["x", "y"]}}

    whole, part = parse_definition(table, "here"), parse_definition({**table, "trials": 4}, "here")

    assert whole.grid == [{"a": a, "b": b} for a in (1, 2, 3) for b in ("x", "y")]
    assert (whole.trials, part.trials) == (6, 4)


@pytest.mark.parametrize(
    ("parameter", "message"),
    [
        ({"float": [1, 0]}, "parameters.x.float is '[1, 0]'. The first number must be below"),
        ({"float": [1, 1]}, "parameters.x.float is '[1, 1]'. The first number must be below"),
        ({"float": [0]}, "parameters.x.float is '[0]'. Give two numbers"),
        ({"float": 3}, "parameters.x.float is '3'. Give two numbers"),
        ({"float": ["a", 1]}, "parameters.x.float is 'a'. Give a number"),
        ({"float": [0, float("nan")]}, "parameters.x.float is 'nan'. Give a number"),
        ({"float": [True, 2]}, "parameters.x.float is 'True'. Give a number"),
        ({"int": [0.5, 2]}, "parameters.x.int is '0.5'. Give a whole number"),
        ({"float": [0, 1], "log": True}, "On a logarithmic scale both numbers are above zero"),
        ({"float": [1, 2], "log": "yes"}, "parameters.x.log is 'yes'. Give true or false"),
        ({"float": [1, 2], "log": True, "step": 0.5}, "parameters.x.step is '0.5'. On a logarithmic scale"),
        ({"float": [0, 1], "step": 0}, "parameters.x.step is '0.0'. Give a number above zero"),
        ({"int": [0, 3], "step": 4}, "parameters.x.step is '4'. Give a number above zero that fits"),
        ({"float": [0, 1], "stepp": 1}, "parameters.x.stepp is '1'. The keys here are float, log, step"),
        ({"float": [0, 1], "int": [0, 1]}, "Give one of float: [low, high]"),
        ({"uniform": [0, 1]}, "Give one of float: [low, high]"),
        ({"choice": "ab"}, "parameters.x.choice is 'ab'. Give a list of values"),
        ([], "parameters.x is '[]'. Give a list of values"),
        ([1, None], "parameters.x is 'None'. Each value is"),
        ([[1], [2]], "parameters.x is '[1]'. Each value is"),
        ([1, "1"], "parameters.x is '1'. It is the same as '1'"),
        ([1, True], "parameters.x is 'True'. It is the same as '1'"),
        (None, "parameters.x is 'None'. Give a range"),
        (3, "every parameter has one value"),
    ],
)
def test_a_bad_parameter_is_named(parameter: object, message: str) -> None:
    with pytest.raises(hw.InvalidParameterValue) as caught:
        parse_definition({"metric": "loss", "parameters": {"x": parameter}}, "here")

    assert message in caught.value.message
    assert "In 'here', " in caught.value.message


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"metric": None}, "metric is 'None'. Name the metric"),
        ({"metric": 3}, "metric is '3'. Name the metric"),
        ({"direction": "down"}, "direction is 'down'. Use minimize, maximize"),
        ({"sampler": "bayes"}, "sampler is 'bayes'. Use tpe, random, grid"),
        ({"sampler": "grid"}, "parameters.x is 'a range without a step'. For a grid"),
        ({"sampler": "grid", "parameters": {"x": {"int": [1, 200_000]}}}, "has 200000 points"),
        ({"trials": 0}, "trials is '0'. Give a whole number of at least 1"),
        ({"trials": "ten"}, "trials is 'ten'. Give a whole number"),
        ({"parallel": True}, "parallel is 'True'. Give a whole number"),
        ({"seed": -1}, "seed is '-1'. Give a whole number of at least 0"),
        ({"entry_point": 1}, "entry_point is '1'. Name an entry point"),
        ({"parameters": None}, "parameters is 'None'. Give each parameter"),
        ({"parameters": [1]}, "parameters is '[1]'. Give each parameter"),
        ({"method": "grid"}, "method is 'grid'. The keys are metric, direction"),
        ({"early_stopping": 3}, "early_stopping is '3'. Give one of median"),
        ({"early_stopping": "slow"}, "early_stopping.type is 'slow'. Use median"),
        ({"early_stopping": {"type": "asha", "warmup": 2}}, "early_stopping.warmup is '2'. The settings of asha are"),
        ({"early_stopping": {"type": "asha", "factor": 1}}, "early_stopping.factor is '1'. Give a whole number"),
        ({"early_stopping": "threshold"}, "early_stopping is 'threshold'. Give lower, upper, or both"),
        ({"early_stopping": {"type": "threshold", "lower": 2, "upper": 1}}, "early_stopping.lower is '2'. It is above"),
        ({"early_stopping": {"type": "threshold", "upper": "x"}}, "early_stopping.upper is 'x'. Give a number"),
        ({"early_stopping": {"type": "percentile", "keep": 100}}, "early_stopping.keep is '100'. Give the percentage"),
    ],
)
def test_a_bad_setting_is_named(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(hw.InvalidParameterValue) as caught:
        parse_definition({**GOOD, **settings}, "here")

    assert message in caught.value.message


def test_params_of_a_run_are_values_again_unless_they_are_none_of_the_space() -> None:
    parameters = {"a": {"float": [0, 1]}, "b": {"int": [1, 9]}, "c": [True, "x", 0.5], "d": 3}
    space = parse_definition({"metric": "m", "parameters": parameters}, "here").space

    assert space.read_params({"a": "0.1", "b": "2", "c": "True", "z": "1"}) == {"a": 0.1, "b": 2, "c": True}
    for damage in ({"a": "x"}, {"b": "1.5"}, {"c": "y"}):
        assert space.read_params({"a": "0.1", "b": "2", "c": "x", **damage}) == {}
    assert space.read_params({"a": "0.1"}) == {}


@pytest.mark.parametrize("content", ["[1", "3", "", "- a"])
def test_a_file_that_is_no_mapping_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "space.yaml").write_text(content)

    with pytest.raises(hw.InvalidParameterValue, match=r"space\.yaml"):
        read_file(tmp_path / "space.yaml")
