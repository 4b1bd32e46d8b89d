"""Datasets in memory: frames of pandas and polars, tables of Arrow, arrays of NumPy."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeAlias, TypeVar

from headwater.protocol.errors import InvalidParameterValue
from headwater.tracking.datasets.dataset import Dataset, PyFuncInputsOutputs
from headwater.tracking.datasets.digest import MAX_ROWS, digest_arrays, digest_pandas, digest_polars
from headwater.tracking.datasets.schema import Schema, infer_arrow, infer_pandas, infer_polars, infer_tensors

if TYPE_CHECKING:
    import numpy
    import pandas
    import polars
    import pyarrow


class _HasColumns(Protocol):
    """A frame."""

    @property
    def columns(self) -> Any:
        """Return the names of its columns."""


Frame = TypeVar("Frame", bound=_HasColumns)
Arrays: TypeAlias = "numpy.ndarray[Any, Any] | Mapping[str, numpy.ndarray[Any, Any]]"


def check_column(names: object, column: str | None, role: str, what: str) -> str | None:
    """Return a column's name, once it is known to be one of `names`."""
    if column is not None and column not in names:  # type: ignore[operator]  # an index or a list of names
        raise InvalidParameterValue(
            f"The specified {what} does not contain the specified {role} column '{column}'. Give the name of a column."
        )
    return column


def split_frame(df: "pandas.DataFrame", targets: str | None) -> PyFuncInputsOutputs:
    """Return a pandas frame without its column of targets, and that column."""
    if targets is None:
        return PyFuncInputsOutputs(df)
    return PyFuncInputsOutputs(df.drop(columns=targets), df[targets])


class FrameDataset(Dataset, Generic[Frame]):
    """A frame with named columns, one perhaps to predict, one perhaps of predictions; `_kind` says what it is."""

    _kind = "frame"

    def __init__(
        self,
        df: Frame,
        source: object = None,
        targets: str | None = None,
        name: str | None = None,
        digest: str | None = None,
        predictions: str | None = None,
    ) -> None:
        columns = getattr(df, "columns", None)
        if columns is None:
            raise InvalidParameterValue(f"Invalid data of type '{type(df).__name__}'. Give a {self._kind}.")
        self._df = df
        self._targets = check_column(columns, targets, "targets", self._kind)
        self._predictions = check_column(columns, predictions, "predictions", self._kind)
        super().__init__(source, name, digest)

    @property
    def df(self) -> Frame:
        """Return the frame."""
        return self._df

    @property
    def targets(self) -> str | None:
        """Return the name of the column to predict."""
        return self._targets

    @property
    def predictions(self) -> str | None:
        """Return the name of the column of predictions."""
        return self._predictions


class PandasDataset(FrameDataset["pandas.DataFrame"]):
    """A pandas frame; made by `from_pandas`."""

    _kind = "pandas DataFrame"

    @property
    def schema(self) -> Schema | None:
        """Return the type of each column."""
        return infer_pandas(self._df)

    @property
    def profile(self) -> dict[str, Any]:
        """Return the numbers of rows and of cells."""
        return {"num_rows": len(self._df), "num_elements": int(self._df.size)}

    def to_pyfunc(self) -> PyFuncInputsOutputs:
        """Return the frame without the targets, and the targets."""
        return split_frame(self._df, self._targets)

    def _compute_digest(self) -> str:
        return digest_pandas(self._df)


class PolarsDataset(FrameDataset["polars.DataFrame"]):
    """A polars frame; made by `from_polars`."""

    _kind = "polars DataFrame"

    @property
    def schema(self) -> Schema | None:
        """Return the type of each column."""
        return infer_polars(self._df)

    @property
    def profile(self) -> dict[str, Any]:
        """Return the numbers of rows and of cells."""
        return {"num_rows": self._df.height, "num_elements": self._df.height * self._df.width}

    def to_dict(self) -> dict[str, str | None]:
        """Return the description as texts; a schema that cannot be told is the text `null`, as in MLflow."""
        described = super().to_dict()
        return {**described, "schema": described["schema"] or "null"}

    def to_pyfunc(self) -> PyFuncInputsOutputs:
        """Return the frame without the targets, and the targets."""
        if self._targets is None:
            return PyFuncInputsOutputs(self._df)
        return PyFuncInputsOutputs(self._df.drop(self._targets), self._df[self._targets])

    def _compute_digest(self) -> str:
        return digest_polars(self._df)


