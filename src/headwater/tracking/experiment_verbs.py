"""The client's verbs about experiments."""

from collections.abc import Mapping, Sequence

from headwater.protocol.errors import ResourceDoesNotExist
from headwater.protocol.experiments import (
    CreateExperiment,
    DeleteExperiment,
    DeleteExperimentTag,
    ExperimentTag,
    GetExperiment,
    GetExperimentByName,
    RestoreExperiment,
    SearchExperiments,
    SetExperimentTag,
    UpdateExperiment,
    ViewType,
)
from headwater.tracking.connected import Connected, PagedList, one_or_more, parse_view
from headwater.tracking.run import Experiment, experiment_from_wire
from headwater.tracking.session import current_session
from headwater.tracking.writer import named_items

MAX_RESULTS = 1000


class ExperimentVerbs(Connected):
    """Create, find, change and delete experiments."""

    def create_experiment(
        self, name: str, artifact_location: str | None = None, tags: Mapping[str, object] | None = None
    ) -> str:
        """Create an experiment and return its id; a name that is taken raises `ResourceAlreadyExists`."""
        wanted = [ExperimentTag(key, str(value)) for key, value in named_items("tags", tags or {})]
        request = CreateExperiment(name, artifact_location or "", wanted)
        return self._settled().experiments.create(request).experiment_id

    def get_experiment(self, experiment_id: str) -> Experiment:
        """Return an experiment, deleted or not."""
        return experiment_from_wire(self._settled().experiments.get(GetExperiment(str(experiment_id))).experiment)

    def get_experiment_by_name(self, name: str) -> Experiment | None:
        """Return the experiment with this name, deleted or not; None if there is none."""
        try:
            found = self._settled().experiments.get_by_name(GetExperimentByName(name)).experiment
        except ResourceDoesNotExist:
            return None
        return experiment_from_wire(found)

    def search_experiments(
        self,
        view_type: ViewType | int = ViewType.ACTIVE_ONLY,
        max_results: int | None = MAX_RESULTS,
        filter_string: str | None = None,
        order_by: Sequence[str] | str | None = None,
        page_token: str | None = None,
    ) -> PagedList[Experiment]:
        """Return one page of the experiments that match."""
        request = SearchExperiments(
            max_results=MAX_RESULTS if max_results is None else max_results,
            filter=filter_string or "",
            order_by=one_or_more(order_by),
            view_type=parse_view(view_type),
            page_token=page_token or "",
        )
        page = self._settled().experiments.search(request)
        return PagedList(map(experiment_from_wire, page.experiments), page.next_page_token or None)

    def rename_experiment(self, experiment_id: str, new_name: str) -> None:
        """Give an experiment another name."""
        self._settled().experiments.update(UpdateExperiment(str(experiment_id), new_name))
        current_session().forget_experiments()

    def delete_experiment(self, experiment_id: str) -> None:
        """Move an experiment and its runs to the trash."""
        self._settled().experiments.delete(DeleteExperiment(str(experiment_id)))
        current_session().forget_experiments()

    def restore_experiment(self, experiment_id: str) -> None:
        """Take an experiment and its runs out of the trash."""
        self._settled().experiments.restore(RestoreExperiment(str(experiment_id)))

    def set_experiment_tag(self, experiment_id: str, key: str, value: object) -> None:
        """Set a tag of an experiment."""
        self._settled().experiments.set_tag(SetExperimentTag(str(experiment_id), key, str(value)))

    def delete_experiment_tag(self, experiment_id: str, key: str) -> None:
        """Remove a tag of an experiment."""
        self._settled().experiments.delete_tag(DeleteExperimentTag(str(experiment_id), key))
