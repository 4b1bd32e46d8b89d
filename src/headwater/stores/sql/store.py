"""The store in a database."""

from pathlib import Path

from headwater.stores.interface import HeldBlobs, Locations
from headwater.stores.notices import Sender
from headwater.stores.sql.alerts import SqlAlerts
from headwater.stores.sql.artifacts import SqlArtifacts
from headwater.stores.sql.bulk import SqlBulk
from headwater.stores.sql.columns import SqlColumns
from headwater.stores.sql.comparisons import SqlComparisons
from headwater.stores.sql.credentials import SqlCredentials
from headwater.stores.sql.database import Database
from headwater.stores.sql.edits import SqlEdits
from headwater.stores.sql.experiments import SqlExperiments
from headwater.stores.sql.finding import SqlFinding
from headwater.stores.sql.governance import SqlGovernance
from headwater.stores.sql.home import SqlHome
from headwater.stores.sql.imports import SqlImports
from headwater.stores.sql.inputs import SqlInputs
from headwater.stores.sql.lineage import SqlLineage
from headwater.stores.sql.live_logs import LiveLogs
from headwater.stores.sql.logged_models import SqlLoggedModels
from headwater.stores.sql.logs import SqlLogs
from headwater.stores.sql.metrics import SqlMetrics
from headwater.stores.sql.model_versions import SqlModelVersions
from headwater.stores.sql.numbered_roles import SqlNumberedRoles
from headwater.stores.sql.passwords import Passwords
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


class SqlStore:
    """All resources of one database; created on first use. Thread-safe.

    Args:
        uri: `sqlite:///path` or `postgresql://user@host/database`.
        blobs: where the bytes of artifacts are kept.
        locations: opens the artifact locations of experiments that chose a place of their own.
        live_logs: the folder for logs of runs that are being written.
        sender: sends what webhooks are told; the store closes it.
        artifact_root: where experiments keep artifacts that choose no place of their own; empty: with the store.
    """

    def __init__(
        self,
        uri: str,
        blobs: HeldBlobs,
        locations: Locations,
        live_logs: Path,
        sender: Sender,
        artifact_root: str = "",
    ) -> None:
        self.database = Database(uri)
        self.blobs = blobs
        self.locations = locations
        self.experiments = SqlExperiments(self.database, artifact_root)
        self.runs = SqlRuns(self.database)
        self.inputs = SqlInputs(self.database)
        self.logged_models = SqlLoggedModels(self.database, locations)
        self.metrics = SqlMetrics(self.database)
        live = LiveLogs(live_logs)
        self.artifacts = SqlArtifacts(self.database, blobs, locations, live)
        self.columns = SqlColumns(self.database)
        self.comparisons = SqlComparisons(self.database, blobs)
        self.logs = SqlLogs(self.database, self.artifacts, blobs, live)
        self.registered_models = SqlRegisteredModels(self.database)
        self.model_versions = SqlModelVersions(self.database, blobs)
        self.governance = SqlGovernance(self.database)
        self.promotions = SqlPromotions(self.database)
        self.lineage = SqlLineage(self.database, blobs, locations)
        self.imports = SqlImports(self.database)
        self.edits = SqlEdits(self.database)
        self.bulk = SqlBulk(self.database)
        self.workspace = SqlWorkspace(self.database)
        self.views = SqlViews(self.database)
        self.finding = SqlFinding(self.database)
        self.home = SqlHome(self.database)
        self.trash = SqlTrash(self.database, blobs, live)
        self.webhooks = SqlWebhooks(self.database, sender)
        self.alerts = SqlAlerts(self.database)
        passwords = Passwords()
        self.users = SqlUsers(self.database, passwords)
        self.roles = SqlRoles(self.database)
        self.permissions = SqlPermissions(self.database)
        self.numbered_roles = SqlNumberedRoles(self.database)
        self.credentials = SqlCredentials(self.database, passwords)

    def close(self) -> None:
        """Finish what is being written, cut off what is being sent, and release every connection."""
        self.webhooks.close()
        self.database.close()
