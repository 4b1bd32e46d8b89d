"""What every store does with users and tokens. Subclass in a test module that has a fixture `store`."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from headwater.protocol.endpoint import Permission
from headwater.protocol.errors import (
    InvalidParameterValue,
    PermissionDenied,
    ResourceAlreadyExists,
    ResourceDoesNotExist,
)
from headwater.protocol.experiments import CreateExperiment
from headwater.protocol.registered_models import CreateRegisteredModel, DeleteRegisteredModel, RenameRegisteredModel
from headwater.protocol.users import (
    CreateToken,
    CreateUser,
    DeleteUser,
    GetUser,
    ListTokens,
    ListUsers,
    RevokeToken,
    SetActive,
    TokenScope,
    UpdateAdmin,
    UpdatePassword,
)
from headwater.stores.interface import Store
from headwater.testing.stores import expect_error

PASSWORD = "correct horse battery"  # noqa: S105 - of users that exist for a test


class UsersContract:
    """Users come back as they were made, without anything secret."""

    def test_a_user_comes_back_as_made(self, store: Store) -> None:
        """By name, and in the list of all, which is by name too."""
        before = time.time_ns() // 1_000_000
        bob = store.users.create(CreateUser("bob")).user
        ada = store.users.create(CreateUser("ada", PASSWORD, is_admin=True)).user

        assert store.users.get(GetUser("ada")).user == ada
        assert store.users.list(ListUsers()).users == [ada, bob]
        assert (ada.username, ada.is_admin, ada.is_active, ada.source) == ("ada", True, True, "password")
        assert (bob.is_admin, bob.last_seen, bob.roles) == (False, 0, [])
        assert (ada.has_password, bob.has_password) == (True, False)
        assert ada.creation_time >= before
        assert bob.id != ada.id

    def test_a_name_is_given_once(self, store: Store) -> None:
        """Also when several ask at the same time; names differ by case."""

        def create(_number: int) -> bool:
            try:
                store.users.create(CreateUser("ada"))
            except ResourceAlreadyExists:
                return False
            return True

        with ThreadPoolExecutor(4) as pool:
            made = list(pool.map(create, range(4)))

        assert sorted(made) == [False, False, False, True]
        assert store.users.create(CreateUser("Ada")).user.username == "Ada"

    @pytest.mark.parametrize("name", ["", " ada", "a:b", "a\nb", "a\0b", "x" * 257])
    def test_a_name_that_cannot_be_sent_is_refused(self, store: Store, name: str) -> None:
        """It has to fit the header of a request."""
        with pytest.raises(InvalidParameterValue, match="username"):
            store.users.create(CreateUser(name, PASSWORD))

    @pytest.mark.parametrize("password", ["x", "elevenchars", "x" * 1025])
    def test_a_weak_or_endless_password_is_refused(self, store: Store, password: str) -> None:
        """It is not repeated in the message."""
        store.users.create(CreateUser("ada", PASSWORD))
        message = f"Invalid password of {len(password)} characters. Use 12 to 1024."

        with expect_error(InvalidParameterValue, message):
            store.users.create(CreateUser("bob", password))
        with expect_error(InvalidParameterValue, message):
            store.users.update_password(UpdatePassword("ada", password))

    def test_a_password_is_changed_by_who_knows_the_old_one(self, store: Store) -> None:
        """Where one is said to be the current one, it must be."""
        store.users.create(CreateUser("ada", PASSWORD))

        store.users.update_password(UpdatePassword("ada", "another long one", PASSWORD))

        with expect_error(PermissionDenied, "The current password is wrong.…"):
            store.users.update_password(UpdatePassword("ada", "a third long one", PASSWORD))
        with expect_error(ResourceDoesNotExist, "User with username=bob not found"):
            store.users.update_password(UpdatePassword("bob", "a third long one"))

    def test_there_is_always_an_administrator(self, store: Store) -> None:
        """Nobody takes the last one away, disables or deletes it."""
        store.users.create(CreateUser("ada", PASSWORD, is_admin=True))
        store.users.create(CreateUser("bob"))
        message = "'ada' is the last active administrator. Make another user an administrator first."

        for take in (
            lambda: store.users.update_admin(UpdateAdmin("ada", is_admin=False)),
            lambda: store.users.set_active(SetActive("ada", is_active=False)),
            lambda: store.users.delete(DeleteUser("ada")),
        ):
            with expect_error(InvalidParameterValue, message):
                take()
        store.users.update_admin(UpdateAdmin("bob", is_admin=True))
        store.users.set_active(SetActive("ada", is_active=False))

        with expect_error(InvalidParameterValue, message.replace("ada", "bob")):
            store.users.update_admin(UpdateAdmin("bob", is_admin=False))
        assert not store.users.get(GetUser("ada")).user.is_active

    def test_a_deleted_user_is_gone(self, store: Store) -> None:
        """With tokens: one of the same name made later has none of them."""
        store.users.create(CreateUser("ada"))
        store.users.create_token(CreateToken("ci", "ada"))
        store.users.delete(DeleteUser("ada"))

        with expect_error(ResourceDoesNotExist, "User with username=ada not found"):
            store.users.get(GetUser("ada"))
        with expect_error(ResourceDoesNotExist, "User with username=ada not found"):
            store.users.delete(DeleteUser("ada"))
        store.users.create(CreateUser("ada"))
        assert store.users.list_tokens(ListTokens("ada")).tokens == []

    def test_a_token_is_told_once(self, store: Store) -> None:
        """The list has its name, its beginning and its end, the newest first."""
        store.users.create(CreateUser("ada"))
        first = store.users.create_token(CreateToken("ci", "ada"))
        second = store.users.create_token(CreateToken("laptop", "ada", 3600))

        listed = store.users.list_tokens(ListTokens("ada")).tokens

        assert sorted(listed, key=lambda token: token.name) == [first.token, second.token]
        assert first.secret != second.secret
        assert first.secret.startswith(first.token.prefix)
        assert first.secret.startswith("hwt_")
        assert (first.token.expires, first.token.last_used) == (0, 0)
        assert second.token.expires == second.token.creation_time + 3_600_000

    def test_a_token_may_be_narrowed(self, store: Store) -> None:
        """To a level, to experiments and to registered models, which it follows when they are renamed or deleted."""
        store.users.create(CreateUser("ada"))
        experiment = store.experiments.create(CreateExperiment("churn")).experiment_id
        store.registered_models.create(CreateRegisteredModel("scorer"))
        wide = TokenScope(level=Permission.READ)
        narrow = TokenScope(level=Permission.EDIT, experiments=[experiment], registered_models=["scorer"])
        registry = TokenScope(registered_models=["*"])

        made = [
            store.users.create_token(CreateToken("ci", "ada", scope=scope)).token.scope
            for scope in (wide, narrow, registry)
        ]
        store.registered_models.rename(RenameRegisteredModel("scorer", "better"))
        listed = [token.scope for token in store.users.list_tokens(ListTokens("ada")).tokens]
        store.registered_models.delete(DeleteRegisteredModel("better"))
        left = [token.scope for token in store.users.list_tokens(ListTokens("ada")).tokens]

        of_all = TokenScope(experiments=[], registered_models=["*"])
        renamed = TokenScope(level=Permission.EDIT, experiments=[experiment], registered_models=["better"])
        assert made == [wide, narrow, of_all]
        assert sorted(listed, key=str) == sorted([wide, renamed, of_all], key=str)
        assert TokenScope(level=Permission.EDIT, experiments=[experiment], registered_models=[]) in left

    def test_a_token_is_for_what_there_is(self, store: Store) -> None:
        """A scope that names nothing, or what is not there, is a mistake."""
        store.users.create(CreateUser("ada"))

        with expect_error(InvalidParameterValue, "A token is for 1 to 200 experiments and…"):
            store.users.create_token(CreateToken("ci", "ada", scope=TokenScope(experiments=[])))
        with expect_error(InvalidParameterValue, "Invalid level 'SELF' of a token.…"):
            store.users.create_token(CreateToken("ci", "ada", scope=TokenScope(level=Permission.SELF)))
        with expect_error(ResourceDoesNotExist, "Registered Model with name=no such not found"):
            store.users.create_token(CreateToken("ci", "ada", scope=TokenScope(registered_models=["no such"])))
        assert store.users.list_tokens(ListTokens("ada")).tokens == []

    def test_a_revoked_token_is_gone(self, store: Store) -> None:
        """Only whose it is can revoke it."""
        for name in ("ada", "bob"):
            store.users.create(CreateUser(name))
        token = store.users.create_token(CreateToken("ci", "ada")).token

        with expect_error(ResourceDoesNotExist, f"'bob' has no token with the id '{token.token_id}'.…"):
            store.users.revoke_token(RevokeToken(token.token_id, "bob"))
        store.users.revoke_token(RevokeToken(token.token_id, "ada"))

        assert store.users.list_tokens(ListTokens("ada")).tokens == []

    def test_a_token_belongs_to_somebody(self, store: Store) -> None:
        """And has a name and an end that is to come."""
        store.users.create(CreateUser("ada"))

        with expect_error(ResourceDoesNotExist, "User with username=bob not found"):
            store.users.create_token(CreateToken("ci", "bob"))
        with expect_error(InvalidParameterValue, "Missing value for required parameter 'name'.…"):
            store.users.create_token(CreateToken("", "ada"))
        with expect_error(InvalidParameterValue, "Invalid lifetime_s '-1'.…"):
            store.users.create_token(CreateToken("ci", "ada", -1))
