"""The client's verbs about tables: rows that are logged bit by bit, and read from many runs at once."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from headwater.tracking.connected import Connected

if TYPE_CHECKING:
    import pandas


class TableVerbs(Connected):
    """Log and read tables."""

    def log_table(self, run_id: str, data: Any, artifact_file: str) -> None:
        """Append rows to a table that is an artifact of a run; see `headwater.log_table`."""
        from headwater.tracking.table_log import append_rows  # see docs/decisions/0009

        append_rows(self._writer(run_id), data, artifact_file)

    def load_table(
        self,
        experiment_id: str,
        artifact_file: str,
        run_ids: Sequence[str] | None = None,
        extra_columns: Sequence[str] | None = None,
    ) -> "pandas.DataFrame":
        """Return the rows that runs of an experiment logged to a table; see `headwater.load_table`."""
        from headwater.tracking.table_log import read_tables

        return read_tables(self._settled(), str(experiment_id), artifact_file, run_ids, extra_columns or ())
