"""Secrets in captured text, and how they are hidden: every pattern stands here and nowhere else.

A pattern is tried only on text that contains one of its hints, so that ordinary output costs almost nothing; it is
compiled then, for every program loads this module and few need it.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

STARS = "***"
MIN_SECRET = 6  # shorter values of secret-looking variables are left alone: they would hide ordinary words

_NAME = (
    r"(?:pass(?:word|wd|phrase)?|(?:client[-_]?)?secret(?:[-_]?key)?|token|(?:api|auth|access|account|private|encryption)[-_]?key"
    r"|credentials?)(?![a-z0-9])"
)
_SECRET_NAME = rf"(?i){_NAME}|(?:^|_)(?:pat|pwd|dsn)(?:$|_)"
_NO_NUMBER = r"(?![\d.,eE+\-]+(?:[\s\"',;&)}\]]|$))"
_NO_WORD = (
    r"(?!(?:true|false|none|null)\b|\*\*\*|[$<{]|[\w.]*" + _NAME + r"(?:\W|$))"
)  # constants, placeholders, other names
_KEY_BEGIN = r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----"
_KEY_END = r"-----END [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----"
_KEY_BLOCK = rf"(?s)({_KEY_BEGIN}).*?({_KEY_END}|\Z)"
_ASSIGNED = r"(?:pass|word|wd|phrase|secret|token|key|credentials?)[\"']?\]?\s*[=:]"  # on lower case


class Pattern(NamedTuple):
    """One kind of secret: its name, what text must contain (in lower case) to be looked at, and what to replace.

    Without hints it is looked for where something is given to a secret-looking name.
    """

    name: str
    hints: tuple[str, ...]
    expression: str
    replacement: str = STARS


PATTERNS: tuple[Pattern, ...] = (
    Pattern("password in a URL", ("://",), r"(?i)([a-z][\w+.\-]*://[^\s/:@'\"]*):[^\s/@'\"]+@", r"\1:***@"),
    Pattern("token as the user of a URL", ("://",), r"(?i)([a-z][\w+.\-]*://)[\w\-]{20,}@", r"\1***@"),
    Pattern(
        "quoted text given to a secret-looking name",
        (),
        rf"(?i)({_NAME}[\"']?\]?\s*[=:]\s*[bfr]?([\"']))(?!\*\*\*)[^\"'\s]{{4,}}(?=\2)",
        r"\1***",
    ),
    Pattern(
        "value right after a secret-looking name and '='",
        (),
        rf"(?i)({_NAME}=){_NO_NUMBER}{_NO_WORD}[^\s\"',;&()\[\]{{}}]{{4,}}(?![(\[])",
        r"\1***",
    ),
    Pattern(
        "value with a digit after a secret-looking name and '=' or ':'",
        (),
        rf"(?i)({_NAME}[\"']?\s*[=:]\s+){_NO_NUMBER}{_NO_WORD}(?=\S*\d)[\w\-+/=.!@#$%^&*~]{{6,}}(?![\w(\[])",
        r"\1***",
    ),
    Pattern(
        "option with a secret-looking name", ("--",), rf"(?i)(--[\w\-]*{_NAME}\s+[\"']?)(?!-)[^\s\"']{{4,}}", r"\1***"
    ),
    Pattern(
        "HTTP authorization", ("bearer", "basic"), r"(?i)(\b(?:bearer|basic)\s+)(?=\S*[\d=])[\w\-.~+/]{8,}=*", r"\1***"
    ),
    Pattern("AWS access key", ("akia", "asia"), r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"),
    Pattern("GitHub token", ("gh", "github_pat_"), r"\b(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_\w{22,})"),
    Pattern("GitLab token", ("glpat-",), r"\bglpat-[\w\-]{20,}"),
    Pattern(
        "Slack token", ("xox", "hooks.slack"), r"\bxox[abeoprs]-[\w\-]{10,}|(?<=hooks\.slack\.com/services/)[\w/]+"
    ),
    Pattern("Headwater token or session", ("hwt_", "hws_"), r"\bhw[ts]_[\w\-]{20,}"),
    Pattern("Hugging Face token", ("hf_",), r"\bhf_[A-Za-z0-9]{30,}\b"),
    Pattern(
        "secret key of OpenAI, Anthropic or Stripe",
        ("sk-", "sk_", "rk_"),
        r"\b(?:sk-[\w\-]{20,}|[sr]k_(?:live|test)_\w{16,})",
    ),
    Pattern("Google API key or token", ("aiza", "ya29."), r"\bAIza[\w\-]{35}|\bya29\.[\w\-.]{20,}"),
    Pattern("package index token", ("pypi-", "npm_"), r"\bpypi-[\w\-]{50,}|\bnpm_[A-Za-z0-9]{36}\b"),
    Pattern("Databricks token", ("dapi",), r"\bdapi[0-9a-f]{32}(?:-\d)?\b"),
    Pattern("JSON Web Token", ("eyj",), r"\beyJ[\w\-]{10,}\.eyJ[\w\-]{10,}\.[\w\-]*"),
    Pattern(
        "Azure storage key",
        ("accountkey=", "sharedaccesssignature="),
        r"((?:AccountKey|SharedAccessSignature)=)[^\s;]+",
        r"\1***",
    ),
    Pattern(
        "signature in a URL",
        ("signature=", "sig="),
        r"([?&](?:X-Amz-Signature|X-Goog-Signature|Signature|sig)=)[^\s&\"']+",
        r"\1***",
    ),
)


def is_secret_name(name: str) -> bool:
    """Return whether what bears this name is probably a secret."""
    return bool(re.search(_SECRET_NAME, name))


def find_secret_values(variables: Mapping[str, str]) -> list[str]:
    """Return the values of variables whose names look secret, the longest first."""
    values = {value for name, value in variables.items() if is_secret_name(name) and _is_telling(value)}
    return sorted(values, key=len, reverse=True)


def _is_telling(value: str) -> bool:
    return len(value) >= MIN_SECRET and not value.isdigit() and value.lower() not in {"false", "disable", "disabled"}


class Redactor:
    """Hides secrets in text; harmless to share between threads.

    Args:
        values: exact texts to hide, such as the values of secret variables.
        extra: further regular expressions; whatever they match is hidden.
        is_on: False to leave every text as it is.
    """

    def __init__(self, values: Iterable[str] = (), extra: Iterable[str] = (), *, is_on: bool = True) -> None:
        self._values = list(values)
        self._extra = [re.compile(expression) for expression in extra]
        self._is_on = is_on

    def redact(self, text: str) -> str:
        """Return `text` with stars in the place of every secret."""
        if not self._is_on:
            return text
        if "PRIVATE KEY" in text:
            text = re.sub(_KEY_BLOCK, r"\1" + STARS + r"\2", text)
        return self._redact_inline(text)

    def follow(self) -> Callable[[list[str]], list[str]]:
        """Return a function that redacts the next lines of one stream, and hides keys that go over many of them."""
        in_key = False

        def redact_line(line: str) -> str:
            nonlocal in_key
            if in_key:
                in_key = re.search(_KEY_END, line) is None
                return STARS
            if begin := re.search(_KEY_BEGIN, line):
                in_key = re.search(_KEY_END, line) is None
                line = line[: begin.end()] + STARS
            return self._redact_inline(line)

        def redact_lines(lines: list[str]) -> list[str]:
            if not self._is_on:
                return lines
            text = "\n".join(lines)
            if not in_key and "PRIVATE KEY" not in text:
                redacted = self._redact_inline(text).split("\n")  # at once: several times faster than line by line
                if len(redacted) == len(lines):
                    return redacted
            return [redact_line(line) for line in lines]

        return redact_lines

    def _redact_inline(self, text: str) -> str:
        lower = text.lower()
        is_assigned = re.search(_ASSIGNED, lower) is not None
        for pattern in PATTERNS:
            if any(hint in lower for hint in pattern.hints) if pattern.hints else is_assigned:
                text = re.sub(pattern.expression, pattern.replacement, text)
        for value in self._values:
            if value in text:
                text = text.replace(value, STARS)
        for expression in self._extra:
            text = expression.sub(STARS, text)
        return text
