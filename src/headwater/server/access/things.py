"""From what a request names to the experiments and registered models that grants are about."""

from collections.abc import Collection, Iterator
from typing import NamedTuple

from headwater.protocol.artifacts import check_path
from headwater.protocol.errors import PermissionDenied, ResourceDoesNotExist
from headwater.protocol.roles import EVERYTHING, Kind, Level
from headwater.protocol.views import GetView
from headwater.server.access.caller import Caller
from headwater.server.access.touched import What
from headwater.stores.access import Credentials, Thing
from headwater.stores.interface import Store

_KIND_WORDS = {Kind.EXPERIMENT: "experiment", Kind.REGISTERED_MODEL: "registered model"}


class _Found(NamedTuple):
    thing: Thing
    because: str


class Things:
    """Looks up what belongs to what, and refuses. Thread-safe; blocks."""

    def __init__(self, store: Store, credentials: Credentials) -> None:
        self._store = store
        self._credentials = credentials

    def require(self, caller: Caller, what: What, names: Collection[str], level: Level) -> None:
        """Raise `PermissionDenied` unless the caller may do so much with all that is named.

        What does not exist is left to the store to miss.
        """
        if not names:
            return
        kind = Kind.REGISTERED_MODEL if what is What.REGISTERED_MODEL else Kind.EXPERIMENT
        if what not in {What.PATH, What.VIEW} and caller.may_with_all(kind, level):
            return
        for thing, because in self._find(caller, what, names, level):
            if not caller.may(thing, level):
                raise _refusal(caller, thing, level, because)

    def require_path(self, caller: Caller, path: str, level: Level) -> None:
        """Raise `PermissionDenied` unless the caller may do so much with the artifacts at and below a path."""
        if caller.is_admin:
            return
        owners = self._credentials.owners_of_path(check_path(path)) if path else None
        if owners is None:
            raise PermissionDenied(
                f"The artifacts at '{path[:200]}' belong to no experiment or model. Only administrators may use them."
            )
        for thing in owners:
            if not caller.may(thing, level):
                raise _refusal(caller, thing, level, f", which has the artifacts at '{path[:200]}'")

    def require_thing(self, caller: Caller, thing: Thing, level: Level) -> None:
        """Raise `PermissionDenied` unless the caller may do so much with a thing."""
        if not caller.may(thing, level):
            raise _refusal(caller, thing, level, "")

    def experiments_of_runs(self, run_ids: Collection[str]) -> dict[str, str]:
        """Return the experiment's ID of each of the runs that exist."""
        return self._credentials.experiments_of_runs(run_ids)

    def descendants_of_runs(self, run_ids: Collection[str]) -> set[str]:
        """Return the children of the runs, theirs, and so on, in all experiments."""
        return self._credentials.descendants_of_runs(run_ids)

    def experiments_of_logged_models(self, model_ids: Collection[str]) -> dict[str, str]:
        """Return the experiment's ID of each of the logged models that exist."""
        return self._credentials.experiments_of_logged_models(model_ids)

    def _find(self, caller: Caller, what: What, names: Collection[str], level: Level) -> Iterator[_Found]:
        match what:
            case What.EXPERIMENT:
                yield from (_Found((Kind.EXPERIMENT, spell_experiment(name)), "") for name in names)
            case What.REGISTERED_MODEL:
                yield from (_Found((Kind.REGISTERED_MODEL, name), "") for name in names)
            case What.RUN:
                for name, experiment_id in self.experiments_of_runs(names).items():
                    yield _Found((Kind.EXPERIMENT, experiment_id), f", which the run '{name}' is in")
            case What.LOGGED_MODEL:
                for name, experiment_id in self.experiments_of_logged_models(names).items():
                    yield _Found((Kind.EXPERIMENT, experiment_id), f", which the logged model '{name}' is in")
            case What.PATH:
                for path in names:
                    self.require_path(caller, path, level)
            case What.VIEW:
                yield from self._find_views(caller, names, level)
            case What.RULE:
                yield from self._find_rules(names, level)

    def _find_views(self, caller: Caller, view_ids: Collection[str], level: Level) -> Iterator[_Found]:
        for view_id in view_ids:
            try:
                experiment_id = self._credentials.experiment_of_view(view_id)
            except ResourceDoesNotExist:
                continue
            if experiment_id:
                yield _Found((Kind.EXPERIMENT, experiment_id), f", which the view '{view_id}' is of")
            elif level is not Level.READ and not caller.is_admin:
                owner = self._store.views.get(GetView(view_id)).view.owner
                if owner != caller.username:
                    raise PermissionDenied(
                        f"The view '{view_id}' is across experiments and belongs to '{owner}'. Save one of your own."
                    )

    def _find_rules(self, rule_ids: Collection[str], level: Level) -> Iterator[_Found]:
        for rule_id in rule_ids:
            try:
                experiment_id = self._credentials.experiment_of_rule(rule_id)
            except ResourceDoesNotExist:
                continue
            if experiment_id or level is not Level.READ:  # one about all experiments is everybody's to know
                yield _Found((Kind.EXPERIMENT, experiment_id or EVERYTHING), f", which the rule '{rule_id}' is about")


def spell_experiment(experiment_id: str) -> str:
    """Return an experiment's ID as grants spell it: `007` is `7` to a store."""
    return str(int(experiment_id)) if experiment_id.isascii() and experiment_id.isdigit() else experiment_id


def _refusal(caller: Caller, thing: Thing, level: Level, because: str) -> PermissionDenied:
    kind, resource = thing
    which = f"all {_KIND_WORDS[kind]}s" if resource == EVERYTHING else f"the {_KIND_WORDS[kind]} '{resource[:200]}'"
    if caller.scope is not None:
        return PermissionDenied(
            f"This token of user '{caller.username}' needs {level.value} on {which}{because}. Sign in with another, or "
            "let the user be granted that."
        )
    return PermissionDenied(
        f"User '{caller.username}' needs {level.value} on {which}{because}. "
        "An administrator, or whoever may manage it, can grant that."
    )
