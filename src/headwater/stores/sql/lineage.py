"""Lineage in the database."""

from headwater.protocol.endpoint import Empty
from headwater.protocol.lineage import (
    Deploy,
    GetLineage,
    GetProvenance,
    Lineage,
    ProvenanceResponse,
    PutVersionCopy,
    Undeploy,
)
from headwater.protocol.model_versions import ModelVersionResponse
from headwater.protocol.version_comparison import CompareVersions, VersionComparison
from headwater.stores.interface import HeldBlobs, Locations
from headwater.stores.sql.connection import Connection
from headwater.stores.sql.database import Database
from headwater.stores.sql.deployments import deploy, undeploy
from headwater.stores.sql.lineage_graph import draw_lineage
from headwater.stores.sql.provenance import load_facts, load_provenance
from headwater.stores.sql.registry_rows import find_model, find_version, load_version
from headwater.stores.sql.version_diff import Comparer
from headwater.stores.sql.version_making import put_copy


class SqlLineage:
    """What versions were made of and where they are used. Thread-safe."""

    def __init__(self, database: Database, blobs: HeldBlobs, locations: Locations) -> None:
        self._database = database
        self._comparer = Comparer(database, blobs, locations)

    def get(self, request: GetLineage) -> Lineage:
        """Return the graph around a version, run, logged model or dataset."""
        request.check()
        with self._database.read() as connection:
            return draw_lineage(connection, request)

    def get_provenance(self, request: GetProvenance) -> ProvenanceResponse:
        """Return what a version was made of."""
        request.check()
        with self._database.read() as connection:
            version = find_version(connection, request.name, request.version)
            provenance = load_provenance(connection, load_facts(connection, version.id))
        return ProvenanceResponse(provenance, provenance.digest)

    def compare(self, request: CompareVersions) -> VersionComparison:
        """Return what differs between two versions, also of what their files say."""
        request.check()
        return self._comparer.compare(request)

    def put_copy(self, request: PutVersionCopy) -> ModelVersionResponse:
        """Make the next version of a model of files from another registry."""
        request.check()
        return ModelVersionResponse(
            self._database.write(lambda connection: load_version(connection, put_copy(connection, request)))
        )

    def deploy(self, request: Deploy) -> Empty:
        """Note that a target runs a version now."""
        request.check()
        self._database.write(lambda connection: deploy(connection, request))
        return Empty()

    def undeploy(self, request: Undeploy) -> Empty:
        """Note that a target runs no version any more."""
        request.check()

        def work(connection: Connection) -> None:
            undeploy(connection, find_model(connection, request.name), request.name, request.target, request)

        self._database.write(work)
        return Empty()
