"""The client's verbs about lineage: what a version was made of, and where it is used."""

from headwater.protocol.errors import InvalidParameterValue
from headwater.protocol.lineage import Deploy, GetLineage, GetProvenance, Lineage, Undeploy
from headwater.protocol.model_names import is_model_uri, parse_model_uri
from headwater.protocol.model_sources import split_run_source
from headwater.protocol.provenance import Provenance
from headwater.registry.connected import RegistryConnected
from headwater.registry.uris import resolve_version

_DATASET = "dataset:/"


class LineageVerbs(RegistryConnected):
    """Trace models to their runs, data and code, and forward to where they are used."""

    def get_lineage(self, uri: str) -> Lineage:
        """Return the graph around a model version, run, logged model or dataset; see `headwater.lineage`."""
        store = self._registry()
        if uri.startswith(_DATASET):
            return store.lineage.get(GetLineage(dataset_digest=uri.removeprefix(_DATASET).partition("/")[0]))
        if run_id := split_run_source(uri)[0]:
            return store.lineage.get(GetLineage(run_id=run_id))
        if not is_model_uri(uri):
            raise InvalidParameterValue(
                f"Nothing is known of '{uri[:300]}'. Use models:/<name>/<version>, models:/m-<id>, runs:/<run_id> or "
                "dataset:/<digest>."
            )
        parsed = parse_model_uri(uri)
        if parsed.model_id:
            return store.lineage.get(GetLineage(model_id=parsed.model_id))
        version = resolve_version(store, parsed)
        return store.lineage.get(GetLineage(version.name, version.version))

    def get_model_version_provenance(self, name: str, version: str) -> Provenance:
        """Return what a version was made of: its files with their digests, its run, and its original if it is a copy.

        Example:
            >>> hw.Client().get_model_version_provenance("churn", "3").run.facts["mlflow.source.git.commit"]
            '4f2d…'
        """
        return self._registry().lineage.get_provenance(GetProvenance(name, str(version))).provenance

    def record_deployment(self, name: str, version: str, target: str, *, url: str = "", reason: str = "") -> None:
        """Note that a target, such as an endpoint or a cluster, runs a version now, instead of the one before.

        Example:
            >>> hw.Client().record_deployment("churn", "3", "eu-production", url="https://score.example.com/churn")
        """
        request = Deploy(name, target, str(version), url, user_id=self._user(), reason=reason)
        self._registry().lineage.deploy(request)

    def delete_deployment(self, name: str, target: str, *, reason: str = "") -> None:
        """Note that a target runs no version of a model any more."""
        self._registry().lineage.undeploy(Undeploy(name, target, user_id=self._user(), reason=reason))
