"""Signing in as a browser does, for tests."""

import json

from server.caller import NATIVE, Answer, get, post

PASSWORD = "ann has a password"
ME = f"{NATIVE}/me"


def sign_in(url: str, username: str = "ann", password: str = PASSWORD, headers: dict[str, str] | None = None) -> Answer:
    """Open a session."""
    return post(url, f"{NATIVE}/session/open", {"username": username, "password": password}, headers)


def to_json(body: object) -> str:
    """Return a body as JSON."""
    return json.dumps(body)


def cookie(answer: Answer) -> dict[str, str]:
    """Return the header that a browser sends back."""
    return {"cookie": answer.headers["set-cookie"].partition(";")[0]}


def who(url: str, headers: dict[str, str]) -> str:
    """Return the name of whoever sends these headers, empty for nobody."""
    user = get(url, ME, headers).json.get("user")
    return str(user["username"]) if user else ""
