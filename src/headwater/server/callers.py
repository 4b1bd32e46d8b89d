"""Who calls, as far as a request says."""

import base64
import binascii

from starlette.requests import Request


def caller_name(request: Request) -> str:
    """Return the user of HTTP Basic credentials, empty without any; nothing here verifies it."""
    scheme, _, credentials = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return ""
    try:
        decoded = base64.b64decode(credentials.strip(), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return ""
    return decoded.partition(":")[0].replace("\0", "")
