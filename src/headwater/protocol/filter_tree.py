"""What a filter says once it has been read: a tree of conditions; and which keys each search knows."""

import enum

import msgspec


class Kind(enum.StrEnum):
    """What a key names; the value is the word for it in messages."""

    METRIC = "metric"
    PARAM = "parameter"
    TAG = "tag"
    ATTRIBUTE = "attribute"
    DATASET = "dataset"


class ValueType(enum.Enum):
    """What an attribute is compared with."""

    TEXT = enum.auto()
    NUMBER = enum.auto()
    TIME = enum.auto()
    """Milliseconds since 1970, or a date in quotes."""
    EXPERIMENT_ID = enum.auto()
    """A decimal integer in quotes; only equality and lists make sense."""
    VERSION = enum.auto()
    """A number, in quotes or not."""


class Operator(enum.StrEnum):
    """Every operator with one value on its right."""

    EQ = "="
    NE = "!="
    GT = ">"
    GE = ">="
    LT = "<"
    LE = "<="
    LIKE = "LIKE"
    ILIKE = "ILIKE"
    NOT_LIKE = "NOT LIKE"
    NOT_ILIKE = "NOT ILIKE"


PATTERNS = frozenset({Operator.LIKE, Operator.ILIKE, Operator.NOT_LIKE, Operator.NOT_ILIKE})
"""The operators whose right side is a pattern."""

Value = str | int | float
"""Text, or a number: an int when it was written as one and has at most 18 digits."""


class Key(msgspec.Struct, frozen=True):
    """What is compared; `name` of an attribute is the canonical one (`start_time` for `created`)."""

    kind: Kind
    name: str


class Compare(msgspec.Struct, frozen=True):
    """`key op value`; true only of rows that have the key."""

    key: Key
    op: Operator
    value: Value


class InList(msgspec.Struct, frozen=True):
    """`key IN (…)` or, `negated`, `key NOT IN (…)`; true only of rows that have the key. All values have one type."""

    key: Key
    values: tuple[Value, ...]
    negated: bool = False


class Between(msgspec.Struct, frozen=True):
    """`key BETWEEN low AND high`, bounds included, or its negation; true only of rows that have the key."""

    key: Key
    low: Value
    high: Value
    negated: bool = False


class IsNull(msgspec.Struct, frozen=True):
    """`key IS NULL`: the row lacks the key; or, `negated`, has it."""

    key: Key
    negated: bool = False


class And(msgspec.Struct, frozen=True):
    """Every one of two or more."""

    parts: tuple["Filter", ...]


class Or(msgspec.Struct, frozen=True):
    """At least one of two or more."""

    parts: tuple["Filter", ...]


class Not(msgspec.Struct, frozen=True):
    """Every row that `part` does not hold for."""

    part: "Filter"


Condition = Compare | InList | Between | IsNull
Filter = And | Or | Not | Condition


class OrderKey(msgspec.Struct, frozen=True):
    """One key to order by; rows without a value come last in both directions."""

    key: Key
    descending: bool = False


class Attribute(msgspec.Struct, frozen=True):
    """An attribute's canonical name and type; `spellings` are other ways to write its values."""

    name: str
    type: ValueType
    spellings: dict[str, str] = {}


class Grammar(msgspec.Struct, frozen=True):
    """What one search can be asked for: the words before the dot, the attributes, and what it can be ordered by."""

    entities: dict[str, Kind]
    attributes: dict[str, Attribute]
    order_kinds: frozenset[Kind]
    valid_entities: str
    """The end of the message about an unknown entity."""


def _attributes(**types: ValueType) -> dict[str, Attribute]:
    return {name: Attribute(name, value_type) for name, value_type in types.items()}


_RUN_ATTRIBUTES = _attributes(
    run_id=ValueType.TEXT,
    run_name=ValueType.TEXT,
    status=ValueType.TEXT,
    user_id=ValueType.TEXT,
    artifact_uri=ValueType.TEXT,
    experiment_id=ValueType.EXPERIMENT_ID,
    start_time=ValueType.TIME,
    end_time=ValueType.TIME,
    duration=ValueType.NUMBER,
)
_RUN_ALIASES = {
    "run name": "run_name",
    "Run name": "run_name",
    "Run Name": "run_name",
    "created": "start_time",
    "Created": "start_time",
}

_STATUS_SPELLINGS = {
    spelling: name
    for number, name, on_the_wire in (
        ("1", "PENDING", "LOGGED_MODEL_PENDING"),
        ("2", "READY", "LOGGED_MODEL_READY"),
        ("3", "FAILED", "LOGGED_MODEL_UPLOAD_FAILED"),
    )
    for spelling in (number, on_the_wire)
}
"""How a logged model's status may be written, besides by its name."""

