"""The page to try a model by hand: one file, whose own style and script are all that its policy lets run."""

import base64
import hashlib
import re
from functools import lru_cache
from pathlib import Path

from headwater.models.scoring.http import Reply

_FILE = Path(__file__).with_name("page.html")
_INLINE = re.compile(r"<(?P<tag>style|script)>(?P<text>.*?)</(?P=tag)>", re.DOTALL)


def page_reply() -> Reply:
    """Return the page with the policy that fits it."""
    body, policy = _load()
    headers = [
        (b"content-security-policy", policy),
        (b"x-frame-options", b"DENY"),
        (b"referrer-policy", b"no-referrer"),
        (b"cache-control", b"no-cache"),
    ]
    return Reply(200, body, b"text/html; charset=utf-8", headers)


@lru_cache(maxsize=1)
def _load() -> tuple[bytes, bytes]:
    text = _FILE.read_text(encoding="utf-8")
    hashes = {match["tag"]: _hash(match["text"]) for match in _INLINE.finditer(text)}
    policy = (
        f"default-src 'none'; script-src '{hashes['script']}'; style-src '{hashes['style']}'; connect-src 'self'; "
        "img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    return text.encode(), policy.encode()


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
