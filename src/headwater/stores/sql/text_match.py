"""Patterns of LIKE and ILIKE, the same on every database: `%` is any text, `_` one character, nothing escapes."""

import re

_GLOB_SPECIAL = re.compile(r"[*?\[%_]")
_TO_GLOB = {"%": "*", "_": "?", "*": "[*]", "?": "[?]", "[": "[[]"}


def fold(text: str) -> str:
    """Return `text` in lower case, each character on its own so that its length stays."""
    return text.lower() if text.isascii() else "".join(char.lower()[0] for char in text)


def to_glob(pattern: str) -> str:
    """Return the GLOB pattern that matches what LIKE matches; SQLite's own LIKE ignores the case of ASCII only."""
    return _GLOB_SPECIAL.sub(lambda found: _TO_GLOB[found.group()], pattern)
