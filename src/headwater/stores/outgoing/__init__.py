"""Requests to addresses that users chose: what webhooks are told."""

from headwater.stores.outgoing.addresses import Resolve, resolve_host
from headwater.stores.outgoing.sender import HttpSender

__all__ = ["HttpSender", "Resolve", "resolve_host"]
