"""The graph around a version, run, logged model or dataset: from what is asked about up to its roots and down to use.

Upwards from a version: its run, logged model, environment and original; from a run: its code, datasets, parent and the
models it read. Downwards: the versions registered from a run or logged model, their copies, aliases, stage and
deployments, and the runs that read the model, such as evaluations.
"""

from collections import deque
from typing import TYPE_CHECKING

from headwater.protocol.errors import ResourceDoesNotExist
from headwater.protocol.inputs import DatasetInput
from headwater.protocol.lineage import (
    MAX_NODES,
    EdgeKind,
    GetLineage,
    Lineage,
    LineageEdge,
    LineageNode,
    NodeKind,
)
from headwater.protocol.model_names import NO_STAGE
from headwater.protocol.model_versions import ModelVersion
from headwater.protocol.provenance import ENVIRONMENT_FILES, Origin, SourceRun, digest_of
from headwater.stores.sql.connection import Connection
from headwater.stores.sql.logged_model_rows import load_models
from headwater.stores.sql.pins import load_pins
from headwater.stores.sql.provenance import describe_run, load_kept
from headwater.stores.sql.registry_rows import find_version, load_version

if TYPE_CHECKING:
    from collections.abc import Callable

_COMMIT = "mlflow.source.git.commit"
_PARENT = "mlflow.parentRunId"
_NO_FACTS: dict[str, str] = {}


def draw_lineage(connection: Connection, request: GetLineage) -> Lineage:
    """Return the graph; raise `ResourceDoesNotExist` if what is asked about is not here."""
    return _Drawing(connection).draw(request)


