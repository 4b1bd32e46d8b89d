"""The client's verbs about runs: find, end and delete them."""

import time
from collections.abc import Mapping, Sequence

from headwater.protocol.errors import ResourceDoesNotExist
from headwater.protocol.experiments import ViewType
from headwater.protocol.metrics import GetHistory, Metric
from headwater.protocol.runs import CreateRun, DeleteRun, GetRun, RestoreRun, RunStatus, RunTag, SearchRuns
from headwater.tracking.active import parse_status
from headwater.tracking.connected import Connected, PagedList, one_or_more, parse_view
from headwater.tracking.run import PARENT_RUN_TAG, USER_TAG, Run, run_from_wire
from headwater.tracking.writer import named_items

MAX_RESULTS = 1000


class RunVerbs(Connected):
    """Create, read, search, end and delete runs."""

    def create_run(
        self,
        experiment_id: str,
        start_time: int | None = None,
        tags: Mapping[str, object] | None = None,
        run_name: str | None = None,
    ) -> Run:
        """Create a run that is RUNNING, without making it active or adding tags about this program."""
        texts = {key: str(value) for key, value in named_items("tags", tags or {})}
        request = CreateRun(
            experiment_id=str(experiment_id),
            user_id=texts.get(USER_TAG, "unknown"),
            run_name=run_name or "",
            start_time=time.time_ns() // 1_000_000 if start_time is None else start_time,
            tags=[RunTag(key, value) for key, value in texts.items()],
        )
        return run_from_wire(self._settled().runs.create(request).run)

    def get_run(self, run_id: str) -> Run:
        """Return a run as the store has it, deleted or not."""
        return run_from_wire(self._settled().runs.get(GetRun(run_id=run_id)).run)

    def get_parent_run(self, run_id: str) -> Run | None:
        """Return the parent of a run, None if it has none."""
        parent_id = self.get_run(run_id).data.tags.get(PARENT_RUN_TAG)
        return self.get_run(parent_id) if parent_id else None

    def search_runs(
        self,
        experiment_ids: Sequence[str] | str | int,
        filter_string: str = "",
        run_view_type: ViewType | int = ViewType.ACTIVE_ONLY,
        max_results: int = MAX_RESULTS,
        order_by: Sequence[str] | str | None = None,
        page_token: str | None = None,
    ) -> PagedList[Run]:
        """Return one page of the runs that match.

        Example:
            >>> hw.Client().search_runs(["1"], "metrics.accuracy > 0.9", order_by=["metrics.accuracy DESC"])
        """
        request = SearchRuns(
            experiment_ids=one_or_more(experiment_ids),
            filter=filter_string,
            run_view_type=parse_view(run_view_type),
            max_results=max_results,
            order_by=one_or_more(order_by),
            page_token=page_token or "",
        )
        page = self._settled().runs.search(request)
        return PagedList(map(run_from_wire, page.runs), page.next_page_token or None)

    def get_metric_history(self, run_id: str, key: str) -> list[Metric]:
        """Return every point of a metric, ordered by time, step and value; none for an unknown key.

        Example:
            >>> [point.value for point in hw.Client().get_metric_history(run_id, "loss")]
            [0.5, 0.25]
        """
        store = self._settled()
        points: list[Metric] = []
        token = ""
        while True:
            try:
                page = store.metrics.get_history(GetHistory(key, run_id=run_id, page_token=token))
            except ResourceDoesNotExist:
                if not points:
                    store.runs.get(GetRun(run_id=run_id))  # an unknown run raises, an unknown key does not
                return points
            points += page.metrics
            token = page.next_page_token
            if not token:
                return points

    def set_terminated(self, run_id: str, status: str | None = None, end_time: int | None = None) -> None:
        """End a run, FINISHED unless another status is given."""
        final = parse_status(status or RunStatus.FINISHED)
        self._writer(run_id).update(
            status=final, end_time=time.time_ns() // 1_000_000 if end_time is None else end_time
        )

    def update_run(self, run_id: str, status: str | None = None, name: str | None = None) -> None:
        """Change the status or name of a run."""
        self._writer(run_id).update(status=parse_status(status) if status else None, run_name=name or "")

    def delete_run(self, run_id: str) -> None:
        """Move a run to the trash."""
        self._settled().runs.delete(DeleteRun(run_id))

    def restore_run(self, run_id: str) -> None:
        """Take a run out of the trash."""
        self._settled().runs.restore(RestoreRun(run_id))
