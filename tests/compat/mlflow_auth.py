"""What the real `AuthServiceClient` does with our users, permissions and roles; see `mlflow_verbs`."""

import os
import uuid
from typing import Any

import mlflow
from mlflow.exceptions import MlflowException
from mlflow.server.auth.client import AuthServiceClient
from reporting import report_checks  # type: ignore[import-not-found]  # beside it

PASSWORD = "correct horse battery"


def _client() -> Any:
    return AuthServiceClient(os.environ["MLFLOW_TRACKING_URI"])


def _refused(attempt: Any) -> str:
    try:
        attempt()
    except MlflowException as error:
        return str(error.error_code)
    return "none"


def _names() -> tuple[str, str, str]:
    """Return the name of a new user, a new experiment's id and a new model's name."""
    name = uuid.uuid4().hex
    _client().create_user(name, PASSWORD)
    client = mlflow.MlflowClient()
    return name, client.create_experiment(name), client.create_registered_model(name).name


def check_a_user_lives_from_create_to_delete() -> None:
    client, name = _client(), uuid.uuid4().hex

    made = client.create_user(name, PASSWORD)
    read = client.get_user(name)
    client.update_user_admin(name, True)
    client.update_user_password(name, PASSWORD + "!")

    assert (made.username, made.is_admin, made.id) == (name, False, read.id)
    assert client.get_user(name).is_admin
    assert _refused(lambda: client.create_user(name, PASSWORD)) == "RESOURCE_ALREADY_EXISTS"
    assert _refused(lambda: client.create_user("short", "short")) == "INVALID_PARAMETER_VALUE"
    client.delete_user(name)
    assert _refused(lambda: client.get_user(name)) == "RESOURCE_DOES_NOT_EXIST"
    assert _refused(lambda: client.delete_user(name)) == "RESOURCE_DOES_NOT_EXIST"


def check_permissions_on_single_things() -> None:
    client = _client()
    if not hasattr(client, "create_experiment_permission"):
        return  # MLflow 2's
    username, experiment_id, model = _names()
    for kind, thing in (("experiment", experiment_id), ("registered_model", model)):
        create, get, update, delete = (
            getattr(client, f"{verb}_{kind}_permission") for verb in ("create", "get", "update", "delete")
        )
        assert create(thing, username, "EDIT").permission == "EDIT"
        assert _refused(lambda create=create, thing=thing: create(thing, username, "READ")) == "RESOURCE_ALREADY_EXISTS"
        update(thing, username, "NO_PERMISSIONS")
        assert get(thing, username).permission == "NO_PERMISSIONS"
        (found,) = getattr(client.get_user(username), f"{kind}_permissions")
        assert found.permission == "NO_PERMISSIONS"
        delete(thing, username)
        assert _refused(lambda get=get, thing=thing: get(thing, username)) == "RESOURCE_DOES_NOT_EXIST"


def check_grants_to_users() -> None:
    client = _client()
    if not hasattr(client, "grant_user_permission"):
        return  # MLflow 3's
    username, experiment_id, model = _names()

    client.grant_user_permission(username, "experiment", experiment_id, "MANAGE")
    client.grant_user_permission(username, "registered_model", model, "DENY")

    found = client.get_user_permission(username, "experiment", experiment_id)
    assert (found.permission, found.allowed) == ("MANAGE", True)
    assert client.get_user_permission(username, "registered_model", model).permission == "NO_PERMISSIONS"
    assert client.get_user_permission(username, "experiment", "0").permission == "READ"
    again = _refused(lambda: client.grant_user_permission(username, "experiment", experiment_id, "READ"))
    assert again == "RESOURCE_ALREADY_EXISTS"
    client.revoke_user_permission(username, "experiment", experiment_id)
    gone = _refused(lambda: client.revoke_user_permission(username, "experiment", experiment_id))
    assert gone == "RESOURCE_DOES_NOT_EXIST"


def check_roles() -> None:
    client = _client()
    if not hasattr(client, "create_role"):
        return  # MLflow 3's
    username, experiment_id, _ = _names()

    role = client.create_role("default", f"role-{username}", "the team")
    permission = client.add_role_permission(role.id, "experiment", experiment_id, "READ")
    changed = client.update_role_permission(permission.id, "EDIT")
    assigned = client.assign_role(username, role.id)
    renamed = client.update_role(role.id, name=f"new-{username}")

    assert (role.name, role.description, role.workspace) == (f"role-{username}", "the team", "default")
    assert (changed.id, changed.permission, changed.resource_pattern) == (permission.id, "EDIT", experiment_id)
    assert client.get_role(role.id).to_json() == renamed.to_json()
    assert [each.to_json() for each in client.list_role_permissions(role.id)] == [changed.to_json()]
    assert [each.to_json() for each in client.list_role_users(role.id)] == [assigned.to_json()]
    assert [each.id for each in client.list_user_roles(username)] == [role.id]
    assert role.id in [each.id for each in client.list_all_roles()]
    assert role.id in [each.id for each in client.list_roles("default")]
    assert client.get_user_permission(username, "experiment", experiment_id).permission == "EDIT"
    client.unassign_role(username, role.id)
    assert _refused(lambda: client.unassign_role(username, role.id)) == "RESOURCE_DOES_NOT_EXIST"
    client.remove_role_permission(permission.id)
    client.delete_role(role.id)
    assert _refused(lambda: client.get_role(role.id)) == "RESOURCE_DOES_NOT_EXIST"


def check_who_is_no_administrator_is_refused() -> None:
    username, experiment_id, _ = _names()
    client = _client()
    admin = {name: os.environ[name] for name in ("MLFLOW_TRACKING_USERNAME", "MLFLOW_TRACKING_PASSWORD")}
    os.environ.update(MLFLOW_TRACKING_USERNAME=username, MLFLOW_TRACKING_PASSWORD=PASSWORD)
    try:
        assert client.get_user(username).username == username
        assert _refused(lambda: client.get_user("admin")) == "PERMISSION_DENIED"
        assert _refused(lambda: client.create_user("more", PASSWORD)) == "PERMISSION_DENIED"
        assert _refused(lambda: client.update_user_admin(username, True)) == "PERMISSION_DENIED"
        if hasattr(client, "grant_user_permission"):
            grant = client.grant_user_permission
            assert _refused(lambda: grant(username, "experiment", experiment_id, "MANAGE")) == "PERMISSION_DENIED"
            assert _refused(lambda: grant(username, "experiment", "*", "MANAGE")) == "PERMISSION_DENIED"
            assert _refused(client.list_all_roles) == "PERMISSION_DENIED"
            assert client.list_user_roles(username) == []
        else:
            create = client.create_experiment_permission
            assert _refused(lambda: create(experiment_id, username, "MANAGE")) == "PERMISSION_DENIED"
            own = mlflow.MlflowClient().create_experiment(f"own {username}")
            assert create(own, "admin", "READ").permission == "READ"
        os.environ["MLFLOW_TRACKING_PASSWORD"] = "wrong, but long"
        assert _refused(lambda: client.get_user(username)) == "UNAUTHENTICATED"
    finally:
        os.environ.update(admin)


if __name__ == "__main__":
    report_checks(globals())
