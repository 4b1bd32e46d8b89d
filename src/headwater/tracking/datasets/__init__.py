"""Datasets: what a run read, described by a name, a digest, a source, a schema and a profile."""

from headwater.tracking.datasets.dataset import Dataset, MetaDataset, get_source
from headwater.tracking.datasets.delta import DeltaDataset, load_delta
from headwater.tracking.datasets.huggingface import HuggingFaceDataset, from_huggingface
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
    "source_from_json",
]
