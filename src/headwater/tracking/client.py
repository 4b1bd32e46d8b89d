"""The client: every verb with explicit ids, without an active run."""

from typing import TYPE_CHECKING

from headwater import config
from headwater.registry.governance_verbs import GovernanceVerbs
from headwater.registry.lineage_verbs import LineageVerbs
from headwater.registry.model_verbs import RegisteredModelVerbs
from headwater.registry.version_verbs import ModelVersionVerbs
from headwater.registry.webhook_verbs import WebhookVerbs
from headwater.tracking.active import resolve_uri
from headwater.tracking.alert_verbs import AlertVerbs
from headwater.tracking.edit_verbs import EditVerbs
from headwater.tracking.experiment_verbs import ExperimentVerbs
from headwater.tracking.log_verbs import LogVerbs
from headwater.tracking.logged_model_verbs import LoggedModelVerbs
from headwater.tracking.run_verbs import RunVerbs
from headwater.tracking.session import current_session
from headwater.tracking.table_verbs import TableVerbs
from headwater.tracking.view_verbs import ViewVerbs

if TYPE_CHECKING:
    from headwater.protocol.model_versions import ModelVersion
    from headwater.stores.interface import Store


class Client(
    ExperimentVerbs,
    RunVerbs,
    LogVerbs,
    LoggedModelVerbs,
    TableVerbs,
    RegisteredModelVerbs,
    ModelVersionVerbs,
    GovernanceVerbs,
    LineageVerbs,
    EditVerbs,
    ViewVerbs,
    AlertVerbs,
    WebhookVerbs,
):
    """Every verb with explicit ids; it keeps no state and may be used from any thread.

    Args:
        tracking_uri: where to read and write runs; default: the URI in force when the client is made.
        registry_uri: where to read and write registered models; default: the one in force, else where runs are.

    Example:
        >>> client = hw.Client()
        >>> run = client.create_run("0")
        >>> client.log_metric(run.info.run_id, "loss", 0.25)
        >>> client.set_terminated(run.info.run_id)
    """

    def __init__(self, tracking_uri: str | None = None, registry_uri: str | None = None) -> None:
        super().__init__(tracking_uri)
        self._registry_uri = resolve_uri(registry_uri or config.REGISTRY_URI.get()) or self.tracking_uri

    @property
    def registry_uri(self) -> str:
        """Return where this client reads and writes registered models."""
        return self._registry_uri

    def _registry(self) -> "Store":
        session = current_session()
        session.settle(self._registry_uri)
        return session.store(self._registry_uri)

    def _user(self) -> str:
        from headwater.tracking.context import user_name  # loaded by those who change a registry

        return user_name()

    def _copy_elsewhere(
        self, original: "ModelVersion", dst_name: str, registry_uri: str, reason: str
    ) -> "ModelVersion":
        from headwater.tracking.version_copies import copy_version  # loaded by those who copy between registries

        place = resolve_uri(registry_uri)
        return copy_version(self, original, dst_name, place, user_id=self._user(), reason=reason)


MlflowClient = Client
