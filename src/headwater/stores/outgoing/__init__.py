"""Requests to addresses that users chose, for webhooks, and to those that the operator chose."""

from headwater.stores.outgoing.addresses import Resolve, resolve_host
from headwater.stores.outgoing.json_client import JsonClient, check_secure
from headwater.stores.outgoing.sender import HttpSender

__all__ = ["HttpSender", "JsonClient", "Resolve", "check_secure", "resolve_host"]
