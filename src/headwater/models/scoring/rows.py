"""Rows that requests bring, as NumPy columns of the signature's types; pandas is imported for who needs a frame."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeAlias

import numpy as np

from headwater.models.schema.columns import Columns
from headwater.models.schema.fitting import Column
from headwater.models.schema.frames import frame_from_columns
from headwater.models.schema.types import Name

Names: TypeAlias = tuple[Name, ...]


@dataclass(frozen=True, slots=True)
class Block:
    """Columns of one type, side by side in one array of rows and columns."""

    names: Names
    values: Column

    @property
    def count(self) -> int:
        """Return the number of rows."""
        return len(self.values)

    @property
    def key(self) -> Hashable:
        """Return what blocks have in common that may be joined."""
        return self.names

    def frame(self) -> Any:
        """Return the rows as a pandas frame that shares their memory."""
        import pandas as pd

        return pd.DataFrame(self.values, columns=_index(self.names), copy=False)


@dataclass(frozen=True, slots=True)
class Table:
    """Columns of several types."""

    columns: Columns

    @property
    def count(self) -> int:
        """Return the number of rows."""
        return len(next(iter(self.columns.values()), ()))

    @property
    def key(self) -> Hashable:
        """Return what tables have in common that may be joined without changing a type."""
        return tuple((name, column.dtype.str) for name, column in self.columns.items())

    def frame(self) -> Any:
        """Return the rows as a pandas frame that shares their memory."""
        return frame_from_columns(self.columns)


@dataclass(frozen=True, slots=True)
class Tensor:
    """One array whose first dimension is the rows."""

    values: Column

    @property
    def count(self) -> int:
        """Return the number of rows."""
        return len(self.values)

    @property
    def key(self) -> Hashable:
        """Return what arrays have in common that may be joined."""
        return (self.values.dtype.str, self.values.shape[1:])

    def frame(self) -> Any:
        """Return the array itself, which is what a model with a tensor for a signature takes."""
        return self.values


Rows: TypeAlias = Block | Table | Tensor


def join(parts: Sequence[Rows]) -> Rows:
    """Return the rows of several requests, which have the same key, one after the other."""
    first = parts[0]
    if len(parts) == 1:
        return first
    if isinstance(first, Table):
        tables = [part.columns for part in parts if isinstance(part, Table)]
        return Table({name: np.concatenate([columns[name] for columns in tables]) for name in first.columns})
    values = np.concatenate([part.values for part in parts if not isinstance(part, Table)])
    return Block(first.names, values) if isinstance(first, Block) else Tensor(values)


@lru_cache(maxsize=16)
def _index(names: Names) -> Any:
    import pandas as pd

    return pd.Index(names)
