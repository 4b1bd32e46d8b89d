"""The store that is a server somewhere else: every verb is one line."""

from typing import NoReturn

from headwater.protocol import (
    alerts,
    artifacts,
    bulk,
    columns,
    comparisons,
    edits,
    experiments,
    families,
    finding,
    governance,
    home,
    imports,
    inputs,
    journals,
    lineage,
    logged_models,
    logs,
    metrics,
    model_versions,
    previews,
    promotions,
    registered_models,
    runs,
    trash,
    version_comparison,
    version_table,
    views,
    webhooks,
    workspace,
)
from headwater.protocol.endpoint import Endpoint, RequestT, ResponseT
from headwater.protocol.errors import NotSupported
from headwater.stores.rest.access import RestNumberedRoles, RestPermissions, RestRoles, RestUsers
from headwater.stores.rest.blobs import RestBlobs
from headwater.stores.rest.client import Client
from headwater.stores.rest.transport import Transport
from headwater.stores.rest.verbs import Resource, Verb


class RestExperiments(Resource):
    """Experiments on a server."""

    create = Verb(experiments.CREATE)
    get = Verb(experiments.GET)
    get_by_name = Verb(experiments.GET_BY_NAME)
    search = Verb(experiments.SEARCH)
    update = Verb(experiments.UPDATE)
    delete = Verb(experiments.DELETE)
    restore = Verb(experiments.RESTORE)
    set_tag = Verb(experiments.SET_TAG)
    delete_tag = Verb(experiments.DELETE_TAG)


class RestRuns(Resource):
    """Runs on a server."""

    create = Verb(runs.CREATE)
    get = Verb(runs.GET)
    update = Verb(runs.UPDATE)
    delete = Verb(runs.DELETE)
    restore = Verb(runs.RESTORE)
    search = Verb(runs.SEARCH)
    set_tag = Verb(runs.SET_TAG)
    delete_tag = Verb(runs.DELETE_TAG)
    log_param = Verb(runs.LOG_PARAM)
    log_metric = Verb(runs.LOG_METRIC)
    log_batch = Verb(runs.LOG_BATCH)
    append = Verb(journals.APPEND)
    get_journal = Verb(journals.GET_JOURNAL)
    get_family = Verb(families.GET)


class RestInputs(Resource):
    """What runs on a server read and made."""

    log = Verb(inputs.LOG)
    log_outputs = Verb(inputs.LOG_OUTPUTS)
    search_datasets = Verb(inputs.SEARCH_DATASETS)


class RestLoggedModels(Resource):
    """Logged models on a server."""

    create = Verb(logged_models.CREATE)
    search = Verb(logged_models.SEARCH)
    get = Verb(logged_models.GET)
    finalize = Verb(logged_models.FINALIZE)
    delete = Verb(logged_models.DELETE)
    set_tags = Verb(logged_models.SET_TAGS)
    delete_tag = Verb(logged_models.DELETE_TAG)
    log_params = Verb(logged_models.LOG_PARAMS)
    list_artifacts = Verb(logged_models.LIST_ARTIFACTS)
    record = Verb(logged_models.RECORD)


class RestMetrics(Resource):
    """Metric histories on a server."""

    get_history = Verb(metrics.GET_HISTORY)
    get_history_bulk = Verb(metrics.GET_HISTORY_BULK)
    get_history_interval = Verb(metrics.GET_HISTORY_INTERVAL)


class RestArtifacts(Resource):
    """Artifact trees on a server."""

    list = Verb(artifacts.LIST)
    list_tree = Verb(artifacts.LIST_TREE)
    find_missing = Verb(artifacts.FIND_MISSING)
    commit = Verb(artifacts.COMMIT)
    get_tree = Verb(artifacts.GET_TREE)
    delete_tree = Verb(artifacts.DELETE_TREE)
    preview_table = Verb(previews.PREVIEW_TABLE)
    preview_array = Verb(previews.PREVIEW_ARRAY)
    summarize_table = Verb(previews.SUMMARIZE_TABLE)
    start_upload = Verb(artifacts.START_UPLOAD)
    finish_upload = Verb(artifacts.FINISH_UPLOAD)
    sign_download = Verb(artifacts.SIGN_DOWNLOAD)
    presign_upload = Verb(artifacts.PRESIGN_UPLOAD)
    presign_download = Verb(artifacts.PRESIGN_DOWNLOAD)


class RestColumns(Resource):
    """Column reads on a server."""

    query_runs = Verb(columns.QUERY_RUNS)
    list_keys = Verb(columns.LIST_KEYS)
    query_series = Verb(columns.QUERY_SERIES)
    changes = Verb(columns.CHANGES)
    sweep = Verb(columns.SWEEP)


