"""What the columns of a table file hold, in a few numbers each."""

from collections import Counter
from collections.abc import Sequence

import numpy as np

from headwater.protocol.previews import ColumnSummary, PreviewTable, SummarizeTable, SummarizeTableResponse
from headwater.stores.sql.preview import preview_table
from headwater.stores.sql.preview_file import StoredFile

_MAX_CELLS = 300_000
_BINS = 12
_MOST_COMMON = 3


def summarize_table(file: StoredFile, request: SummarizeTable) -> SummarizeTableResponse:
    """Sum up the columns that `request` asks for, over as many rows as can be read at once."""
    width = max(1, len(preview_table(file, _ask_rows(request, 1)).columns))
    page = preview_table(file, _ask_rows(request, _MAX_CELLS // width))
    columns = [_summarize(name, [row[place] for row in page.rows]) for place, name in enumerate(page.columns)]
    return SummarizeTableResponse(columns, len(page.rows), page.more)


def _ask_rows(request: SummarizeTable, limit: int) -> PreviewTable:
    return PreviewTable(
        request.run_id,
        request.path,
        limit=limit,
        contains=request.contains,
        column_offset=request.column_offset,
        column_limit=request.column_limit,
        columns_containing=request.columns_containing,
        member=request.member,
    )


def _summarize(name: str, cells: Sequence[str]) -> ColumnSummary:
    counts = Counter(cells)
    empty = counts.pop("", 0)
    numbers = _read_numbers(counts)
    if numbers is None:
        common = {value: count for value, count in counts.most_common(_MOST_COMMON) if count > 1}
        return ColumnSummary(name, empty, len(counts), common=common)
    values, weights = numbers
    if not len(values):
        return ColumnSummary(name, empty, len(counts))
    low, high = float(values.min()), float(values.max())
    bins, _ = np.histogram(values, _BINS, (low, high), weights=weights)
    mean = float(np.average(values, weights=weights))
    return ColumnSummary(name, empty, len(counts), low, high, mean, bins.astype(int).tolist() if low < high else [])


def _read_numbers(counts: Counter[str]) -> tuple[np.ndarray, np.ndarray] | None:
    """Return the finite numbers and how often each comes; none if one of the texts is no number."""
    try:
        values = np.fromiter(map(float, counts), np.float64, len(counts))
    except ValueError:
        return None
    is_finite = np.isfinite(values)
    weights = np.fromiter(counts.values(), np.int64, len(counts))
    return values[is_finite], weights[is_finite]
