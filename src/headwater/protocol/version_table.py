"""The versions of a model as a table: beside each what its run measured and what its files say."""

import msgspec

from headwater.protocol.endpoint import NATIVE_BASE, Endpoint, Permission
from headwater.protocol.errors import InvalidParameterValue
from headwater.protocol.model_versions import ModelVersion
from headwater.protocol.names import check_max_results, check_no_nul, require
from headwater.protocol.paging import decode_page_token

MAX_ROWS = 1000
DEFAULT_ROWS = 200
MAX_KEYS = 200
STANDARD_METRICS = 3
COUNTED_VERSIONS = 1000

FACTS = ("version", "created", "updated", "stage", "status", "run", "user", "size", "signature", "requirements")
"""What versions can be ordered by besides metrics and params."""


class QueryVersions(msgspec.Struct, frozen=True, omit_defaults=True):
    """Read versions of a model with metrics of their logged model, else of their run, and params of their run.

    `filter` is that of the search for versions. Without `metrics` they are those that the model's gates compare, then
    those that most versions have, at most three. `order_by` is `version`, `created`, `updated`, `stage`, `status`,
    `run`, `user`, `size`, `signature`, `requirements`, `metrics.<key>` or `params.<key>` with the key as it is, and
    ` DESC` behind it or not; what has no value comes last.
    """

    name: str
    filter: str = ""
    metrics: list[str] | None = None
    params: list[str] = []
    order_by: str = "version DESC"
    max_results: int = DEFAULT_ROWS
    page_token: str = ""

    def check(self) -> None:
        """Raise `InvalidParameterValue` unless a model, an order and a page are given that are possible."""
        require("name", self.name)
        check_max_results(self.max_results, MAX_ROWS)
        decode_page_token(self.page_token)
        keys = [*(self.metrics or []), *self.params]
        if len(keys) > MAX_KEYS:
            raise InvalidParameterValue(f"At most {MAX_KEYS} metrics and params can be read at once; got {len(keys)}.")
        for key in keys:
            check_no_nul("metrics", key)
        key, _ = self.read_order()
        check_no_nul("order_by", key)
        if key not in FACTS and not key.startswith(("metrics.", "params.")):
            raise InvalidParameterValue(
                f"Versions cannot be ordered by '{key[:200]}'. Use one of {', '.join(FACTS)}, metrics.<key> or "
                "params.<key>."
            )

    def read_order(self) -> tuple[str, bool]:
        """Return what is ordered by, and whether the greatest comes first."""
        text = self.order_by.strip()
        key, blank, direction = text.rpartition(" ")
        is_directed = bool(blank) and direction.upper() in {"ASC", "DESC"}
        return (key.strip(), direction.upper() == "DESC") if is_directed else (text, False)


class VersionRow(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A version with what stands beside it.

    `signature` is a short digest of what the model takes and gives: versions with the same one have the same
    signature. It is empty, and `requirements` absent, where the files are not kept here or do not say. `size` is that
    of its `files` in bytes. `requested` are the aliases (`@alias`) and stages that somebody asked for.
    """

    version: ModelVersion
    run_name: str = ""
    user_id: str = ""
    files: int = 0
    size: int = 0
    signature: str = ""
    requirements: int | None = None
    metrics: dict[str, float] = {}
    params: dict[str, str] = {}
    requested: list[str] = []


class KeyCount(msgspec.Struct, frozen=True):
    """A metric or param, and how many versions have it."""

    name: str
    versions: int


class QueryVersionsResponse(msgspec.Struct, frozen=True, kw_only=True):
    """A page of versions out of `total`, of which the filter leaves `matched`, and the columns there are.

    `columns` are the metrics that the rows hold. Keys are counted over the newest thousand versions.
    """

    rows: list[VersionRow]
    total: int
    matched: int
    columns: list[str]
    metrics: list[KeyCount]
    params: list[KeyCount]
    has_stages: bool
    next_page_token: str = ""


QUERY = Endpoint(
    resource="model_versions",
    verb="query",
    methods=("POST",),
    path="registry/versions",
    request=QueryVersions,
    response=QueryVersionsResponse,
    permission=Permission.READ,
    bases=NATIVE_BASE,
)

ENDPOINTS = (QUERY,)
