"""The client's verbs that change runs after the fact: move, fork, clone, rewind, and edit their params and metrics."""

import os
import time
from collections.abc import Iterable
from typing import TYPE_CHECKING

from headwater.protocol.edits import (
    CopyRun,
    DeleteMetric,
    DeleteParam,
    Edit,
    ListEdits,
    MoveRuns,
    RenameMetric,
    RenameParam,
    RewindRun,
    SetParam,
)
from headwater.tracking.connected import Connected
from headwater.tracking.run import Run, run_from_wire
from headwater.tracking.session import current_session
from headwater.tracking.shipper import sync_journals
from headwater.tracking.writer import check_whole

if TYPE_CHECKING:
    from headwater.stores.interface import Store


class EditVerbs(Connected):
    """Change what runs have. Every edit is one transaction, is kept with its author, and may be repeated.

    What this machine logged to the run before is stored first. A program elsewhere that still logs goes on doing so.
    """

    def move_runs(self, run_ids: Iterable[str] | str, experiment_id: str, *, children: bool = False) -> list[str]:
        """Move runs to another experiment, all or none, and return the ids of those that moved.

        Their artifacts stay where they are, and reachable.

        Args:
            run_ids: one run, or up to 50,000; those that are there already are passed over.
            experiment_id: where they shall be.
            children: move their children, and theirs, too.

        Example:
            >>> hw.Client().move_runs([run_id], "7", children=True)
        """
        request = MoveRuns(
            [run_ids] if isinstance(run_ids, str) else list(run_ids), str(experiment_id), children, user_id=_user()
        )
        return self._settled().edits.move_runs(request).run_ids

    def fork_run(
        self,
        run_id: str,
        step: int | None = None,
        *,
        run_name: str | None = None,
        experiment_id: str | None = None,
        artifacts: bool = False,
    ) -> Run:
        """Make a new run that has the params, tags and points of another up to a step, and return it.

        It is SCHEDULED; `start_run(run_id=…)` goes on with it. The other is its parent and named by `headwater.origin`.

        Example:
            >>> fork = hw.Client().fork_run(run_id, step=10_000)
            >>> with hw.start_run(run_id=fork.info.run_id):
            ...     hw.log_metric("loss", 0.2, step=10_001)
        """
        return self._copy(run_id, run_name, experiment_id, history=True, step=step, artifacts=artifacts)

    def clone_run(
        self, run_id: str, *, run_name: str | None = None, experiment_id: str | None = None, artifacts: bool = False
    ) -> Run:
        """Make a new run that has the params and tags of another, and its artifacts if wanted, and return it.

        Example:
            >>> hw.Client().clone_run(run_id, run_name="again")
        """
        return self._copy(run_id, run_name, experiment_id, history=False, step=None, artifacts=artifacts)

    def rewind_run(self, run_id: str, step: int) -> int:
        """Drop every point of a run after a step, and return how many.

        Example:
            >>> hw.Client().rewind_run(run_id, step=checkpoint.step)
        """
        store = self._caught_up(run_id)
        return store.edits.rewind_run(RewindRun(run_id, _user(), step=check_whole("step", step))).points

    def delete_metric(self, run_id: str, key: str) -> int:
        """Drop all points of a metric, in all its contexts unless the key names one, and return how many."""
        store = self._caught_up(run_id)
        return store.edits.delete_metric(DeleteMetric(run_id, _user(), key=key)).points

    def rename_metric(self, run_id: str, key: str, new_key: str) -> int:
        """Give a metric, with all its contexts unless the key names one, another name; return how many points it has.

        Example:
            >>> hw.Client().rename_metric(run_id, "val_loss", 'loss{split="val"}')
        """
        store = self._caught_up(run_id)
        return store.edits.rename_metric(RenameMetric(run_id, _user(), key=key, new_key=new_key)).points

    def set_param(self, run_id: str, key: str, value: object) -> None:
        """Give a param a value, whatever it had; `list_edits` tells what that was.

        Example:
            >>> hw.Client().set_param(run_id, "lr", 0.01)
        """
        self._caught_up(run_id).edits.set_param(SetParam(run_id, _user(), key=key, value=str(value)))
        current_session().forget_params(self._uri, run_id)

    def delete_param(self, run_id: str, key: str) -> None:
        """Drop a param; one that is not there stays away."""
        self._caught_up(run_id).edits.delete_param(DeleteParam(run_id, _user(), key=key))
        current_session().forget_params(self._uri, run_id)

    def rename_param(self, run_id: str, key: str, new_key: str) -> None:
        """Give a param another name."""
        self._caught_up(run_id).edits.rename_param(RenameParam(run_id, _user(), key=key, new_key=new_key))
        current_session().forget_params(self._uri, run_id)

    def list_edits(self, run_id: str, key: str = "") -> list[Edit]:
        """Return what was changed of a run after the fact, the newest last; of one param or metric if `key` is given.

        Example:
            >>> [(edit.old, edit.new, edit.user_id) for edit in hw.Client().list_edits(run_id, "lr")]
            [('0.1', '0.01', 'ada')]
        """
        return self._settled().edits.list(ListEdits(run_id, key)).edits

    def _copy(
        self,
        run_id: str,
        run_name: str | None,
        experiment_id: str | None,
        *,
        history: bool,
        step: int | None,
        artifacts: bool,
    ) -> Run:
        request = CopyRun(
            run_id,
            os.urandom(16).hex(),
            str(experiment_id or ""),
            run_name or "",
            _user(),
            time.time_ns() // 1_000_000,
            history=history,
            step=None if step is None else check_whole("step", step),
            artifacts=artifacts,
        )
        return run_from_wire(self._caught_up(run_id).edits.copy_run(request).run)

    def _caught_up(self, run_id: str) -> "Store":
        """Return the store, once it has what this process, and ended ones of this machine, logged to the run."""
        store = self._settled()
        sync_journals(tracking_uri=self._uri, run_ids={run_id})
        return store


def _user() -> str:
    from headwater.tracking.context import user_name  # loaded by those who edit runs only

    return user_name()
