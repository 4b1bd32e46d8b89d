"""The store that is a server somewhere else: every verb is one line."""

from functools import partial
from typing import Generic, NoReturn, Protocol, TypeVar

import msgspec

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
    registered_models,
    runs,
    trash,
    version_comparison,
    views,
    webhooks,
    workspace,
)
from headwater.protocol.endpoint import Endpoint, RequestT, ResponseT
from headwater.protocol.errors import NotSupported
from headwater.stores.rest.blobs import RestBlobs
from headwater.stores.rest.client import Client
from headwater.stores.rest.transport import Transport

_RequestT_contra = TypeVar("_RequestT_contra", bound=msgspec.Struct, contravariant=True)
_ResponseT_co = TypeVar("_ResponseT_co", bound=msgspec.Struct, covariant=True)


class _Call(Protocol[_RequestT_contra, _ResponseT_co]):
    def __call__(self, request: _RequestT_contra) -> _ResponseT_co:
        """Return the answer to `request`."""


class _Resource:
    def __init__(self, client: Client) -> None:
        self.client = client


class _Verb(Generic[RequestT, ResponseT]):
    """A method of a resource that sends its request to an endpoint."""

    def __init__(self, endpoint: Endpoint[RequestT, ResponseT]) -> None:
        self._endpoint = endpoint

    def __get__(self, resource: _Resource, owner: type[_Resource]) -> _Call[RequestT, ResponseT]:
        return partial(resource.client.send, self._endpoint)


class RestExperiments(_Resource):
    """Experiments on a server."""

    create = _Verb(experiments.CREATE)
    get = _Verb(experiments.GET)
    get_by_name = _Verb(experiments.GET_BY_NAME)
    search = _Verb(experiments.SEARCH)
    update = _Verb(experiments.UPDATE)
    delete = _Verb(experiments.DELETE)
    restore = _Verb(experiments.RESTORE)
    set_tag = _Verb(experiments.SET_TAG)
    delete_tag = _Verb(experiments.DELETE_TAG)


class RestRuns(_Resource):
    """Runs on a server."""

    create = _Verb(runs.CREATE)
    get = _Verb(runs.GET)
    update = _Verb(runs.UPDATE)
    delete = _Verb(runs.DELETE)
    restore = _Verb(runs.RESTORE)
    search = _Verb(runs.SEARCH)
    set_tag = _Verb(runs.SET_TAG)
    delete_tag = _Verb(runs.DELETE_TAG)
    log_param = _Verb(runs.LOG_PARAM)
    log_metric = _Verb(runs.LOG_METRIC)
    log_batch = _Verb(runs.LOG_BATCH)
    append = _Verb(journals.APPEND)
    get_journal = _Verb(journals.GET_JOURNAL)
    get_family = _Verb(families.GET)


class RestInputs(_Resource):
    """What runs on a server read and made."""

    log = _Verb(inputs.LOG)
    log_outputs = _Verb(inputs.LOG_OUTPUTS)
    search_datasets = _Verb(inputs.SEARCH_DATASETS)


class RestLoggedModels(_Resource):
    """Logged models on a server."""

    create = _Verb(logged_models.CREATE)
    search = _Verb(logged_models.SEARCH)
    get = _Verb(logged_models.GET)
    finalize = _Verb(logged_models.FINALIZE)
    delete = _Verb(logged_models.DELETE)
    set_tags = _Verb(logged_models.SET_TAGS)
    delete_tag = _Verb(logged_models.DELETE_TAG)
    log_params = _Verb(logged_models.LOG_PARAMS)
    list_artifacts = _Verb(logged_models.LIST_ARTIFACTS)
    record = _Verb(logged_models.RECORD)


class RestMetrics(_Resource):
    """Metric histories on a server."""

    get_history = _Verb(metrics.GET_HISTORY)
    get_history_bulk = _Verb(metrics.GET_HISTORY_BULK)
    get_history_interval = _Verb(metrics.GET_HISTORY_INTERVAL)


