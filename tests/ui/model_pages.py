"""What the tests of the registry's pages share: models with files, lineage, a policy and a history."""

from headwater.protocol.artifacts import ArtifactFile, CommitArtifacts
from headwater.protocol.governance import SetPolicy
from headwater.protocol.inputs import Dataset, DatasetInput, LogInputs
from headwater.protocol.logged_models import CreateLoggedModel, FinalizeLoggedModel, LoggedModelStatus
from headwater.protocol.model_versions import CreateModelVersion, ModelVersionTag, TransitionModelVersionStage
from headwater.protocol.policies import Gate, Policy, RequiredTag
from headwater.protocol.registered_models import CreateRegisteredModel, RegisteredModelTag, SetRegisteredModelAlias
from headwater.protocol.runs import GetRun
from headwater.stores.interface import Store

MODEL_FILE = b"""artifact_path: model
flavors:
  python_function: {loader_module: mlflow.sklearn}
  sklearn: {pickled_model: model.pkl}
signature:
  inputs: '[{"type": "double", "name": "age", "required": true}, {"type": "string",
    "name": "city", "required": false}]'
  outputs: '[{"type": "long", "required": true}]'
  params: '[{"name": "threshold", "default": 0.5, "shape": null, "type": "double"}]'
"""
REQUIREMENTS = b"mlflow\nscikit-learn==1.9.0\n"
DESCRIPTION = """Predicts who **leaves**.

<img src=data:, alt=x onerror="document.title='owned'"><script>document.title='owned'</script>
"""


def put_model(store: Store, run_id: str) -> None:
    """Keep the files of a model with a run, at `model`, and let the run read a dataset."""
    root = store.runs.get(GetRun(run_id=run_id)).run.info.artifact_uri.partition(":/")[2] + "/model"
    named = []
    for path, data in {"MLmodel": MODEL_FILE, "requirements.txt": REQUIREMENTS, "model.pkl": b"x" * 2000}.items():
        digest, size = store.blobs.write([data])
        named.append(ArtifactFile(path, digest, size))
    store.artifacts.commit(CommitArtifacts(root, named))
    customers = Dataset("customers", "abc123", "local", '{"uri": "customers.csv"}')
    store.inputs.log(LogInputs(run_id, [DatasetInput(customers)]))


def make_logged_model(store: Store, experiment_id: str, run_id: str) -> str:
    """Make a logged model of a run and return its id."""
    request = CreateLoggedModel(experiment_id, "forest", "classifier", run_id)
    model_id = store.logged_models.create(request).model.info.model_id
    store.logged_models.finalize(FinalizeLoggedModel(model_id, status=LoggedModelStatus.READY))
    return model_id


def make_governed_model(store: Store, name: str, run_ids: list[str], *, model_id: str = "") -> None:
    """Make a model with a version of each run: the first is the champion, the last one lacks what a gate asks for."""
    store.registered_models.create(
        CreateRegisteredModel(name, [RegisteredModelTag("team", "growth")], DESCRIPTION, user_id="ada")
    )
    for number, run_id in enumerate(run_ids, 1):
        tags = [ModelVersionTag("validated", "yes")] if number < len(run_ids) else []
        last = model_id if number == len(run_ids) else ""
        store.model_versions.create(
            CreateModelVersion(name, f"runs:/{run_id}/model", run_id, tags, model_id=last, user_id="ada")
        )
    point(store, name, "champion", "1", reason="the first one")
    store.model_versions.transition_stage(TransitionModelVersionStage(name, "1", "Production", user_id="ada"))
    gate = Gate(alias="champion", tags=[RequiredTag("validated", "yes")], reason=True)
    store.governance.set_policy(SetPolicy(name, Policy(gates=[gate]), user_id="grace", reason="agreed"))


def point(store: Store, name: str, alias: str, version: str, *, reason: str = "") -> None:
    """Point an alias at a version."""
    store.registered_models.set_alias(SetRegisteredModelAlias(name, alias, version, user_id="ada", reason=reason))


def add_versions(store: Store, name: str, run_id: str, count: int) -> None:
    """Make versions of one run."""
    for _ in range(count):
        store.model_versions.create(CreateModelVersion(name, f"runs:/{run_id}/model", run_id))
