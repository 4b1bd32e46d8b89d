"""Digests: eight characters that tell whether two datasets hold the same data, equal to those MLflow computes."""

import hashlib
import json
import warnings
from collections.abc import Iterable, Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any

from headwater.protocol.errors import NotSupported

if TYPE_CHECKING:
    import numpy
    import pandas
    import polars

MAX_ROWS = 10_000


def digest_pandas(df: "pandas.DataFrame", rows: int | None = None) -> str:
    """Return the digest of a frame: its first rows' numbers and texts, its length and its columns' names.

    `rows` is the length of the whole, if `df` holds only its beginning.
    """
    pandas = _pandas()
    sample = df.head(MAX_ROWS)
    texts = sample.columns[sample.map(lambda value: type(value) is str).all(axis=0)]
    numbers = sample.select_dtypes(include=["number"]).columns
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # names of several types have no order, which does not matter
        hashed = texts.union(numbers)
    hashes = pandas.util.hash_pandas_object(sample[hashed])
    return _md5(
        [hashes.to_numpy(), _count(len(df) if rows is None else rows), *(str(name).encode() for name in df.columns)]
    )


def digest_arrays(arrays: "Iterable[numpy.ndarray[Any, Any] | Mapping[str, numpy.ndarray[Any, Any]]]") -> str:
    """Return the digest of arrays: the first values and the shape of each; those of a mapping sorted by name."""
    hash_array = _pandas().util.hash_array
    parts: list[Any] = []
    for item in arrays:
        for array in [item[name] for name in sorted(item)] if isinstance(item, Mapping) else [item]:
            parts.append(hash_array(array.flatten()[:MAX_ROWS]))
            parts += map(_count, array.shape)
    return _md5(parts)


def digest_elements(elements: "Iterable[list[Any]]") -> str:
    """Return the digest of a stream, each of whose elements is a list of arrays or single values."""
    import numpy as np

    hash_array = _pandas().util.hash_array
    parts = ([np.ravel(np.asarray(item)) for item in element] for element in elements)
    return _md5(hash_array(arrays[0] if len(arrays) == 1 else np.concatenate(arrays)) for arrays in parts)


def digest_numbers(numbers: Iterable[int]) -> str:
    """Return the digest of whole numbers, such as hashes of the data that a library computes."""
    return _md5(map(_count, numbers))


def digest_polars(df: "polars.DataFrame") -> str:
    """Return the digest of a frame: the sum of its rows' hashes."""
    return str(df.hash_rows().sum())


def digest_facts(facts: Mapping[str, object]) -> str:
    """Return the digest of a description, for a dataset whose data are not here."""
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:8]


def _count(number: int) -> bytes:
    return number.to_bytes(8, "little", signed=True)


def _md5(parts: Iterable[Any]) -> str:
    digest = hashlib.md5(usedforsecurity=False)
    for part in parts:
        digest.update(part)
    return digest.hexdigest()[:8]


def _pandas() -> Any:
    try:
        return import_module("pandas")  # loaded by those who describe data only
    except ImportError as error:
        raise NotSupported("The digest of a dataset needs pandas. Install it, or pass digest='…'.") from error
