"""Users, tokens, roles and grants of a server: every verb is one line."""

from headwater.protocol import numbered_roles, permissions, roles, users
from headwater.stores.rest.verbs import Resource, Verb


class RestUsers(Resource):
    """Users of a server, and their tokens."""

    create = Verb(users.CREATE)
    get = Verb(users.GET)
    get_current = Verb(users.GET_CURRENT)
    list = Verb(users.LIST)
    update_password = Verb(users.UPDATE_PASSWORD)
    update_admin = Verb(users.UPDATE_ADMIN)
    set_active = Verb(users.SET_ACTIVE)
    delete = Verb(users.DELETE)
    create_token = Verb(users.CREATE_TOKEN)
    list_tokens = Verb(users.LIST_TOKENS)
    revoke_token = Verb(users.REVOKE_TOKEN)


class RestRoles(Resource):
    """What users of a server may do."""

    list = Verb(roles.LIST)
    create = Verb(roles.CREATE)
    delete = Verb(roles.DELETE)
    assign = Verb(roles.ASSIGN)
    put_grant = Verb(roles.PUT_GRANT)
    delete_grant = Verb(roles.DELETE_GRANT)
    list_grants = Verb(roles.LIST_GRANTS)


class RestPermissions(Resource):
    """Grants of a server in the words of MLflow."""

    create_experiment = Verb(permissions.CREATE_EXPERIMENT)
    get_experiment = Verb(permissions.GET_EXPERIMENT)
    update_experiment = Verb(permissions.UPDATE_EXPERIMENT)
    delete_experiment = Verb(permissions.DELETE_EXPERIMENT)
    create_model = Verb(permissions.CREATE_MODEL)
    get_model = Verb(permissions.GET_MODEL)
    update_model = Verb(permissions.UPDATE_MODEL)
    delete_model = Verb(permissions.DELETE_MODEL)
    grant = Verb(permissions.GRANT)
    revoke = Verb(permissions.REVOKE)
    get = Verb(permissions.GET)
    list = Verb(permissions.LIST)
    list_current = Verb(permissions.LIST_CURRENT)


class RestNumberedRoles(Resource):
    """Roles of a server by their numbers."""

    create = Verb(numbered_roles.CREATE)
    get = Verb(numbered_roles.GET)
    list = Verb(numbered_roles.LIST)
    list_of_user = Verb(numbered_roles.LIST_OF_USER)
    update = Verb(numbered_roles.UPDATE)
    delete = Verb(numbered_roles.DELETE)
    assign = Verb(numbered_roles.ASSIGN)
    unassign = Verb(numbered_roles.UNASSIGN)
    list_users = Verb(numbered_roles.LIST_USERS)
    add_permission = Verb(numbered_roles.ADD_PERMISSION)
    update_permission = Verb(numbered_roles.UPDATE_PERMISSION)
    remove_permission = Verb(numbered_roles.REMOVE_PERMISSION)
    list_permissions = Verb(numbered_roles.LIST_PERMISSIONS)
