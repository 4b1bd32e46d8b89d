"""The rows of a JSON file: a list of records, or columns and data as `log_table` writes them."""

from collections.abc import Iterator

import msgspec

from headwater.protocol.errors import InvalidParameterValue
from headwater.stores.sql.preview_file import StoredFile

_MAX_BYTES = 1 << 25


def read_json_records(file: StoredFile, path: str) -> Iterator[dict[str, object]]:
    """Return the rows of a file that is read whole; raise `InvalidParameterValue` if it has none."""
    if file.size > _MAX_BYTES:
        raise InvalidParameterValue(
            f"'{path}' has {file.size} bytes, too many to read as one JSON. Download it instead."
        )
    try:
        value = msgspec.json.decode(b"".join(file.read(0, None)))
    except (msgspec.DecodeError, RecursionError) as error:
        raise InvalidParameterValue(f"Cannot read '{path}': it is not JSON. Download it instead.") from error
    if isinstance(value, list) and all(isinstance(row, dict) for row in value):
        return iter(value)
    columns, data = (value.get("columns"), value.get("data")) if isinstance(value, dict) else (None, None)
    if not isinstance(columns, list) or not isinstance(data, list) or not all(isinstance(row, list) for row in data):
        raise InvalidParameterValue(f"'{path}' holds no table. Give a list of records, or 'columns' and 'data'.")
    names = [str(column) for column in columns]
    return (dict(zip(names, row, strict=False)) for row in data)