class RestComparisons(Resource):
    """Comparisons of runs on a server."""

    compare_runs = Verb(comparisons.COMPARE_RUNS)
    find_files = Verb(comparisons.FIND_FILES)
    measure_importance = Verb(comparisons.MEASURE_IMPORTANCE)


class RestLogs(Resource):
    """Logs of runs on a server."""

    append = Verb(logs.APPEND)
    read = Verb(logs.READ)
    index = Verb(logs.INDEX)
    measure = Verb(logs.MEASURE)


class RestLocations:
    """Locations as a server sees them, which clients cannot do."""

    def open(self, uri: str) -> NoReturn:
        """Raise `NotSupported`: a server opens locations itself, and a client opens them with its own rights."""
        raise NotSupported(f"The location '{uri}' is not opened through a server. Use headwater.stores.open_location.")


class RestRegisteredModels(Resource):
    """Registered models on a server."""

    create = Verb(registered_models.CREATE)
    get = Verb(registered_models.GET)
    update = Verb(registered_models.UPDATE)
    rename = Verb(registered_models.RENAME)
    delete = Verb(registered_models.DELETE)
    search = Verb(registered_models.SEARCH)
    get_latest_versions = Verb(registered_models.GET_LATEST_VERSIONS)
    set_tag = Verb(registered_models.SET_TAG)
    delete_tag = Verb(registered_models.DELETE_TAG)
    set_alias = Verb(registered_models.SET_ALIAS)
    get_by_alias = Verb(registered_models.GET_BY_ALIAS)
    delete_alias = Verb(registered_models.DELETE_ALIAS)


class RestModelVersions(Resource):
    """Versions of registered models on a server."""

    create = Verb(model_versions.CREATE)
    get = Verb(model_versions.GET)
    update = Verb(model_versions.UPDATE)
    delete = Verb(model_versions.DELETE)
    search = Verb(model_versions.SEARCH)
    query = Verb(version_table.QUERY)
    transition_stage = Verb(model_versions.TRANSITION_STAGE)
    get_download_uri = Verb(model_versions.GET_DOWNLOAD_URI)
    set_tag = Verb(model_versions.SET_TAG)
    delete_tag = Verb(model_versions.DELETE_TAG)


class RestGovernance(Resource):
    """The registry's log, policies, approvals and rollbacks on a server."""

    list_events = Verb(governance.LIST_EVENTS)
    get_policy = Verb(governance.GET_POLICY)
    set_policy = Verb(governance.SET_POLICY)
    approve = Verb(governance.APPROVE)
    list_approvals = Verb(governance.LIST_APPROVALS)
    check_promotion = Verb(governance.CHECK_PROMOTION)
    roll_back = Verb(governance.ROLL_BACK)


class RestPromotions(Resource):
    """Requests for promotions on a server."""

    create = Verb(promotions.CREATE)
    get = Verb(promotions.GET)
    list = Verb(promotions.LIST)
    comment = Verb(promotions.COMMENT)
    approve = Verb(promotions.APPROVE)
    reject = Verb(promotions.REJECT)
    withdraw = Verb(promotions.WITHDRAW)


class RestLineage(Resource):
    """Lineage on a server."""

    get = Verb(lineage.GET)
    get_provenance = Verb(lineage.GET_PROVENANCE)
    compare = Verb(version_comparison.COMPARE)
    put_copy = Verb(lineage.PUT_COPY)
    deploy = Verb(lineage.DEPLOY)
    undeploy = Verb(lineage.UNDEPLOY)


class RestImports(Resource):
    """Imports into a server."""

    put_experiment = Verb(imports.PUT_EXPERIMENT)
    put_runs = Verb(imports.PUT_RUNS)
    put_logged_model = Verb(imports.PUT_LOGGED_MODEL)
    put_model = Verb(imports.PUT_MODEL)
    summarize = Verb(imports.SUMMARIZE)
    read_points = Verb(imports.READ_POINTS)


class RestEdits(Resource):
    """Edits of runs on a server."""

    move_runs = Verb(edits.MOVE_RUNS)
    copy_run = Verb(edits.COPY_RUN)
    rewind_run = Verb(edits.REWIND_RUN)
    delete_metric = Verb(edits.DELETE_METRIC)
    rename_metric = Verb(edits.RENAME_METRIC)
    set_param = Verb(edits.SET_PARAM)
    delete_param = Verb(edits.DELETE_PARAM)
    rename_param = Verb(edits.RENAME_PARAM)
    list = Verb(edits.LIST)


class RestTrash(Resource):
    """The trash of a server."""

    list = Verb(trash.LIST)
    purge = Verb(trash.PURGE)
    collect_blobs = Verb(trash.COLLECT_BLOBS)
    compact = Verb(trash.COMPACT)


