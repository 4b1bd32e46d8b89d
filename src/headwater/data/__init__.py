"""Datasets that runs read: `hw.data.from_pandas(df, "train.csv")`, given to `hw.log_input`."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from headwater.tracking.datasets.dataset import Dataset, MetaDataset, PyFuncInputsOutputs, get_source
from headwater.tracking.datasets.delta import DeltaDataset, load_delta
from headwater.tracking.datasets.huggingface import HuggingFaceDataset, from_huggingface
from headwater.tracking.datasets.plugins import (
    find_constructor,
    list_constructors,
    register_constructor,
    register_dataset_source,
)
from headwater.tracking.datasets.schema import Schema
from headwater.tracking.datasets.source import DatasetSource
from headwater.tracking.datasets.sources import (
    CodeSource,
    DeltaSource,
    FileSource,
    HttpSource,
    HuggingFaceSource,
    SparkSource,
    source_from_json,
)
from headwater.tracking.datasets.spark import SparkDataset, from_spark
from headwater.tracking.datasets.tables import (
    ArrowDataset,
    NumpyDataset,
    PandasDataset,
    PolarsDataset,
    from_arrow,
    from_numpy,
    from_pandas,
    from_polars,
)
from headwater.tracking.datasets.tensorflow import TensorFlowDataset, from_tensorflow

__all__ = [
    "ArrowDataset",
    "CodeSource",
    "Dataset",
    "DatasetSource",
    "DeltaDataset",
    "DeltaSource",
    "FileSource",
    "HttpSource",
    "HuggingFaceDataset",
    "HuggingFaceSource",
    "MetaDataset",
    "NumpyDataset",
    "PandasDataset",
    "PolarsDataset",
    "PyFuncInputsOutputs",
    "Schema",
    "SparkDataset",
    "SparkSource",
    "TensorFlowDataset",
    "from_arrow",
    "from_huggingface",
    "from_numpy",
    "from_pandas",
    "from_polars",
    "from_spark",
    "from_tensorflow",
    "get_source",
    "load_delta",
    "register_constructor",
    "register_dataset_source",
    "source_from_json",
]


if not TYPE_CHECKING:  # or no wrong name would be found by a type checker

    def __getattr__(name: str) -> Callable[..., Any]:
        """Return a function that another package brings by the entry point group `headwater.dataset_constructor`."""
        return find_constructor(name)


def __dir__() -> list[str]:
    return [*__all__, *list_constructors()]