class _Drawing:
    """A graph that grows: what was found waits in a queue until its neighbours have been looked for."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._nodes: dict[str, LineageNode] = {}
        self._edges: dict[tuple[str, str, EdgeKind], LineageEdge] = {}
        self._waiting: deque[Callable[[], None]] = deque()
        self._truncated = False

    def draw(self, request: GetLineage) -> Lineage:
        root = self._begin(request)
        while self._waiting and len(self._nodes) < MAX_NODES:
            self._waiting.popleft()()
        ends = self._nodes.keys()
        edges = [edge for edge in self._edges.values() if edge.source in ends and edge.target in ends]
        return Lineage(root, list(self._nodes.values()), edges, self._truncated or bool(self._waiting))

    def _begin(self, request: GetLineage) -> str:
        if request.name:
            row = find_version(self._connection, request.name, request.version)
            return self._add_version(row.id)
        if request.run_id:
            return self._require(self._add_run(request.run_id, downwards=True), f"Run with id={request.run_id}")
        if request.model_id:
            added = self._add_logged_model(request.model_id)
            return self._require(added, f"Logged model with ID '{request.model_id}'")
        return self._begin_at_dataset(request.dataset_digest)

    def _require(self, node_id: str, what: str) -> str:
        if not self._nodes[node_id].is_here:
            raise ResourceDoesNotExist(f"{what} not found")
        return node_id

    def _begin_at_dataset(self, digest: str) -> str:
        rows = self._connection.all(
            "SELECT d.name, r.uuid FROM dataset d JOIN dataset_input i ON i.dataset_id = d.id "
            "JOIN run r ON r.id = i.run_id WHERE d.digest = ? ORDER BY i.id LIMIT ?",
            (digest, MAX_NODES),
        )
        if not rows:
            raise ResourceDoesNotExist(f"No run read a dataset with the digest '{digest[:100]}'.")
        for _, run_id in rows:
            self._add_run(run_id, downwards=True)
        return _dataset_id(rows[0][0], digest)

    def _add(self, node: LineageNode) -> bool:
        """Add a node and return whether it is new."""
        if node.id in self._nodes:
            return False
        if len(self._nodes) >= MAX_NODES:
            self._truncated = True
            return False
        self._nodes[node.id] = node
        return True

    def _link(self, source: str, target: str, kind: EdgeKind) -> None:
        self._edges.setdefault((source, target, kind), LineageEdge(source, target, kind))

    def _add_version(self, version_id: int) -> str:
        version = load_version(self._connection, version_id)
        node_id = f"models:/{version.name}/{version.version}"
        facts = {"source": version.source, "stage": version.current_stage, "status": version.status.value}
        pins = load_pins(self._connection, version_id)
        if pins:
            facts |= {"files": str(len(pins)), "digest": digest_of(pins)}
        label = f"{version.name} {version.version}"
        if self._add(LineageNode(node_id, NodeKind.VERSION, label, facts)):
            self._waiting.append(lambda: self._explore_version(node_id, version_id, version))
        return node_id

    def _explore_version(self, node_id: str, version_id: int, version: ModelVersion) -> None:
        kept = load_kept(self._connection, version_id)
        if version.model_id:
            self._link(self._add_logged_model(version.model_id), node_id, EdgeKind.REGISTERED_AS)
        if version.run_id:
            self._link(self._add_run(version.run_id, kept.run), node_id, EdgeKind.REGISTERED_AS)
        self._add_environment(node_id, version_id)
        self._add_original(node_id, version_id, kept.origin)
        for alias in version.aliases:
            self._add_use(node_id, NodeKind.ALIAS, f"models:/{version.name}@{alias}", f"@{alias}", EdgeKind.NAMED)
        if version.current_stage != NO_STAGE:
            stage = f"models:/{version.name}/{version.current_stage}"
            self._add_use(node_id, NodeKind.STAGE, stage, version.current_stage, EdgeKind.IN_STAGE)
        self._add_deployments(node_id, version_id, version.name)
        for (copy,) in self._connection.all(
            "SELECT version_id FROM model_version_provenance WHERE original_id = ? ORDER BY 1", (version_id,)
        ):
            self._link(node_id, self._add_version(copy), EdgeKind.COPIED_TO)

    def _add_use(
        self, node_id: str, kind: NodeKind, use: str, label: str, edge: EdgeKind, facts: dict[str, str] = _NO_FACTS
    ) -> None:
        self._add(LineageNode(use, kind, label, facts))
        self._link(node_id, use, edge)

    def _add_deployments(self, node_id: str, version_id: int, name: str) -> None:
        rows = self._connection.all(
            "SELECT d.target, d.url, d.user_id, d.time FROM model_deployment d JOIN model_version v "
            "ON v.model_id = d.model_id AND v.version = d.version WHERE v.id = ? ORDER BY d.target",
            (version_id,),
        )
        for target, url, user_id, time in rows:
            facts = {"url": url, "user": user_id, "time": str(time)}
            use = f"deployment:/{name}/{target}"
            self._add_use(node_id, NodeKind.DEPLOYMENT, use, target, EdgeKind.DEPLOYED_TO, facts)

    def _add_environment(self, node_id: str, version_id: int) -> None:
        files = [file for file in load_pins(self._connection, version_id) if file.path in ENVIRONMENT_FILES]
        if files:
            environment = f"environment:/{digest_of(files)}"
            facts = {file.path: file.digest for file in files}
            label = ", ".join(facts)
            self._add(LineageNode(environment, NodeKind.ENVIRONMENT, label, facts))
            self._link(environment, node_id, EdgeKind.NEEDED_BY)

    def _add_original(self, node_id: str, version_id: int, origin: Origin | None) -> None:
        row = self._connection.one(
            "SELECT original_id FROM model_version_provenance WHERE version_id = ?", (version_id,)
        )
        if row and row[0]:
            self._link(self._add_version(row[0]), node_id, EdgeKind.COPIED_TO)
        elif origin:
            where = {"registry": origin.registry} if origin.registry else {}
            original = f"{origin.registry}#models:/{origin.name}/{origin.version}"
            label = f"{origin.name} {origin.version}"
            self._add(LineageNode(original, NodeKind.VERSION, label, where, is_here=False))
            self._link(original, node_id, EdgeKind.COPIED_TO)

    def _add_logged_model(self, model_id: str) -> str:
        node_id = f"models:/{model_id}"
        row = self._connection.one("SELECT id FROM logged_model WHERE uuid = ?", (model_id,))
        if row is None:
            self._add(LineageNode(node_id, NodeKind.LOGGED_MODEL, model_id, is_here=False))
            return node_id
        info = load_models(self._connection, [row[0]])[0].info
        facts = {"status": info.status.value, "type": info.model_type, "created": str(info.creation_timestamp_ms)}
        if self._add(LineageNode(node_id, NodeKind.LOGGED_MODEL, info.name, facts)):
            self._waiting.append(lambda: self._explore_logged_model(node_id, model_id, info.source_run_id))
        return node_id

    def _explore_logged_model(self, node_id: str, model_id: str, source_run_id: str) -> None:
        if source_run_id:
            self._link(self._add_run(source_run_id), node_id, EdgeKind.PRODUCED)
        for (version_id,) in self._connection.all(
            "SELECT id FROM model_version WHERE logged_model_id = ? ORDER BY id LIMIT ?", (model_id, MAX_NODES)
        ):
            self._link(node_id, self._add_version(version_id), EdgeKind.REGISTERED_AS)
        for (run_id,) in self._connection.all(
            "SELECT r.uuid FROM model_input i JOIN run r ON r.id = i.run_id WHERE i.model_id = ? ORDER BY i.id LIMIT ?",
            (model_id, MAX_NODES),
        ):
            self._link(node_id, self._add_run(run_id), EdgeKind.READ_BY)

    def _add_run(self, run_id: str, kept: SourceRun | None = None, *, downwards: bool = False) -> str:
        """Add a run as it is, else as it was when a version was registered; `downwards` asks for what it led to."""
        node_id = f"runs:/{run_id}"
        if node_id in self._nodes:
            return node_id
        here = describe_run(self._connection, run_id)
        run = here or kept
        if run is None:
            self._add(LineageNode(node_id, NodeKind.RUN, run_id, is_here=False))
            return node_id
        if self._add(LineageNode(node_id, NodeKind.RUN, run.run_name or run_id, _run_facts(run), here is not None)):
            self._waiting.append(lambda: self._explore_run(node_id, run))
            if downwards:
                self._waiting.append(lambda: self._explore_products(node_id, run_id))
        return node_id

    def _explore_run(self, node_id: str, run: SourceRun) -> None:
        for entry in run.datasets:
            self._add_dataset(node_id, entry)
        self._add_code(node_id, run)
        for model_id in run.models:
            self._link(self._add_logged_model(model_id), node_id, EdgeKind.READ_BY)
        parent = run.facts.get(_PARENT)
        if parent:
            self._link(self._add_run(parent), node_id, EdgeKind.PARENT_OF)

    def _explore_products(self, node_id: str, run_id: str) -> None:
        for (version_id,) in self._connection.all(
            "SELECT id FROM model_version WHERE run_id = ? ORDER BY id LIMIT ?", (run_id, MAX_NODES)
        ):
            self._link(node_id, self._add_version(version_id), EdgeKind.REGISTERED_AS)
        for (model_id,) in self._connection.all(
            "SELECT uuid FROM logged_model WHERE source_run_id = ? ORDER BY id LIMIT ?", (run_id, MAX_NODES)
        ):
            self._link(node_id, self._add_logged_model(model_id), EdgeKind.PRODUCED)

    def _add_dataset(self, node_id: str, entry: DatasetInput) -> None:
        dataset = entry.dataset
        dataset_id = _dataset_id(dataset.name, dataset.digest)
        facts = {"digest": dataset.digest, "source_type": dataset.source_type, "source": dataset.source[:1000]}
        if entry.context:
            facts["context"] = entry.context
        self._add(LineageNode(dataset_id, NodeKind.DATASET, dataset.name, facts))
        self._link(dataset_id, node_id, EdgeKind.READ_BY)

    def _add_code(self, node_id: str, run: SourceRun) -> None:
        facts = {key: value for key, value in run.facts.items() if ".source." in key}
        commit, program = facts.get(_COMMIT, ""), facts.get("mlflow.source.name", "")
        if not (commit or program):
            return
        code_id = f"code:/{commit or run.run_id}/{program}"
        label = " ".join(filter(None, (commit[:12], program)))
        self._add(LineageNode(code_id, NodeKind.CODE, label, facts))
        self._link(code_id, node_id, EdgeKind.RUN_BY)


def _run_facts(run: SourceRun) -> dict[str, str]:
    times = {"start_time": str(run.start_time), "end_time": "" if run.end_time is None else str(run.end_time)}
    who = {"experiment": run.experiment_name, "experiment_id": run.experiment_id, "user": run.user_id}
    return {key: value for key, value in ({"status": run.status} | who | times).items() if value}


def _dataset_id(name: str, digest: str) -> str:
    return f"dataset:/{digest}/{name}"
