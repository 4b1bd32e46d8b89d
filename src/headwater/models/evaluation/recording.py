"""What an evaluation found, and how it is logged: metrics, files, tables and tags of the run."""

import csv
import io
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from headwater.models.evaluation.artifacts import MadeFile
from headwater.models.evaluation.resampling import Difference, Interval
from headwater.models.evaluation.results import EvaluationArtifact, EvaluationResult
from headwater.models.evaluation.slicing import slice_key
from headwater.models.evaluation.table import EvaluationData
from headwater.models.evaluation.thresholds import Failure, failure_rows
from headwater.protocol.inputs import CONTEXT_TAG, DatasetInput, InputTag
from headwater.tracking.active import ActiveRun
from headwater.tracking.datasets import Dataset
from headwater.tracking.measured import log_measured
from headwater.tracking.session import current_session
from headwater.tracking.table_log import replace_table
from headwater.tracking.writer import RunWriter

DATASETS_TAG = "mlflow.datasets"
GATE_TAG = "headwater.evaluationGate"
_ROWS_TABLE = "eval_results_table"


@dataclass(eq=False)
class Findings:
    """What there is to log; metrics and files get the prefix when they are logged."""

    prefix: str = ""
    metrics: dict[str, float] = field(default_factory=dict)
    directions: dict[str, bool] = field(default_factory=dict)
    files: dict[str, MadeFile] = field(default_factory=dict)
    tables: dict[str, dict[str, list[Any]]] = field(default_factory=dict)
    intervals: dict[str, Interval] = field(default_factory=dict)
    slices: dict[str, dict[str, float]] = field(default_factory=dict)
    comparison: dict[str, Difference] = field(default_factory=dict)

    def add_csv(self, name: str, columns: Mapping[str, list[Any]]) -> None:
        """Keep a table as a CSV file."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(
            [["" if value != value else value for value in row] for row in zip(*columns.values(), strict=True)]
        )
        self.files[name] = MadeFile(f"{name}.csv", text.getvalue().encode())

    def add_rows(self, data: EvaluationData, predicted: Any, columns: Mapping[str, list[Any]], name: Any) -> None:
        """Keep the table of rows: the data, what was said of them, and the scores of custom metrics."""
        frame = data.to_pandas()
        rows = {str(column): frame[column].tolist() for column in frame.columns}
        if data.truth is not None:
            rows.setdefault(data.target_name, data.truth.tolist())
        rows[name if isinstance(name, str) else "outputs"] = list(predicted.tolist())
        self.tables[_ROWS_TABLE] = {**rows, **{key: list(values) for key, values in columns.items()}}

    def compare_plainly(self, ours: Mapping[str, float], theirs: Mapping[str, float]) -> None:
        """Compare metrics that cannot be resampled."""
        nothing = float("nan")
        for name, value in ours.items():
            if name in theirs:
                moved = value - theirs[name]
                self.comparison[name] = Difference(value, theirs[name], moved, nothing, nothing, nothing)

    def logged(self) -> dict[str, float]:
        """Return every number by the key under which it is logged; what is not defined is left out."""
        found = {self.prefix + name: value for name, value in self.metrics.items()}
        for name, interval in self.intervals.items():
            found[f"interval_low/{self.prefix}{name}"] = interval.low
            found[f"interval_high/{self.prefix}{name}"] = interval.high
        for slice_name, values in self.slices.items():
            found |= {slice_key(slice_name, self.prefix + name): value for name, value in values.items()}
        for name, moved in self.comparison.items():
            found[f"baseline/{self.prefix}{name}"] = moved.baseline
            found[f"difference/{self.prefix}{name}"] = moved.difference
            found[f"difference_low/{self.prefix}{name}"] = moved.low
            found[f"difference_high/{self.prefix}{name}"] = moved.high
        return {name: value for name, value in found.items() if not math.isnan(value)}

    def all_tables(self) -> dict[str, dict[str, list[Any]]]:
        """Return the tables, those of slices, intervals and the comparison among them."""
        found = dict(self.tables)
        if self.slices:
            measured = list(dict.fromkeys(name for values in self.slices.values() for name in values))
            found["slices"] = {"slice": list(self.slices)} | {
                name: [values.get(name) for values in self.slices.values()] for name in measured
            }
        for table, rows, names in (
            ("intervals", self.intervals, Interval._fields),
            ("baseline_comparison", self.comparison, Difference._fields),
        ):
            if rows:
                columns = {name: [getattr(row, name) for row in rows.values()] for name in names}
                found[table] = {"metric": list(rows), **columns}
        return found


def log_read(writer: RunWriter, dataset: Dataset, model_id: str) -> None:
    """Note that the run reads the dataset and the model."""
    entity = dataset.to_entity()
    links = current_session().links(writer.uri, writer.run_id)
    inputs = [DatasetInput(entity, [InputTag(CONTEXT_TAG, "eval")])] if links.note((entity.name, entity.digest)) else []
    models = [model_id] if model_id and links.note(model_id) else []
    writer.log_inputs(inputs, models, synchronous=None)
    if model_id:
        facts = {"name": entity.name, "hash": entity.digest, "model": model_id}
        writer.set_tags({DATASETS_TAG: json.dumps([facts], separators=(",", ":"))}, synchronous=None)


def log_findings(run: ActiveRun, findings: Findings, dataset: Dataset, model_id: str) -> EvaluationResult:
    """Log everything to the run, and return the result."""
    writer = run.writer
    metrics = findings.logged()
    log_measured(metrics, None, None, writer.run_id, model_id or None, dataset, synchronous=None)
    artifacts: dict[str, EvaluationArtifact] = {}
    for key, file in findings.files.items():
        path = findings.prefix + file.name
        writer.log_bytes(file.data, path)
        artifacts[key] = EvaluationArtifact(_uri(run, path), file.content, data=file.data)
    tables = findings.all_tables()
    for name, columns in tables.items():
        path = f"{findings.prefix}{name}.json"
        replace_table(writer, columns, path)
        artifacts[name] = EvaluationArtifact(_uri(run, path))
    return EvaluationResult(
        metrics,
        artifacts,
        run.info.run_id,
        tables=tables,
        intervals={findings.prefix + name: found for name, found in findings.intervals.items()},
        slices=findings.slices,
        comparison={findings.prefix + name: found for name, found in findings.comparison.items()},
        directions={findings.prefix + name: found for name, found in findings.directions.items()},
    )


def log_gate(writer: RunWriter, failures: list[Failure]) -> None:
    """Say on the run whether its model passed, and what it failed."""
    writer.set_tags({GATE_TAG: "failed" if failures else "passed"}, synchronous=None)
    if failures:
        replace_table(writer, failure_rows(failures), "failed_thresholds.json")


def _uri(run: ActiveRun, path: str) -> str:
    return f"runs:/{run.info.run_id}/{path}"
