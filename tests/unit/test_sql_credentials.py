"""A server is told by its database who somebody is, what they may do, and what things belong to."""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from headwater.protocol.artifacts import ArtifactFile, CommitArtifacts
from headwater.protocol.edits import MoveRuns
from headwater.protocol.errors import PermissionDenied, ResourceDoesNotExist
from headwater.protocol.experiments import CreateExperiment, DeleteExperiment
from headwater.protocol.lineage import PutVersionCopy
from headwater.protocol.logged_models import CreateLoggedModel
from headwater.protocol.model_versions import CreateModelVersion
from headwater.protocol.provenance import Origin, Provenance
from headwater.protocol.registered_models import CreateRegisteredModel
from headwater.protocol.roles import AssignRole, CreateRole, Grant, Kind, Level, ListRoles, PutGrant
from headwater.protocol.runs import CreateRun, DeleteRun
from headwater.protocol.trash import PurgeTrash
from headwater.protocol.users import (
    CreateToken,
    CreateUser,
    DeleteUser,
    GetUser,
    ListTokens,
    RevokeToken,
    SetActive,
    UpdatePassword,
    User,
)
from headwater.protocol.views import CreateView
from headwater.stores import open_store
from headwater.stores.access import Membership, Rights, SecretKind
from headwater.stores.sql import SqlStore
from headwater.stores.sql.passwords import Passwords
from headwater.testing.stores import expect_error, make_experiment, make_run

PASSWORD = "correct horse battery"
DAY_S = 86_400
EXPERIMENT, MODEL = Kind.EXPERIMENT, Kind.REGISTERED_MODEL


