"""A loaded model as the server uses it: what it takes, which version it is, and its predictions."""

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, nullcontext
from dataclasses import dataclass
from typing import Any

import numpy as np

from headwater.models.model_file import PYFUNC
from headwater.models.pyfunc import PyFuncModel, load_model
from headwater.models.schema.enforce import describe, enforce_params
from headwater.models.schema.frames import frame_from_columns
from headwater.models.scoring.answers import Answer, as_answer
from headwater.models.scoring.lanes import Failure
from headwater.models.scoring.reading import Reader, ScoringInput
from headwater.models.scoring.rows import Block, Rows, Tensor, join
from headwater.protocol.errors import BadRequest, HeadwaterError, InvalidParameterValue

_logger = logging.getLogger(__name__)
_JOINED_ROWS = 64
MODEL_FAILURES = (Exception, SystemExit, KeyboardInterrupt)
"""What a model may raise: one that calls `sys.exit` ends its request, not the server."""

FAILED = (
    "Encountered an unexpected error while evaluating the model. Verify that the serialized input Dataframe is "
    "compatible with the model for inference."
)


@dataclass(frozen=True, kw_only=True)
class Identity:
    """Which model it is.

    Attributes:
        name: for the Open Inference Protocol.
        version: of the registered model, "1" for any other.
        uri: which means this very model, for ever if it is a registered version.
    """

    name: str
    version: str
    uri: str


