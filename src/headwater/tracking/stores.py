"""Opening the store that a journal is shipped to."""

from urllib.parse import urlsplit

from headwater import config
from headwater.stores import open_store
from headwater.stores.interface import Store

SHIPPING_TIMEOUT_S = 10.0


def open_shipping_store(uri: str) -> Store:
    """Return a store for the shipper: it never repeats a request by itself, because the shipper does."""
    if urlsplit(uri).scheme not in {"http", "https"}:
        return open_store(uri)
    from headwater.stores.rest import RestStore  # urllib3 is loaded by those who need it

    return RestStore(uri, retries=0, timeout_s=min(SHIPPING_TIMEOUT_S, float(config.HTTP_TIMEOUT_S.get())))
