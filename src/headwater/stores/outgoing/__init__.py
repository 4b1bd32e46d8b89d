"""Requests to addresses that users chose, for webhooks, and in `json_client` to those that the operator chose."""

from headwater.stores.outgoing.addresses import Resolve, resolve_host
from headwater.stores.outgoing.sender import HttpSender

__all__ = ["HttpSender", "Resolve", "resolve_host"]
