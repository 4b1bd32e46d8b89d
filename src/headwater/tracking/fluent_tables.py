"""The fluent verbs about tables."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from headwater.tracking.active import require_run
from headwater.tracking.client import Client
from headwater.tracking.fluent import require_experiment_id

if TYPE_CHECKING:
    import pandas


def log_table(data: Any, artifact_file: str, run_id: str | None = None) -> None:
    """Append rows to a table, which is an artifact, begun by the first call.

    Args:
        data: a pandas or polars frame, or a dict of columns, or of single values for one row. Cells may be `hw.Image`.
        artifact_file: its name, ending with .json or .parquet.
        run_id: another run than the active one.

    Raises:
        InvalidParameterValue: the columns have several lengths, or the name is not allowed.

    Example:
        >>> hw.log_table({"question": ["2 + 2?"], "answer": ["4"]}, "answers.json")
    """
    Client().log_table(run_id or require_run().info.run_id, data, artifact_file)


def load_table(
    artifact_file: str, run_ids: Sequence[str] | None = None, extra_columns: Sequence[str] | None = None
) -> "pandas.DataFrame":
    """Return the rows that runs of the active experiment logged to a table, below each other.

    Args:
        artifact_file: the table's name.
        run_ids: only of these runs.
        extra_columns: columns of `search_runs` to put beside, such as `["run_id", "params.depth"]`.

    Raises:
        ResourceDoesNotExist: no run has the table.

    Example:
        >>> hw.load_table("answers.json", extra_columns=["run_id"])
    """
    return Client().load_table(require_experiment_id(), artifact_file, run_ids, extra_columns)
