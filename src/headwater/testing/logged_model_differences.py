"""Where Headwater means to answer a recorded search of logged models otherwise than the reference, and what only it
answers. A key is the filter and the rest of the request as JSON.
"""

_ACCEPTED: dict[tuple[str, str], list[str]] = {
    ("params.lr > 0.1", ""): ["B"],
    ("params.lr IS NULL", ""): ["C"],
    ("name = 'A' OR name = 'B'", ""): ["B", "A"],
    ("name > 'A'", ""): ["C", "B"],
    ("artifact_uri LIKE '%artifacts'", ""): ["C", "B", "A"],
    ("", '{"order_by":[{"field_name":"params.lr"}]}'): ["A", "B", "C"],
    ("", '{"order_by":[{"field_name":"tags.team"}]}'): ["B", "A", "C"],
    ("", '{"order_by":[{"field_name":"attributes.name"}]}'): ["A", "B", "C"],
}
"""The reference refuses these, or fails on them; they mean what they say."""

_MENDED: dict[tuple[str, str], list[str]] = {
    ("status = 'READY'", ""): ["B", "A"],
    ("status = 'LOGGED_MODEL_READY'", ""): ["B", "A"],
    ('name = "A"', ""): ["A"],
    ("", '{"datasets":[{"dataset_name":"train"}]}'): ["A"],
    ("metrics.acc > 0.8", '{"datasets":[{"dataset_name":"train"}]}'): ["A"],
}
"""The reference finds nothing by mistake: names of states, double quotes, a dataset without its digest."""

_UNKNOWN_ENTITY = "Invalid entity type '{}'. Expected one of ['attributes', 'metrics', 'params', 'tags']."
_REWORDED: dict[tuple[str, str], str] = {
    ("attribute.name = 'A'", ""): _UNKNOWN_ENTITY.format("attribute"),
    ("attr.name = 'A'", ""): _UNKNOWN_ENTITY.format("attr"),
    ("metric.acc > 0.6", ""): _UNKNOWN_ENTITY.format("metric"),
    ("param.lr = '0.1'", ""): _UNKNOWN_ENTITY.format("param"),
    ("tag.team = 'red'", ""): _UNKNOWN_ENTITY.format("tag"),
    ("bogus.x = 'x'", ""): _UNKNOWN_ENTITY.format("bogus"),
    ("last_updated_time > 1", ""): "Invalid attribute key 'last_updated_time' specified.",
    ("metrics.acc LIKE '0'", ""): "Expected numeric value type for metric. Found '0'",
    ("name", ""): "Invalid clause(s) in filter string: 'name'",
}
"""Both refuse these, each in its words."""

_FAILURES: dict[tuple[str, str], str] = {
    ("metrics.acc > '0.6'", ""): "Expected numeric value type for metric. Found '0.6'",
    ("metrics.acc > abc", ""): "Expected numeric value type for metric. Found abc",
    ("bogus = 'x'", ""): "Invalid attribute key 'bogus' specified.",
    ("", '{"max_results":0}'): "Invalid value 0 for parameter 'max_results' supplied.",
    ("", '{"max_results":-1}'): "Invalid value -1 for parameter 'max_results' supplied.",
}
"""The reference fails on these (status 500), or takes a size that is none; here they are the caller's mistake (400)."""

DIFFERENT: dict[tuple[str, str], list[str] | str] = {**_ACCEPTED, **_MENDED, **_REWORDED, **_FAILURES}
"""Every case with another answer."""

_BY_ACC: dict[str, object] = {"field_name": "metrics.acc"}
_ON_TRAIN: dict[str, object] = {"datasets": [{"dataset_name": "train", "dataset_digest": "dg"}]}

OWN: list[tuple[str, dict[str, object], list[str] | str]] = [
    ("NOT name = 'A' AND (model_type = 'clf' OR params.lr = 0.2)", {}, ["C", "B"]),
    ("not (metrics.acc > 0.6)", {}, ["C"]),
    ("metrics.acc IS NULL OR tags.team NOT IN ('red')", {}, ["C", "B"]),
    ("metrics.acc BETWEEN 0.65 AND 0.75", {}, ["B"]),
    ("metrics.acc IN (0.5, 0.7) AND params.lr NOT BETWEEN 0 AND 0.15", {}, ["B"]),
    ("metrics.acc > 0.8 AND metrics.acc < 0.6", {}, ["A"]),
    ("status != 'READY'", {}, ["C"]),
    ("status IN (1, 'FAILED')", {}, ["C"]),
    ("lifecycle_stage = 'deleted'", {}, []),
    ("tags.team NOT LIKE 'r%' OR name ILIKE 'c'", {}, ["C", "B"]),
    ("creation_timestamp < 1e999 AND last_updated_timestamp_ms IN (1)", {}, []),
    ("metrics.acc < 0.6", _ON_TRAIN, []),
    ("NOT metrics.acc < 0.6", _ON_TRAIN, ["A"]),
    ("metrics.acc > 0", {"datasets": [{"dataset_name": "train"}, {"dataset_name": "test"}]}, ["A"]),
    ("metrics.never > 0", {"order_by": [{"field_name": "metrics.never"}, {"field_name": "name"}]}, []),
    ("", {"order_by": [{"field_name": "metrics.never"}, {"field_name": "name"}]}, ["A", "B", "C"]),
    ("", {"order_by": [{"field_name": "model_type", "ascending": False}, _BY_ACC]}, ["B", "A", "C"]),
    ("", {"order_by": [{"field_name": "metrics.`acc`", "dataset_name": "test"}]}, ["A", "C", "B"]),
    ("", {"order_by": [{"field_name": "name DESC"}]}, "Invalid order by field name: name DESC."),
    ("", {"order_by": [{"field_name": "metrics."}]}, "Invalid order by field name: metrics."),
    ("", {"order_by": [{"field_name": "metrics.acc", "dataset_digest": "x"}]}, "`dataset_name` in the `order_by`"),
    ("", {"order_by": [_BY_ACC] * 17}, "`order_by` has 17 fields; at most 16 are possible."),
]
"""What only Headwater can be asked: filter, the rest of the request, answer."""