class ArrowDataset(Dataset):
    """An Arrow table; made by `from_arrow`."""

    def __init__(
        self,
        table: "pyarrow.Table",
        source: object = None,
        targets: str | None = None,
        name: str | None = None,
        digest: str | None = None,
    ) -> None:
        self._table = table
        self._targets = check_column(table.column_names, targets, "targets", "Arrow table")
        super().__init__(source, name, digest)

    @property
    def table(self) -> "pyarrow.Table":
        """Return the table."""
        return self._table

    @property
    def targets(self) -> str | None:
        """Return the name of the column to predict."""
        return self._targets

    @property
    def schema(self) -> Schema | None:
        """Return the type of each column."""
        return infer_arrow(self._table)

    @property
    def profile(self) -> dict[str, Any]:
        """Return the numbers of rows, cells and bytes."""
        table = self._table
        cells = table.num_rows * table.num_columns
        return {"num_rows": table.num_rows, "num_elements": cells, "num_bytes": table.nbytes}

    def to_pyfunc(self) -> PyFuncInputsOutputs:
        """Return the table without the targets, and the targets."""
        if self._targets is None:
            return PyFuncInputsOutputs(self._table)
        return PyFuncInputsOutputs(self._table.drop_columns([self._targets]), self._table[self._targets])

    def _compute_digest(self) -> str:
        return digest_pandas(self._table.slice(0, MAX_ROWS).to_pandas(), len(self._table))


class NumpyDataset(Dataset):
    """NumPy arrays; made by `from_numpy`."""

    def __init__(
        self,
        features: Arrays,
        source: object = None,
        targets: "Arrays | None" = None,
        name: str | None = None,
        digest: str | None = None,
    ) -> None:
        for arrays in (features, targets):
            _check_arrays(arrays)
        self._features = features
        self._targets = targets
        super().__init__(source, name, digest)

    @property
    def features(self) -> Arrays:
        """Return the array or arrays to learn from."""
        return self._features

    @property
    def targets(self) -> "Arrays | None":
        """Return the array or arrays to predict."""
        return self._targets

    @property
    def schema(self) -> Schema | None:
        """Return the type and shape of each array."""
        return infer_tensors(self._features, self._targets)

    @property
    def profile(self) -> dict[str, Any]:
        """Return shape, number of values and bytes of each array."""
        profile: dict[str, Any] = {}
        for role, arrays in (("features", self._features), ("targets", self._targets)):
            if arrays is not None:
                for fact in ("shape", "size", "nbytes"):
                    profile[f"{role}_{fact}"] = _fact(arrays, fact)
        return profile

    def to_pyfunc(self) -> PyFuncInputsOutputs:
        """Return the features and the targets."""
        return PyFuncInputsOutputs(self._features, self._targets)

    def _compute_digest(self) -> str:
        return digest_arrays(arrays for arrays in (self._features, self._targets) if arrays is not None)


def _fact(arrays: Arrays, name: str) -> Any:
    if isinstance(arrays, Mapping):
        return {key: getattr(array, name) for key, array in arrays.items()}
    return getattr(arrays, name)


def _check_arrays(arrays: "Arrays | None") -> None:
    for array in arrays.values() if isinstance(arrays, Mapping) else (arrays,):
        if array is not None and not (hasattr(array, "flatten") and hasattr(array, "shape")):
            raise InvalidParameterValue(
                f"Invalid data of type '{type(array).__name__}'. Give a NumPy array or a dict of arrays."
            )


def from_pandas(
    df: "pandas.DataFrame",
    source: object = None,
    targets: str | None = None,
    name: str | None = None,
    digest: str | None = None,
    predictions: str | None = None,
) -> PandasDataset:
    """Describe a pandas frame as a dataset.

    Args:
        df: the data; they are read now, and not kept anywhere by logging the dataset.
        source: where they come from: a path, a URI, a `DatasetSource`; default: this program.
        targets: the column to predict.
        name: what to call them; default "dataset".
        digest: a text that changes with the data; default: computed, equal to MLflow's for the same frame.
        predictions: the column of predictions.

    Example:
        >>> hw.log_input(hw.data.from_pandas(df, "train.csv", targets="price", name="houses"), context="training")
    """
    return PandasDataset(df, source, targets, name, digest, predictions)


def from_polars(
    df: "polars.DataFrame",
    source: object = None,
    targets: str | None = None,
    name: str | None = None,
    digest: str | None = None,
    predictions: str | None = None,
) -> PolarsDataset:
    """Describe a polars frame as a dataset; see `from_pandas`."""
    return PolarsDataset(df, source, targets, name, digest, predictions)


def from_arrow(
    table: "pyarrow.Table",
    source: object = None,
    targets: str | None = None,
    name: str | None = None,
    digest: str | None = None,
) -> ArrowDataset:
    """Describe an Arrow table as a dataset; its digest equals that of the same data in pandas. See `from_pandas`."""
    return ArrowDataset(table, source, targets, name, digest)


def from_numpy(
    features: Arrays,
    source: object = None,
    targets: "Arrays | None" = None,
    name: str | None = None,
    digest: str | None = None,
) -> NumpyDataset:
    """Describe an array, or a dict of arrays, as a dataset; see `from_pandas`.

    Example:
        >>> hw.data.from_numpy(images, targets=labels, name="digits")
    """
    return NumpyDataset(features, source, targets, name, digest)
