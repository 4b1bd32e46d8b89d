"""What a store is: one attribute a resource, one method a verb of the protocol table.

Every method takes the verb's request and returns its response, raises only errors of `headwater.protocol.errors`,
checks its request (`request.check()`), and may be called from any thread. A write has been committed when it returns.
"""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Literal, Protocol

from headwater.protocol import previews
from headwater.protocol.artifacts import (
    ArtifactFile,
    CommitArtifacts,
    DeleteTree,
    FileInfo,
    FindMissing,
    FindMissingResponse,
    FinishUpload,
    GetTree,
    ListArtifacts,
    ListArtifactsResponse,
    ListTree,
    ListTreeResponse,
    PresignDownload,
    PresignDownloadResponse,
    PresignUpload,
    PresignUploadResponse,
    SignDownload,
    SignedPart,
    SignedUrl,
    StartUpload,
    StartUploadResponse,
    TreeResponse,
    UploadedPart,
)
from headwater.protocol.columns import (
    Changes,
    ChangesResponse,
    ListKeys,
    ListKeysResponse,
    QueryRuns,
    QueryRunsResponse,
    QuerySeries,
    Series,
    Sweep,
)
from headwater.protocol.endpoint import Empty
from headwater.protocol.experiments import (
    CreateExperiment,
    CreateExperimentResponse,
    DeleteExperiment,
    DeleteExperimentTag,
    GetExperiment,
    GetExperimentByName,
    GetExperimentResponse,
    RestoreExperiment,
    SearchExperiments,
    SearchExperimentsResponse,
    SetExperimentTag,
    UpdateExperiment,
)
from headwater.protocol.families import Family, GetFamily
from headwater.protocol.inputs import LogInputs, LogOutputs, SearchDatasets, SearchDatasetsResponse
from headwater.protocol.journals import Append, AppendResponse, GetJournal
from headwater.protocol.logged_models import (
    CreateLoggedModel,
    DeleteLoggedModel,
    DeleteLoggedModelTag,
    FinalizeLoggedModel,
    GetLoggedModel,
    ListLoggedModelArtifacts,
    ListLoggedModelArtifactsResponse,
    LoggedModelResponse,
    LogLoggedModelParams,
    RecordModel,
    SearchLoggedModels,
    SearchLoggedModelsResponse,
    SetLoggedModelTags,
)
from headwater.protocol.metrics import (
    GetHistory,
    GetHistoryBulk,
    GetHistoryBulkResponse,
    GetHistoryInterval,
    GetHistoryIntervalResponse,
    GetHistoryResponse,
)
from headwater.protocol.runs import (
    CreateRun,
    DeleteRun,
    DeleteTag,
    GetRun,
    LogBatch,
    LogMetric,
    LogParam,
    RestoreRun,
    RunResponse,
    SearchRuns,
    SearchRunsResponse,
    SetTag,
    UpdateRun,
    UpdateRunResponse,
)
from headwater.stores.access import NumberedRoles, Permissions, Roles, Users
from headwater.stores.found import FoundFile, HeldBlob
from headwater.stores.imported import Imports
from headwater.stores.lifecycle import Comparisons, Edits, Finding, Home, Logs, Trash, Views
from headwater.stores.notices import Alerts, Webhooks
from headwater.stores.registered import Governance, LineageGraphs, ModelVersions, Promotions, RegisteredModels
from headwater.stores.transfer import OnBytes, unnoticed
from headwater.stores.workspace import Bulk, Workspace


class Experiments(Protocol):
    """Experiments and their tags."""

    def create(self, request: CreateExperiment) -> CreateExperimentResponse:
        """See `CreateExperiment`."""

    def get(self, request: GetExperiment) -> GetExperimentResponse:
        """See `GetExperiment`."""

    def get_by_name(self, request: GetExperimentByName) -> GetExperimentResponse:
        """See `GetExperimentByName`."""

    def search(self, request: SearchExperiments) -> SearchExperimentsResponse:
        """See `SearchExperiments`."""

    def update(self, request: UpdateExperiment) -> Empty:
        """See `UpdateExperiment`."""

    def delete(self, request: DeleteExperiment) -> Empty:
        """See `DeleteExperiment`."""

    def restore(self, request: RestoreExperiment) -> Empty:
        """See `RestoreExperiment`."""

    def set_tag(self, request: SetExperimentTag) -> Empty:
        """See `SetExperimentTag`."""

    def delete_tag(self, request: DeleteExperimentTag) -> Empty:
        """See `DeleteExperimentTag`."""


