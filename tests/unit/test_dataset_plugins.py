"""Sources and constructors of datasets that installed packages bring by entry point."""

from pathlib import Path

import numpy as np
import pytest

import headwater as hw
from headwater.protocol.errors import InvalidParameterValue
from headwater.protocol.runs import RunInfo
from headwater.testing.stores import expect_error

PLUGIN = """
from headwater.data import from_numpy


class Warehouse:
    def __init__(self, table):
        self.table = table

    @staticmethod
    def _get_source_type():
        return "warehouse"

    @staticmethod
    def _can_resolve(raw_source):
        return isinstance(raw_source, str) and raw_source.startswith("warehouse:")

    @classmethod
    def _resolve(cls, raw_source):
        return cls(raw_source.partition(":")[2])

    def to_dict(self):
        return {"table": self.table}

    @classmethod
    def from_dict(cls, source_dict):
        return cls(source_dict["table"])

    def load(self):
        return f"rows of {self.table}"


class Twin(Warehouse):
    @staticmethod
    def _get_source_type():
        return "twin"

    @staticmethod
    def _can_resolve(raw_source):
        return raw_source == "warehouse:both"


def from_warehouse(features, table, name=None, digest=None):
    return from_numpy(features, f"warehouse:{table}", name=name, digest=digest)
"""


@pytest.fixture(autouse=True)
def _plugin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Install a package with two sources and a constructor."""
    (tmp_path / "warehouse_plugin.py").write_text(PLUGIN)
    described = tmp_path / "warehouse_plugin-1.0.dist-info"
    described.mkdir()
    (described / "METADATA").write_text("Metadata-Version: 2.1\nName: warehouse-plugin\nVersion: 1.0\n")
    (described / "entry_points.txt").write_text(
        "[headwater.dataset_source]\nwarehouse = warehouse_plugin:Warehouse\n"
        "[mlflow.dataset_source]\ntwin = warehouse_plugin:Twin\nours = mlflow.data.spark_dataset_source:Spark\n"
        "[mlflow.dataset_constructor]\nfrom_warehouse = warehouse_plugin:from_warehouse\nother = warehouse_plugin:x\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))


def test_a_source_of_a_package_is_made_logged_and_read_again() -> None:
    dataset = hw.data.from_numpy(np.arange(3), "warehouse:wine")

    described = dataset.to_entity()
    again = hw.data.get_source(described)

    assert (described.source_type, described.source) == ("warehouse", '{"table": "wine"}')
    assert again.source_type == "warehouse"
    assert again.load() == "rows of wine"


def test_a_constructor_of_a_package_is_a_function_of_the_module() -> None:
    constructor = getattr(hw.data, "from_warehouse")  # noqa: B009 - which no type checker knows

    dataset = constructor(np.arange(3), "wine", name="wines")

    assert (dataset.name, dataset.source.to_dict()) == ("wines", {"table": "wine"})
    assert "from_warehouse" in dir(hw.data)
    assert "other" not in dir(hw.data)
    assert not hasattr(hw.data, "from_nowhere")
    assert not hasattr(hw.data, "other")


def test_what_two_packages_claim_is_refused_and_what_none_claims_is_a_file() -> None:
    with expect_error(InvalidParameterValue, "The source 'warehouse:both' may be any of warehouse, twin…"):
        hw.data.from_numpy(np.arange(3), "warehouse:both")
    with expect_error(InvalidParameterValue, "Could not find a source information resolver…"):
        hw.data.from_numpy(np.arange(3), object())

    source = hw.data.from_numpy(np.arange(3), "hdfs://host/wine.csv").source

    assert isinstance(source, hw.data.FileSource)
    assert source.source_type == "hdfs"


def test_every_attribute_that_may_be_searched_may_be_ordered_by(tmp_path: Path) -> None:
    hw.set_tracking_uri(f"sqlite:///{tmp_path / 'headwater.db'}")
    experiment_id = hw.create_experiment("searched")
    with hw.start_run(experiment_id=experiment_id) as run:
        run_id = run.info.run_id
    client = hw.MlflowClient()
    names = RunInfo.get_searchable_attributes()

    found = [
        client.search_runs([experiment_id], f"attributes.{name} != {0 if name.endswith('_time') else repr('x')}")
        for name in names
    ]
    ordered = [client.search_runs([experiment_id], order_by=[f"attributes.{name}"]) for name in names]

    assert names == ["artifact_uri", "end_time", "run_id", "run_name", "start_time", "status", "user_id"]
    assert RunInfo.get_orderable_attributes() == names
    assert [[run.info.run_id for run in runs] for runs in (*found, *ordered)] == [[run_id]] * (2 * len(names))
