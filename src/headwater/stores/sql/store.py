"""The store in a database."""

from pathlib import Path
from typing import TYPE_CHECKING, Generic, TypeVar

from headwater.loading import loading
from headwater.stores.sql.database import Database
from headwater.stores.sql.live_logs import LiveLogs
from headwater.stores.sql.passwords import Passwords

if TYPE_CHECKING:
    from collections.abc import Callable

    from headwater.stores.interface import HeldBlobs, Locations
    from headwater.stores.notices import Sender
    from headwater.stores.sql.alerts import SqlAlerts
    from headwater.stores.sql.artifacts import SqlArtifacts
    from headwater.stores.sql.bulk import SqlBulk
    from headwater.stores.sql.columns import SqlColumns
    from headwater.stores.sql.comparisons import SqlComparisons
    from headwater.stores.sql.credentials import SqlCredentials
    from headwater.stores.sql.edits import SqlEdits
    from headwater.stores.sql.experiments import SqlExperiments
    from headwater.stores.sql.finding import SqlFinding
    from headwater.stores.sql.governance import SqlGovernance
    from headwater.stores.sql.home import SqlHome
    from headwater.stores.sql.imports import SqlImports
    from headwater.stores.sql.inputs import SqlInputs
    from headwater.stores.sql.lineage import SqlLineage
    from headwater.stores.sql.logged_models import SqlLoggedModels
    from headwater.stores.sql.logs import SqlLogs
    from headwater.stores.sql.metrics import SqlMetrics
    from headwater.stores.sql.model_versions import SqlModelVersions
    from headwater.stores.sql.numbered_roles import SqlNumberedRoles
    from headwater.stores.sql.permissions import SqlPermissions
    from headwater.stores.sql.promotions import SqlPromotions
    from headwater.stores.sql.registered_models import SqlRegisteredModels
    from headwater.stores.sql.roles import SqlRoles
    from headwater.stores.sql.runs import SqlRuns
    from headwater.stores.sql.trash import SqlTrash
    from headwater.stores.sql.users import SqlUsers
    from headwater.stores.sql.views import SqlViews
    from headwater.stores.sql.webhooks import SqlWebhooks
    from headwater.stores.sql.workspace import SqlWorkspace

ResourceT = TypeVar("ResourceT")


class _resource(Generic[ResourceT]):  # noqa: N801 - a decorator
    """A resource of a store, made and its modules loaded when it is first asked for: few programs need many."""

    def __init__(self, make: "Callable[[SqlStore], ResourceT]") -> None:
        self._make = make

    def __get__(self, store: "SqlStore", _owner: object = None) -> ResourceT:
        name = self._make.__name__
        with loading():
            if name not in vars(store):  # where Python finds it from now on, without coming here
                vars(store)[name] = self._make(store)
        resource: ResourceT = vars(store)[name]
        return resource


