"""Which format a file of rows has."""

from enum import StrEnum
from pathlib import Path

from headwater.protocol.errors import InvalidParameterValue


class Format(StrEnum):
    """Formats of rows. JSON is one document of MLflow's scoring protocol, which is held in memory as a whole."""

    CSV = "csv"
    PARQUET = "parquet"
    JSON = "json"
    JSONL = "jsonl"


_ENDINGS = {
    ".csv": Format.CSV,
    ".parquet": Format.PARQUET,
    ".pq": Format.PARQUET,
    ".json": Format.JSON,
    ".jsonl": Format.JSONL,
    ".ndjson": Format.JSONL,
}


def find_format(path: Path, given: str = "") -> Format:
    """Return the format that was given, else the one that the path's ending says.

    Of a folder, its first file decides. Raises `InvalidParameterValue` if that says nothing.

    Example:
        >>> find_format(Path("rows.parquet"))
        <Format.PARQUET: 'parquet'>
    """
    if given:
        try:
            return Format(given)
        except ValueError:
            raise InvalidParameterValue(f"Unknown format '{given}'. Use one of {', '.join(Format)}.") from None
    for name in [path, *list_files(path)]:
        found = _ENDINGS.get(name.suffix.lower())
        if found is not None:
            return found
    raise InvalidParameterValue(
        f"The name '{path}' does not say the format. Let it end with one of {', '.join(_ENDINGS)}, or say the format."
    )


def list_files(path: Path) -> list[Path]:
    """Return the files that a path means: itself, or those in a folder that are no marks and no hidden ones."""
    if not path.is_dir():
        return [path]
    found = (file for file in path.rglob("*") if file.is_file() and not file.name.startswith((".", "_")))
    return sorted(found)
