"""Searching runs, as a data frame or a list."""

import logging
from collections.abc import Sequence
from typing import Any

import msgspec

from headwater.protocol.columns import MAX_QUERY_RUNS, QueryRuns, RunColumn
from headwater.protocol.errors import (
    EndpointNotFound,
    InvalidParameterValue,
    MethodNotAllowed,
    NotSupported,
    RequestTooLarge,
)
from headwater.protocol.experiments import ViewType
from headwater.protocol.runs import SearchRuns
from headwater.tracking.active import active_experiment
from headwater.tracking.client import Client
from headwater.tracking.connected import PagedList, one_or_more, parse_view
from headwater.tracking.run import Run
from headwater.tracking.run_frame import FIXED, FRAMES, wire_columns
from headwater.tracking.session import current_session
from headwater.tracking.writer import check_whole

PAGE = 10_000
MAX_RESULTS = 100_000

_log = logging.getLogger(__name__)


def search_runs(
    experiment_ids: Sequence[str] | str | None = None,
    filter_string: str = "",
    run_view_type: ViewType | int = ViewType.ACTIVE_ONLY,
    max_results: int = MAX_RESULTS,
    order_by: Sequence[str] | str | None = None,
    output_format: str = "pandas",
    search_all_experiments: bool = False,  # noqa: FBT001 - the order that callers of MLflow know
    experiment_names: Sequence[str] | str | None = None,
) -> Any:
    """Return the runs that match, as a data frame or a list of `Run`.

    A frame has the columns run_id, experiment_id, status, artifact_uri, start_time, end_time, then metrics.*, params.*
    and tags.*; what a run lacks is NaN or None.

    Args:
        experiment_ids: where to search, one or several; default: the active experiment.
        filter_string: such as `metrics.accuracy > 0.9 and params.depth = '6'`.
        run_view_type: active, deleted or all runs.
        max_results: how many at most.
        order_by: such as `["metrics.accuracy DESC"]`.
        output_format: "pandas", "polars" or "list".
        search_all_experiments: without ids and names, search everywhere.
        experiment_names: instead of ids; an unknown name is passed over with a warning.

    Example:
        >>> hw.search_runs(filter_string="metrics.accuracy > 0.9")["metrics.accuracy"].max()
        0.97
    """
    if output_format not in {*FRAMES, "list"}:
        raise InvalidParameterValue(f"Invalid output_format '{output_format}'. Use 'pandas', 'polars' or 'list'.")
    client = Client()
    ids, names = one_or_more(experiment_ids), one_or_more(experiment_names)
    found = _find_experiments(client, ids, names, everywhere=search_all_experiments)
    limit = check_whole("max_results", max_results)
    search = SearchRuns(found, filter_string, parse_view(run_view_type), limit, one_or_more(order_by))
    if output_format == "list":
        return PagedList(_list_runs(client, search), None)
    return FRAMES[output_format](_read_columns(client, search))


def _list_runs(client: Client, search: SearchRuns) -> list[Run]:
    runs: list[Run] = []
    token: str | None = None
    while search.experiment_ids and len(runs) < search.max_results:
        wanted = min(PAGE, search.max_results - len(runs))
        page = client.search_runs(
            search.experiment_ids, search.filter, search.run_view_type, wanted, search.order_by, token
        )
        runs += page
        token = page.token
        if not token:
            break
    return runs


def _read_columns(client: Client, search: SearchRuns) -> list[RunColumn]:
    """Ask for columns rather than runs, which are much less to send; a store that has none is asked for the runs."""
    if not search.experiment_ids or search.max_results > MAX_QUERY_RUNS:
        return wire_columns(_list_runs(client, search))
    attributes = [f"attributes.{name}" for name in FIXED[1:]]
    request = QueryRuns(
        search.experiment_ids,
        search.filter,
        search.run_view_type,
        search.order_by,
        [*attributes, "metrics.*", "params.*", "tags.*"],
        limit=search.max_results,
    )
    session = current_session()
    session.settle(client.tracking_uri)
    try:
        found = session.store(client.tracking_uri).columns.query_runs(request)
    except (EndpointNotFound, MethodNotAllowed, NotSupported, RequestTooLarge):
        return wire_columns(_list_runs(client, search))
    fixed = [
        msgspec.structs.replace(column, name=name)
        for name, column in zip(FIXED[1:], found.columns[: len(attributes)], strict=True)
    ]
    fixed[FIXED.index("status") - 1] = _name_lost(fixed[FIXED.index("status") - 1])
    run_ids = RunColumn("run_id", values=found.run_ids, index=list(range(len(found.run_ids))))
    return [run_ids, *fixed, *found.columns[len(attributes) :]]


def _name_lost(statuses: RunColumn) -> RunColumn:
    """Say FAILED of lost runs, as everywhere on the wire."""
    values = ["FAILED" if value == "LOST" else value for value in statuses.values or ()]
    return msgspec.structs.replace(statuses, values=values)


def _find_experiments(client: Client, ids: list[str], names: list[str], *, everywhere: bool) -> list[str]:
    if ids and names:
        raise InvalidParameterValue("Only experiment_ids or experiment_names can be used, but not both.")
    if names:
        return _find_names(client, names)
    if ids:
        return ids
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


def _find_names(client: Client, names: list[str]) -> list[str]:
    found = []
    for name in names:
        if experiment := client.get_experiment_by_name(name):
            found.append(experiment.experiment_id)
        else:
            _log.warning("No experiment is called '%s': no runs of it can be found.", name)
    return found
