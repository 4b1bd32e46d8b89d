"""What runs read and made, as it goes on the wire."""

from collections.abc import Sequence

import msgspec

from headwater.protocol.inputs import (
    Dataset,
    DatasetInput,
    InputTag,
    ModelInput,
    ModelOutput,
    RunInputs,
    RunOutputs,
)
from headwater.stores.sql.connection import Connection, marks

_SELECT_DATASETS = """
SELECT i.run_id, i.tags, d.name, d.digest, d.source_type, d.source, d.schema, d.profile
FROM dataset_input i JOIN dataset d ON d.id = i.dataset_id WHERE i.run_id IN ({marks}) ORDER BY i.id
"""
_SELECT_MODELS = """
SELECT 0, id, run_id, model_id, 0 FROM model_input WHERE run_id IN ({marks})
UNION ALL SELECT 1, id, run_id, model_id, step FROM model_output WHERE run_id IN ({marks}) ORDER BY 1, 2
"""

Links = tuple[RunInputs, RunOutputs]
NO_LINKS: Links = (RunInputs(), RunOutputs())


def load_links(connection: Connection, run_ids: Sequence[int]) -> dict[int, Links]:
    """Return what each run read and made; runs that name nothing are left out. `run_ids` fit one statement."""
    links: dict[int, Links] = {}

    def of(run_id: int) -> Links:
        return links.setdefault(run_id, (RunInputs([], []), RunOutputs([])))

    among = marks(run_ids)
    for run_id, tags, *dataset in connection.all(_SELECT_DATASETS.format(marks=among), run_ids):
        pairs = msgspec.json.decode(tags, type=list[tuple[str, str]])
        entry = DatasetInput(Dataset(*dataset), [InputTag(key, value) for key, value in pairs])
        of(run_id)[0].dataset_inputs.append(entry)
    for is_output, _, run_id, model_id, step in connection.all(
        _SELECT_MODELS.format(marks=among), (*run_ids, *run_ids)
    ):
        inputs, outputs = of(run_id)
        if is_output:
            outputs.model_outputs.append(ModelOutput(model_id, step))
        else:
            inputs.model_inputs.append(ModelInput(model_id))
    return links
