"""The signature of a model: what it takes, what it gives, and its params."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from headwater.models.schema.types import ParamSchema, Schema
from headwater.protocol.errors import InvalidParameterValue


@dataclass(frozen=True, repr=False)
class ModelSignature:
    """What a model takes, gives, and may be told besides; at least one of the three is known.

    Raises `InvalidParameterValue` without any of them, or if one is of another type.

    Example:
        >>> from headwater.models.schema.types import ColSpec
        >>> ModelSignature(Schema([ColSpec("long", "a")])).to_dict()["inputs"]
        '[{"type": "long", "name": "a", "required": true}]'
    """

    inputs: Schema | None = None
    outputs: Schema | None = None
    params: ParamSchema | None = None

    def __post_init__(self) -> None:
        for name, kind in (("inputs", Schema), ("outputs", Schema), ("params", ParamSchema)):
            value = getattr(self, name)
            if not isinstance(value, kind | None):
                raise InvalidParameterValue(f"The {name} of a signature are '{value}'. Give a {kind.__name__} or None.")
        if not (self.inputs or self.outputs or self.params):
            raise InvalidParameterValue("At least one of inputs, outputs or params must be provided.")

    def to_dict(self) -> dict[str, str | None]:
        """Return inputs, outputs and params as JSON texts or None, as an MLmodel file holds them."""
        return {
            name: None if part is None else part.to_json()
            for name, part in (("inputs", self.inputs), ("outputs", self.outputs), ("params", self.params))
        }

    @classmethod
    def from_dict(cls, texts: Mapping[str, Any]) -> "ModelSignature":
        """Return the signature that `to_dict` gave; raise `InvalidParameterValue` if the texts describe none."""
        inputs, outputs, params = (texts.get(name) for name in ("inputs", "outputs", "params"))
        return cls(
            None if inputs is None else Schema.from_json(inputs),
            None if outputs is None else Schema.from_json(outputs),
            None if params is None else ParamSchema.from_json(params),
        )

    def __repr__(self) -> str:
        return f"inputs: \n  {self.inputs}\noutputs: \n  {self.outputs}\nparams: \n  {self.params}\n"
