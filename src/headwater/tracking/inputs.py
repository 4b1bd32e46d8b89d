"""The fluent verbs about what a run read and made: datasets and logged models."""

from collections.abc import Mapping, Sequence

from headwater.protocol.errors import InvalidParameterValue
from headwater.protocol.inputs import CONTEXT_TAG, Dataset, DatasetInput, InputTag, ModelInput
from headwater.tracking.active import require_run
from headwater.tracking.links import HasEntity, to_entity
from headwater.tracking.writer import named_items


def log_input(
    dataset: Dataset | HasEntity | None = None,
    context: str | None = None,
    tags: Mapping[str, str] | None = None,
    model: ModelInput | None = None,
) -> None:
    """Note that the active run reads a dataset, a logged model, or both; only their description is kept.

    Args:
        dataset: made by a function of `headwater.data`.
        context: what for, such as "training" or "eval"; shown in the UI and searched as `dataset.context`.
        tags: more to say of this use of the dataset.
        model: a logged model that the run reads.

    Example:
        >>> hw.log_input(hw.data.from_pandas(df, "train.csv", targets="price"), context="training")
    """
    log_inputs([dataset], [context], [dict(tags) if tags else None], [model])


def log_inputs(
    datasets: Sequence[Dataset | HasEntity | None] | None = None,
    contexts: Sequence[str | None] | None = None,
    tags_list: Sequence[Mapping[str, str] | None] | None = None,
    models: Sequence[ModelInput | None] | None = None,
) -> None:
    """Note that the active run reads several datasets and logged models; see `log_input`.

    Raises:
        InvalidParameterValue: the lists have several lengths.

    Example:
        >>> hw.log_inputs([train, test], contexts=["training", "eval"])
    """
    given = [items for items in (datasets, contexts, tags_list, models) if items is not None]
    lengths = {len(items) for items in given}
    if len(lengths) > 1:
        raise InvalidParameterValue(
            f"`datasets`, `contexts`, `tags_list` and `models` must have the same length, got {sorted(lengths)}. "
            "Use None where there is nothing to say."
        )
    count = lengths.pop() if lengths else 0
    inputs = [
        DatasetInput(to_entity(dataset), _input_tags(context, tags))
        for dataset, context, tags in zip(
            datasets or [None] * count, contexts or [None] * count, tags_list or [None] * count, strict=True
        )
        if dataset is not None
    ]
    model_ids = [model.model_id for model in models or () if model is not None]
    require_run().writer.log_inputs(inputs, model_ids, synchronous=None)


def _input_tags(context: str | None, tags: Mapping[str, str] | None) -> list[InputTag]:
    own = [InputTag(key, str(value)) for key, value in named_items("tags", tags or {})]
    return [*own, InputTag(CONTEXT_TAG, context)] if context else own
