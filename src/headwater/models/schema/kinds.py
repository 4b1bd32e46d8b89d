"""What kind of data something is, told by its looks: no library is imported to find out."""

from typing import Any

_TENSORS = {"torch", "tensorflow", "jax", "jaxlib"}


def is_frame(data: Any) -> bool:
    """Tell whether this is a DataFrame or a Series of pandas, which has `ndim`."""
    return hasattr(data, "iloc")


def is_series(data: Any) -> bool:
    """Tell whether this is a column of pandas or polars."""
    return hasattr(data, "to_numpy") and hasattr(data, "dtype") and hasattr(data, "name")


def is_polars_frame(data: Any) -> bool:
    """Tell whether this is a frame of polars, lazy or not."""
    return _library(data) == "polars" and hasattr(type(data), "columns")  # asked of a lazy frame itself, it collects


def is_arrow_table(data: Any) -> bool:
    """Tell whether this is a table or a record batch of Arrow."""
    return _library(data) == "pyarrow" and hasattr(data, "schema")


def is_sparse(data: Any) -> bool:
    """Tell whether this is a sparse matrix or array of SciPy."""
    return type(data).__module__.startswith("scipy.sparse")


def is_foreign_tensor(data: Any) -> bool:
    """Tell whether this is a tensor of a framework, which has been loaded by whoever made it."""
    return _library(data) in _TENSORS and hasattr(data, "shape") and hasattr(data, "dtype")


def is_pydantic(data: Any) -> bool:
    """Tell whether this is an instance of a pydantic model."""
    return hasattr(type(data), "model_fields") and hasattr(data, "model_dump")


def _library(data: Any) -> str:
    return type(data).__module__.partition(".")[0]
