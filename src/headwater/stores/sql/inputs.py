"""What runs read and made, in the database."""

from collections.abc import Sequence

import msgspec

from headwater.protocol.endpoint import Empty
from headwater.protocol.inputs import (
    MAX_SUMMARIES,
    DatasetInput,
    DatasetSummary,
    LogInputs,
    LogOutputs,
    ModelInput,
    ModelOutput,
    SearchDatasets,
    SearchDatasetsResponse,
)
from headwater.stores.sql.connection import Connection, marks
from headwater.stores.sql.database import Database
from headwater.stores.sql.rows import RunRow, find_run

_INSERT_DATASET = """
INSERT INTO dataset (exp_id, name, digest, source_type, source, schema, profile) VALUES (?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (exp_id, name, digest) DO NOTHING
"""
_INSERT_INPUT = """
INSERT INTO dataset_input (run_id, dataset_id, context, tags)
SELECT ?, id, ?, ? FROM dataset WHERE exp_id = ? AND name = ? AND digest = ?
ON CONFLICT (run_id, dataset_id) DO NOTHING
"""
_COPY_DATASETS = """
INSERT INTO dataset (exp_id, name, digest, source_type, source, schema, profile)
SELECT CAST(? AS BIGINT), name, digest, source_type, source, schema, profile FROM dataset
WHERE id IN (SELECT dataset_id FROM dataset_input WHERE run_id IN ({runs}))
ON CONFLICT (exp_id, name, digest) DO NOTHING
"""
_SAME_DATASET = """
(SELECT n.id FROM dataset n JOIN dataset o ON n.name = o.name AND n.digest = o.digest
 WHERE n.exp_id = ? AND o.id = dataset_input.dataset_id)
"""
_REPOINT = f"UPDATE dataset_input SET dataset_id = {_SAME_DATASET} WHERE run_id IN ({{runs}})"  # noqa: S608 - a constant
_COPY_INPUTS = f"""
INSERT INTO dataset_input (run_id, dataset_id, context, tags)
SELECT CAST(? AS BIGINT), {_SAME_DATASET}, context, tags FROM dataset_input WHERE run_id = ? ORDER BY id
"""  # noqa: S608 - a constant
_COPY_MODEL_INPUTS = """
INSERT INTO model_input (run_id, model_id)
SELECT CAST(? AS BIGINT), model_id FROM model_input WHERE run_id = ? ORDER BY id
"""
_SUMMARISE = """
SELECT DISTINCT r.exp_id, d.name, d.digest, COALESCE(i.context, '')
FROM dataset_input i JOIN dataset d ON d.id = i.dataset_id JOIN run r ON r.id = i.run_id
WHERE r.exp_id IN ({marks}) ORDER BY 1, 2, 3, 4 LIMIT ?
"""


class SqlInputs:
    """What runs read and made, in a database. Thread-safe."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def log(self, request: LogInputs) -> Empty:
        """Note datasets and models that a run read."""
        request.check()

        def work(connection: Connection) -> None:
            run = find_run(connection, request.run_id, active=True)
            write_inputs(connection, run, request.datasets, request.models)

        self._database.write(work)
        return Empty()

    def log_outputs(self, request: LogOutputs) -> Empty:
        """Note models that a run made."""
        request.check()
        self._database.write(
            lambda connection: write_outputs(
                connection, find_run(connection, request.run_id, active=True), request.models
            )
        )
        return Empty()

    def search_datasets(self, request: SearchDatasets) -> SearchDatasetsResponse:
        """Return the datasets that the runs of some experiments read."""
        request.check()
        experiments = [int(experiment_id) for experiment_id in dict.fromkeys(request.experiment_ids)]
        with self._database.read() as connection:
            rows = connection.all(_SUMMARISE.format(marks=marks(experiments)), (*experiments, MAX_SUMMARIES))
        return SearchDatasetsResponse([DatasetSummary(str(exp_id), *names) for exp_id, *names in rows])


def write_inputs(
    connection: Connection, run: RunRow, datasets: Sequence[DatasetInput], models: Sequence[ModelInput]
) -> None:
    """Note what a run read; what it has named before stays as it was."""
    for entry in datasets:
        dataset = entry.dataset
        identity = (run.exp_id, dataset.name, dataset.digest)
        connection.execute(
            _INSERT_DATASET, (*identity, dataset.source_type, dataset.source, dataset.schema, dataset.profile)
        )
        tags = msgspec.json.encode([(tag.key, tag.value) for tag in entry.tags]).decode()
        connection.execute(_INSERT_INPUT, (run.id, entry.context or None, tags, *identity))
    connection.many(
        "INSERT INTO model_input (run_id, model_id) VALUES (?, ?) ON CONFLICT (run_id, model_id) DO NOTHING",
        [(run.id, model.model_id) for model in models],
    )
    connection.touch(run.id)


def write_outputs(connection: Connection, run: RunRow, models: Sequence[ModelOutput]) -> None:
    """Note which models a run made."""
    connection.many(
        "INSERT INTO model_output (run_id, model_id, step) VALUES (?, ?, ?) "
        "ON CONFLICT (run_id, model_id, step) DO NOTHING",
        [(run.id, model.model_id, model.step) for model in models],
    )
    connection.touch(run.id)


def move_inputs(connection: Connection, run_ids: Sequence[int], exp_id: int) -> None:
    """Let runs that moved to an experiment name its own datasets, made as those that they named."""
    connection.execute(_COPY_DATASETS.format(runs=marks(run_ids)), (exp_id, *run_ids))
    connection.execute(_REPOINT.format(runs=marks(run_ids)), (exp_id, *run_ids))


def copy_inputs(connection: Connection, source: RunRow, target: RunRow) -> None:
    """Let a run without inputs have read what another did."""
    connection.execute(_COPY_DATASETS.format(runs="?"), (target.exp_id, source.id))
    connection.execute(_COPY_INPUTS, (target.id, target.exp_id, source.id))
    connection.execute(_COPY_MODEL_INPUTS, (target.id, source.id))