class RestFinding(Resource):
    """Finding things on a server."""

    find = Verb(finding.FIND)


class RestBulk(Resource):
    """Changes of many runs on a server."""

    archive = Verb(bulk.ARCHIVE)
    unarchive = Verb(bulk.UNARCHIVE)
    tag = Verb(bulk.TAG)
    edit_keys = Verb(bulk.EDIT_KEYS)


class RestWorkspace(Resource):
    """Sums over many runs of a server."""

    query_groups = Verb(workspace.QUERY_GROUPS)
    list_values = Verb(workspace.LIST_VALUES)
    list_overviews = Verb(workspace.LIST_OVERVIEWS)


class RestHome(Resource):
    """What goes on at a server."""

    read = Verb(home.READ)


class RestViews(Resource):
    """Saved views on a server."""

    create = Verb(views.CREATE)
    get = Verb(views.GET)
    list = Verb(views.LIST)
    list_versions = Verb(views.LIST_VERSIONS)
    update = Verb(views.UPDATE)
    delete = Verb(views.DELETE)


class RestWebhooks(Resource):
    """Webhooks of a server, which sends by itself."""

    create = Verb(webhooks.CREATE)
    get = Verb(webhooks.GET)
    list = Verb(webhooks.LIST)
    update = Verb(webhooks.UPDATE)
    delete = Verb(webhooks.DELETE)
    test = Verb(webhooks.TEST)
    list_deliveries = Verb(webhooks.LIST_DELIVERIES)
    retry = Verb(webhooks.RETRY)
    deliver = Verb(webhooks.DELIVER)


class RestAlerts(Resource):
    """Alerts and their rules on a server."""

    create = Verb(alerts.RAISE)
    list = Verb(alerts.LIST)
    create_rule = Verb(alerts.CREATE_RULE)
    list_rules = Verb(alerts.LIST_RULES)
    delete_rule = Verb(alerts.DELETE_RULE)


class RestStore:
    """A Headwater server as a store; no connection is made before the first call.

    Args:
        url: the server's address, `http(s)://[user:password@]host[:port][/prefix]`.
        retries: how often a call is repeated when that is safe; the setting `HEADWATER_HTTP_RETRIES` if None.
        timeout_s: how long one answer may take; the setting `HEADWATER_HTTP_TIMEOUT` if None.
        transport: carries the requests instead of the network.
        credentials: a user name and a password, or an empty name and a token; default: those of the address, of the
            environment, of `headwater login`, or of MLflow's file.
    """

    def __init__(
        self,
        url: str,
        *,
        retries: int | None = None,
        timeout_s: float | None = None,
        transport: Transport | None = None,
        credentials: tuple[str, str] | None = None,
    ) -> None:
        self._client = Client(url, retries=retries, timeout_s=timeout_s, transport=transport, credentials=credentials)
        self.experiments = RestExperiments(self._client)
        self.runs = RestRuns(self._client)
        self.inputs = RestInputs(self._client)
        self.logged_models = RestLoggedModels(self._client)
        self.metrics = RestMetrics(self._client)
        self.artifacts = RestArtifacts(self._client)
        self.columns = RestColumns(self._client)
        self.comparisons = RestComparisons(self._client)
        self.logs = RestLogs(self._client)
        self.registered_models = RestRegisteredModels(self._client)
        self.model_versions = RestModelVersions(self._client)
        self.governance = RestGovernance(self._client)
        self.promotions = RestPromotions(self._client)
        self.lineage = RestLineage(self._client)
        self.imports = RestImports(self._client)
        self.edits = RestEdits(self._client)
        self.bulk = RestBulk(self._client)
        self.workspace = RestWorkspace(self._client)
        self.views = RestViews(self._client)
        self.finding = RestFinding(self._client)
        self.home = RestHome(self._client)
        self.trash = RestTrash(self._client)
        self.webhooks = RestWebhooks(self._client)
        self.alerts = RestAlerts(self._client)
        self.users = RestUsers(self._client)
        self.roles = RestRoles(self._client)
        self.permissions = RestPermissions(self._client)
        self.numbered_roles = RestNumberedRoles(self._client)
        self.blobs = RestBlobs(self._client)
        self.locations = RestLocations()

    @property
    def url(self) -> str:
        """Return the server's address without credentials."""
        return self._client.url

    def send(self, endpoint: Endpoint[RequestT, ResponseT], request: RequestT) -> ResponseT:
        """Return what the server answers to an endpoint, for verbs that other servers answer in words of their own."""
        return self._client.send(endpoint, request)

    def close(self) -> None:
        """Close every connection."""
        self._client.close()
