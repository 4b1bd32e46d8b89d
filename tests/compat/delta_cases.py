"""What Delta tables are described as, with deltalake and without Spark; runs in an environment that has it."""

import sys
from collections.abc import Callable

import pyarrow as pa
from deltalake import write_deltalake
from reporting import report_checks  # type: ignore[import-not-found]  # beside it

import headwater as hw
import headwater.data


def make_table(path: str) -> str:
    """Write a table of two versions, with three rows in the end, and return its path."""
    write_deltalake(path, pa.table({"n": [1, 2], "s": ["a", None]}))
    write_deltalake(path, pa.table({"n": [3], "s": ["c"]}), mode="append")
    return path


def message_of(call: Callable[[], object]) -> str:
    """Return what an error says."""
    try:
        call()
    except hw.HeadwaterError as error:
        return str(error)
    return ""


def check_a_version_is_described_without_reading_its_rows() -> None:
    path = make_table("described")

    first, newest = hw.data.load_delta(path, version=0, targets="n"), hw.data.load_delta(path, name="houses")

    assert isinstance(first, hw.data.DeltaDataset)
    assert isinstance(newest, hw.data.DeltaDataset)
    assert (first.version, first.targets, newest.version, newest.name) == (0, "n", 1, "houses")
    assert (first.profile, newest.profile) == ({"num_rows": 2}, {"num_rows": 3})
    assert first.digest != newest.digest == hw.data.load_delta(path, version="1").digest
    assert newest.schema is not None
    assert newest.schema.columns == (
        {"type": "long", "name": "n", "required": False},
        {"type": "string", "name": "s", "required": False},
    )
    assert "table" not in vars(first)
    assert first.df["n"].tolist() == [1, 2]
    assert "pyspark" not in sys.modules


def check_a_run_keeps_the_version_and_its_source_gives_it_back() -> None:
    path = make_table("kept")
    with hw.start_run() as run:
        hw.log_input(hw.data.load_delta(path), context="training")
    write_deltalake(path, pa.table({"n": [4], "s": ["d"]}), mode="append")

    logged = hw.get_run(run.info.run_id).inputs.dataset_inputs[0]
    source = hw.data.get_source(logged)

    assert logged.dataset.source_type == "delta_table"
    assert source == hw.data.DeltaSource(path="kept", delta_table_version=1)
    assert sorted(source.load()["n"].to_pylist()) == [1, 2, 3]


def check_mistakes_are_told() -> None:
    path = make_table("right")

    assert message_of(hw.data.load_delta).startswith("Must specify exactly one of `table_name` or `path`.")
    assert "'nowhere'" in message_of(lambda: hw.data.load_delta("nowhere"))
    assert "version '9'" in message_of(lambda: hw.data.load_delta(path, version=9))
    assert "targets column 'z'" in message_of(lambda: hw.data.load_delta(path, targets="z"))
    assert "needs Spark" in message_of(lambda: hw.data.load_delta(table_name="houses"))


if __name__ == "__main__":
    report_checks({name: check for name, check in globals().items() if name.startswith("check_")})
