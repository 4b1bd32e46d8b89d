"""Vectors of texts, as arrays or as the JSON of the web services that make embeddings."""

import json
from collections.abc import Mapping
from typing import Any

from headwater.models.schema.kinds import is_frame
from headwater.models.schema.signature import ModelSignature

EMBEDDINGS = "llm/v1/embeddings"

_COUNT = {"type": "long", "required": True}
_TEXT = {"type": "string", "required": True}
_NUMBERS = {"type": "array", "items": {"type": "double"}, "required": True}
_FOUND = {"type": "object", "properties": {"embedding": _NUMBERS, "index": _COUNT, "object": _TEXT}}
_USAGE = {"type": "object", "properties": {"prompt_tokens": _COUNT, "total_tokens": _COUNT}}
_OUTPUTS = [
    {**_TEXT, "name": "object"},
    {"type": "array", "items": _FOUND, "name": "data", "required": True},
    {**_USAGE, "name": "usage", "required": True},
]


def describe_service() -> ModelSignature:
    """Return the signature of a model that takes and gives the JSON of a web service."""
    inputs = [{**_TEXT, "name": "input"}]
    return ModelSignature.from_dict({"inputs": json.dumps(inputs), "outputs": json.dumps(_OUTPUTS), "params": None})


class EmbeddingPredictor:
    """Encodes texts; the config's arguments and the params go to `encode`."""

    def __init__(self, model: Any, section: Mapping[str, Any]) -> None:
        self._model = model
        self._config = dict(section.get("config") or {})
        self._gives_json = self._config.pop("task", None) == EMBEDDINGS

    def predict(self, data: Any, params: Mapping[str, Any] | None = None) -> Any:
        """Return one row of numbers for each text; with the task, the JSON of a web service."""
        texts = data["input"] if self._gives_json and hasattr(data, "keys") else data
        if is_frame(texts):
            texts = texts.to_numpy().ravel().tolist()
        texts = [texts] if isinstance(texts, str) else list(texts)
        vectors = self._model.encode(texts, **{"show_progress_bar": False, **self._config, **(params or {})})
        return self._describe(texts, vectors) if self._gives_json else vectors

    def _describe(self, texts: list[str], vectors: Any) -> dict[str, Any]:
        count = sum(map(len, self._model.tokenizer(texts)["input_ids"]))
        found = [{"object": "embedding", "index": place, "embedding": vector} for place, vector in enumerate(vectors)]
        return {"object": "list", "data": found, "usage": {"prompt_tokens": count, "total_tokens": count}}
