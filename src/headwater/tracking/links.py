"""What links a run's points to logged models and datasets, as far as this process knows."""

from typing import Protocol, runtime_checkable

from headwater.protocol.errors import InvalidParameterValue
from headwater.protocol.inputs import Dataset


@runtime_checkable
class HasEntity(Protocol):
    """A dataset that holds data, and can say what is kept of it."""

    def to_entity(self) -> Dataset:
        """Return the dataset by reference."""


class RunLinks:
    """The models that a run made, by step, and the inputs that need not be noted again."""

    def __init__(self, model_id: str = "") -> None:
        self.has_models = bool(model_id)  # read at every log call
        self._model_id = model_id
        self._by_step: dict[int, str] = {}
        self._noted: set[str | tuple[str, str]] = set()

    def add_output(self, model_id: str, step: int) -> None:
        """Let points at `step` be measured of a model that the run made."""
        self._by_step[step] = model_id
        self.has_models = True

    def forget_model(self) -> None:
        """Let points belong to no model but those that the run made."""
        self._model_id = ""
        self.has_models = bool(self._by_step)

    def find_model(self, step: int) -> str:
        """Return the model that points at `step` are measured of, empty if none is known."""
        return self._model_id or self._by_step.get(step, "")

    def note(self, what: str | tuple[str, str]) -> bool:
        """Note a model's id, or a dataset's name and digest; return whether it is new."""
        is_new = what not in self._noted
        self._noted.add(what)
        return is_new


def to_entity(dataset: object) -> Dataset:
    """Return what is kept of a dataset; raise `InvalidParameterValue` if it is none."""
    if isinstance(dataset, Dataset):
        return dataset
    if isinstance(dataset, HasEntity):
        return dataset.to_entity()
    raise InvalidParameterValue(
        f"Invalid dataset of type '{type(dataset).__name__}'. Describe the data first, such as with "
        "headwater.data.from_pandas(frame, name='train')."
    )
