"""Searching runs, as a data frame or a list."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from headwater.protocol.errors import InvalidParameterValue, NotSupported
from headwater.protocol.experiments import ViewType
from headwater.tracking.active import active_experiment
from headwater.tracking.client import Client
from headwater.tracking.run import Run

if TYPE_CHECKING:
    import pandas
    import polars

PAGE = 10_000
MAX_RESULTS = 100_000


def search_runs(
    experiment_ids: Sequence[str] | None = None,
    filter_string: str = "",
    run_view_type: ViewType | int = ViewType.ACTIVE_ONLY,
    max_results: int = MAX_RESULTS,
    order_by: list[str] | None = None,
    output_format: str = "pandas",
    search_all_experiments: bool = False,  # noqa: FBT001 - the order that callers of MLflow know
    experiment_names: Sequence[str] | None = None,
) -> Any:
    """Return the runs that match, as a data frame or a list of `Run`.

    A frame has the columns run_id, experiment_id, status, artifact_uri, start_time, end_time, then metrics.*, params.*
    and tags.*; what a run lacks is NaN or None.

    Args:
        experiment_ids: where to search; default: the active experiment.
        filter_string: such as `metrics.accuracy > 0.9 and params.depth = '6'`.
        run_view_type: active, deleted or all runs.
        max_results: how many at most.
        order_by: such as `["metrics.accuracy DESC"]`.
        output_format: "pandas", "polars" or "list".
        search_all_experiments: without ids and names, search everywhere.
        experiment_names: instead of ids; unknown names are passed over.

    Example:
        >>> hw.search_runs(filter_string="metrics.accuracy > 0.9")["metrics.accuracy"].max()
        0.97
    """
    if output_format not in {"pandas", "polars", "list"}:
        raise InvalidParameterValue(f"Invalid output_format '{output_format}'. Use 'pandas', 'polars' or 'list'.")
    client = Client()
    ids = _find_experiments(client, experiment_ids, experiment_names, everywhere=search_all_experiments)
    runs: list[Run] = []
    token: str | None = None
    while ids and len(runs) < max_results:
        wanted = min(PAGE, max_results - len(runs))
        page = client.search_runs(ids, filter_string, run_view_type, wanted, order_by, token)
        runs += page
        token = page.token
        if not token:
            break
    if output_format == "list":
        return runs
    return to_pandas(runs) if output_format == "pandas" else to_polars(runs)


def _find_experiments(
    client: Client, ids: Sequence[str] | None, names: Sequence[str] | None, *, everywhere: bool
) -> list[str]:
    if ids and names:
        raise InvalidParameterValue("Only experiment_ids or experiment_names can be used, but not both.")
    if names:
        found = [client.get_experiment_by_name(name) for name in names]
        return [experiment.experiment_id for experiment in found if experiment is not None]
    if ids:
        return [str(experiment_id) for experiment_id in ids]
    if not everywhere:
        return [experiment_id] if (experiment_id := active_experiment().experiment_id) else []
    every: list[str] = []
    token: str | None = None
    while True:
        page = client.search_experiments(ViewType.ALL, page_token=token)
        every += [experiment.experiment_id for experiment in page]
        token = page.token
        if not token:
            return every


def to_pandas(runs: list[Run]) -> "pandas.DataFrame":
    """Return runs as a pandas frame."""
    try:
        import pandas  # loaded by those who ask for a frame
    except ImportError as error:
        raise NotSupported(
            "This output needs pandas. Install it with: pip install pandas, or pass output_format='list'."
        ) from error
    columns = _columns(runs)
    for name in ("start_time", "end_time"):
        columns[name] = pandas.to_datetime(columns[name], unit="ms", utc=True)
    return pandas.DataFrame(columns)


def to_polars(runs: list[Run]) -> "polars.DataFrame":
    """Return runs as a polars frame; what a run lacks is null."""
    try:
        import polars  # loaded by those who ask for a frame
    except ImportError as error:
        raise NotSupported(
            "This output needs polars. Install it with: pip install polars, or pass output_format='list'."
        ) from error
    times = [polars.from_epoch(name, time_unit="ms").dt.replace_time_zone("UTC") for name in ("start_time", "end_time")]
    return polars.DataFrame(_columns(runs)).with_columns(times)


def _columns(runs: list[Run]) -> dict[str, Any]:
    columns: dict[str, Any] = {
        "run_id": [run.info.run_id for run in runs],
        "experiment_id": [run.info.experiment_id for run in runs],
        "status": [str(run.info.status) for run in runs],
        "artifact_uri": [run.info.artifact_uri for run in runs],
        "start_time": [run.info.start_time for run in runs],
        "end_time": [run.info.end_time for run in runs],
    }
    lacking = float("nan")
    for key in dict.fromkeys(key for run in runs for key in run.data.metrics):
        columns[f"metrics.{key}"] = [run.data.metrics.get(key, lacking) for run in runs]
    for key in dict.fromkeys(key for run in runs for key in run.data.params):
        columns[f"params.{key}"] = [run.data.params.get(key) for run in runs]
    for key in dict.fromkeys(key for run in runs for key in run.data.tags):
        columns[f"tags.{key}"] = [run.data.tags.get(key) for run in runs]
    return columns
