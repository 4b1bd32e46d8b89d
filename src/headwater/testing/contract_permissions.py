"""What every store does with grants in MLflow's words. Subclass in a test module that has a fixture `store`."""

from headwater.protocol.errors import InvalidParameterValue, ResourceAlreadyExists, ResourceDoesNotExist
from headwater.protocol.numbered_roles import (
    AddRolePermission,
    AssignNumberedRole,
    CreateNumberedRole,
    ListNumberedRoles,
    ListUserRoles,
    NameRole,
    NumberedRole,
    RemoveRolePermission,
    RoleAssignment,
    RolePermission,
    UpdateNumberedRole,
    UpdateRolePermission,
)
from headwater.protocol.permissions import (
    GrantedPermission,
    GrantPermission,
    ListPermissions,
    NameExperimentPermission,
    NameModelPermission,
    NamePermission,
    PutExperimentPermission,
    PutModelPermission,
)
from headwater.protocol.registered_models import CreateRegisteredModel
from headwater.protocol.roles import Grant, Kind, Level, ListGrants, ListRoles, Role
from headwater.protocol.users import (
    CreateUser,
    ExperimentPermission,
    GetCurrentUser,
    GetUser,
    RegisteredModelPermission,
    User,
)
from headwater.stores.interface import Store
from headwater.testing.stores import expect_error, make_experiment


def _make_user(store: Store, name: str = "ada") -> User:
    return store.users.create(CreateUser(name)).user