class ServedModel:
    """A model that requests are read for and predicted with; as thread-safe as the framework's predict."""

    def __init__(self, model: PyFuncModel, identity: Identity) -> None:
        metadata = model.metadata
        self.model = model
        self.identity = identity
        self.signature = metadata.signature
        self.reader = Reader(metadata.get_input_schema(), is_from_hints=bool(metadata.is_signature_from_type_hint))
        self._params = metadata.get_params_schema()
        self._defaults = enforce_params(None, self._params)
        self._may_join = model.is_row_wise
        columns = self.reader.array_columns
        self._predict_array = model.for_arrays(columns) if columns else None

    @property
    def flavor(self) -> str:
        """Return the name of the framework."""
        return next((name for name in sorted(self.model.metadata.flavors) if name != PYFUNC), PYFUNC)

    def may_join(self, given: ScoringInput) -> bool:
        """Return whether a request may be predicted together with others."""
        rows = given.rows
        return self._may_join and rows is not None and 0 < rows.count <= _JOINED_ROWS and not given.params

    def predict(self, given: ScoringInput) -> Answer:
        """Return the answer to one request.

        Raises `InvalidParameterValue` if data or params do not fit the signature, `BadRequest` if the model fails.
        """
        rows = given.rows
        try:
            params = enforce_params(given.params, self._params) if given.params is not None else self._defaults
        except InvalidParameterValue as error:
            raise _failed(given, error) from None
        if rows is not None:
            return as_answer(self._evaluate(rows, params))
        try:
            return as_answer(self.model.predict(given.data, given.params))
        except InvalidParameterValue as error:
            raise _failed(given, error) from None
        except HeadwaterError:
            raise
        except MODEL_FAILURES as error:
            raise _broken(error) from error

    def predict_stream(self, given: ScoringInput, write: Callable[[Answer], bytes]) -> Iterator[bytes]:
        """Yield the written parts of the answer to one request as the model makes them; raise what `predict` does."""
        try:
            parts: Any = self.model.predict_stream(given.unwrap(), given.params)
            with closing(parts) if hasattr(parts, "close") else nullcontext():
                for part in parts:
                    yield write(as_answer(part))
        except InvalidParameterValue as error:
            raise _failed(given, error) from None
        except HeadwaterError:
            raise
        except MODEL_FAILURES as error:
            raise _broken(error) from error

    def predict_joined(self, parts: Sequence[Rows]) -> list[Answer | Failure]:
        """Return the answer, or what went wrong, for each of several requests, predicted together where they can be."""
        groups: dict[Any, list[int]] = {}
        for index, part in enumerate(parts):
            groups.setdefault((type(part), part.key), []).append(index)
        found: list[Any] = [None] * len(parts)
        for indexes in groups.values():
            answers = self._predict_group([parts[index] for index in indexes])
            for index, answer in zip(indexes, answers, strict=True):
                found[index] = answer
        return found

    def warm_up(self) -> None:
        """Predict once, so that the first request finds everything imported; only for models without side effects."""
        if not self.model.is_row_wise:
            return
        try:
            given = self._sample()
            if given is None:
                frame_from_columns({})  # imports pandas
            else:
                self.predict(given)
        except MODEL_FAILURES:
            _logger.debug("The model could not predict a sample.", exc_info=True)

    def serving_input(self) -> str | None:
        """Return the body of a request that the input example makes, None if there is none."""
        try:
            return self.model.metadata.get_serving_input(self.model.path)
        except (HeadwaterError, OSError, UnicodeDecodeError):
            _logger.debug("The input example could not be read.", exc_info=True)
            return None

    def _sample(self) -> ScoringInput | None:
        example = self.serving_input()
        if example is not None:
            return self.reader.read(example.encode(), "application/json")
        schema = self.signature.inputs if self.signature else None
        if schema is None:
            return None
        if schema.is_tensor_spec():
            spec = schema.inputs[0]
            shape = [1, *(max(size, 1) for size in spec.shape[1:])]
            return None if schema.has_input_names() else ScoringInput(Tensor(np.zeros(shape, spec.type)))
        return ScoringInput(Block(schema.names, np.zeros((1, len(schema.names)))))

    def _predict_group(self, parts: list[Rows]) -> Sequence[Answer | Failure]:
        if len(parts) > 1 and self._may_join:
            together = self._predict_together(parts)
            if together is not None:
                return together
        return [self._predict_single(part) for part in parts]

    def _predict_together(self, parts: list[Rows]) -> list[Answer | Failure] | None:
        """Return the parts of one prediction; None if it failed, or does not have a row for each row."""
        rows = join(parts)
        try:
            answer = as_answer(self._call(rows, self._defaults))
        except MODEL_FAILURES:
            _logger.debug("A joint prediction failed; each request is predicted by itself.", exc_info=True)
            return None
        if answer.rows != rows.count or isinstance(answer.value, list):
            _logger.warning("The model does not answer row by row, so requests are not joined from now on.")
            self._may_join = False
            return None
        found: list[Answer | Failure] = []
        start = 0
        for part in parts:
            found.append(answer.part(start, start + part.count))
            start += part.count
        return found

    def _predict_single(self, part: Rows) -> Answer | Failure:
        try:
            return as_answer(self._evaluate(part, self._defaults))
        except BadRequest as error:
            return Failure(error)

    def _call(self, rows: Rows, params: dict[str, Any]) -> Any:
        if self._predict_array is not None and isinstance(rows, Block | Tensor):
            return self._predict_array(rows.values, **params)
        return self.model.predict_fitted(rows.frame(), params)

    def _evaluate(self, rows: Rows, params: dict[str, Any]) -> Any:
        try:
            return self._call(rows, params)
        except HeadwaterError as error:
            raise BadRequest(f"{FAILED} Error: {error.message}") from error
        except MODEL_FAILURES as error:
            raise _broken(error) from error


def load_served(identity: Identity, *, allow_pickle: bool | None = None) -> ServedModel:
    """Return the model that an identity means, loaded and ready; raise what `load_model` raises."""
    served = ServedModel(load_model(identity.uri, allow_pickle=allow_pickle), identity)
    served.warm_up()
    return served


def _failed(given: ScoringInput, error: InvalidParameterValue) -> InvalidParameterValue:
    data = given.data if given.rows is None else given.unwrap()
    return type(error)(f"Failed to predict data '{describe(data)}'. \nError: {error.message}")


def _broken(error: BaseException) -> BadRequest:
    said = str(error).strip().partition("\n")[0][:300]
    return BadRequest(f"{FAILED} Error: {type(error).__name__}{f': {said}' if said else ''}")