class RestArtifacts(_Resource):
    """Artifact trees on a server."""

    list = _Verb(artifacts.LIST)
    list_tree = _Verb(artifacts.LIST_TREE)
    find_missing = _Verb(artifacts.FIND_MISSING)
    commit = _Verb(artifacts.COMMIT)
    get_tree = _Verb(artifacts.GET_TREE)
    delete_tree = _Verb(artifacts.DELETE_TREE)
    preview_table = _Verb(artifacts.PREVIEW_TABLE)
    preview_array = _Verb(artifacts.PREVIEW_ARRAY)
    start_upload = _Verb(artifacts.START_UPLOAD)
    finish_upload = _Verb(artifacts.FINISH_UPLOAD)
    sign_download = _Verb(artifacts.SIGN_DOWNLOAD)
    presign_upload = _Verb(artifacts.PRESIGN_UPLOAD)
    presign_download = _Verb(artifacts.PRESIGN_DOWNLOAD)


class RestColumns(_Resource):
    """Column reads on a server."""

    query_runs = _Verb(columns.QUERY_RUNS)
    list_keys = _Verb(columns.LIST_KEYS)
    query_series = _Verb(columns.QUERY_SERIES)
    changes = _Verb(columns.CHANGES)
    sweep = _Verb(columns.SWEEP)


class RestComparisons(_Resource):
    """Comparisons of runs on a server."""

    compare_runs = _Verb(comparisons.COMPARE_RUNS)
    find_files = _Verb(comparisons.FIND_FILES)
    measure_importance = _Verb(comparisons.MEASURE_IMPORTANCE)


class RestLogs(_Resource):
    """Logs of runs on a server."""

    append = _Verb(logs.APPEND)
    read = _Verb(logs.READ)
    index = _Verb(logs.INDEX)
    measure = _Verb(logs.MEASURE)


class RestLocations:
    """Locations as a server sees them, which clients cannot do."""

    def open(self, uri: str) -> NoReturn:
        """Raise `NotSupported`: a server opens locations itself, and a client opens them with its own rights."""
        raise NotSupported(f"The location '{uri}' is not opened through a server. Use headwater.stores.open_location.")


class RestRegisteredModels(_Resource):
    """Registered models on a server."""

    create = _Verb(registered_models.CREATE)
    get = _Verb(registered_models.GET)
    update = _Verb(registered_models.UPDATE)
    rename = _Verb(registered_models.RENAME)
    delete = _Verb(registered_models.DELETE)
    search = _Verb(registered_models.SEARCH)
    get_latest_versions = _Verb(registered_models.GET_LATEST_VERSIONS)
    set_tag = _Verb(registered_models.SET_TAG)
    delete_tag = _Verb(registered_models.DELETE_TAG)
    set_alias = _Verb(registered_models.SET_ALIAS)
    get_by_alias = _Verb(registered_models.GET_BY_ALIAS)
    delete_alias = _Verb(registered_models.DELETE_ALIAS)


class RestModelVersions(_Resource):
    """Versions of registered models on a server."""

    create = _Verb(model_versions.CREATE)
    get = _Verb(model_versions.GET)
    update = _Verb(model_versions.UPDATE)
    delete = _Verb(model_versions.DELETE)
    search = _Verb(model_versions.SEARCH)
    transition_stage = _Verb(model_versions.TRANSITION_STAGE)
    get_download_uri = _Verb(model_versions.GET_DOWNLOAD_URI)
    set_tag = _Verb(model_versions.SET_TAG)
    delete_tag = _Verb(model_versions.DELETE_TAG)


class RestGovernance(_Resource):
    """The registry's log, policies, approvals and rollbacks on a server."""

    list_events = _Verb(governance.LIST_EVENTS)
    get_policy = _Verb(governance.GET_POLICY)
    set_policy = _Verb(governance.SET_POLICY)
    approve = _Verb(governance.APPROVE)
    list_approvals = _Verb(governance.LIST_APPROVALS)
    check_promotion = _Verb(governance.CHECK_PROMOTION)
    roll_back = _Verb(governance.ROLL_BACK)


