"""Opening stores for those who cannot wait: the shipper, and the start of a run."""

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from headwater import config
from headwater.loading import loading
from headwater.stores import open_store

if TYPE_CHECKING:
    from headwater.stores.interface import Store

SHIPPING_TIMEOUT_S = 10.0
ASKING_TIMEOUT_S = 5.0


def open_impatient_store(uri: str, timeout_s: float) -> "Store":
    """Return a store that waits at most `timeout_s` for a server and never repeats a request by itself."""
    if urlsplit(uri).scheme not in {"http", "https"}:
        return open_store(uri)
    with loading():
        from headwater.stores.rest import RestStore  # urllib3 is loaded by those who need it

    return RestStore(uri, retries=0, timeout_s=min(timeout_s, float(config.HTTP_TIMEOUT_S.get())))
