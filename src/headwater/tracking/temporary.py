"""Which errors go away by themselves."""

from headwater.protocol.errors import DataLoss, HeadwaterError, NotSupported


def is_temporary(error: HeadwaterError) -> bool:
    """Return whether the same request may succeed later: the store is away, overloaded or broken."""
    if isinstance(error, NotSupported | DataLoss):
        return False
    return error.http_status >= 500 or error.http_status == 429
