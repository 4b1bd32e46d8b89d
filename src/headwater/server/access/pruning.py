"""Answers that may hold what the caller may not see: one function for each type of answer, which leaves that out."""

from collections.abc import Callable
from typing import Any

import msgspec

from headwater.protocol.alerts import ListAlertRulesResponse, ListAlertsResponse
from headwater.protocol.columns import ChangesResponse
from headwater.protocol.errors import PermissionDenied
from headwater.protocol.experiments import GetExperimentResponse, SearchExperimentsResponse
from headwater.protocol.families import Family
from headwater.protocol.finding import FindResponse
from headwater.protocol.governance import ListEventsResponse
from headwater.protocol.home import HomeResponse
from headwater.protocol.inputs import SearchDatasetsResponse
from headwater.protocol.lineage import Lineage, NodeKind, ProvenanceResponse
from headwater.protocol.logged_models import SearchLoggedModelsResponse
from headwater.protocol.model_versions import SearchModelVersionsResponse
from headwater.protocol.promotions import ListPromotionsResponse
from headwater.protocol.registered_models import SearchRegisteredModelsResponse
from headwater.protocol.roles import EVERYTHING, Kind, Level
from headwater.protocol.version_comparison import VersionComparison
from headwater.protocol.version_table import QueryVersionsResponse
from headwater.protocol.views import ListViewsResponse
from headwater.protocol.workspace import ListOverviewsResponse
from headwater.server.access.caller import Caller
from headwater.server.access.pruning_sources import prune_comparison, prune_provenance, prune_table
from headwater.server.access.things import Things

Pruner = Callable[[Things, Caller, Any], Any]


def sees_everything(caller: Caller) -> bool:
    """Return whether there is nothing to leave out."""
    return caller.may_with_all(Kind.EXPERIMENT, Level.READ) and caller.may_with_all(Kind.REGISTERED_MODEL, Level.READ)


def prune(things: Things, caller: Caller, response: msgspec.Struct) -> msgspec.Struct:
    """Return an answer without what the caller may not see."""
    pruner = PRUNERS.get(type(response))
    if pruner is None or sees_everything(caller):
        return response
    pruned: msgspec.Struct = pruner(things, caller, response)
    return pruned


def _by_experiment(field: str, find: Callable[[Any], str]) -> Pruner:
    """Return what keeps those of a list whose experiment may be read; what is of no experiment stays."""

    def keep(_things: Things, caller: Caller, response: Any) -> Any:
        kept = [item for item in getattr(response, field) if not find(item) or caller.reads(find(item))]
        return msgspec.structs.replace(response, **{field: kept})

    return keep


def _by_model(field: str) -> Pruner:
    """Return what keeps those of a list whose registered model may be read; what is of no model stays."""

    def keep(_things: Things, caller: Caller, response: Any) -> Any:
        kept = [item for item in getattr(response, field) if not item.name or caller.reads_model(item.name)]
        return msgspec.structs.replace(response, **{field: kept})

    return keep


def _refuse_hidden(things: Things, caller: Caller, response: GetExperimentResponse) -> GetExperimentResponse:
    things.require_thing(caller, (Kind.EXPERIMENT, response.experiment.experiment_id), Level.READ)
    return response


def _prune_found(_things: Things, caller: Caller, found: FindResponse) -> FindResponse:
    return FindResponse(
        experiments=[one for one in found.experiments if caller.reads(one.experiment_id)],
        runs=[run for run in found.runs if caller.reads(run.experiment_id)],
        models=[model for model in found.models if caller.reads_model(model.name)],
    )


def _prune_home(_things: Things, caller: Caller, home: HomeResponse) -> HomeResponse:
    """Leave hidden things out; a total of more than can be listed is told if nothing of it had to be left out."""
    running = [progress for progress in home.running if caller.reads(progress.run.experiment_id)]
    failed = [run for run in home.failed if caller.reads(run.experiment_id)]
    shown = [alert for alert in home.alerts if caller.reads(alert.experiment_id)]
    is_own = not caller.may((Kind.EXPERIMENT, EVERYTHING), Level.READ)  # then only their own were counted
    sees_runs = is_own or caller.may_with_all(Kind.EXPERIMENT, Level.READ)
    pending = [version for version in home.pending if caller.reads_model(version.name)]
    sees_models = caller.may_with_all(Kind.REGISTERED_MODEL, Level.READ)
    return msgspec.structs.replace(
        home,
        running=running,
        running_total=home.running_total if sees_runs else len(running),
        recent=[run for run in home.recent if caller.reads(run.experiment_id)],
        experiments=[one for one in home.experiments if caller.reads(one.experiment_id)],
        aliases=[alias for alias in home.aliases if caller.reads_model(alias.name)],
        failed=failed,
        failed_total=home.failed_total if sees_runs else len(failed),
        alerts=shown,
        alerts_total=home.alerts_total if sees_runs else len(shown),
        pending=pending,
        requests_total=home.requests_total if sees_models else sum(1 for one in pending if one.request_id),
    )


