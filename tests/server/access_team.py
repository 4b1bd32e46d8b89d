"""A server with a user Ann, who may not see what is hidden."""

import json
from typing import Any, NamedTuple

from headwater.stores.interface import Store
from server.caller import Answer, call, get, post


class Team(NamedTuple):
    """A server with a user Ann, who has an experiment and a run of her own and may not see the hidden things."""

    url: str
    store: Store
    hidden: dict[str, str]
    own: dict[str, str]
    ann: dict[str, str]
    bob: dict[str, str]

    def post(self, target: str, body: dict[str, Any]) -> Answer:
        """Post as Ann."""
        return post(self.url, target, body, self.ann)

    def get(self, target: str) -> Answer:
        """Get as Ann."""
        return get(self.url, target, self.ann)

    def send(self, method: str, target: str, body: Any = None) -> Answer:
        """Send something else as Ann."""
        text = body if isinstance(body, bytes) else json.dumps(body or {})
        return call(self.url, method, target, text, {**self.ann, "content-type": "application/json"})
