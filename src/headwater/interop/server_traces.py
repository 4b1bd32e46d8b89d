"""Counting the traces of an MLflow server, which are not imported, so that nobody takes them for brought."""

import msgspec

from headwater.interop.source import left_out
from headwater.protocol.endpoint import Endpoint, Permission
from headwater.protocol.errors import EndpointNotFound, InvalidParameterValue
from headwater.stores.rest import RestStore

_PAGE = 500
_MAX_PAGES = 20
_UNKNOWN = "Not asked for: traces, which this server does not list, and deleted logged models, which no server does."
_MODELS = "Not asked for: deleted logged models, which a server does not list."


class _Experiment(msgspec.Struct, frozen=True):
    experiment_id: str


class _Location(msgspec.Struct, frozen=True):
    mlflow_experiment: _Experiment
    type: str = "MLFLOW_EXPERIMENT"


class _Search(msgspec.Struct, frozen=True, omit_defaults=True):
    locations: list[_Location]
    max_results: int
    page_token: str = ""

    def check(self) -> None:
        """Do nothing: what is asked is written here."""


class _Traces(msgspec.Struct, frozen=True):
    traces: list[msgspec.Raw] = []
    next_page_token: str = ""


_SEARCH = Endpoint(
    resource="traces",
    verb="search",
    methods=("POST",),
    path="traces/search",
    request=_Search,
    response=_Traces,
    permission=Permission.READ,
    bases=("/api/3.0/mlflow",),
)


def tell_left_out(store: RestStore, experiment_ids: list[str]) -> list[str]:
    """Return one sentence for each kind of thing that a server has, or may have, and that is not imported."""
    try:
        count, is_all = _count(store, experiment_ids)
    except (EndpointNotFound, InvalidParameterValue):  # an MLflow before 3
        return [_UNKNOWN]
    if not count:
        return [_MODELS]
    return [left_out(count, "traces", is_all=is_all), _MODELS]


def _count(store: RestStore, experiment_ids: list[str]) -> tuple[int, bool]:
    """Return how many traces there are, and whether all were counted."""
    count = 0
    pages = 0
    for experiment_id in experiment_ids:
        request = _Search([_Location(_Experiment(experiment_id))], _PAGE)
        while True:
            page = store.send(_SEARCH, request)
            count += len(page.traces)
            pages += 1 if page.traces else 0
            if not page.next_page_token:
                break
            if pages >= _MAX_PAGES:
                return count, False
            request = msgspec.structs.replace(request, page_token=page.next_page_token)
    return count, True
