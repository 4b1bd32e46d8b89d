"""What every store does to trace model versions. Subclass in a test module that has a fixture `store`."""

import hashlib
import math

from headwater.protocol.artifacts import ArtifactFile, CommitArtifacts, DeleteTree, GetTree
from headwater.protocol.errors import InvalidParameterValue, ResourceConflict, ResourceDoesNotExist
from headwater.protocol.governance import RegistryAction
from headwater.protocol.inputs import Dataset, DatasetInput, InputTag, LogInputs, ModelInput
from headwater.protocol.lineage import (
    Deploy,
    EdgeKind,
    GetLineage,
    GetProvenance,
    Lineage,
    LineageNode,
    NodeKind,
    PutVersionCopy,
    Undeploy,
)
from headwater.protocol.logged_models import CreateLoggedModel
from headwater.protocol.metrics import Metric
from headwater.protocol.model_versions import (
    CreateModelVersion,
    DeleteModelVersion,
    GetDownloadUri,
    ModelVersion,
    ModelVersionTag,
)
from headwater.protocol.provenance import Origin, Provenance, SourceRun, digest_of
from headwater.protocol.registered_models import DeleteRegisteredModel, SetRegisteredModelAlias
from headwater.protocol.runs import CreateRun, DeleteRun, LogMetric, LogParam, Param, RunTag
from headwater.protocol.trash import PurgeTrash
from headwater.stores.interface import Store
from headwater.testing.contract_governance import enter, events_of
from headwater.testing.contract_registered_models import make_model
from headwater.testing.stores import expect_error, get_run, make_experiment

_CUSTOMERS = Dataset("customers", "abc123", "local", '{"uri": "customers.csv"}', "{}", '{"num_rows": 5}')


def put_file(store: Store, root: str, path: str, data: bytes) -> ArtifactFile:
    """Keep bytes as a file of the store's tree."""
    digest, size = store.blobs.write([data])
    file = ArtifactFile(path, digest, size)
    store.artifacts.commit(CommitArtifacts(root, [file]))
    return file


def make_trained_run(store: Store, *, name: str = "training", models: tuple[str, ...] = ()) -> str:
    """Create a run with a param, a metric, a dataset, a commit and the files of a model, and return its id."""
    tags = [
        RunTag("mlflow.source.git.commit", "c0ffee" * 6 + "abcd"),
        RunTag("mlflow.source.name", "train.py"),
        RunTag("team", "growth"),
    ]
    request = CreateRun(experiment_id=make_experiment(store), run_name=name, start_time=1000, user_id="ada", tags=tags)
    run_id = store.runs.create(request).run.info.run_id
    store.runs.log_param(LogParam(run_id=run_id, key="depth", value="6"))
    store.runs.log_metric(LogMetric(run_id=run_id, key="accuracy", value=0.9, timestamp=1))
    entry = DatasetInput(_CUSTOMERS, [InputTag("mlflow.data.context", "training")])
    store.inputs.log(LogInputs(run_id, [entry], [ModelInput(model) for model in models]))
    put_file(store, root_of(store, run_id), "MLmodel", b"flavors: {}\n")
    put_file(store, root_of(store, run_id), "requirements.txt", b"numpy==2.0\n")
    return run_id


def root_of(store: Store, run_id: str) -> str:
    """Return where a run's model is in the store's tree."""
    return get_run(store, run_id).info.artifact_uri.partition(":/")[2] + "/model"


def register(store: Store, run_id: str, *, name: str = "m", model_id: str = "") -> ModelVersion:
    """Make a version of the model that a run made."""
    request = CreateModelVersion(name, f"runs:/{run_id}/model", run_id, model_id=model_id, user_id="ada")
    return store.model_versions.create(request).model_version


def provenance_of(store: Store, version: str, name: str = "m") -> Provenance:
    """Return what a version was made of."""
    return store.lineage.get_provenance(GetProvenance(name, version)).provenance