class Runs(Protocol):
    """Runs, their params, tags, points and status."""

    def create(self, request: CreateRun) -> RunResponse:
        """See `CreateRun`."""

    def get(self, request: GetRun) -> RunResponse:
        """See `GetRun`."""

    def update(self, request: UpdateRun) -> UpdateRunResponse:
        """See `UpdateRun`."""

    def delete(self, request: DeleteRun) -> Empty:
        """See `DeleteRun`."""

    def restore(self, request: RestoreRun) -> Empty:
        """See `RestoreRun`."""

    def search(self, request: SearchRuns) -> SearchRunsResponse:
        """See `SearchRuns`."""

    def set_tag(self, request: SetTag) -> Empty:
        """See `SetTag`."""

    def delete_tag(self, request: DeleteTag) -> Empty:
        """See `DeleteTag`."""

    def log_param(self, request: LogParam) -> Empty:
        """See `LogParam`."""

    def log_metric(self, request: LogMetric) -> Empty:
        """See `LogMetric`."""

    def log_batch(self, request: LogBatch) -> Empty:
        """See `LogBatch`."""

    def append(self, request: Append) -> AppendResponse:
        """See `Append`."""

    def get_journal(self, request: GetJournal) -> AppendResponse:
        """See `GetJournal`."""

    def get_family(self, request: GetFamily) -> Family:
        """See `GetFamily`."""


class Inputs(Protocol):
    """What runs read and made."""

    def log(self, request: LogInputs) -> Empty:
        """See `LogInputs`."""

    def log_outputs(self, request: LogOutputs) -> Empty:
        """See `LogOutputs`."""

    def search_datasets(self, request: SearchDatasets) -> SearchDatasetsResponse:
        """See `SearchDatasets`."""


class LoggedModels(Protocol):
    """Logged models, their params and tags; their points are logged with those of runs."""

    def create(self, request: CreateLoggedModel) -> LoggedModelResponse:
        """See `CreateLoggedModel`."""

    def search(self, request: SearchLoggedModels) -> SearchLoggedModelsResponse:
        """See `SearchLoggedModels`."""

    def get(self, request: GetLoggedModel) -> LoggedModelResponse:
        """See `GetLoggedModel`."""

    def finalize(self, request: FinalizeLoggedModel) -> LoggedModelResponse:
        """See `FinalizeLoggedModel`."""

    def delete(self, request: DeleteLoggedModel) -> Empty:
        """See `DeleteLoggedModel`."""

    def set_tags(self, request: SetLoggedModelTags) -> LoggedModelResponse:
        """See `SetLoggedModelTags`."""

    def delete_tag(self, request: DeleteLoggedModelTag) -> Empty:
        """See `DeleteLoggedModelTag`."""

    def log_params(self, request: LogLoggedModelParams) -> Empty:
        """See `LogLoggedModelParams`."""

    def list_artifacts(self, request: ListLoggedModelArtifacts) -> ListLoggedModelArtifactsResponse:
        """See `ListLoggedModelArtifacts`."""

    def record(self, request: RecordModel) -> Empty:
        """See `RecordModel`."""


class Metrics(Protocol):
    """Histories of metrics, point by point."""

    def get_history(self, request: GetHistory) -> GetHistoryResponse:
        """See `GetHistory`."""

    def get_history_bulk(self, request: GetHistoryBulk) -> GetHistoryBulkResponse:
        """See `GetHistoryBulk`."""

    def get_history_interval(self, request: GetHistoryInterval) -> GetHistoryIntervalResponse:
        """See `GetHistoryInterval`."""


class Artifacts(Protocol):
    """The trees of artifact files, without their bytes."""

    def list(self, request: ListArtifacts) -> ListArtifactsResponse:
        """See `ListArtifacts`."""

    def list_tree(self, request: ListTree) -> ListTreeResponse:
        """See `ListTree`."""

    def find_missing(self, request: FindMissing) -> FindMissingResponse:
        """See `FindMissing`."""

    def commit(self, request: CommitArtifacts) -> Empty:
        """See `CommitArtifacts`."""

    def get_tree(self, request: GetTree) -> TreeResponse:
        """See `GetTree`."""

    def delete_tree(self, request: DeleteTree) -> Empty:
        """See `DeleteTree`."""

    def preview_table(self, request: previews.PreviewTable) -> previews.PreviewTableResponse:
        """See `PreviewTable`."""

    def preview_array(self, request: previews.PreviewArray) -> previews.PreviewArrayResponse:
        """See `PreviewArray`."""

    def summarize_table(self, request: previews.SummarizeTable) -> previews.SummarizeTableResponse:
        """See `SummarizeTable`."""

    def start_upload(self, request: StartUpload) -> StartUploadResponse:
        """See `StartUpload`."""

    def finish_upload(self, request: FinishUpload) -> Empty:
        """See `FinishUpload`."""

    def sign_download(self, request: SignDownload) -> SignedUrl:
        """See `SignDownload`."""

    def presign_upload(self, request: PresignUpload) -> PresignUploadResponse:
        """See `PresignUpload`."""

    def presign_download(self, request: PresignDownload) -> PresignDownloadResponse:
        """See `PresignDownload`."""