class RestLineage(_Resource):
    """Lineage on a server."""

    get = _Verb(lineage.GET)
    get_provenance = _Verb(lineage.GET_PROVENANCE)
    compare = _Verb(version_comparison.COMPARE)
    put_copy = _Verb(lineage.PUT_COPY)
    deploy = _Verb(lineage.DEPLOY)
    undeploy = _Verb(lineage.UNDEPLOY)


class RestImports(_Resource):
    """Imports into a server."""

    put_experiment = _Verb(imports.PUT_EXPERIMENT)
    put_runs = _Verb(imports.PUT_RUNS)
    put_logged_model = _Verb(imports.PUT_LOGGED_MODEL)
    put_model = _Verb(imports.PUT_MODEL)
    summarize = _Verb(imports.SUMMARIZE)
    read_points = _Verb(imports.READ_POINTS)


class RestEdits(_Resource):
    """Edits of runs on a server."""

    move_runs = _Verb(edits.MOVE_RUNS)
    copy_run = _Verb(edits.COPY_RUN)
    rewind_run = _Verb(edits.REWIND_RUN)
    delete_metric = _Verb(edits.DELETE_METRIC)
    rename_metric = _Verb(edits.RENAME_METRIC)
    set_param = _Verb(edits.SET_PARAM)
    delete_param = _Verb(edits.DELETE_PARAM)
    rename_param = _Verb(edits.RENAME_PARAM)
    list = _Verb(edits.LIST)


class RestTrash(_Resource):
    """The trash of a server."""

    list = _Verb(trash.LIST)
    purge = _Verb(trash.PURGE)
    collect_blobs = _Verb(trash.COLLECT_BLOBS)
    compact = _Verb(trash.COMPACT)


class RestFinding(_Resource):
    """Finding things on a server."""

    find = _Verb(finding.FIND)


class RestBulk(_Resource):
    """Changes of many runs on a server."""

    archive = _Verb(bulk.ARCHIVE)
    unarchive = _Verb(bulk.UNARCHIVE)
    tag = _Verb(bulk.TAG)


class RestWorkspace(_Resource):
    """Sums over many runs of a server."""

    query_groups = _Verb(workspace.QUERY_GROUPS)
    list_values = _Verb(workspace.LIST_VALUES)
    list_overviews = _Verb(workspace.LIST_OVERVIEWS)


class RestHome(_Resource):
    """What goes on at a server."""

    read = _Verb(home.READ)


class RestViews(_Resource):
    """Saved views on a server."""

    create = _Verb(views.CREATE)
    get = _Verb(views.GET)
    list = _Verb(views.LIST)
    update = _Verb(views.UPDATE)
    delete = _Verb(views.DELETE)


class RestWebhooks(_Resource):
    """Webhooks of a server, which sends by itself."""

    create = _Verb(webhooks.CREATE)
    get = _Verb(webhooks.GET)
    list = _Verb(webhooks.LIST)
    update = _Verb(webhooks.UPDATE)
    delete = _Verb(webhooks.DELETE)
    test = _Verb(webhooks.TEST)
    list_deliveries = _Verb(webhooks.LIST_DELIVERIES)
    retry = _Verb(webhooks.RETRY)
    deliver = _Verb(webhooks.DELIVER)


class RestAlerts(_Resource):
    """Alerts and their rules on a server."""

    create = _Verb(alerts.RAISE)
    list = _Verb(alerts.LIST)
    create_rule = _Verb(alerts.CREATE_RULE)
    list_rules = _Verb(alerts.LIST_RULES)
    delete_rule = _Verb(alerts.DELETE_RULE)


class RestStore:
    """A Headwater server as a store; no connection is made before the first call.

    Args:
        url: the server's address, `http(s)://[user:password@]host[:port][/prefix]`.
        retries: how often a call is repeated when that is safe; the setting `HEADWATER_HTTP_RETRIES` if None.
        timeout_s: how long one answer may take; the setting `HEADWATER_HTTP_TIMEOUT` if None.
        transport: carries the requests instead of the network.
    """

    def __init__(
        self,
        url: str,
        *,
        retries: int | None = None,
        timeout_s: float | None = None,
        transport: Transport | None = None,
    ) -> None:
        self._client = Client(url, retries=retries, timeout_s=timeout_s, transport=transport)
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