def _prune_family(things: Things, caller: Caller, family: Family) -> Family:
    """Leave out relatives in hidden experiments."""
    relatives = [*family.ancestors, *family.descendants]
    places = things.experiments_of_runs([relative.run_id for relative in relatives])
    return msgspec.structs.replace(
        family,
        ancestors=[each for each in family.ancestors if caller.reads(places.get(each.run_id, ""))],
        descendants=[each for each in family.descendants if caller.reads(places.get(each.run_id, ""))],
    )


def _prune_promotions(_things: Things, caller: Caller, found: ListPromotionsResponse) -> ListPromotionsResponse:
    """Leave requests for hidden models out; their total counts what is shown if anything was left out."""
    kept = [request for request in found.requests if caller.reads_model(request.name)]
    if len(kept) == len(found.requests):
        return found
    return msgspec.structs.replace(found, requests=kept, total=len(kept))


def _prune_lineage(things: Things, caller: Caller, lineage: Lineage) -> Lineage:
    """Leave out hidden runs and models, and what only they connect with the root."""
    hidden = _find_hidden(things, caller, lineage)
    neighbours: dict[str, set[str]] = {}
    for edge in lineage.edges:
        if not hidden & {edge.source, edge.target}:
            neighbours.setdefault(edge.source, set()).add(edge.target)
            neighbours.setdefault(edge.target, set()).add(edge.source)
    reached, waiting = {lineage.root}, [lineage.root]
    while waiting:
        following = neighbours.get(waiting.pop(), set()) - reached
        reached |= following
        waiting += following
    if reached == {lineage.root} and any(lineage.root in {edge.source, edge.target} for edge in lineage.edges):
        raise PermissionDenied("Everything that this leads to, or came of, is in experiments that you may not read.")
    return msgspec.structs.replace(
        lineage,
        nodes=[node for node in lineage.nodes if node.id in reached],
        edges=[edge for edge in lineage.edges if {edge.source, edge.target} <= reached - hidden],
    )


def _find_hidden(things: Things, caller: Caller, lineage: Lineage) -> set[str]:
    ids: dict[NodeKind, list[str]] = {}
    for node in lineage.nodes:
        ids.setdefault(node.kind, []).append(node.id)
    runs = {node_id.removeprefix("runs:/"): node_id for node_id in ids.get(NodeKind.RUN, [])}
    models = {node_id.removeprefix("models:/"): node_id for node_id in ids.get(NodeKind.LOGGED_MODEL, [])}
    owned = [
        *((runs[run_id], exp_id) for run_id, exp_id in things.experiments_of_runs(runs).items()),
        *((models[model_id], exp_id) for model_id, exp_id in things.experiments_of_logged_models(models).items()),
    ]
    hidden = {node_id for node_id, experiment_id in owned if not caller.reads(experiment_id)}
    for node_id in ids.get(NodeKind.VERSION, []):
        if not caller.reads_model(node_id.removeprefix("models:/").rpartition("/")[0]):
            hidden.add(node_id)
    return hidden


PRUNERS: dict[type[msgspec.Struct], Pruner] = {
    GetExperimentResponse: _refuse_hidden,
    SearchExperimentsResponse: _by_experiment("experiments", lambda experiment: experiment.experiment_id),
    SearchLoggedModelsResponse: _by_experiment("models", lambda model: model.info.experiment_id),
    SearchDatasetsResponse: _by_experiment("dataset_summaries", lambda dataset: dataset.experiment_id),
    SearchRegisteredModelsResponse: _by_model("registered_models"),
    SearchModelVersionsResponse: _by_model("model_versions"),
    ListEventsResponse: _by_model("events"),
    ListOverviewsResponse: _by_experiment("experiments", lambda overview: overview.experiment.experiment_id),
    ListAlertsResponse: _by_experiment("alerts", lambda alert: alert.experiment_id),
    ListAlertRulesResponse: _by_experiment("rules", lambda rule: rule.experiment_id),
    ListViewsResponse: _by_experiment("views", lambda view: view.experiment_id),
    ChangesResponse: _by_experiment("runs", lambda run: run.experiment_id),
    FindResponse: _prune_found,
    HomeResponse: _prune_home,
    Family: _prune_family,
    ListPromotionsResponse: _prune_promotions,
    Lineage: _prune_lineage,
    QueryVersionsResponse: prune_table,
    VersionComparison: prune_comparison,
    ProvenanceResponse: prune_provenance,
}
