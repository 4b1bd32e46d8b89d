"""What every source of a dataset is."""

import json
from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Self

from headwater.protocol.errors import NotSupported


@dataclass(frozen=True)
class DatasetSource:
    """Where a dataset comes from. A subclass says its `source_type` and how to `load` it."""

    @property
    @abstractmethod
    def source_type(self) -> str:
        """Return the kind of source, such as `local`, `s3`, `http` or `code`."""

    def load(self, dst_path: str | Path | None = None) -> Any:  # noqa: ARG002 - for those that can be loaded
        """Fetch the data again: files as a local path, tables as the object that their library makes."""
        raise NotSupported(f"A source of type '{self.source_type}' cannot be loaded. Read the data as its fields say.")

    def to_dict(self) -> dict[str, Any]:
        """Return the fields that say where the data are."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    def to_json(self) -> str:
        """Return the fields as JSON, as they are logged."""
        return json.dumps(self.to_dict())

    @classmethod
    def from_dict(cls, source_dict: Mapping[str, Any]) -> Self:
        """Return the source that `to_dict` described."""
        known = {field.name for field in fields(cls)}
        return cls(**{name: value for name, value in source_dict.items() if name in known})

    @classmethod
    def from_json(cls, source_json: str) -> Self:
        """Return the source that `to_json` described."""
        return cls.from_dict(json.loads(source_json))
