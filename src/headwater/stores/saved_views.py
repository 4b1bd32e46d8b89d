"""Saving a view by its name: a new one, or the next version of the one that has the name."""

import os
from collections.abc import Mapping
from typing import Any

from headwater.protocol.errors import ResourceConflict
from headwater.protocol.views import CreateView, GetView, ListViews, UpdateView, View
from headwater.stores.interface import Store


def save_view(store: Store, name: str, state: Mapping[str, Any], experiment_id: str, user_id: str) -> View:
    """Save a view of an experiment, or across experiments, and return it.

    The one view there with this name gets a new version, or stays as it is if nothing changed.

    Raises:
        ResourceConflict: several views there have the name, or somebody saved this one at the same moment.
    """
    same = [view for view in store.views.list(ListViews(experiment_id)).views if view.name == name]
    if len(same) > 1:
        ids = ", ".join(view.view_id for view in same)
        raise ResourceConflict(f"{len(same)} views are named '{name}' there. Update one of them by its id: {ids}.")
    if not same:
        return store.views.create(CreateView(name, dict(state), experiment_id, user_id, os.urandom(16).hex())).view
    newest = store.views.get(GetView(same[0].view_id)).view
    if newest.state == dict(state):
        return newest
    return store.views.update(UpdateView(newest.view_id, newest.version, state=dict(state), user_id=user_id)).view