class Columns(Protocol):
    """Many runs and series at once, for the web UI and data frames; and what changed."""

    def query_runs(self, request: QueryRuns) -> QueryRunsResponse:
        """See `QueryRuns`."""

    def list_keys(self, request: ListKeys) -> ListKeysResponse:
        """See `ListKeys`."""

    def query_series(self, request: QuerySeries) -> Series:
        """See `QuerySeries`."""

    def changes(self, request: Changes) -> ChangesResponse:
        """See `Changes`."""

    def sweep(self, request: Sweep) -> Empty:
        """See `Sweep`."""


class Direct(Protocol):
    """Transfers between clients and an object store past the server, by signed URLs.

    `takes_parts` says whether files can be sent so too; otherwise only reading is possible.

    A file in parts lands under a name of its own; finishing reads it once to learn its SHA-256, and copies it inside
    the object store to where it belongs.
    """

    takes_parts: bool

    def start(self, count: int) -> tuple[str, list[SignedPart]]:
        """Begin an upload in `count` parts and return its id and where to PUT each."""

    def finish(self, upload_id: str, parts: Sequence[UploadedPart], digest: str = "") -> tuple[str, int]:
        """Keep the parts as one file and return its SHA-256 and size in bytes.

        Raises `InvalidParameterValue` if the upload is unknown or a part is missing, `DataLoss` if `digest` is given
        and is not what arrived.
        """

    def abort(self, upload_id: str) -> None:
        """Forget an upload; one that is not known is fine."""

    def sign_download(self, digest: str) -> SignedUrl:
        """Return where the file with this SHA-256 can be read for a while."""


class Blobs(Protocol):
    """The bytes of artifacts, each file kept once under its SHA-256."""

    @property
    def direct(self) -> Direct | None:
        """Return how clients reach the bytes past us; None where they cannot."""

    def write(self, chunks: Iterable[bytes], digest: str = "", start: int = 0) -> tuple[str, int]:
        """Keep the bytes of `chunks` and return their SHA-256 and size in bytes.

        `start` continues a write of the same `digest` that broke off: `chunks` begin at that byte, which is at most
        what `received` returned. Raises `DataLoss` if `digest` is given and is not what arrived,
        `InsufficientStorage` if the disk is full. Nothing is visible before everything has been written.
        """

    def write_file(self, source: Path, digest: str, *, on_bytes: OnBytes = unnoticed) -> None:
        """Keep a file of this machine, the fastest way there is.

        `digest` is its SHA-256, which the caller has just read from it. What breaks off is continued a few times, then
        raised.
        """

    def adopt(self, source: Path, digest: str) -> bool:
        """Keep a file of this machine that nobody will change any more without copying it; return whether it is kept.

        `digest` is its SHA-256, which is not checked.
        """

    def read_file(self, file: ArtifactFile, target: Path, *, on_bytes: OnBytes = unnoticed) -> None:
        """Write a file to `target`, verified; its path in a tree does not matter.

        A target that is there is the beginning of a transfer that broke off, and is continued; one that turns out to
        be something else is removed before `DataLoss` is raised.
        """

    def received(self, digest: str) -> int:
        """Return how many bytes are here of a file whose write broke off; 0 where that is not kept."""

    def sizes(self, digests: Iterable[str]) -> dict[str, int]:
        """Return the sizes in bytes of those files that are held."""

    def size(self, digest: str) -> int:
        """Return the size in bytes of the file with this SHA-256; raise `ResourceDoesNotExist` if it is not held."""

    def read(self, digest: str, start: int = 0, length: int | None = None, *, verify: bool = True) -> Iterator[bytes]:
        """Yield chunks of at most 1 MiB; a whole read raises `DataLoss` at its end if the bytes were altered.

        Without `verify` that is left to the caller, who has the digest.
        """


