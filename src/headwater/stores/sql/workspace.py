"""Sums over many runs, from the database."""

from headwater.protocol.workspace import (
    ListOverviews,
    ListOverviewsResponse,
    ListValues,
    ListValuesResponse,
    QueryGroups,
    QueryGroupsResponse,
)
from headwater.stores.sql.database import Database
from headwater.stores.sql.groups import query_groups
from headwater.stores.sql.overviews import list_overviews
from headwater.stores.sql.values import list_values


class SqlWorkspace:
    """Groups, values and overviews, each from one snapshot. Thread-safe."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def query_groups(self, request: QueryGroups) -> QueryGroupsResponse:
        """See `QueryGroups`."""
        request.check()
        with self._database.read() as connection:
            return query_groups(connection, request)

    def list_values(self, request: ListValues) -> ListValuesResponse:
        """See `ListValues`."""
        request.check()
        with self._database.read() as connection:
            return list_values(connection, request)

    def list_overviews(self, request: ListOverviews) -> ListOverviewsResponse:
        """See `ListOverviews`."""
        request.check()
        with self._database.read() as connection:
            return list_overviews(connection, request)
