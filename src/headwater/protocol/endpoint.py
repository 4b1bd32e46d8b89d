"""What one verb of the protocol is: a method, a path, a request, a response and the permission it needs."""

import enum
import re
from dataclasses import dataclass
from typing import Generic, TypeVar
from urllib.parse import quote

import msgspec

from headwater.protocol.errors import InvalidParameterValue
from headwater.protocol.names import require

RequestT = TypeVar("RequestT", bound=msgspec.Struct)
ResponseT = TypeVar("ResponseT", bound=msgspec.Struct)

MLFLOW_BASES = ("/api/2.0/mlflow", "/ajax-api/2.0/mlflow")
MLFLOW_3_BASES = ("/api/3.0/mlflow", "/ajax-api/3.0/mlflow")
MLFLOW_AJAX_BASE = ("/ajax-api/2.0/mlflow",)
ARTIFACTS_BASES = ("/api/2.0/mlflow-artifacts", "/ajax-api/2.0/mlflow-artifacts")
NATIVE_BASE = ("/api/headwater/1",)

_PARAMETER = re.compile(r"\{(\w+)(:path)?\}", re.ASCII)


class Permission(enum.StrEnum):
    """What a caller must be allowed to do before a verb runs; each level includes the ones before it.

    `SELF` stands beside them: the user whom the request names, or who sends it if it names none, and administrators.
    """

    READ = "READ"
    EDIT = "EDIT"
    MANAGE = "MANAGE"
    ADMIN = "ADMIN"
    SELF = "SELF"


class Empty(msgspec.Struct, frozen=True):
    """The answer of a verb that succeeded and has nothing to say."""


@dataclass(frozen=True, kw_only=True)
class Endpoint(Generic[RequestT, ResponseT]):
    """One row of the protocol table.

    `resource` and `verb` name the store's method (`store.runs.log_batch`). `path` is relative to each of `bases`;
    `methods` lists the HTTP methods that are served, the first of which our own client uses. A `GET` reads its
    request from the query string, every other method from a JSON (or MessagePack) body. Fields of the request that
    stand in the path in braces are read from there: `{model_id}` is one part of it, `{tag_key:path}` all of its rest.
    """

    resource: str
    verb: str
    methods: tuple[str, ...]
    path: str
    request: type[RequestT]
    response: type[ResponseT]
    permission: Permission
    bases: tuple[str, ...] = MLFLOW_BASES

    @property
    def name(self) -> str:
        """Return `resource.verb`, the name used in logs, OpenAPI and tests."""
        return f"{self.resource}.{self.verb}"

    @property
    def urls(self) -> tuple[str, ...]:
        """Return every absolute path this endpoint is served under, the preferred one first, as OpenAPI writes it."""
        return tuple(template.replace(":path}", "}") for template in self.templates)

    @property
    def templates(self) -> tuple[str, ...]:
        """Return the same paths as the server's routes read them."""
        return tuple(f"{base}/{self.path}" for base in self.bases)

    @property
    def parameters(self) -> tuple[str, ...]:
        """Return the names of the request's fields that stand in the path."""
        return tuple(match[1] for match in _PARAMETER.finditer(self.path))

    def spell_url(self, request: RequestT) -> str:
        """Return the preferred path of a request; raise `InvalidParameterValue` for a value that no path can hold."""

        def spell(match: re.Match[str]) -> str:
            value = require(match[1], str(getattr(request, match[1])))
            parts = value.split("/") if match[2] else [value]
            if ("/" in value and not match[2]) or any(part in {"", ".", ".."} for part in parts):
                raise InvalidParameterValue(f"Invalid value '{value[:300]}' for parameter '{match[1]}' supplied.")
            return quote(value, safe="/")

        return _PARAMETER.sub(spell, self.templates[0])


def compile_template(template: str) -> re.Pattern[str]:
    """Return the pattern of the paths that `template` stands for, with a group for each parameter."""
    pattern, end = "", 0
    for match in _PARAMETER.finditer(template):
        pattern += re.escape(template[end : match.start()]) + f"(?P<{match[1]}>{'.+' if match[2] else '[^/]+'})"
        end = match.end()
    return re.compile(pattern + re.escape(template[end:]), re.DOTALL)
