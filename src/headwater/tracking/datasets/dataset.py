"""The base of all datasets, and the one that knows only a description of its data."""

import json
from abc import abstractmethod
from typing import Any, NamedTuple, Protocol, Self

from headwater.protocol import inputs as wire
from headwater.protocol.errors import InvalidParameterValue
from headwater.tracking.datasets.digest import digest_facts
from headwater.tracking.datasets.schema import Schema
from headwater.tracking.datasets.source import DatasetSource
from headwater.tracking.datasets.sources import find_source, source_from_json

DEFAULT_NAME = "dataset"


class PyFuncInputsOutputs(NamedTuple):
    """Data as a model takes them: its inputs, and the outputs that are right, None if nobody knows."""

    inputs: Any
    outputs: Any = None


class Dataset:
    """Data that a run reads, with a name, a digest, a source, a schema and a profile; give it to `log_input`.

    Args:
        source: where the data come from: a path, a URI, a `DatasetSource`, or None for this program.
        name: what to call them; default "dataset".
        digest: a text that changes with the data, at most 36 characters; default: computed from the data now.
    """

    def __init__(self, source: object = None, name: str | None = None, digest: str | None = None) -> None:
        self._source = find_source(source)
        self._name = name or DEFAULT_NAME
        self._digest = digest or self._compute_digest()

    @abstractmethod
    def _compute_digest(self) -> str:
        """Return a short text that changes with the data."""

    @property
    def name(self) -> str:
        """Return what the data are called."""
        return self._name

    @property
    def digest(self) -> str:
        """Return a short text that changes with the data."""
        return self._digest

    @property
    def source(self) -> DatasetSource:
        """Return where the data come from."""
        return self._source

    @property
    def schema(self) -> Schema | None:
        """Return the types of the data, None if they have none in the schema's language."""
        return None

    @property
    def profile(self) -> dict[str, Any] | None:
        """Return numbers about the data, such as `num_rows`."""
        return None

    def to_dict(self) -> dict[str, str | None]:
        """Return the description as texts, the form in which it is logged."""
        return {
            "name": self.name,
            "digest": self.digest,
            "source": self.source.to_json(),
            "source_type": self.source.source_type,
            "schema": self.schema.to_json() if self.schema else None,
            "profile": json.dumps(self.profile) if self.profile is not None else None,
        }

    def to_evaluation_dataset(self, path: str | None = None, feature_names: list[str] | None = None) -> Self:  # noqa: ARG002
        """Return the dataset itself, which `evaluate` takes as it is; MLflow's arguments are passed over."""
        return self

    def to_pyfunc(self) -> PyFuncInputsOutputs:
        """Return the data as a model takes them, without the targets, and the targets beside them.

        Raises `InvalidParameterValue` if the data themselves are not at hand.
        """
        raise InvalidParameterValue(f"The data of '{self.name}' are not at hand. Load them with dataset.source.load().")

    def to_entity(self) -> wire.Dataset:
        """Return the description as it is logged and read."""
        return wire.Dataset(**{key: value for key, value in self.to_dict().items() if value is not None})

    def to_json(self) -> str:
        """Return the description as JSON."""
        return json.dumps(self.to_dict())

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.name!r} {self.digest} from {self.source}>"


class _Columns(Protocol):
    """A schema of a model, such as `headwater.types.Schema`."""

    def to_dict(self) -> list[dict[str, Any]]:
        """Return the columns as they are logged."""


class MetaDataset(Dataset):
    """A dataset whose data stay where they are: only its source, name and perhaps its schema are known.

    Example:
        >>> hw.data.MetaDataset("s3://bucket/train.parquet", name="train")
    """

    def __init__(
        self,
        source: object,
        name: str | None = None,
        digest: str | None = None,
        schema: "Schema | _Columns | None" = None,
    ) -> None:
        self._schema = schema if schema is None or isinstance(schema, Schema) else Schema(tuple(schema.to_dict()))
        super().__init__(source, name, digest)

    @property
    def schema(self) -> Schema | None:
        """Return the schema that was given."""
        return self._schema

    def to_dict(self) -> dict[str, str | None]:
        """Return the description as texts, without what is not known."""
        return {key: value for key, value in super().to_dict().items() if value is not None}

    def _compute_digest(self) -> str:
        columns = self._schema.columns if self._schema else None
        return digest_facts(
            {
                "name": self.name,
                "source": self.source.to_json(),
                "source_type": self.source.source_type,
                "schema": list(columns) if columns else "",
            }
        )


def get_source(dataset: Any) -> DatasetSource:
    """Return where a dataset comes from, be it one made here or one that was read from a run's inputs.

    Example:
        >>> hw.data.get_source(run.inputs.dataset_inputs[0]).load()
        '/home/ann/train.csv'
    """
    described = getattr(dataset, "dataset", dataset)
    source = described.source
    return source if isinstance(source, DatasetSource) else source_from_json(source, described.source_type)