@pytest.fixture
def store(database_uri: str, tmp_path: Path) -> Iterator[SqlStore]:
    """Return a new store, once of each kind of database."""
    opened = open_store(database_uri, artifacts=tmp_path / "artifacts")
    assert isinstance(opened, SqlStore)
    yield opened
    opened.close()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Return the seconds that have passed, which a test may change."""
    from headwater.stores.sql import clock

    passed, now_ms = [0.0], clock.now_ms
    for module in ("secrets", "credentials"):
        monkeypatch.setattr(f"headwater.stores.sql.{module}.now_ms", lambda: now_ms() + int(1000 * passed[0]))
    return passed


def _name(user: User | None) -> str:
    return user.username if user else ""


def test_a_password_is_that_of_one_active_user(store: SqlStore) -> None:
    store.users.create(CreateUser("ada", PASSWORD, is_admin=True))
    store.users.create(CreateUser("bob", PASSWORD))
    store.users.create(CreateUser("eve"))
    find = store.credentials.find_password

    assert _name(find("bob", PASSWORD)) == "bob"
    assert [find("bob", wrong) for wrong in ("", PASSWORD[:-1], PASSWORD + " ", "\udcff", "x" * 100_000)] == [None] * 5
    assert [find(name, PASSWORD) for name in ("eve", "nobody", "BOB", "", "bob\0", "\udcff")] == [None] * 6
    assert find("eve", "") is None
    store.users.set_active(SetActive("bob", is_active=False))
    assert find("bob", PASSWORD) is None


def test_no_password_is_kept(store: SqlStore) -> None:
    store.users.create(CreateUser("ada", PASSWORD))

    with store.database.read() as connection:
        ((kept,),) = connection.all("SELECT password FROM user_account")

    assert kept.startswith("$scrypt$n=32768,r=8,p=3$")
    assert PASSWORD not in kept


def test_a_token_is_that_of_its_user_until_it_is_revoked(store: SqlStore) -> None:
    store.users.create(CreateUser("ada"))
    made = store.users.create_token(CreateToken("ci", "ada"))
    find = store.credentials.find_secret

    assert _name(find(made.secret, SecretKind.TOKEN)) == "ada"
    assert find(made.secret, SecretKind.SESSION) is None
    assert [find(wrong, SecretKind.TOKEN) for wrong in ("", "hwt_", made.secret[:-1], "\udcff")] == [None] * 4
    (token,) = store.users.list_tokens(ListTokens("ada")).tokens
    assert token.last_used >= token.creation_time
    assert store.users.get(GetUser("ada")).user.last_seen == token.last_used
    store.users.revoke_token(RevokeToken(token.token_id, "ada"))
    assert find(made.secret, SecretKind.TOKEN) is None


def test_only_the_digest_of_a_secret_is_kept(store: SqlStore) -> None:
    store.users.create(CreateUser("ada"))
    secret = store.users.create_token(CreateToken("ci", "ada")).secret

    with store.database.read() as connection:
        ((digest, prefix),) = connection.all("SELECT digest, prefix FROM user_secret")

    assert digest == hashlib.sha256(secret.encode()).hexdigest()
    assert len(prefix) == 10
    assert len(secret) == 47


def test_a_token_ends_when_it_should(store: SqlStore, clock: list[float]) -> None:
    store.users.create(CreateUser("ada"))
    secret = store.users.create_token(CreateToken("ci", "ada", 3600)).secret

    clock[0] = 3500
    before = store.credentials.find_secret(secret, SecretKind.TOKEN)
    clock[0] = 3601
    after = store.credentials.find_secret(secret, SecretKind.TOKEN)

    assert (_name(before), after) == ("ada", None)


def test_the_use_of_a_token_is_noted_once_a_minute(store: SqlStore, clock: list[float]) -> None:
    store.users.create(CreateUser("ada"))
    secret = store.users.create_token(CreateToken("ci", "ada")).secret

    def use(passed: float) -> int:
        clock[0] = passed
        store.credentials.find_secret(secret, SecretKind.TOKEN)
        return store.users.list_tokens(ListTokens("ada")).tokens[0].last_used

    first, second, third = use(0), use(50), use(70)

    assert first == second
    assert third >= first + 60_000


def test_tokens_and_sessions_of_a_disabled_user_stop_at_once(store: SqlStore) -> None:
    store.users.create(CreateUser("ada"))
    token = store.users.create_token(CreateToken("ci", "ada")).secret
    session = store.credentials.open_session("ada")
    find = store.credentials.find_secret

    store.users.set_active(SetActive("ada", is_active=False))
    disabled = [find(token, SecretKind.TOKEN), find(session, SecretKind.SESSION)]
    store.users.set_active(SetActive("ada", is_active=True))

    assert disabled == [None, None]
    assert _name(find(token, SecretKind.TOKEN)) == "ada"
    assert find(session, SecretKind.SESSION) is None


def test_a_session_ends_when_it_is_closed_and_with_a_new_password(store: SqlStore) -> None:
    store.users.create(CreateUser("ada", PASSWORD))
    first, second, third = (store.credentials.open_session("ada") for _ in range(3))

    def alive() -> list[str]:
        sessions = (first, second, third)
        return [_name(store.credentials.find_secret(session, SecretKind.SESSION)) for session in sessions]

    store.credentials.close_session(first)
    store.credentials.close_session(first)
    store.credentials.close_session("what is none")
    after_closing = alive()
    store.users.update_password(UpdatePassword("ada", "another long one"))

    assert after_closing == ["", "ada", "ada"]
    assert alive() == ["", "", ""]
    assert store.users.list_tokens(ListTokens("ada")).tokens == []


def test_a_session_lasts_while_it_is_used_and_a_month_at_most(store: SqlStore, clock: list[float]) -> None:
    store.users.create(CreateUser("ada"))
    used, idle = store.credentials.open_session("ada"), store.credentials.open_session("ada")

    def is_alive(session: str, days: float) -> bool:
        clock[0] = days * DAY_S
        return store.credentials.find_secret(session, SecretKind.SESSION) is not None

    assert [is_alive(used, days) for days in (6, 12, 18, 24, 29.9, 30.1)] == [True] * 5 + [False]
    assert not is_alive(idle, 7.1)
    store.credentials.open_session("ada")
    with store.database.read() as connection:
        assert connection.all("SELECT COUNT(*) FROM user_secret") != [(0,)]


def test_whether_there_is_a_user_is_known(store: SqlStore) -> None:
    before = store.credentials.any_user()
    store.users.create(CreateUser("ada"))

    assert (before, store.credentials.any_user()) == (False, True)


def test_an_identity_provider_vouches_for_its_own_users_only(store: SqlStore) -> None:
    store.users.create(CreateUser("ada", PASSWORD, is_admin=True))
    vouch = store.credentials.vouch

    made, again = vouch("bob@example.org", "google"), vouch("bob@example.org", "google")

    assert made == again
    assert made is not None
    assert (made.source, made.is_admin) == ("google", False)
    with expect_error(PermissionDenied, "The user 'ada' does not sign in with 'google'.…"):
        vouch("ada", "google")
    store.users.set_active(SetActive("bob@example.org", is_active=False))
    assert vouch("bob@example.org", "google") is None


def test_an_identity_provider_takes_the_last_administrator_from_nobody(store: SqlStore) -> None:
    vouch = store.credentials.vouch

    made = vouch("bob@example.org", "google", Membership(is_admin=True))
    kept = vouch("bob@example.org", "google", Membership({"vision": False}, is_admin=False))

    assert made is not None
    assert kept is not None
    assert (made.is_admin, kept.is_admin, store.roles.list(ListRoles()).roles) == (True, True, [])


def test_rights_are_those_of_the_user_and_of_the_roles(store: SqlStore) -> None:
    experiment_id = make_experiment(store)
    store.registered_models.create(CreateRegisteredModel("churn"))
    for name in ("ada", "bob"):
        store.users.create(CreateUser(name))
    for role in ("vision", "audit"):
        store.roles.create(CreateRole(role))
    store.roles.assign(AssignRole("vision", "ada"))
    grants = [
        Grant(kind=MODEL, resource="*", level=Level.EDIT, username="ada"),
        Grant(kind=EXPERIMENT, resource=experiment_id, level=Level.MANAGE, role="vision"),
    ]
    others = [
        Grant(kind=MODEL, resource="churn", level=Level.READ, username="bob"),
        Grant(kind=MODEL, resource="churn", level=Level.READ, role="audit"),
    ]
    for grant in [*grants, *others]:
        store.roles.put_grant(PutGrant(grant))

    rights = store.credentials.rights("ada")

    assert list(rights.grants) == grants
    assert (rights.user.username, rights.user.roles) == ("ada", ["vision"])
    assert rights.find_level(MODEL, "churn", Level.READ) is Level.EDIT
    assert rights.find_level(EXPERIMENT, experiment_id, Level.READ) is Level.MANAGE
    assert rights.find_level(EXPERIMENT, "0", Level.READ) is Level.READ
    store.users.delete(DeleteUser("ada"))
    with expect_error(ResourceDoesNotExist, "User with username=ada not found"):
        store.credentials.rights("ada")


def _grant(resource: str, level: Level, role: str = "") -> Grant:
    return Grant(kind=EXPERIMENT, resource=resource, level=level, username="" if role else "ada", role=role)


def test_the_nearest_grant_counts() -> None:
    none, read, edit, manage = Level
    orders = [
        ([], edit),
        ([_grant("*", none, "a")], none),
        ([_grant("*", none, "a"), _grant("*", read, "b")], read),
        ([_grant("*", manage, "a"), _grant("*", none)], none),
        ([_grant("*", manage), _grant("1", none, "a"), _grant("1", read, "b")], read),
        ([_grant("1", manage, "a"), _grant("1", none)], none),
        ([_grant("2", manage), _grant("2", manage, "a")], edit),
        ([Grant(kind=MODEL, resource="1", level=manage, username="ada")], edit),
    ]

    found = [Rights(User(username="ada"), grants).find_level(EXPERIMENT, "1", edit) for grants, _ in orders]

    assert found == [level for _, level in orders]
    assert Rights(User(username="ada", is_admin=True), [_grant("1", none)]).find_level(EXPERIMENT, "1", none) is manage


def test_things_belong_to_experiments(store: SqlStore) -> None:
    experiment_id = make_experiment(store)
    run_id = make_run(store, experiment_id)
    model_id = store.logged_models.create(CreateLoggedModel(experiment_id, "forest")).model.info.model_id
    view = store.views.create(CreateView("a", {}, experiment_id)).view
    across = store.views.create(CreateView("a", {})).view
    store.runs.delete(DeleteRun(run_id))
    ask = store.credentials

    assert ask.experiments_of_runs([run_id, "none", "\0"]) == {run_id: experiment_id}
    assert ask.experiments_of_logged_models([model_id, run_id]) == {model_id: experiment_id}
    assert [ask.experiment_of_view(found.view_id) for found in (view, across)] == [experiment_id, ""]
    with expect_error(ResourceDoesNotExist, "No view has the id 'none'. It may be deleted."):
        ask.experiment_of_view("none")
    with expect_error(ResourceDoesNotExist, "No alert rule has the id 'none'. It may be deleted."):
        ask.experiment_of_rule("none")


def test_artifacts_belong_to_where_their_run_is_now(store: SqlStore) -> None:
    old, new = make_experiment(store), make_experiment(store)
    moved, stayed = make_run(store, old), make_run(store, old)
    model = store.logged_models.create(CreateLoggedModel(old, "forest", source_run_id=moved)).model.info.model_id
    store.edits.move_runs(MoveRuns([moved], new))
    of_old, of_new = (EXPERIMENT, old), (EXPERIMENT, new)
    find = store.credentials.owners_of_path

    assert find(f"{old}/{moved}/artifacts/a/b.txt") == {of_new}
    assert find(f"{new}/{moved}/artifacts") == {of_new}
    assert find(f"{old}/{stayed}/artifacts") == {of_old}
    assert find(f"{old}/models/{model}/artifacts/MLmodel") == {of_new}
    assert find(f"{old}/models/{model}") == find(f"{old}/models") == find(old) == {of_old, of_new}
    assert find(f"{old}/notes.txt") == {of_old}
    assert find(f"{new}/models") == {of_new}
    assert [find(path) for path in ("", "registry", "elsewhere", "987654", "007", f"0{old}/a")] == [None] * 6


def test_artifacts_at_a_place_of_their_own_belong_to_its_experiments(store: SqlStore) -> None:
    location = "mlflow-artifacts:/team/vision"
    created = [store.experiments.create(CreateExperiment(name, location)).experiment_id for name in ("a", "b")]
    run_id = make_run(store, created[1])
    find = store.credentials.owners_of_path

    assert find(f"team/vision/{run_id}/artifacts/a.txt") == {(EXPERIMENT, created[1])}
    assert find("team/vision/a.txt") == {(EXPERIMENT, experiment_id) for experiment_id in created}
    assert find("team") is None


def test_nobody_gets_the_artifacts_of_others_by_a_place_below_theirs(store: SqlStore) -> None:
    victim = make_run(store)
    experiment_id = store.credentials.experiments_of_runs([victim])[victim]
    inside = f"mlflow-artifacts:/{experiment_id}/{victim}/artifacts"
    thief = store.experiments.create(CreateExperiment("mine", inside)).experiment_id
    beside = store.experiments.create(CreateExperiment("mine too", f"mlflow-artifacts:/{experiment_id}")).experiment_id
    run_ids = [store.runs.create(CreateRun(owner)).run.info.run_id for owner in (thief, beside)]
    find = store.credentials.owners_of_path

    assert find(f"{experiment_id}/{victim}/artifacts/{run_ids[0]}/artifacts/a") == {(EXPERIMENT, experiment_id)}
    assert find(f"{experiment_id}/{victim}/artifacts/a") == {(EXPERIMENT, experiment_id)}
    assert find(f"{experiment_id}/{run_ids[1]}/artifacts/a") == {(EXPERIMENT, beside)}


def test_artifacts_that_outlive_their_experiment_belong_to_the_registered_model(store: SqlStore) -> None:
    experiment_id = make_experiment(store)
    run_id = make_run(store, experiment_id)
    digest, size = store.blobs.write([b"weights"])
    root = f"{experiment_id}/{run_id}/artifacts"
    store.artifacts.commit(CommitArtifacts(root, [ArtifactFile("model/weights", digest, size)]))
    store.registered_models.create(CreateRegisteredModel("churn"))
    store.model_versions.create(CreateModelVersion("churn", f"mlflow-artifacts:/{root}/model", run_id))

    before = store.credentials.owners_of_path(f"{root}/model/weights")
    store.experiments.delete(DeleteExperiment(experiment_id))
    store.trash.purge(PurgeTrash())

    assert before == {(EXPERIMENT, experiment_id)}
    assert store.credentials.owners_of_path(f"{root}/model/weights") == {(MODEL, "churn")}
    assert store.credentials.owners_of_path(f"{root}/other") is None


def test_a_copied_model_belongs_to_the_registered_model_once_there_is_one(store: SqlStore) -> None:
    digest, size = store.blobs.write([b"weights"])
    files = [ArtifactFile("weights", digest, size)]
    store.artifacts.commit(CommitArtifacts("registry/f00", files))
    store.registered_models.create(CreateRegisteredModel("churn"))
    find = store.credentials.owners_of_path

    before = find("registry/f00/weights")
    store.lineage.put_copy(PutVersionCopy("churn", "f00", Provenance(files, origin=Origin("churn", "1"))))

    assert before == set()
    assert find("registry/f00/weights") == find("registry/f00") == {(MODEL, "churn")}
    assert find("registry/f0") == set()


def test_who_may_sign_in_may_do_so_while_nothing_can_be_written(store: SqlStore) -> None:
    store.users.create(CreateUser("ada"))
    secret = store.users.create_token(CreateToken("ci", "ada")).secret
    writer = store.database._writer
    writer.close()

    assert _name(store.credentials.find_secret(secret, SecretKind.TOKEN)) == "ada"


def test_a_name_that_nobody_has_is_refused_as_slowly_as_a_wrong_password(
    store: SqlStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.users.create(CreateUser("ada", PASSWORD))
    store.users.create(CreateUser("bob"))
    work: list[tuple[int, ...]] = []
    scrypt = hashlib.scrypt

    def watched(password: bytes, *, n: int, r: int, p: int, **rest: Any) -> bytes:
        work.append((n, r, p))
        return scrypt(password, n=n, r=r, p=p, **rest)

    monkeypatch.setattr(hashlib, "scrypt", watched)
    for name in ("ada", "bob", "nobody", "a\0b"):
        assert store.credentials.find_password(name, "wrong, but long") is None

    assert work == [(2**15, 8, 3)] * 4


def test_each_hash_of_a_password_has_a_salt_of_its_own_and_its_parameters() -> None:
    passwords = Passwords()
    first, second = passwords.hash(PASSWORD), passwords.hash(PASSWORD)
    cheaper = first.replace("n=32768", "n=1024")

    assert first != second
    assert [passwords.verify(kept, PASSWORD) for kept in (first, second, cheaper, "")] == [True, True, False, False]
