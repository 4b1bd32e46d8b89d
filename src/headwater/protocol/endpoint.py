"""What one verb of the protocol is: a method, a path, a request, a response and the permission it needs."""

import enum
from dataclasses import dataclass
from typing import Generic, TypeVar

import msgspec

RequestT = TypeVar("RequestT", bound=msgspec.Struct)
ResponseT = TypeVar("ResponseT", bound=msgspec.Struct)

MLFLOW_BASES = ("/api/2.0/mlflow", "/ajax-api/2.0/mlflow")
MLFLOW_AJAX_BASE = ("/ajax-api/2.0/mlflow",)
ARTIFACTS_BASES = ("/api/2.0/mlflow-artifacts", "/ajax-api/2.0/mlflow-artifacts")
NATIVE_BASE = ("/api/headwater/1",)


class Permission(enum.StrEnum):
    """What a caller must be allowed to do before a verb runs; each level includes the ones before it."""

    READ = "READ"
    EDIT = "EDIT"
    MANAGE = "MANAGE"
    ADMIN = "ADMIN"


class Empty(msgspec.Struct, frozen=True):
    """The answer of a verb that succeeded and has nothing to say."""


@dataclass(frozen=True, kw_only=True)
class Endpoint(Generic[RequestT, ResponseT]):
    """One row of the protocol table.

    `resource` and `verb` name the store's method (`store.runs.log_batch`). `path` is relative to each of `bases`;
    `methods` lists the HTTP methods that are served, the first of which our own client uses. A `GET` reads its
    request from the query string, every other method from a JSON (or MessagePack) body.
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
        """Return every absolute path this endpoint is served under, the preferred one first."""
        return tuple(f"{base}/{self.path}" for base in self.bases)
