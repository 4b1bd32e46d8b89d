"""Grants to users in the words of MLflow, in the database."""

from headwater.config import DEFAULT_PERMISSION
from headwater.protocol.endpoint import Empty
from headwater.protocol.errors import ResourceAlreadyExists, ResourceDoesNotExist
from headwater.protocol.permissions import (
    ExperimentPermissionResponse,
    GrantedPermission,
    GrantPermission,
    ListPermissions,
    ListPermissionsResponse,
    ModelPermissionResponse,
    NameExperimentPermission,
    NameModelPermission,
    NamePermission,
    PermissionResponse,
    PutExperimentPermission,
    PutModelPermission,
    read_kind,
)
from headwater.protocol.roles import Grant, Kind, Level, parse_level
from headwater.protocol.users import ExperimentPermission, RegisteredModelPermission
from headwater.stores.sql.connection import Connection
from headwater.stores.sql.database import Database
from headwater.stores.sql.grant_rows import (
    find_grant,
    find_place,
    find_role,
    load_rights,
    put_grant,
    remove_grant,
)
from headwater.stores.sql.user_rows import find_user


class SqlPermissions:
    """Grants to users, as MLflow's clients make them. Thread-safe."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def create_experiment(self, request: PutExperimentPermission) -> ExperimentPermissionResponse:
        """Grant something on an experiment where nothing is."""
        request.check()
        user_id = self._create(request.grant)
        permission = ExperimentPermission(request.experiment_id, user_id, request.grant.level)
        return ExperimentPermissionResponse(permission)

    def get_experiment(self, request: NameExperimentPermission) -> ExperimentPermissionResponse:
        """Return what a user was granted on an experiment."""
        request.check()
        user_id, level = self._get(Kind.EXPERIMENT, request.experiment_id, request.username)
        return ExperimentPermissionResponse(ExperimentPermission(request.experiment_id, user_id, level))

    def update_experiment(self, request: PutExperimentPermission) -> Empty:
        """Grant something else on an experiment."""
        request.check()
        return self._update(request.grant)

    def delete_experiment(self, request: NameExperimentPermission) -> Empty:
        """Take a grant on an experiment back."""
        request.check()
        return self._delete(Kind.EXPERIMENT, request.experiment_id, request.username)

    def create_model(self, request: PutModelPermission) -> ModelPermissionResponse:
        """Grant something on a registered model where nothing is."""
        request.check()
        user_id = self._create(request.grant)
        return ModelPermissionResponse(RegisteredModelPermission(request.name, user_id, request.grant.level))

    def get_model(self, request: NameModelPermission) -> ModelPermissionResponse:
        """Return what a user was granted on a registered model."""
        request.check()
        user_id, level = self._get(Kind.REGISTERED_MODEL, request.name, request.username)
        return ModelPermissionResponse(RegisteredModelPermission(request.name, user_id, level))

    def update_model(self, request: PutModelPermission) -> Empty:
        """Grant something else on a registered model."""
        request.check()
        return self._update(request.grant)

    def delete_model(self, request: NameModelPermission) -> Empty:
        """Take a grant on a registered model back."""
        request.check()
        return self._delete(Kind.REGISTERED_MODEL, request.name, request.username)

    def grant(self, request: GrantPermission) -> Empty:
        """Grant something on a thing where nothing is."""
        request.check()
        self._create(request.grant)
        return Empty()

    def revoke(self, request: NamePermission) -> Empty:
        """Take a grant back."""
        request.check()
        return self._delete(read_kind(request.resource_type), request.resource_id, request.username)

    def get(self, request: NamePermission) -> PermissionResponse:
        """Return what a user may do with a thing, whoever it was granted to; a server says its default itself."""
        request.check()
        default = parse_level(DEFAULT_PERMISSION.get())
        with self._database.read() as connection:
            rights = load_rights(connection, find_user(connection, request.username))
        level = rights.find_level(read_kind(request.resource_type), request.resource_id, default)
        return PermissionResponse(level in {Level.EDIT, Level.MANAGE}, level)

    def list(self, request: ListPermissions) -> ListPermissionsResponse:
        """Return what a user was granted, alone and by roles."""
        request.check()
        with self._database.read() as connection:
            rights = load_rights(connection, find_user(connection, request.username))
            role_ids = {role: find_role(connection, role) for role in rights.user.roles}
        permissions = [
            GrantedPermission(
                permission=grant.level,
                resource_pattern=grant.resource,
                resource_type=grant.kind,
                role_id=role_ids.get(grant.role, 0),
                role_name=grant.role,
            )
            for grant in rights.grants
        ]
        return ListPermissionsResponse(rights.user.is_admin, permissions)

    def list_current(self, request: ListPermissions) -> ListPermissionsResponse:
        """Return what the user named was granted: a server names who asks."""
        return self.list(request)

    def _create(self, grant: Grant) -> int:
        def work(connection: Connection) -> int:
            place = find_place(connection, grant)
            if find_grant(connection, place):
                raise ResourceAlreadyExists(
                    f"Something is granted to the user '{grant.username}' on the {_words(grant.kind)} "
                    f"'{grant.resource}' already. Update it."
                )
            put_grant(connection, grant)
            return place.user_id or 0

        return self._database.write(work)

    def _get(self, kind: Kind, resource: str, username: str) -> tuple[int, Level]:
        wanted = Grant(kind=kind, resource=resource, level=Level.READ, username=username)
        with self._database.read() as connection:
            place = find_place(connection, wanted)
            level = find_grant(connection, place)
        if level is None:
            raise _nothing(wanted)
        return place.user_id or 0, level

    def _update(self, grant: Grant) -> Empty:
        def work(connection: Connection) -> None:
            if not find_grant(connection, find_place(connection, grant)):
                raise _nothing(grant)
            put_grant(connection, grant)

        self._database.write(work)
        return Empty()

    def _delete(self, kind: Kind, resource: str, username: str) -> Empty:
        wanted = Grant(kind=kind, resource=resource, level=Level.READ, username=username)

        def work(connection: Connection) -> None:
            if not remove_grant(connection, find_place(connection, wanted)):
                raise _nothing(wanted)

        self._database.write(work)
        return Empty()


def _words(kind: Kind) -> str:
    return kind.replace("_", " ")


def _nothing(grant: Grant) -> ResourceDoesNotExist:
    return ResourceDoesNotExist(
        f"Nothing is granted to the user '{grant.username}' on the {_words(grant.kind)} '{grant.resource}'."
    )
