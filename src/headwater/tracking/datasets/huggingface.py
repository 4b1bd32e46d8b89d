"""Datasets of the Hugging Face library."""

from collections.abc import Mapping, Sequence
from typing import Any

from headwater.protocol.errors import InvalidParameterValue
from headwater.tracking.datasets.dataset import Dataset, PyFuncInputsOutputs
from headwater.tracking.datasets.digest import MAX_ROWS, digest_pandas
from headwater.tracking.datasets.schema import Schema, infer_pandas
from headwater.tracking.datasets.sources import HuggingFaceSource
from headwater.tracking.datasets.tables import check_column, split_frame


class HuggingFaceDataset(Dataset):
    """One split of a Hugging Face dataset; made by `from_huggingface`."""

    def __init__(
        self,
        ds: Any,
        source: object = None,
        targets: str | None = None,
        name: str | None = None,
        digest: str | None = None,
    ) -> None:
        if not all(hasattr(ds, part) for part in ("num_rows", "to_pandas", "select", "dataset_size")):
            raise InvalidParameterValue(
                f"The specified Hugging Face dataset must be an instance of `datasets.Dataset`. Instead, found an "
                f"instance of: {type(ds)}. Give one split, such as ds['train']."
            )
        self._ds = ds
        self._targets = check_column(ds.column_names, targets, "targets", "Hugging Face dataset")
        super().__init__(source, name, digest)

    @property
    def ds(self) -> Any:
        """Return the dataset."""
        return self._ds

    @property
    def targets(self) -> str | None:
        """Return the name of the column to predict."""
        return self._targets

    @property
    def schema(self) -> Schema | None:
        """Return the type of each column, told from the first rows."""
        return infer_pandas(self._head())

    @property
    def profile(self) -> dict[str, Any]:
        """Return the number of rows and what the library knows about bytes."""
        return {
            "num_rows": self._ds.num_rows,
            "dataset_size": self._ds.dataset_size,
            "size_in_bytes": self._ds.size_in_bytes,
        }

    def _head(self) -> Any:
        return self._ds.select(range(min(MAX_ROWS, self._ds.num_rows))).to_pandas()

    def to_pyfunc(self) -> PyFuncInputsOutputs:
        """Return a pandas frame of the data without the targets, and the targets."""
        return split_frame(self._ds.to_pandas(), self._targets)

    def _compute_digest(self) -> str:
        return digest_pandas(self._head())


def from_huggingface(
    ds: Any,
    path: str | None = None,
    targets: str | None = None,
    data_dir: str | None = None,
    data_files: str | Sequence[str] | Mapping[str, str | Sequence[str]] | None = None,
    revision: str | None = None,
    name: str | None = None,
    digest: str | None = None,
    trust_remote_code: bool | None = None,  # noqa: ARG001, FBT001 - the order that callers of MLflow know
    source: object = None,
) -> HuggingFaceDataset:
    """Describe one split of a Hugging Face dataset.

    Args:
        ds: a `datasets.Dataset`.
        path: its path on the hub, as given to `load_dataset`; with it, the source can be loaded again.
        targets: the column to predict.
        data_dir: as given to `load_dataset`.
        data_files: as given to `load_dataset`.
        revision: as given to `load_dataset`.
        name: what to call it; default "dataset".
        digest: a text that changes with the data; default: computed, equal to MLflow's.
        trust_remote_code: accepted and not used; code of a hub is never run by loading a source.
        source: instead of `path`, where the data come from.

    Example:
        >>> reviews = datasets.load_dataset("imdb", split="train")
        >>> hw.log_input(hw.data.from_huggingface(reviews, path="imdb", targets="label"), context="training")
    """
    if source is None and path is not None:
        config_name, split = getattr(ds, "config_name", None), getattr(ds, "split", None)
        source = HuggingFaceSource(path, config_name, data_dir, data_files, str(split), revision)
    return HuggingFaceDataset(ds, source, targets, name, digest)
