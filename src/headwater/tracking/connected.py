"""What the parts of the client have in common: a tracking URI, its store, and pages of results."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeVar

from headwater.protocol import paged_list
from headwater.protocol.errors import InvalidParameterValue
from headwater.protocol.experiments import ViewType
from headwater.tracking.active import get_tracking_uri, resolve_uri
from headwater.tracking.session import current_session
from headwater.tracking.writer import RunWriter

if TYPE_CHECKING:
    from headwater.stores.interface import Store

T = TypeVar("T")

_VIEWS = {1: ViewType.ACTIVE_ONLY, 2: ViewType.DELETED_ONLY, 3: ViewType.ALL}


class PagedList(paged_list.PagedList[T]):
    """One page of results, which a notebook shows as a table."""

    def _repr_html_(self) -> str:
        from headwater.tracking.notebook import show_page  # loaded in notebooks only

        return show_page(self)


class Connected:
    """Something that talks to the store at one tracking URI, by default the one in force now."""

    def __init__(self, tracking_uri: str | None = None) -> None:
        self._uri = resolve_uri(tracking_uri) if tracking_uri else get_tracking_uri()

    @property
    def tracking_uri(self) -> str:
        """Return where this client reads and writes."""
        return self._uri

    def _settled(self) -> "Store":
        """Return the store, once what this process logged can be read there."""
        session = current_session()
        session.settle(self._uri)
        return session.store(self._uri)

    def _writer(self, run_id: str) -> RunWriter:
        return RunWriter(self._uri, run_id)


def one_or_more(values: Sequence[str] | str | int | None) -> list[str]:
    """Return texts as a list: a text alone is one, not its letters."""
    if values is None:
        return []
    return [str(value) for value in ([values] if isinstance(values, str | int) else values)]


def parse_view(view_type: ViewType | int) -> ViewType:
    """Return the view that a name or MLflow's number says."""
    try:
        return ViewType(_VIEWS.get(view_type, "") if isinstance(view_type, int) else view_type)
    except ValueError as error:
        raise InvalidParameterValue(f"Invalid view type '{view_type}'. Use a member of ViewType.") from error
