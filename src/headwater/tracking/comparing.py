"""The fluent verbs that trace, compare, promote and roll back models."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import msgspec

from headwater.protocol.errors import EndpointNotFound, ResourceDoesNotExist
from headwater.protocol.lineage import Lineage
from headwater.protocol.logged_models import GetLoggedModel
from headwater.protocol.model_names import parse_model_uri
from headwater.protocol.version_comparison import CompareVersions, VersionComparison
from headwater.tracking.client import Client
from headwater.tracking.session import current_session

if TYPE_CHECKING:
    from headwater.protocol.model_versions import ModelVersion
    from headwater.stores.version_diff import ComparedVersion


def lineage(uri: str) -> Lineage:
    """Return the graph around a model version: its run, data, code and environment, and where it is used.

    Args:
        uri: `models:/<name>/<version>`, `…@<alias>` or `…/<stage>`; from the other ends `runs:/<run_id>`,
            `models:/m-<id>` or `dataset:/<digest>`.

    The nodes and edges are structs that `msgspec.json.encode` writes as JSON, as the server does.

    Example:
        >>> graph = hw.lineage("models:/churn@champion")
        >>> [node.label for node in graph.nodes if node.kind == "dataset"]
        ['customers.csv']
    """
    return Client().get_lineage(uri)


def compare_model_versions(old: str, new: str) -> VersionComparison:
    """Return what changed between two versions: params, metrics, signature, requirements, data, code and files.

    Args:
        old: the version in use, `models:/<name>/<version>`, `…@<alias>` or `…/<stage>`.
        new: the version that may take its place.

    Example:
        >>> changed = hw.compare_model_versions("models:/churn@champion", "models:/churn/3")
        >>> changed.signature.verdict
        <Verdict.COMPATIBLE: 'compatible'>
    """
    return compare_versions(old, new)


def compare_versions(
    old: str, new: str, *, tracking_uri: str | None = None, registry_uri: str | None = None
) -> VersionComparison:
    """Return what `compare_model_versions` does, of the stores named instead of those in force."""
    from headwater.registry.uris import resolve_version

    client = Client(tracking_uri, registry_uri)
    session = current_session()
    for place in {client.tracking_uri, client.registry_uri}:
        session.settle(place)
    registry = session.store(client.registry_uri)
    before, after = (resolve_version(registry, parse_model_uri(uri)) for uri in (old, new))
    try:
        found = registry.lineage.compare(CompareVersions(before.name, before.version, after.version, after.name))
    except EndpointNotFound:  # no registry of ours
        return _compare_here(client, before, after)
    return _compare_here(client, before, after) if found.unread else found


def _compare_here(client: Client, old: "ModelVersion", new: "ModelVersion") -> VersionComparison:
    """Return what differs between two versions whose files or runs the registry cannot read itself."""
    from headwater.stores.version_diff import compare  # loaded by those who need it

    return compare(_describe(client, old), _describe(client, new))


def _describe(client: Client, version: "ModelVersion") -> "ComparedVersion":
    from headwater.stores.version_diff import MODEL_FILE, REQUIREMENTS, ComparedVersion
    from headwater.tracking.provenance import describe_run, find_provenance

    session = current_session()
    registry, tracking = session.store(client.registry_uri), session.store(client.tracking_uri)
    known = find_provenance(registry, version)
    run = known.run or (describe_run(tracking, version.run_id) if version.run_id else None)
    return ComparedVersion(
        version=version,
        provenance=msgspec.structs.replace(known, run=run),
        metrics=_measure(client, version),
        model_file=_read(client, version, MODEL_FILE),
        requirements=_read(client, version, REQUIREMENTS),
    )


def _measure(client: Client, version: "ModelVersion") -> dict[str, float]:
    """Return the metrics of the logged model that a version was made of, if it is known here."""
    from headwater.protocol.provenance import latest_values

    if not version.model_id:
        return {}
    tracking = current_session().store(client.tracking_uri)
    try:
        return latest_values(tracking.logged_models.get(GetLoggedModel(version.model_id)).model.data.metrics)
    except ResourceDoesNotExist:
        return {}


def _read(client: Client, version: "ModelVersion", name: str) -> str:
    """Return the text of a file of a version, empty if there is none."""
    from headwater.tracking.model_files import download_model

    with TemporaryDirectory(prefix="headwater-") as folder:
        try:
            found = Path(download_model(client, f"models:/{version.name}/{version.version}/{name}", folder))
            return found.read_text("utf-8") if found.is_file() else ""
        except (ResourceDoesNotExist, FileNotFoundError):
            return ""
