"""The store that is a Headwater server somewhere else."""

from headwater.stores.rest.store import RestStore
from headwater.stores.rest.transport import HttpReply, HttpRequest, Transport, Unreachable

__all__ = ["HttpReply", "HttpRequest", "RestStore", "Transport", "Unreachable"]