class SqlStore:
    """All resources of one database; created on first use. Thread-safe.

    Args:
        uri: `sqlite:///path` or `postgresql://user@host/database`.
        blobs: where the bytes of artifacts are kept.
        locations: opens the artifact locations of experiments that chose a place of their own.
        live_logs: the folder for logs of runs that are being written.
        make_sender: makes what sends the messages of webhooks; the store closes it.
        artifact_root: where experiments keep artifacts that choose no place of their own; empty: with the store.
    """

    def __init__(
        self,
        uri: str,
        blobs: "HeldBlobs",
        locations: "Locations",
        live_logs: Path,
        make_sender: "Callable[[], Sender]",
        artifact_root: str = "",
    ) -> None:
        self.database = Database(uri)
        self.blobs = blobs
        self.locations = locations
        self._artifact_root = artifact_root
        self._make_sender = make_sender
        self._live_logs = LiveLogs(live_logs)
        self._passwords = Passwords()
        if artifact_root:
            self.experiments  # noqa: B018 - refuses a wrong root at once

    def close(self) -> None:
        """Finish what is being written, cut off what is being sent, and release every connection."""
        if "webhooks" in vars(self):
            self.webhooks.close()
        self.database.close()

    @_resource
    def experiments(self) -> "SqlExperiments":
        """Return the experiments."""
        from headwater.stores.sql.experiments import SqlExperiments

        return SqlExperiments(self.database, self._artifact_root)

    @_resource
    def runs(self) -> "SqlRuns":
        """Return the runs."""
        from headwater.stores.sql.runs import SqlRuns

        return SqlRuns(self.database)

    @_resource
    def inputs(self) -> "SqlInputs":
        """Return what runs read and made."""
        from headwater.stores.sql.inputs import SqlInputs

        return SqlInputs(self.database)

    @_resource
    def logged_models(self) -> "SqlLoggedModels":
        """Return the logged models."""
        from headwater.stores.sql.logged_models import SqlLoggedModels

        return SqlLoggedModels(self.database, self.locations)

    @_resource
    def metrics(self) -> "SqlMetrics":
        """Return the metric histories."""
        from headwater.stores.sql.metrics import SqlMetrics

        return SqlMetrics(self.database)

    @_resource
    def artifacts(self) -> "SqlArtifacts":
        """Return the artifact trees."""
        from headwater.stores.sql.artifacts import SqlArtifacts

        return SqlArtifacts(self.database, self.blobs, self.locations, self._live_logs)

    @_resource
    def columns(self) -> "SqlColumns":
        """Return the column reads."""
        from headwater.stores.sql.columns import SqlColumns

        return SqlColumns(self.database)

    @_resource
    def comparisons(self) -> "SqlComparisons":
        """Return what compares runs."""
        from headwater.stores.sql.comparisons import SqlComparisons

        return SqlComparisons(self.database, self.blobs)

    @_resource
    def logs(self) -> "SqlLogs":
        """Return the logs."""
        from headwater.stores.sql.logs import SqlLogs

        return SqlLogs(self.database, self.artifacts, self.blobs, self._live_logs)

    @_resource
    def registered_models(self) -> "SqlRegisteredModels":
        """Return the registered models."""
        from headwater.stores.sql.registered_models import SqlRegisteredModels

        return SqlRegisteredModels(self.database)

    @_resource
    def model_versions(self) -> "SqlModelVersions":
        """Return their versions."""
        from headwater.stores.sql.model_versions import SqlModelVersions

        return SqlModelVersions(self.database, self.blobs)

    @_resource
    def governance(self) -> "SqlGovernance":
        """Return the registry's log, policies, approvals and rollbacks."""
        from headwater.stores.sql.governance import SqlGovernance

        return SqlGovernance(self.database)

    @_resource
    def promotions(self) -> "SqlPromotions":
        """Return the requests for promotions."""
        from headwater.stores.sql.promotions import SqlPromotions

        return SqlPromotions(self.database)

    @_resource
    def lineage(self) -> "SqlLineage":
        """Return what versions were made of and where they are used."""
        from headwater.stores.sql.lineage import SqlLineage

        return SqlLineage(self.database, self.blobs, self.locations)

    @_resource
    def imports(self) -> "SqlImports":
        """Return the imports."""
        from headwater.stores.sql.imports import SqlImports

        return SqlImports(self.database)

    @_resource
    def edits(self) -> "SqlEdits":
        """Return the edits."""
        from headwater.stores.sql.edits import SqlEdits

        return SqlEdits(self.database)

    @_resource
    def bulk(self) -> "SqlBulk":
        """Return the changes of many runs."""
        from headwater.stores.sql.bulk import SqlBulk

        return SqlBulk(self.database)

    @_resource
    def workspace(self) -> "SqlWorkspace":
        """Return the sums over many runs."""
        from headwater.stores.sql.workspace import SqlWorkspace

        return SqlWorkspace(self.database)

    @_resource
    def views(self) -> "SqlViews":
        """Return the saved views."""
        from headwater.stores.sql.views import SqlViews

        return SqlViews(self.database)

    @_resource
    def finding(self) -> "SqlFinding":
        """Return what finds things by a part of their names."""
        from headwater.stores.sql.finding import SqlFinding

        return SqlFinding(self.database)

    @_resource
    def home(self) -> "SqlHome":
        """Return what goes on."""
        from headwater.stores.sql.home import SqlHome

        return SqlHome(self.database)

    @_resource
    def trash(self) -> "SqlTrash":
        """Return the trash."""
        from headwater.stores.sql.trash import SqlTrash

        return SqlTrash(self.database, self.blobs, self._live_logs)

    @_resource
    def webhooks(self) -> "SqlWebhooks":
        """Return the webhooks."""
        from headwater.stores.sql.webhooks import SqlWebhooks

        return SqlWebhooks(self.database, self._make_sender())

    @_resource
    def alerts(self) -> "SqlAlerts":
        """Return the alerts."""
        from headwater.stores.sql.alerts import SqlAlerts

        return SqlAlerts(self.database)

    @_resource
    def users(self) -> "SqlUsers":
        """Return who may sign in."""
        from headwater.stores.sql.users import SqlUsers

        return SqlUsers(self.database, self._passwords)

    @_resource
    def roles(self) -> "SqlRoles":
        """Return what users may do."""
        from headwater.stores.sql.roles import SqlRoles

        return SqlRoles(self.database)

    @_resource
    def permissions(self) -> "SqlPermissions":
        """Return the same in the words of MLflow."""
        from headwater.stores.sql.permissions import SqlPermissions

        return SqlPermissions(self.database)

    @_resource
    def numbered_roles(self) -> "SqlNumberedRoles":
        """Return the roles by their numbers, in the words of MLflow."""
        from headwater.stores.sql.numbered_roles import SqlNumberedRoles

        return SqlNumberedRoles(self.database)

    @_resource
    def credentials(self) -> "SqlCredentials":
        """Return what a server asks about its users."""
        from headwater.stores.sql.credentials import SqlCredentials

        return SqlCredentials(self.database, self._passwords)
