"""What a store offers after the fact; a part of `stores.interface`."""

from typing import Protocol

from headwater.protocol.comparisons import (
    CompareRuns,
    CompareRunsResponse,
    FindFiles,
    FindFilesResponse,
    MeasureImportance,
    MeasureImportanceResponse,
)
from headwater.protocol.edits import (
    CopyRun,
    DeleteMetric,
    DeleteParam,
    EditedPoints,
    ListEdits,
    ListEditsResponse,
    MoveRuns,
    MoveRunsResponse,
    RenameMetric,
    RenameParam,
    RewindRun,
    SetParam,
)
from headwater.protocol.endpoint import Empty
from headwater.protocol.finding import Find, FindResponse
from headwater.protocol.home import HomeResponse, ReadHome
from headwater.protocol.logs import (
    AppendLog,
    IndexLog,
    IndexLogResponse,
    MeasureLogs,
    MeasureLogsResponse,
    ReadLog,
    ReadLogResponse,
)
from headwater.protocol.runs import RunResponse
from headwater.protocol.trash import (
    CollectBlobs,
    CollectBlobsResponse,
    Compact,
    CompactResponse,
    ListTrash,
    ListTrashResponse,
    PurgeTrash,
    PurgeTrashResponse,
)
from headwater.protocol.views import (
    CreateView,
    DeleteView,
    GetView,
    ListViews,
    ListViewsResponse,
    ListViewVersions,
    ListViewVersionsResponse,
    UpdateView,
    ViewResponse,
)


class Edits(Protocol):
    """What a person changes of runs after the fact."""

    def move_runs(self, request: MoveRuns) -> MoveRunsResponse:
        """See `MoveRuns`."""

    def copy_run(self, request: CopyRun) -> RunResponse:
        """See `CopyRun`."""

    def rewind_run(self, request: RewindRun) -> EditedPoints:
        """See `RewindRun`."""

    def delete_metric(self, request: DeleteMetric) -> EditedPoints:
        """See `DeleteMetric`."""

    def rename_metric(self, request: RenameMetric) -> EditedPoints:
        """See `RenameMetric`."""

    def set_param(self, request: SetParam) -> Empty:
        """See `SetParam`."""

    def delete_param(self, request: DeleteParam) -> Empty:
        """See `DeleteParam`."""

    def rename_param(self, request: RenameParam) -> Empty:
        """See `RenameParam`."""

    def list(self, request: ListEdits) -> ListEditsResponse:
        """See `ListEdits`."""


class Finding(Protocol):
    """Finds things by a part of their names."""

    def find(self, request: Find) -> FindResponse:
        """See `Find`."""


class Comparisons(Protocol):
    """Runs of any experiments beside each other."""

    def compare_runs(self, request: CompareRuns) -> CompareRunsResponse:
        """See `CompareRuns`."""

    def find_files(self, request: FindFiles) -> FindFilesResponse:
        """See `FindFiles`."""

    def measure_importance(self, request: MeasureImportance) -> MeasureImportanceResponse:
        """See `MeasureImportance`."""


class Logs(Protocol):
    """What runs printed, while they run and afterwards."""

    def append(self, request: AppendLog) -> Empty:
        """See `AppendLog`."""

    def read(self, request: ReadLog) -> ReadLogResponse:
        """See `ReadLog`."""

    def index(self, request: IndexLog) -> IndexLogResponse:
        """See `IndexLog`."""

    def measure(self, request: MeasureLogs) -> MeasureLogsResponse:
        """See `MeasureLogs`."""


class Home(Protocol):
    """Reads what goes on."""

    def read(self, request: ReadHome) -> HomeResponse:
        """See `ReadHome`."""


class Views(Protocol):
    """Saved views and their versions."""

    def create(self, request: CreateView) -> ViewResponse:
        """See `CreateView`."""

    def get(self, request: GetView) -> ViewResponse:
        """See `GetView`."""

    def list(self, request: ListViews) -> ListViewsResponse:
        """See `ListViews`."""

    def list_versions(self, request: ListViewVersions) -> ListViewVersionsResponse:
        """See `ListViewVersions`."""

    def update(self, request: UpdateView) -> ViewResponse:
        """See `UpdateView`."""

    def delete(self, request: DeleteView) -> Empty:
        """See `DeleteView`."""


class Trash(Protocol):
    """What was deleted and can be deleted for good."""

    def list(self, request: ListTrash) -> ListTrashResponse:
        """See `ListTrash`."""

    def purge(self, request: PurgeTrash) -> PurgeTrashResponse:
        """See `PurgeTrash`."""

    def collect_blobs(self, request: CollectBlobs) -> CollectBlobsResponse:
        """See `CollectBlobs`."""

    def compact(self, request: Compact) -> CompactResponse:
        """See `Compact`."""
