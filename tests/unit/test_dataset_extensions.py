"""Datasets as models take them, and kinds of sources and constructors that a program registers itself."""

from typing import Any, Self

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import headwater as hw
from headwater.protocol.errors import InvalidParameterValue
from headwater.testing.stores import expect_error
from headwater.tracking.datasets import plugins

ROWS = {"x": [1, 2], "y": [3, 4]}


class Shelf:
    """A source that a program defines."""

    def __init__(self, board: str) -> None:
        self.board = board

    @staticmethod
    def _get_source_type() -> str:
        return "shelf"

    @staticmethod
    def _can_resolve(raw_source: Any) -> bool:
        return str(raw_source).startswith("shelf:")

    @classmethod
    def _resolve(cls, raw_source: Any) -> Self:
        return cls(raw_source.removeprefix("shelf:"))

    def to_dict(self) -> dict[Any, Any]:
        return {"board": self.board}

    @classmethod
    def from_dict(cls, source_dict: dict[Any, Any]) -> Self:
        return cls(source_dict["board"])

    def load(self) -> str:
        return f"books of {self.board}"


def from_shelf(board: str) -> hw.data.Dataset:
    return hw.data.from_numpy(np.arange(3), f"shelf:{board}", name=board)


@pytest.fixture
def fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    """Register nothing beyond a test."""
    monkeypatch.setattr(plugins._REGISTERED, "sources", [])
    monkeypatch.setattr(plugins._REGISTERED, "constructors", {})


def test_frames_are_split_into_what_a_model_takes_and_what_is_right() -> None:
    pandas = hw.data.from_pandas(pd.DataFrame(ROWS), targets="y").to_pyfunc()
    polars = hw.data.from_polars(pl.DataFrame(ROWS), targets="y").to_pyfunc()
    arrow = hw.data.from_arrow(pa.table(ROWS), targets="y").to_pyfunc()

    assert (pandas.inputs.to_dict("list"), list(pandas.outputs)) == ({"x": [1, 2]}, [3, 4])
    assert (polars.inputs.to_dict(as_series=False), polars.outputs.to_list()) == ({"x": [1, 2]}, [3, 4])
    assert (arrow.inputs.to_pydict(), arrow.outputs.to_pylist()) == ({"x": [1, 2]}, [3, 4])


def test_data_without_targets_are_inputs_alone() -> None:
    divided = [
        hw.data.from_pandas(pd.DataFrame(ROWS)).to_pyfunc(),
        hw.data.from_polars(pl.DataFrame(ROWS)).to_pyfunc(),
        hw.data.from_arrow(pa.table(ROWS)).to_pyfunc(),
        hw.data.from_numpy(np.arange(3)).to_pyfunc(),
    ]

    assert [parts.outputs for parts in divided] == [None] * 4
    assert list(hw.data.from_numpy(np.arange(3), targets=np.arange(2)).to_pyfunc().outputs) == [0, 1]


def test_data_that_are_elsewhere_are_not_made_up() -> None:
    with expect_error(InvalidParameterValue, "The data of 'train' are not at hand. …"):
        hw.data.MetaDataset("s3://bucket/train.parquet", name="train").to_pyfunc()


@pytest.mark.usefixtures("fresh")
def test_a_source_that_is_registered_is_found_and_read_again() -> None:
    hw.data.register_dataset_source(Shelf)
    hw.data.register_dataset_source(Shelf)

    described = from_shelf("wine").to_entity()

    assert (described.source_type, described.source) == ("shelf", '{"board": "wine"}')
    assert hw.data.get_source(described).load() == "books of wine"


@pytest.mark.usefixtures("fresh")
def test_a_constructor_that_is_registered_is_a_function_of_the_module() -> None:
    names = [hw.data.register_constructor(from_shelf), hw.data.register_constructor(from_shelf, "load_shelf")]

    assert names == ["from_shelf", "load_shelf"]
    assert getattr(hw.data, "load_shelf")("board").name == "board"  # noqa: B009 - which no type checker knows
    assert {"from_shelf", "load_shelf"} <= set(dir(hw.data))


@pytest.mark.usefixtures("fresh")
def test_what_is_no_source_and_no_name_of_a_constructor_is_refused() -> None:
    with expect_error(InvalidParameterValue, "'<class 'int'>' is no kind of source: it has no _get_source_type, …"):
        hw.data.register_dataset_source(int)  # type: ignore[arg-type]  # which is what is refused
    with expect_error(InvalidParameterValue, "Invalid dataset constructor name: 'make'. …"):
        hw.data.register_constructor(from_shelf, "make")