class PermissionsContract:
    """What MLflow's clients grant is granted, and what is granted is what they see."""

    def test_a_permission_on_an_experiment_lives_from_create_to_delete(self, store: Store) -> None:
        """As MLflow 2 does it."""
        experiment_id, user = make_experiment(store), _make_user(store)
        named = NameExperimentPermission(experiment_id, "ada")

        made = store.permissions.create_experiment(PutExperimentPermission(experiment_id, "ada", "EDIT"))
        read = store.permissions.get_experiment(named)
        store.permissions.update_experiment(PutExperimentPermission(experiment_id, "ada", "NO_PERMISSIONS"))

        hidden = ExperimentPermission(experiment_id, user.id, "NO_PERMISSIONS")
        assert made == read
        assert made.experiment_permission == ExperimentPermission(experiment_id, user.id, "EDIT")
        assert store.users.get(GetUser("ada")).user.experiment_permissions == [hidden]
        grant = Grant(kind=Kind.EXPERIMENT, resource=experiment_id, level=Level.NO_PERMISSIONS, username="ada")
        assert store.roles.list_grants(ListGrants(Kind.EXPERIMENT, experiment_id)).grants == [grant]
        store.permissions.delete_experiment(named)
        assert store.users.get(GetUser("ada")).user.experiment_permissions == []
        with expect_error(
            ResourceDoesNotExist, f"Nothing is granted to the user 'ada' on the experiment '{experiment_id}'."
        ):
            store.permissions.get_experiment(named)

    def test_a_permission_on_a_model_lives_from_create_to_delete(self, store: Store) -> None:
        """Under the model's name."""
        user = _make_user(store)
        store.registered_models.create(CreateRegisteredModel("churn"))
        named = NameModelPermission("churn", "ada")

        made = store.permissions.create_model(PutModelPermission("churn", "ada", "MANAGE"))
        store.permissions.update_model(PutModelPermission("churn", "ada", "READ"))

        read = RegisteredModelPermission("churn", user.id, "READ")
        assert made.registered_model_permission.permission == "MANAGE"
        assert store.permissions.get_model(named).registered_model_permission == read
        assert store.users.get(GetUser("ada")).user.registered_model_permissions == [read]
        store.permissions.delete_model(named)
        with expect_error(ResourceDoesNotExist, "Nothing is granted to the user 'ada' on the registered model '…"):
            store.permissions.delete_model(named)
        with expect_error(ResourceDoesNotExist, "Nothing is granted to the user 'ada' on the registered model '…"):
            store.permissions.update_model(PutModelPermission("churn", "ada", "READ"))

    def test_a_permission_is_created_once(self, store: Store) -> None:
        """For a user and a thing that exist."""
        experiment_id = make_experiment(store)
        _make_user(store)
        store.permissions.create_experiment(PutExperimentPermission(experiment_id, "ada", "EDIT"))

        with expect_error(ResourceAlreadyExists, "Something is granted to the user 'ada' on the experiment '…"):
            store.permissions.create_experiment(PutExperimentPermission(experiment_id, "ada", "READ"))
        with expect_error(ResourceDoesNotExist, "User with username=bob not found"):
            store.permissions.create_experiment(PutExperimentPermission(experiment_id, "bob", "READ"))
        with expect_error(ResourceDoesNotExist, "No Experiment with id=987654 exists"):
            store.permissions.create_experiment(PutExperimentPermission("987654", "ada", "READ"))
        with expect_error(InvalidParameterValue, "…"):
            store.permissions.create_experiment(PutExperimentPermission("*", "ada", "READ"))
        with expect_error(InvalidParameterValue, "Invalid model name '*'. It stands for all models …"):
            store.permissions.create_model(PutModelPermission("*", "ada", "READ"))
        with expect_error(InvalidParameterValue, "Invalid permission 'FOO'. Use one of …"):
            store.permissions.create_experiment(PutExperimentPermission(experiment_id, "ada", "FOO"))

    def test_a_permission_is_granted_and_revoked(self, store: Store) -> None:
        """As MLflow 3 does it, whose DENY hides a thing and whose USE reads it."""
        experiment_id = make_experiment(store)
        _make_user(store)
        named = NamePermission("ada", "experiment", experiment_id)
        seen = []
        for level in ("READ", "USE", "EDIT", "MANAGE", "DENY"):
            store.permissions.grant(GrantPermission("ada", "experiment", experiment_id, level))
            found = store.permissions.get(named)
            seen.append((found.permission, found.allowed))
            store.permissions.revoke(named)

        assert seen == [("READ", False), ("READ", False), ("EDIT", True), ("MANAGE", True), ("NO_PERMISSIONS", False)]
        assert store.permissions.get(named).permission == "READ"
        with expect_error(ResourceDoesNotExist, "Nothing is granted to the user 'ada' on the experiment …"):
            store.permissions.revoke(named)
        with expect_error(InvalidParameterValue, "Invalid resource type 'scorer'. Rights are granted on: …"):
            store.permissions.grant(GrantPermission("ada", "scorer", "1", "READ"))

    def test_what_a_user_was_granted_is_listed(self, store: Store) -> None:
        """Alone and by roles; also to the user who asks."""
        user, experiment_id = _make_user(store), make_experiment(store)
        role = store.numbered_roles.create(CreateNumberedRole("vision")).role
        store.numbered_roles.assign(AssignNumberedRole("ada", role.id))
        store.numbered_roles.add_permission(AddRolePermission(role.id, "registered_model", "*", "EDIT"))
        store.permissions.grant(GrantPermission("ada", "experiment", experiment_id, "MANAGE"))

        listed = store.permissions.list(ListPermissions("ada"))

        assert not listed.is_admin
        assert listed.permissions == [
            GrantedPermission(permission="MANAGE", resource_pattern=experiment_id, resource_type="experiment"),
            GrantedPermission(
                permission="EDIT",
                resource_pattern="*",
                resource_type="registered_model",
                role_id=role.id,
                role_name="vision",
            ),
        ]
        assert store.permissions.list_current(ListPermissions("ada")) == listed
        current = store.users.get_current(GetCurrentUser("ada"))
        assert (current.user.id, current.user.roles, current.is_basic_auth) == (user.id, ["vision"], True)

    def test_a_role_is_known_by_its_number(self, store: Store) -> None:
        """With its grants, which have numbers too."""
        experiment_id = make_experiment(store)
        made = store.numbered_roles.create(CreateNumberedRole("vision", description="the team")).role
        added = store.numbered_roles.add_permission(AddRolePermission(made.id, "experiment", experiment_id, "EDIT"))
        permission = added.role_permission

        changed = store.numbered_roles.update_permission(UpdateRolePermission(permission.id, "MANAGE")).role_permission
        role = store.numbered_roles.update(UpdateNumberedRole(made.id, name="sight")).role

        assert made == NumberedRole(id=made.id, name="vision", description="the team")
        assert changed == RolePermission(
            id=permission.id,
            role_id=made.id,
            resource_type="experiment",
            resource_pattern=experiment_id,
            permission="MANAGE",
        )
        assert role == NumberedRole(id=made.id, name="sight", description="the team", permissions=[changed])
        assert store.numbered_roles.get(NameRole(made.id)).role == role
        assert store.numbered_roles.list(ListNumberedRoles("default")).roles == [role]
        assert store.numbered_roles.list(ListNumberedRoles("other")).roles == []
        assert store.numbered_roles.list_permissions(NameRole(made.id)).role_permissions == [changed]
        grant = Grant(kind=Kind.EXPERIMENT, resource=experiment_id, level=Level.MANAGE, role="sight")
        assert store.roles.list(ListRoles()).roles == [Role(name="sight", description="the team", grants=[grant])]

    def test_a_role_is_assigned_once(self, store: Store) -> None:
        """And taken away once."""
        user = _make_user(store)
        role = store.numbered_roles.create(CreateNumberedRole("vision")).role
        request = AssignNumberedRole("ada", role.id)

        made = store.numbered_roles.assign(request).assignment

        assert made == RoleAssignment(id=made.id, user_id=user.id, role_id=role.id)
        assert store.numbered_roles.list_users(NameRole(role.id)).assignments == [made]
        assert store.numbered_roles.list_of_user(ListUserRoles("ada")).roles == [role]
        with expect_error(ResourceAlreadyExists, "'ada' has the role 'vision' already."):
            store.numbered_roles.assign(request)
        store.numbered_roles.unassign(request)
        with expect_error(ResourceDoesNotExist, "'ada' does not have the role 'vision'."):
            store.numbered_roles.unassign(request)
        assert store.numbered_roles.list_of_user(ListUserRoles("ada")).roles == []

    def test_a_number_that_nothing_has_is_refused(self, store: Store) -> None:
        """As MLflow words it."""
        role = store.numbered_roles.create(CreateNumberedRole("vision")).role
        store.numbered_roles.delete(NameRole(role.id))
        unknown = f"Role with id={role.id} not found"

        with expect_error(ResourceDoesNotExist, unknown):
            store.numbered_roles.get(NameRole(role.id))
        with expect_error(ResourceDoesNotExist, unknown):
            store.numbered_roles.delete(NameRole(role.id))
        with expect_error(ResourceDoesNotExist, unknown):
            store.numbered_roles.add_permission(AddRolePermission(role.id, "experiment", "*", "READ"))
        with expect_error(ResourceDoesNotExist, "Role permission with id=987654 not found"):
            store.numbered_roles.update_permission(UpdateRolePermission(987654, "READ"))
        with expect_error(ResourceDoesNotExist, "Role permission with id=987654 not found"):
            store.numbered_roles.remove_permission(RemoveRolePermission(987654))

    def test_the_number_of_a_grant_to_a_user_is_not_one_of_a_role(self, store: Store) -> None:
        """Nobody changes those of users through it."""
        _make_user(store)
        role = store.numbered_roles.create(CreateNumberedRole("vision")).role
        first = store.numbered_roles.add_permission(AddRolePermission(role.id, "experiment", "*", "READ"))
        store.permissions.grant(GrantPermission("ada", "experiment", "*", "READ"))
        of_ada = first.role_permission.id + 1

        with expect_error(ResourceDoesNotExist, f"Role permission with id={of_ada} not found"):
            store.numbered_roles.update_permission(UpdateRolePermission(of_ada, "MANAGE"))

    def test_roles_have_names_of_their_own_in_one_workspace(self, store: Store) -> None:
        """Also when they are renamed, and a thing is granted to each once."""
        for name in ("vision", "audit"):
            store.numbered_roles.create(CreateNumberedRole(name))
        audit, vision = store.numbered_roles.list(ListNumberedRoles()).roles
        store.numbered_roles.add_permission(AddRolePermission(vision.id, "experiment", "*", "READ"))

        with expect_error(ResourceAlreadyExists, "The role 'vision' exists already. Choose another name."):
            store.numbered_roles.create(CreateNumberedRole("vision"))
        with expect_error(ResourceAlreadyExists, "The role 'vision' exists already. Choose another name."):
            store.numbered_roles.update(UpdateNumberedRole(audit.id, name="vision"))
        with expect_error(InvalidParameterValue, "Invalid workspace 'other'.…"):
            store.numbered_roles.create(CreateNumberedRole("new", "other"))
        with expect_error(ResourceAlreadyExists, "Something is granted to the role 'vision' on '*' already.…"):
            store.numbered_roles.add_permission(AddRolePermission(vision.id, "experiment", "*", "EDIT"))
