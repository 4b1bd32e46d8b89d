"""Where Headwater means to answer a recorded search otherwise than the reference, and what only Headwater answers.

A key is the data set, the filter and the order_by.
"""

_ACCEPTED: dict[tuple[str, ...], list[str]] = {
    ("runs", "metrics.val/acc = 0.5"): ["A"],
    ("runs", "metrics.acc IS NULL"): ["D"],
    ("runs", "params.lr = 0.1"): ["A"],
    ("runs", "params.lr > '0.05'"): ["C", "A"],
    ("runs", "params.opt NOT LIKE 'A%'"): ["E'q", "B"],
    ("runs", "params.opt IN ('Adam','adam')"): ["B", "A"],
    ("runs", "tags.team IN ('red')"): ["A"],
    ("runs", "status IN ('FINISHED','FAILED')"): ["B", "A"],
    ("runs", "end_time IS NULL"): ["E'q", "C"],
    ("runs", "attributes.experiment_id = '9'"): [],
    ("runs", "metrics.acc > 0.5 OR params.opt = 'Adam'"): ["B", "A"],
    ("runs", "(metrics.acc > 0.5)"): ["B", "A"],
    ("runs", "NOT metrics.acc > 0.5"): ["E'q", "D", "C"],
    ("runs", "params.lr BETWEEN '0' AND '1'"): ["B", "A"],
    ("runs", "", "attributes.experiment_id"): ["E'q", "D", "C", "B", "A"],
    ("runs", "", "metrics.val/acc DESC"): ["A", "E'q", "D", "C", "B"],
    ("runs", "", "attributes.`Run name`"): ["A", "B", "C", "D", "E'q"],
    ("runs", "", "  start_time   desc  "): ["E'q", "D", "C", "B", "A"],
    ("runs", "", "duration"): ["A", "B", "D", "E'q", "C"],
    ("keys", "params.my-param = 'v'"): ["A"],
    ("keys", "metrics.my-param > 1"): ["A"],
    ("keys", "params.a:b = 'v'"): ["A"],
    ("keys", "metrics.a:b > 1"): ["A"],
    ("keys", "params.val/acc = 'v'"): ["A"],
    ("keys", "metrics.val/acc > 1"): ["A"],
    ("keys", "params.x-y.z = 'v'"): ["A"],
    ("keys", "metrics.x-y.z > 1"): ["A"],
    ("keys", "params.in = 'v'"): ["A"],
    ("keys", "metrics.in > 1"): ["A"],
    ("keys", "", "metrics.x-y.z DESC"): ["A"],
    ("keys", "params.lr IS NOT  NULL"): ["A"],
    ("keys", "dataset.digest IS NULL"): ["A"],
    ("keys", "metrics.lr BETWEEN 1 AND 3"): ["A"],
    ("keys", "metrics.lr IN (2)"): ["A"],
    ("experiments", "name IN ('a','b')"): [],
    ("experiments", "name IS NULL"): [],
    ("experiments", "tags.team IN ('red')"): ["Alpha"],
    ("experiments", "tags.team > 'a'"): ["Gamma", "Alpha"],
    ("experiments", "creation_time >= 1.5"): ["Gamma", "beta", "Alpha", "Default"],
    ("experiments", "name = 'a' OR name = 'b'"): [],
    ("experiments", "(name = 'a')"): [],
    ("experiments", "name > 'a'"): ["Gamma", "beta", "Alpha"],
}
"""The reference refuses these; they mean what they say."""

_NO_DATASETS: dict[tuple[str, ...], list[str]] = {
    ("runs", "dataset.name = 'dsA'"): [],
    ("runs", "datasets.name = 'dsA'"): [],
    ("runs", "dataset.digest = 'd2'"): [],
    ("runs", "dataset.context = 'training'"): [],
    ("runs", "dataset.name LIKE 'ds%'"): [],
    ("runs", "dataset.name IN ('dsA','dsB')"): [],
    ("runs", "dataset.name ILIKE 'DSA'"): [],
    ("runs", "dataset.name != 'dsA'"): [],
}
"""Datasets are not stored yet, so these find nothing."""