class Location(Protocol):
    """Files in their plain layout below one URI: the artifacts of an experiment that chose a place of its own.

    Paths are relative to the URI, which an empty one stands for.
    """

    @property
    def uri(self) -> str:
        """Return the URI, without query string and credentials."""

    def list_folder(self, path: str) -> list[FileInfo]:
        """Return one folder sorted by path, not recursively; a missing one is empty."""

    def walk(self, path: str) -> list[FileInfo]:
        """Return every file below a folder."""

    def find(self, path: str) -> FoundFile:
        """Return what is known of a file; raise `ResourceDoesNotExist` if there is none."""

    def read(self, path: str, start: int = 0, length: int | None = None) -> Iterator[bytes]:
        """Yield chunks of at most 1 MiB."""

    def write(self, path: str, chunks: Iterable[bytes]) -> None:
        """Keep a file, which is there whole or not at all."""

    def sign(self, method: Literal["GET", "PUT"], path: str, expires_s: int) -> SignedUrl:
        """Return a URL that reads or writes one file for a while; raise `NotSupported` where there are none."""


class Locations(Protocol):
    """Opens the locations that a store serves."""

    def open(self, uri: str) -> Location:
        """Return the location; raise `NotSupported` if it is not served from here."""


class HeldBlobs(Blobs, Protocol):
    """Blobs that this process keeps itself, so that it can collect those that nothing names."""

    def renew(self, digests: Iterable[str]) -> dict[str, int]:
        """Return the sizes as `sizes` does, and count the files as written now: they will be named soon."""

    def scan(self, folder: str) -> Iterator[HeldBlob]:
        """Yield the files whose digest begins with two hexadecimal digits."""

    def discard(self, digest: str, before_ms: int, *, dry_run: bool = False) -> bool:
        """Delete a file unless it was written or renewed after `before_ms`; return whether it was deleted.

        A `dry_run` only says whether it would be.
        """

    def forget_unfinished(self, before_ms: int) -> None:
        """Delete what writers left behind before then that were killed; what may still be continued stays."""


class Store(Protocol):
    """All resources of one place, and the bytes of its artifacts."""

    @property
    def experiments(self) -> Experiments:
        """Return the experiments."""

    @property
    def runs(self) -> Runs:
        """Return the runs."""

    @property
    def inputs(self) -> Inputs:
        """Return what runs read and made."""

    @property
    def logged_models(self) -> LoggedModels:
        """Return the logged models."""

    @property
    def metrics(self) -> Metrics:
        """Return the metric histories."""

    @property
    def artifacts(self) -> Artifacts:
        """Return the artifact trees."""

    @property
    def columns(self) -> Columns:
        """Return the column reads."""

    @property
    def comparisons(self) -> Comparisons:
        """Return what compares runs."""

    @property
    def logs(self) -> Logs:
        """Return the logs."""

    @property
    def registered_models(self) -> RegisteredModels:
        """Return the registered models."""

    @property
    def model_versions(self) -> ModelVersions:
        """Return their versions."""

    @property
    def governance(self) -> Governance:
        """Return the registry's log, policies, approvals and rollbacks."""

    @property
    def promotions(self) -> Promotions:
        """Return the requests for promotions."""

    @property
    def lineage(self) -> LineageGraphs:
        """Return what versions were made of and where they are used."""

    @property
    def finding(self) -> Finding:
        """Return what finds things by a part of their names."""

    @property
    def home(self) -> Home:
        """Return what goes on."""

    @property
    def imports(self) -> Imports:
        """Return the imports."""

    @property
    def edits(self) -> Edits:
        """Return the edits."""

    @property
    def bulk(self) -> Bulk:
        """Return the changes of many runs."""

    @property
    def workspace(self) -> Workspace:
        """Return the sums over many runs."""

    @property
    def views(self) -> Views:
        """Return the saved views."""

    @property
    def trash(self) -> Trash:
        """Return the trash."""

    @property
    def webhooks(self) -> Webhooks:
        """Return the webhooks."""

    @property
    def alerts(self) -> Alerts:
        """Return the alerts."""

    @property
    def users(self) -> Users:
        """Return who may sign in."""

    @property
    def roles(self) -> Roles:
        """Return what users may do."""

    @property
    def permissions(self) -> Permissions:
        """Return the same in the words of MLflow."""

    @property
    def numbered_roles(self) -> NumberedRoles:
        """Return the roles by their numbers, in the words of MLflow."""

    @property
    def blobs(self) -> Blobs:
        """Return the artifact bytes."""

    @property
    def locations(self) -> Locations:
        """Return what opens the artifact locations of experiments that chose a place of their own."""

    def close(self) -> None:
        """Finish what is being written and release every connection, thread and file."""
