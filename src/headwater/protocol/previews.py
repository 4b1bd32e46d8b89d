"""A look into artifacts that hold tables and arrays: the server reads the file, and answers with what is in view."""

import re

import msgspec

from headwater.protocol.artifacts import check_path
from headwater.protocol.endpoint import NATIVE_BASE, Endpoint, Permission
from headwater.protocol.errors import InvalidParameterValue
from headwater.protocol.names import check_no_nul, check_run_id, require

MAX_SHOWN_COLUMNS = 1000


class PreviewTable(msgspec.Struct, frozen=True, omit_defaults=True):
    """Read rows of a CSV, TSV, JSON, JSON-lines, Parquet or NumPy artifact as columns of text.

    `contains` leaves only rows with this text in a cell, in any case; `sort` names a column to order them by, if there
    are no more than 200,000. `offset` counts what is left, in that order. Of a wide table, `column_offset` and
    `column_limit` say which columns to show, of those with `columns_containing` in their names; of Parquet and NumPy
    files the others are not read, nor searched for `contains`. Of an `.npz` archive, `member` names the array.
    """

    run_id: str
    path: str
    offset: int = 0
    limit: int = 200
    contains: str = ""
    sort: str = ""
    descending: bool = False
    column_offset: int = 0
    column_limit: int = MAX_SHOWN_COLUMNS
    columns_containing: str = ""
    member: str = ""

    def check(self) -> None:
        """Raise `InvalidParameterValue` unless run, path and range are allowed."""
        _check_question(self)
        if self.offset < 0 or not 1 <= self.limit <= 2000:
            raise InvalidParameterValue(
                f"Invalid range: offset '{self.offset}', limit '{self.limit}'. Ask for 1 to 2000 rows from 0 on."
            )


class PreviewTableResponse(msgspec.Struct, frozen=True, omit_defaults=True):
    """The rows asked for; `more` says whether rows follow.

    Formats that know it tell the `types` of the columns, how many rows there are in all, and the file in a few words.
    `column_total` is how many columns could be asked for, if not all of them are here.
    """

    columns: list[str]
    rows: list[list[str]]
    more: bool
    types: list[str] = []
    total: int | None = None
    about: str = ""
    column_total: int | None = None


class SummarizeTable(msgspec.Struct, frozen=True, omit_defaults=True):
    """Sum up columns of an artifact that is a table: those, and of the rows, that `PreviewTable` would show."""

    run_id: str
    path: str
    contains: str = ""
    column_offset: int = 0
    column_limit: int = MAX_SHOWN_COLUMNS
    columns_containing: str = ""
    member: str = ""

    def check(self) -> None:
        """Raise `InvalidParameterValue` unless run, path and columns are allowed."""
        _check_question(self)


class ColumnSummary(msgspec.Struct, frozen=True, omit_defaults=True):
    """A column in a few numbers.

    Of a column of numbers: the range and the mean of the finite ones, and how many are in each of `bins` equal parts
    of the range. Of others, the `common` values, those that come more than once, and how often.
    """

    name: str
    empty: int
    distinct: int
    low: float | None = None
    high: float | None = None
    mean: float | None = None
    bins: list[int] = []
    common: dict[str, int] = {}


class SummarizeTableResponse(msgspec.Struct, frozen=True):
    """The columns, over so many `rows`; `is_sampled` says that these are only the first."""

    columns: list[ColumnSummary]
    rows: int
    is_sampled: bool


class PreviewArray(msgspec.Struct, frozen=True, omit_defaults=True):
    """Look at the numbers of a NumPy artifact as a picture of at most 96 by 96 means, or of 512 in a row.

    Of more than two dimensions, `index` says where in the others, such as `0,3`; of an `.npz` archive, `member` names
    the array, by default its first.
    """

    run_id: str
    path: str
    index: str = ""
    member: str = ""

    def check(self) -> None:
        """Raise `InvalidParameterValue` unless run, path and index are allowed."""
        check_run_id(self.run_id)
        check_path(require("path", self.path))
        check_no_nul("member", self.member)
        if not re.fullmatch(r"(\d{1,12}(,\d{1,12}){0,31})?", self.index, re.ASCII):
            raise InvalidParameterValue(f"Invalid index '{self.index[:100]}'. Give numbers such as '0,3'.")


class PreviewArrayResponse(msgspec.Struct, frozen=True, omit_defaults=True):
    """An array in a few words, and its last two dimensions as `means` of blocks, row by row; null without a number.

    `low`, `high` and `mean` are of what was read of them, which is all unless `is_sampled`; `others` of the values
    are not finite. An archive tells the names of its arrays as `members`.
    """

    shape: list[int]
    dtype: str
    index: list[int]
    means: list[list[float | None]]
    low: float | None
    high: float | None
    mean: float | None
    others: int
    is_sampled: bool
    members: list[str] = []


def _check_question(asked: PreviewTable | SummarizeTable) -> None:
    check_run_id(asked.run_id)
    check_path(require("path", asked.path))
    check_no_nul("contains", asked.contains)
    check_no_nul("member", asked.member)
    if asked.column_offset < 0 or not 1 <= asked.column_limit <= MAX_SHOWN_COLUMNS:
        raise InvalidParameterValue(
            f"Invalid columns: offset '{asked.column_offset}', limit '{asked.column_limit}'. Ask for 1 to "
            f"{MAX_SHOWN_COLUMNS} columns from 0 on."
        )


PREVIEW_TABLE = Endpoint(
    resource="artifacts",
    verb="preview_table",
    methods=("GET",),
    path="artifacts/preview-table",
    request=PreviewTable,
    response=PreviewTableResponse,
    permission=Permission.READ,
    bases=NATIVE_BASE,
)
PREVIEW_ARRAY = Endpoint(
    resource="artifacts",
    verb="preview_array",
    methods=("GET",),
    path="artifacts/preview-array",
    request=PreviewArray,
    response=PreviewArrayResponse,
    permission=Permission.READ,
    bases=NATIVE_BASE,
)
SUMMARIZE_TABLE = Endpoint(
    resource="artifacts",
    verb="summarize_table",
    methods=("GET",),
    path="artifacts/summarize-table",
    request=SummarizeTable,
    response=SummarizeTableResponse,
    permission=Permission.READ,
    bases=NATIVE_BASE,
)

ENDPOINTS = (PREVIEW_TABLE, PREVIEW_ARRAY, SUMMARIZE_TABLE)
