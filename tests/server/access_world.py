"""A store with users of every kind, and things that hold the word `hush`, for tests of who may do what."""

import base64
import hashlib
from contextlib import suppress
from typing import Any, NamedTuple

from faults.programs import wait_for
from headwater.protocol.alerts import CreateAlertRule, RaiseAlert
from headwater.protocol.artifacts import ArtifactFile, CommitArtifacts
from headwater.protocol.endpoint import Permission
from headwater.protocol.errors import ResourceAlreadyExists
from headwater.protocol.experiments import CreateExperiment, ExperimentTag
from headwater.protocol.inputs import Dataset, DatasetInput, LogInputs
from headwater.protocol.logged_models import CreateLoggedModel, LoggedModelTag
from headwater.protocol.metrics import Metric
from headwater.protocol.model_versions import CreateModelVersion
from headwater.protocol.registered_models import CreateRegisteredModel, SetRegisteredModelAlias
from headwater.protocol.roles import Grant, Kind, Level, PutGrant
from headwater.protocol.runs import CreateRun, LogBatch, Param, RunTag
from headwater.protocol.users import CreateToken, CreateUser, ListUsers, SetActive, TokenScope
from headwater.protocol.views import CreateView
from headwater.stores import find_credentials
from headwater.stores.access import SecretKind
from headwater.stores.interface import Store

HUSH = "hush"
ADMIN_PASSWORD = "an administrator's own words"
DATA = b"hush, said the file"
DIGEST = hashlib.sha256(DATA).hexdigest()
LEVELS = (Level.NO_PERMISSIONS, Level.READ, Level.EDIT, Level.MANAGE)
STRANGERS = ("anonymous", "disabled", "revoked", "expired")
CALLERS = (*STRANGERS, *LEVELS, "admin", "reader", "elsewhere")
"""The last two are tokens of the administrator: one that only reads, and one for another experiment alone."""


class World(NamedTuple):
    """What there is: the ids of hidden things, and the headers that each kind of caller sends."""

    store: Store
    ids: dict[str, str]
    headers: dict[str, dict[str, str]]


def bearer(token: str) -> dict[str, str]:
    """Return the header of a token."""
    return {"authorization": f"Bearer {token}"}


def basic(username: str, password: str) -> dict[str, str]:
    """Return the header of a user and password."""
    pair = base64.b64encode(f"{username}:{password}".encode()).decode()
    return {"authorization": f"Basic {pair}"}


def make_token(store: Store, username: str, **options: Any) -> str:
    """Return the secret of a new token."""
    return store.users.create_token(CreateToken("test", username, **options)).secret


def make_hidden_things(store: Store) -> dict[str, str]:
    """Make one of everything and return their ids by the names that fields have."""
    experiment_id = store.experiments.create(
        CreateExperiment(f"{HUSH} experiment", tags=[ExperimentTag("note", HUSH)])
    ).experiment_id
    run_id = store.runs.create(
        CreateRun(experiment_id=experiment_id, run_name=f"{HUSH} run", start_time=1)
    ).run.info.run_id
    store.runs.log_batch(LogBatch(run_id, [Metric("loss", 1.0, 1)], [Param("p", HUSH)], [RunTag("t", HUSH)]))
    store.inputs.log(LogInputs(run_id, [DatasetInput(Dataset(f"{HUSH} data", "d1", "local", "x"))]))
    model = store.logged_models.create(
        CreateLoggedModel(experiment_id, f"{HUSH} model", source_run_id=run_id, tags=[LoggedModelTag("t", HUSH)])
    ).model
    store.blobs.write([DATA])
    root = f"{experiment_id}/{run_id}/artifacts"
    files = [ArtifactFile(name, DIGEST, len(DATA)) for name in ("file.csv", f"{HUSH}.csv")]
    store.artifacts.commit(CommitArtifacts(root, files))
    make_model(store, run_id, model.info.model_id)
    view = store.views.create(CreateView(f"{HUSH} view", {"x": HUSH}, experiment_id)).view
    rule = store.alerts.create_rule(CreateAlertRule(f"{HUSH} rule", "metrics.loss > 3", experiment_id)).rule
    store.alerts.create(RaiseAlert(run_id, f"{HUSH} alert"))
    return {
        "experiment_id": experiment_id,
        "run_id": run_id,
        "model_id": model.info.model_id,
        "name": "guarded",
        "view_id": view.view_id,
        "rule_id": rule.rule_id,
        "root": root,
    }


def make_model(store: Store, run_id: str, model_id: str) -> None:
    """Make the hidden registered model, or make it again, with what each user may do with it."""
    with suppress(ResourceAlreadyExists):
        store.registered_models.create(CreateRegisteredModel("guarded", description=HUSH))
        store.model_versions.create(
            CreateModelVersion("guarded", f"runs:/{run_id}/model", run_id, description=HUSH, model_id=model_id)
        )
        store.registered_models.set_alias(SetRegisteredModelAlias("guarded", HUSH, "1"))
        users = {user.username for user in store.users.list(ListUsers()).users}
        for level in LEVELS:
            if level.lower() in users:
                store.roles.put_grant(_grant(Kind.REGISTERED_MODEL, "guarded", level))


def _grant(kind: Kind, resource: str, level: Level) -> PutGrant:
    return PutGrant(Grant(kind=kind, resource=resource, level=level, username=level.lower()))


def make_world(store: Store) -> World:
    """Fill a store: a user for each level has just that on the hidden things."""
    ids = make_hidden_things(store)
    store.users.create(CreateUser("root", is_admin=True))
    expired = make_token(store, "root", lifetime_s=1)
    headers: dict[str, dict[str, str]] = {"anonymous": {}}
    for level in LEVELS:
        store.users.create(CreateUser(level.lower()))
        for kind, resource in ((Kind.EXPERIMENT, ids["experiment_id"]), (Kind.REGISTERED_MODEL, ids["name"])):
            store.roles.put_grant(_grant(kind, resource, level))
        headers[level] = bearer(make_token(store, level.lower()))
    store.users.create(CreateUser("victim"))
    store.users.create(CreateUser("disabled", is_admin=True))
    headers["admin"] = bearer(make_token(store, "root"))
    headers["reader"] = bearer(make_token(store, "root", scope=TokenScope(level=Permission.READ)))
    headers["elsewhere"] = bearer(make_token(store, "root", scope=TokenScope(experiments=["0"])))
    headers["disabled"] = bearer(make_token(store, "disabled"))
    headers["expired"] = bearer(expired)
    headers["revoked"] = bearer(make_token(store, "root")[:-1] + "_")
    store.users.set_active(SetActive("disabled", is_active=False))
    wait_for(lambda: find_credentials(store).find_secret(expired, SecretKind.TOKEN) is None)
    return World(store, ids, headers)