_REWORDED: dict[tuple[str, ...], str] = {
    ("runs", "run_id = ('64df260a15664259a686cc5ae3f48df7')"): "Expected a quoted string",
    ("runs", "garbage text here"): "Invalid attribute key 'garbage'",
    ("runs", "metrics.acc = +0.9"): "Expected numeric value type",
    ("runs", "", "run name"): "Invalid attribute key 'run'",
    ("keys", "", "metrics.a b DESC"): "Invalid ordering key in",
    ("keys", "metrics . lr > 1"): "Invalid attribute key 'metrics'",
    ("keys", "metrics.lr > 0x1"): "Expected numeric value type",
    ("keys", "metrics.lr > 1;"): "Search filter contained multiple",
    ("keys", "params.q1 = 'a'b\"c'"): "Invalid attribute key 'b'",
    ("keys", "metrics.lr > 1 && params.lr='v'"): "Invalid clause(s) in filter",
}
"""Both refuse these, each in its words."""

DIFFERENT: dict[tuple[str, ...], list[str] | str] = {**_ACCEPTED, **_NO_DATASETS, **_REWORDED}
"""Every case with another answer."""

OWN: list[tuple[str, str, list[str], list[str]]] = [
    ("runs", "metrics.acc > 0.85 OR params.lr = '10' OR tags.team = 'red_x'", [], ["D", "C", "A"]),
    ("runs", "metrics.acc > 0 AND params.lr = '0.1' OR status = 'KILLED'", [], ["D", "A"]),
    ("runs", "metrics.acc > 0 AND (params.lr = '0.1' OR status = 'KILLED')", [], ["A"]),
    ("runs", "not (metrics.acc > 0 or not tags.team is null)", [], ["E'q", "C"]),
    ("runs", "NOT NOT status = 'KILLED'", [], ["D"]),
    ("runs", "NOT tags.team = 'red'", [], ["E'q", "D", "C", "B"]),
    ("runs", "tags.team NOT IN ('red')", [], ["D", "B"]),
    ("runs", "tags.team NOT ILIKE 'RED%'", [], ["B"]),
    ("runs", "metrics.acc IS NOT NULL", [], ["E'q", "C", "B", "A"]),
    ("runs", "metrics.acc NOT IN (0.9, -1)", [], ["C", "B"]),
    ("runs", "metrics.acc NOT BETWEEN 0 AND 0.85", [], ["E'q", "C", "A"]),
    ("runs", "params.lr > 0.05", [], ["C", "A"]),
    ("runs", "params.lr BETWEEN 0.01 AND 0.1 AND params.lr != 0.1", [], ["B"]),
    ("runs", "params.lr IN (10, 1e-2)", [], ["C", "B"]),
    ("runs", "params.opt != 1", [], ["E'q", "B", "A"]),
    ("runs", "duration >= 600", [], ["D", "B"]),
    ("runs", "duration IS NULL", ["duration DESC"], ["E'q", "C"]),
    ("runs", "start_time > 1999.5 AND start_time < 1e999", [], ["E'q", "D", "C", "B"]),
    ("runs", "start_time < 99999999999999999999 AND start_time > -1e30", ["start_time"], ["A", "B", "C", "D", "E'q"]),
    ("runs", "start_time IN (1000, 2000.0, 3000.5)", [], ["B", "A"]),
    ("runs", "status > 'FINISHED'", [], ["E'q", "D", "C"]),
    ("runs", "", ["tags.team", "metrics.acc"], ["B", "A", "D", "E'q", "C"]),
    ("runs", "metrics.acc != 5", ["metrics.acc"], ["E'q", "B", "A", "C"]),
    ("runs", "metrics.acc > -9 OR status = 'KILLED'", ["status", "metrics.acc DESC"], ["B", "A", "D", "E'q"]),
    ("keys", "params.ключ ILIKE 'V' AND params.bs LIKE 'a\\b' AND params.q1 LIKE '%''%'", [], []),
    ("keys", "params.bs LIKE 'a\\b' AND params.pct LIKE '%[%' OR params.pct LIKE '10%'", [], ["A"]),
    ("experiments", "name ILIKE 'ZZ-%' AND NOT (tags.team = 'red' OR tags.team IS NULL)", [], ["Gamma"]),
    ("experiments", "tags.team NOT LIKE 'r%' OR name = 'zz-beta'", ["name"], ["Gamma", "beta"]),
    ("experiments", "creation_time < 1e999 AND experiment_id != '0' AND tags.team IS NOT NULL", [], ["Gamma", "Alpha"]),
]
"""What only Headwater can be asked: data set, filter, order_by, answer."""
