"""The client's verbs about saved views."""

import os
from collections.abc import Mapping
from typing import Any

from headwater.protocol.views import CreateView, DeleteView, GetView, ListViews, UpdateView, View, ViewInfo
from headwater.tracking.connected import Connected


class ViewVerbs(Connected):
    """Save, read and share what somebody looks at, under a name; every version is kept."""

    def create_view(self, name: str, state: Mapping[str, Any], experiment_id: str | None = None) -> View:
        """Save a view of an experiment, or across experiments, and return it; its state is any JSON object.

        Example:
            >>> hw.Client().create_view("curves", {"columns": ["metrics.loss"]}, "1").version
            1
        """
        from headwater.tracking.context import user_name  # loaded by those who save views only

        request = CreateView(name, dict(state), str(experiment_id or ""), user_name(), os.urandom(16).hex())
        return self._settled().views.create(request).view

    def save_view(self, name: str, state: Mapping[str, Any], experiment_id: str | None = None) -> View:
        """Save a view under a name: a new one, or a new version of the one that has the name there; return it.

        Raises `ResourceConflict` if several views there have the name.

        Example:
            >>> hw.Client().save_view("curves", {"columns": ["metrics.loss"]}, "1").version
            2
        """
        from headwater.stores.saved_views import save_view  # loaded by those who save views only
        from headwater.tracking.context import user_name

        return save_view(self._settled(), name, state, str(experiment_id or ""), user_name())

    def get_view(self, view_id: str, version: int | None = None) -> View:
        """Return a view, its newest version unless another is named."""
        return self._settled().views.get(GetView(view_id, version or 0)).view

    def list_views(self, experiment_id: str | None = None) -> list[ViewInfo]:
        """Return the views of an experiment, or those across experiments, by name and without their states."""
        return self._settled().views.list(ListViews(str(experiment_id or ""))).views

    def update_view(
        self, view_id: str, version: int, *, name: str | None = None, state: Mapping[str, Any] | None = None
    ) -> View:
        """Save a new version of a view; raise `ResourceConflict` if it is no longer at `version`."""
        from headwater.tracking.context import user_name

        changed = None if state is None else dict(state)
        request = UpdateView(view_id, version, name or "", changed, user_name())
        return self._settled().views.update(request).view

    def delete_view(self, view_id: str) -> None:
        """Delete a view with all its versions; one that is not there stays away."""
        self._settled().views.delete(DeleteView(view_id))