def nodes_of(graph: Lineage) -> dict[NodeKind, list[LineageNode]]:
    """Return the nodes by kind."""
    found: dict[NodeKind, list[LineageNode]] = {}
    for node in graph.nodes:
        found.setdefault(node.kind, []).append(node)
    return found


class PinsContract:
    """A version stays what it was, or says that it does not."""

    def test_a_version_pins_the_digests_of_its_files(self, store: Store) -> None:
        """As the store's own tree knows them, whatever the client says."""
        make_model(store)
        run_id = make_trained_run(store)
        lie = Provenance([ArtifactFile("other", "0" * 64, 1)])

        register(store, run_id)
        store.model_versions.create(CreateModelVersion("m", f"runs:/{run_id}/model", run_id, provenance=lie))

        files = [
            ArtifactFile("MLmodel", hashlib.sha256(b"flavors: {}\n").hexdigest(), 12),
            ArtifactFile("requirements.txt", hashlib.sha256(b"numpy==2.0\n").hexdigest(), 11),
        ]
        assert provenance_of(store, "1").files == provenance_of(store, "2").files == files
        assert store.lineage.get_provenance(GetProvenance("m", "1")).digest == digest_of(files)

    def test_changed_files_are_not_handed_out(self, store: Store) -> None:
        """Neither with other bytes, nor with more files, nor with fewer; as soon as they are back they are."""
        make_model(store)
        run_id = make_trained_run(store)
        root = root_of(store, run_id)
        version = register(store, run_id)
        before = provenance_of(store, "1").files
        where = GetDownloadUri("m", version.version)
        message = "The files of version 1 of model 'm' are not those that were registered: {}. …"

        put_file(store, root, "MLmodel", b"import os\n")
        put_file(store, root, "code/x.py", b"evil()\n")
        store.artifacts.delete_tree(DeleteTree(f"{root}/requirements.txt"))

        changes = "'requirements.txt' is missing, 'MLmodel' has other bytes, 'code/x.py' is new"
        with expect_error(ResourceConflict, message.format(changes)):
            store.model_versions.get_download_uri(where)
        store.artifacts.delete_tree(DeleteTree(f"{root}/code/x.py"))
        store.artifacts.commit(CommitArtifacts(root, before))
        assert store.model_versions.get_download_uri(where).artifact_uri == f"runs:/{run_id}/model"

    def test_a_copy_has_the_pins_of_its_original(self, store: Store) -> None:
        """Not what is there when it is made."""
        make_model(store)
        run_id = make_trained_run(store)
        register(store, run_id)
        put_file(store, root_of(store, run_id), "MLmodel", b"import os\n")

        store.model_versions.create(CreateModelVersion("m", "models:/m/1"))

        assert provenance_of(store, "2").files == provenance_of(store, "1").files
        with expect_error(ResourceConflict, "The files of version 2 of model 'm' are not those that…"):
            store.model_versions.get_download_uri(GetDownloadUri("m", "2"))

    def test_files_elsewhere_are_pinned_as_the_client_says(self, store: Store) -> None:
        """Only it can see them; without its word there are no pins."""
        make_model(store, versions=1)
        pins = [ArtifactFile("MLmodel", "0" * 64, 12)]
        points = [Metric(key, value, 1) for key, value in (("a", math.inf), ("b", -0.5), ("c", 1e-300))]
        run = SourceRun(run_id="elsewhere", run_name="far", params=[Param("a", "1")], metrics=points)
        given = Provenance(pins, run)
        request = CreateModelVersion("m", "s3://bucket/x", "elsewhere", provenance=given)

        store.model_versions.create(request)

        assert provenance_of(store, "1") == Provenance()
        assert provenance_of(store, "2") == given
        assert store.model_versions.get_download_uri(GetDownloadUri("m", "2")).artifact_uri == "s3://bucket/x"
        for files, message in (
            ([ArtifactFile("../x", "0" * 64, 1)], "Invalid path '../x'. …"),
            ([ArtifactFile("x", "0", 1)], "Invalid digest '0'. …"),
            (pins * 2, "Two of the files of the version have one path. Name each once."),
        ):
            with expect_error(InvalidParameterValue, message):
                store.model_versions.create(CreateModelVersion("m", "s3://b/x", provenance=Provenance(files)))


