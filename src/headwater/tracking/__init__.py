"""Tracking: runs and what is logged to them."""

from headwater.tracking.active import get_tracking_uri, is_tracking_uri_set, set_tracking_uri
from headwater.tracking.client import Client

MlflowClient = Client

__all__ = ["Client", "MlflowClient", "get_tracking_uri", "is_tracking_uri_set", "set_tracking_uri"]
