"""What every store does with roles and grants. Subclass in a test module that has a fixture `store`."""

from headwater.protocol.errors import InvalidParameterValue, ResourceAlreadyExists, ResourceDoesNotExist
from headwater.protocol.experiments import DeleteExperiment
from headwater.protocol.registered_models import CreateRegisteredModel, DeleteRegisteredModel, RenameRegisteredModel
from headwater.protocol.roles import (
    AssignRole,
    CreateRole,
    DeleteGrant,
    DeleteRole,
    Grant,
    Kind,
    Level,
    ListGrants,
    ListRoles,
    PutGrant,
    Role,
)
from headwater.protocol.trash import PurgeTrash
from headwater.protocol.users import CreateUser, DeleteUser, GetUser
from headwater.stores.interface import Store
from headwater.testing.stores import expect_error, make_experiment


def _grants(store: Store, kind: Kind, resource: str) -> list[Grant]:
    return store.roles.list_grants(ListGrants(kind, resource)).grants


class RolesContract:
    """A grant holds until it is replaced, taken back, or its thing or subject is gone."""

    def test_a_role_has_users_and_grants(self, store: Store) -> None:
        """Whoever has it can be told, and what it allows."""
        experiment_id = make_experiment(store)
        for name in ("bob", "ada"):
            store.users.create(CreateUser(name))
        made = store.roles.create(CreateRole("vision", "the vision team")).role
        for name in ("bob", "ada", "ada"):
            store.roles.assign(AssignRole("vision", name))
        grant = Grant(kind=Kind.EXPERIMENT, resource=experiment_id, level=Level.EDIT, role="vision")
        store.roles.put_grant(PutGrant(grant))
        store.roles.create(CreateRole("audit"))

        roles = store.roles.list(ListRoles()).roles

        assert made == Role(name="vision", description="the vision team")
        assert roles == [
            Role(name="audit"),
            Role(name="vision", description="the vision team", users=["ada", "bob"], grants=[grant]),
        ]
        assert store.users.get(GetUser("ada")).user.roles == ["vision"]

    def test_a_role_is_taken_away(self, store: Store) -> None:
        """Twice changes no more."""
        store.users.create(CreateUser("ada"))
        store.roles.create(CreateRole("vision"))
        store.roles.assign(AssignRole("vision", "ada"))

        for _ in range(2):
            role = store.roles.assign(AssignRole("vision", "ada", withdraw=True)).role

        assert role.users == []
        assert store.users.get(GetUser("ada")).user.roles == []

    def test_a_deleted_role_allows_nothing(self, store: Store) -> None:
        """Its grants go with it."""
        experiment_id = make_experiment(store)
        store.roles.create(CreateRole("vision"))
        grant = Grant(kind=Kind.EXPERIMENT, resource=experiment_id, level=Level.EDIT, role="vision")
        store.roles.put_grant(PutGrant(grant))

        store.roles.delete(DeleteRole("vision"))

        assert _grants(store, Kind.EXPERIMENT, experiment_id) == []
        with expect_error(ResourceDoesNotExist, "No role has the name 'vision'.…"):
            store.roles.delete(DeleteRole("vision"))
        with expect_error(ResourceDoesNotExist, "No role has the name 'vision'.…"):
            store.roles.put_grant(PutGrant(grant))

    def test_a_role_has_a_name_of_its_own(self, store: Store) -> None:
        """And a name at all."""
        store.roles.create(CreateRole("vision"))

        with expect_error(ResourceAlreadyExists, "The role 'vision' exists already. Choose another name."):
            store.roles.create(CreateRole("vision"))
        with expect_error(InvalidParameterValue, "Missing value for required parameter 'name'.…"):
            store.roles.create(CreateRole(""))

    def test_a_grant_replaces_the_one_before(self, store: Store) -> None:
        """Grants to users come before those to roles."""
        experiment_id = make_experiment(store)
        for name in ("bob", "ada"):
            store.users.create(CreateUser(name))
        store.roles.create(CreateRole("audit"))
        kind = Kind.EXPERIMENT
        to_audit = Grant(kind=kind, resource=experiment_id, level=Level.READ, role="audit")
        to_bob = Grant(kind=kind, resource=experiment_id, level=Level.NO_PERMISSIONS, username="bob")
        to_ada = Grant(kind=kind, resource=experiment_id, level=Level.MANAGE, username="ada")
        first = Grant(kind=kind, resource=experiment_id, level=Level.READ, username="ada")

        for grant in (to_audit, to_bob, first, to_ada):
            assert store.roles.put_grant(PutGrant(grant)).grant == grant

        assert _grants(store, kind, experiment_id) == [to_ada, to_bob, to_audit]
        assert _grants(store, kind, make_experiment(store)) == []

    def test_a_grant_may_be_about_everything_of_a_kind(self, store: Store) -> None:
        """It is another one than those about a single thing, and than that of the other kind."""
        store.users.create(CreateUser("ada"))
        grants = [Grant(kind=kind, resource="*", level=Level.EDIT, username="ada") for kind in Kind]

        for grant in grants:
            store.roles.put_grant(PutGrant(grant))

        assert [_grants(store, kind, "*") for kind in Kind] == [[grant] for grant in grants]
        assert _grants(store, Kind.EXPERIMENT, make_experiment(store)) == []

    def test_a_grant_is_taken_back_once(self, store: Store) -> None:
        """There must be one."""
        experiment_id = make_experiment(store)
        store.users.create(CreateUser("ada"))
        grant = Grant(kind=Kind.EXPERIMENT, resource=experiment_id, level=Level.EDIT, username="ada")
        store.roles.put_grant(PutGrant(grant))
        request = DeleteGrant(kind=Kind.EXPERIMENT, resource=experiment_id, username="ada")

        store.roles.delete_grant(request)

        assert _grants(store, Kind.EXPERIMENT, experiment_id) == []
        message = f"Nothing is granted to the user 'ada' on the experiment '{experiment_id}'."
        with expect_error(ResourceDoesNotExist, message):
            store.roles.delete_grant(request)

    def test_grants_follow_a_renamed_model_and_go_with_a_deleted_one(self, store: Store) -> None:
        """A later model of the same name is another one."""
        store.users.create(CreateUser("ada"))
        store.registered_models.create(CreateRegisteredModel("churn"))
        kind = Kind.REGISTERED_MODEL
        store.roles.put_grant(PutGrant(Grant(kind=kind, resource="churn", level=Level.MANAGE, username="ada")))

        store.registered_models.rename(RenameRegisteredModel("churn", "leavers"))
        renamed = _grants(store, kind, "leavers")
        store.registered_models.delete(DeleteRegisteredModel("leavers"))
        store.registered_models.create(CreateRegisteredModel("leavers"))

        assert renamed == [Grant(kind=kind, resource="leavers", level=Level.MANAGE, username="ada")]
        assert _grants(store, kind, "leavers") == []

    def test_grants_go_with_users_and_purged_experiments(self, store: Store) -> None:
        """An experiment in the trash keeps them."""
        experiment_id = make_experiment(store)
        for name in ("bob", "ada"):
            store.users.create(CreateUser(name))
            grant = Grant(kind=Kind.EXPERIMENT, resource=experiment_id, level=Level.READ, username=name)
            store.roles.put_grant(PutGrant(grant))

        store.users.delete(DeleteUser("bob"))
        store.experiments.delete(DeleteExperiment(experiment_id))

        assert [grant.username for grant in _grants(store, Kind.EXPERIMENT, experiment_id)] == ["ada"]
        store.trash.purge(PurgeTrash())
        with expect_error(ResourceDoesNotExist, f"No Experiment with id={experiment_id} exists"):
            _grants(store, Kind.EXPERIMENT, experiment_id)

    def test_a_grant_names_what_exists(self, store: Store) -> None:
        """One subject, and one thing."""
        store.users.create(CreateUser("ada"))
        model = Grant(kind=Kind.REGISTERED_MODEL, resource="none", level=Level.READ, username="ada")

        with expect_error(ResourceDoesNotExist, "Registered Model with name=none not found"):
            store.roles.put_grant(PutGrant(model))
        with expect_error(ResourceDoesNotExist, "User with username=bob not found"):
            store.roles.put_grant(PutGrant(Grant(kind=model.kind, resource="*", level=Level.READ, username="bob")))
        with expect_error(InvalidParameterValue, "Name a user or a role, not username 'ada' and role 'audit'."):
            both = Grant(kind=model.kind, resource="*", level=Level.READ, username="ada", role="audit")
            store.roles.put_grant(PutGrant(both))