DATASET_KEYS = ("name", "digest", "context")
"""What can be asked about the datasets of a run."""

RUNS = Grammar(
    entities={
        **dict.fromkeys(("metric", "metrics"), Kind.METRIC),
        **dict.fromkeys(("param", "params", "parameter", "parameters"), Kind.PARAM),
        **dict.fromkeys(("tag", "tags"), Kind.TAG),
        **dict.fromkeys(("attribute", "attributes", "attr", "run"), Kind.ATTRIBUTE),
        **dict.fromkeys(("dataset", "datasets"), Kind.DATASET),
    },
    attributes=_RUN_ATTRIBUTES | {alias: _RUN_ATTRIBUTES[name] for alias, name in _RUN_ALIASES.items()},
    order_kinds=frozenset({Kind.METRIC, Kind.PARAM, Kind.TAG, Kind.ATTRIBUTE}),
    valid_entities="Valid values are ['metric', 'parameter', 'tag', 'attribute', 'dataset']",
)
"""The grammar of searching runs."""

_MODEL_ATTRIBUTES = _attributes(
    model_id=ValueType.TEXT,
    name=ValueType.TEXT,
    model_type=ValueType.TEXT,
    source_run_id=ValueType.TEXT,
    artifact_location=ValueType.TEXT,
    lifecycle_stage=ValueType.TEXT,
    experiment_id=ValueType.EXPERIMENT_ID,
    creation_timestamp=ValueType.TIME,
    last_updated_timestamp=ValueType.TIME,
) | {"status": Attribute("status", ValueType.TEXT, _STATUS_SPELLINGS)}
_MODEL_ALIASES = {
    "artifact_uri": "artifact_location",
    "creation_time": "creation_timestamp",
    "creation_timestamp_ms": "creation_timestamp",
    "last_updated_timestamp_ms": "last_updated_timestamp",
}

LOGGED_MODELS = Grammar(
    entities={"attributes": Kind.ATTRIBUTE, "metrics": Kind.METRIC, "params": Kind.PARAM, "tags": Kind.TAG},
    attributes=_MODEL_ATTRIBUTES | {alias: _MODEL_ATTRIBUTES[name] for alias, name in _MODEL_ALIASES.items()},
    order_kinds=frozenset({Kind.METRIC, Kind.PARAM, Kind.TAG, Kind.ATTRIBUTE}),
    valid_entities="Expected one of ['attributes', 'metrics', 'params', 'tags'].",
)
"""The grammar of searching logged models."""

EXPERIMENTS = Grammar(
    entities={"attribute": Kind.ATTRIBUTE, "tag": Kind.TAG, "tags": Kind.TAG},
    attributes=_attributes(
        name=ValueType.TEXT,
        experiment_id=ValueType.EXPERIMENT_ID,
        creation_time=ValueType.TIME,
        last_update_time=ValueType.TIME,
    ),
    order_kinds=frozenset({Kind.ATTRIBUTE}),
    valid_entities="Valid entity types are ('attribute', 'tag', 'tags')",
)
"""The grammar of searching experiments."""

_REGISTRY_ENTITIES = {"attribute": Kind.ATTRIBUTE, "tag": Kind.TAG, "tags": Kind.TAG}
_REGISTRY_TIMES = _attributes(creation_timestamp=ValueType.TIME, last_updated_timestamp=ValueType.TIME)

REGISTERED_MODELS = Grammar(
    entities=_REGISTRY_ENTITIES,
    attributes=_attributes(name=ValueType.TEXT)
    | _REGISTRY_TIMES
    | {"timestamp": _REGISTRY_TIMES["last_updated_timestamp"]},
    order_kinds=frozenset({Kind.ATTRIBUTE}),
    valid_entities=EXPERIMENTS.valid_entities,
)
"""The grammar of searching registered models."""

_VERSION_ATTRIBUTES = _attributes(
    name=ValueType.TEXT,
    version_number=ValueType.VERSION,
    run_id=ValueType.TEXT,
    source_path=ValueType.TEXT,
    model_id=ValueType.TEXT,
    current_stage=ValueType.TEXT,
    status=ValueType.TEXT,
)
_VERSION_ALIASES = {"version": "version_number", "source": "source_path"}

MODEL_VERSIONS = Grammar(
    entities=_REGISTRY_ENTITIES,
    attributes=_VERSION_ATTRIBUTES
    | _REGISTRY_TIMES
    | {alias: _VERSION_ATTRIBUTES[name] for alias, name in _VERSION_ALIASES.items()},
    order_kinds=frozenset({Kind.ATTRIBUTE}),
    valid_entities=EXPERIMENTS.valid_entities,
)
"""The grammar of searching model versions."""