class ProvenanceContract:
    """What is known of a version's run, and copies between registries."""

    def test_a_version_knows_its_run(self, store: Store) -> None:
        """As it is now, with the tags that name its code and without the profiles of its data."""
        make_model(store)
        run_id = make_trained_run(store)
        register(store, run_id)
        store.runs.log_metric(LogMetric(run_id=run_id, key="accuracy", value=0.95, timestamp=2, step=1))

        store.runs.log_metric(LogMetric(run_id=run_id, key="odd", value=math.nan, timestamp=2))

        run = provenance_of(store, "1").run

        assert run is not None
        assert math.isnan(run.metrics[1].value)
        assert (run.run_id, run.run_name, run.user_id, run.params) == (run_id, "training", "ada", [Param("depth", "6")])
        assert run.metrics[0].value == 0.95
        assert run.facts.keys() == {"mlflow.source.git.commit", "mlflow.source.name"}
        (entry,) = run.datasets
        assert (entry.context, entry.dataset.digest, entry.dataset.profile) == ("training", "abc123", "")

    def test_a_run_that_is_gone_is_known_as_it_was(self, store: Store) -> None:
        """With every metric, whatever its value."""
        make_model(store)
        run_id = make_trained_run(store)
        store.runs.log_metric(LogMetric(run_id=run_id, key="odd", value=math.nan, timestamp=2))
        register(store, run_id)
        before = provenance_of(store, "1").run

        store.runs.delete(DeleteRun(run_id))
        store.trash.purge(PurgeTrash(run_ids=[run_id]))

        run = provenance_of(store, "1").run
        assert run is not None
        assert before is not None
        assert [repr(metric) for metric in run.metrics] == [repr(metric) for metric in before.metrics]
        assert (run.params, run.tags, run.datasets) == (before.params, before.tags, before.datasets)
        where = store.model_versions.get_download_uri(GetDownloadUri("m", "1"))
        assert where.artifact_uri == f"runs:/{run_id}/model"
        (node,) = nodes_of(self.graph(store, "1"))[NodeKind.RUN]
        assert (node.label, node.is_here) == ("training", False)

    def test_a_copy_from_another_registry_brings_its_lineage(self, store: Store) -> None:
        """Its files are verified and kept by this store alone."""
        make_model(store)
        files = [put_file(store, "registry/abc", "MLmodel", b"flavors: {}\n")]
        origin = Origin("churn", "7", "https://models.example.com")
        given = Provenance(files, SourceRun(run_id="far", run_name="far run"), origin)
        request = PutVersionCopy("m", "abc", given, [ModelVersionTag("a", "b")], description="x", user_id="ada")

        made = store.lineage.put_copy(request).model_version

        assert (made.version, made.run_id, made.description) == ("1", "far", "x")
        assert made.tags == [ModelVersionTag("a", "b")]
        assert provenance_of(store, "1") == given
        where = store.model_versions.get_download_uri(GetDownloadUri("m", "1")).artifact_uri
        assert where == "mlflow-artifacts:/registry/abc"
        (original,) = [node for node in self.graph(store, "1").nodes if node.label == "churn 7"]
        assert (original.is_here, original.facts) == (False, {"registry": "https://models.example.com"})
        wrong = PutVersionCopy("m", "abc", Provenance([ArtifactFile("MLmodel", "0" * 64, 1)], origin=origin))
        with expect_error(InvalidParameterValue, "The files at 'registry/abc' are not those of the version…"):
            store.lineage.put_copy(wrong)
        with expect_error(InvalidParameterValue, "A copy needs the files and the origin of the version. Give both."):
            store.lineage.put_copy(PutVersionCopy("m", "abc", Provenance(files)))

    def test_files_of_copies_go_with_the_last_version_that_has_them(self, store: Store) -> None:
        """Of one version or of a whole model."""
        make_model(store)
        make_model(store, "other")
        for folder in ("abc", "def"):
            file = put_file(store, f"registry/{folder}", "MLmodel", b"flavors: {}\n")
            given = Provenance([file], origin=Origin("churn", "7"))
            store.lineage.put_copy(PutVersionCopy("m", folder, given))
        store.model_versions.create(CreateModelVersion("other", "models:/m/1"))

        def left() -> list[str]:
            return [file.path for file in store.artifacts.get_tree(GetTree("registry")).files]

        store.model_versions.delete(DeleteModelVersion("m", "2"))
        assert left() == ["abc/MLmodel"]
        store.registered_models.delete(DeleteRegisteredModel("m"))
        assert left() == ["abc/MLmodel"]
        store.registered_models.delete(DeleteRegisteredModel("other"))
        assert left() == []

    @staticmethod
    def graph(store: Store, version: str) -> Lineage:
        """Return the graph around a version of the model m."""
        return store.lineage.get(GetLineage("m", version))


class LineageContract:
    """The graph, from every end."""

    def test_a_version_is_traced_to_its_roots_and_its_uses(self, store: Store) -> None:
        """One node for each thing, and edges in the direction of time."""
        make_model(store)
        make_model(store, "copy")
        run_id = make_trained_run(store)
        register(store, run_id)
        enter(store, 1, "Production")
        store.registered_models.set_alias(SetRegisteredModelAlias("m", "champion", "1"))
        store.lineage.deploy(Deploy("m", "eu", "1", "https://x", user_id="ada"))
        store.model_versions.create(CreateModelVersion("copy", "models:/m/1"))

        graph = store.lineage.get(GetLineage("m", "1"))

        version, run = "models:/m/1", f"runs:/{run_id}"
        found = nodes_of(graph)
        labels = {kind: [node.label for node in nodes] for kind, nodes in found.items()}
        assert labels == {
            NodeKind.VERSION: ["m 1", "copy 1"],
            NodeKind.RUN: ["training"],
            NodeKind.ENVIRONMENT: ["requirements.txt"],
            NodeKind.ALIAS: ["@champion"],
            NodeKind.STAGE: ["Production"],
            NodeKind.DEPLOYMENT: ["eu"],
            NodeKind.DATASET: ["customers"],
            NodeKind.CODE: ["c0ffeec0ffee train.py"],
        }
        assert graph.root == version
        edges = {(edge.source, edge.target, edge.kind) for edge in graph.edges}
        (environment,), (code,) = found[NodeKind.ENVIRONMENT], found[NodeKind.CODE]
        assert edges == {
            (run, version, EdgeKind.REGISTERED_AS),
            (run, "models:/copy/1", EdgeKind.REGISTERED_AS),
            (environment.id, version, EdgeKind.NEEDED_BY),
            (environment.id, "models:/copy/1", EdgeKind.NEEDED_BY),
            (version, "models:/m@champion", EdgeKind.NAMED),
            (version, "models:/m/Production", EdgeKind.IN_STAGE),
            (version, "deployment:/m/eu", EdgeKind.DEPLOYED_TO),
            (version, "models:/copy/1", EdgeKind.COPIED_TO),
            ("dataset:/abc123/customers", run, EdgeKind.READ_BY),
            (code.id, run, EdgeKind.RUN_BY),
        }
        assert not graph.truncated

    def test_a_logged_model_links_training_and_evaluation(self, store: Store) -> None:
        """Down to the versions that were registered from it."""
        make_model(store)
        training = make_trained_run(store)
        experiment_id = get_run(store, training).info.experiment_id
        logged = CreateLoggedModel(experiment_id, name="forest", source_run_id=training)
        model_id = store.logged_models.create(logged).model.info.model_id
        store.model_versions.create(CreateModelVersion("m", f"models:/{model_id}", model_id=model_id))
        evaluation = make_trained_run(store, name="evaluation", models=(model_id,))

        graph = store.lineage.get(GetLineage(model_id=model_id))

        edges = {(edge.source, edge.target, edge.kind) for edge in graph.edges}
        node = f"models:/{model_id}"
        assert graph.root == node
        assert {
            (f"runs:/{training}", node, EdgeKind.PRODUCED),
            (node, "models:/m/1", EdgeKind.REGISTERED_AS),
            (node, f"runs:/{evaluation}", EdgeKind.READ_BY),
        } <= edges
        assert store.lineage.get(GetLineage("m", "1")).nodes[0].id == "models:/m/1"

    def test_a_dataset_leads_to_the_models_that_were_trained_on_it(self, store: Store) -> None:
        """And a run to its versions."""
        make_model(store)
        run_id = make_trained_run(store)
        other = make_trained_run(store, name="again")
        register(store, run_id)
        register(store, other)

        graph = store.lineage.get(GetLineage(dataset_digest="abc123"))
        of_run = store.lineage.get(GetLineage(run_id=run_id))

        assert graph.root == "dataset:/abc123/customers"
        assert [node.id for node in nodes_of(graph)[NodeKind.VERSION]] == ["models:/m/1", "models:/m/2"]
        assert [node.id for node in nodes_of(of_run)[NodeKind.VERSION]] == ["models:/m/1"]

    def test_what_is_not_here_cannot_be_traced(self, store: Store) -> None:
        """Neither can two things at once."""
        for request, kind, message in (
            (GetLineage("m", "1"), ResourceDoesNotExist, "Registered Model with name=m not found"),
            (GetLineage(run_id="none"), ResourceDoesNotExist, "Run with id=none not found"),
            (GetLineage(model_id="m-none"), ResourceDoesNotExist, "Logged model with ID 'm-none' not found"),
            (GetLineage(dataset_digest="x"), ResourceDoesNotExist, "No run read a dataset with the digest 'x'."),
            (GetLineage(), InvalidParameterValue, "Lineage begins at one thing; got ['', '', '', '']. …"),
            (GetLineage("m", "1", run_id="r"), InvalidParameterValue, "Lineage begins at one thing; got…"),
        ):
            with expect_error(kind, message):
                store.lineage.get(request)

    def test_a_deployment_moves_and_ends(self, store: Store) -> None:
        """Each step is in the log; a target runs one version of a model."""
        make_model(store, versions=2)
        for version in ("1", "2", "2"):
            store.lineage.deploy(Deploy("m", "eu", version, "https://x", user_id="ada", reason="release"))
        store.lineage.deploy(Deploy("m", "us", "2"))

        store.lineage.undeploy(Undeploy("m", "eu", user_id="ada"))
        store.lineage.undeploy(Undeploy("m", "never"))
        store.model_versions.delete(DeleteModelVersion("m", "2"))

        moves = [event for event in events_of(store) if "deploy" in event.action]
        assert [(event.action, event.key, event.old, event.new) for event in moves] == [
            (RegistryAction.DEPLOY, "eu", None, "1"),
            (RegistryAction.DEPLOY, "eu", "1", "2"),
            (RegistryAction.DEPLOY, "us", None, "2"),
            (RegistryAction.UNDEPLOY, "eu", "2", None),
            (RegistryAction.UNDEPLOY, "us", "2", None),
        ]
        with expect_error(ResourceDoesNotExist, "Model Version (name=m, version=2) not found"):
            store.lineage.deploy(Deploy("m", "eu", "2"))
