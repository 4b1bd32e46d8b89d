"""An adapter for a pipeline of Diffusers, and the images that both make of texts."""

import io
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from headwater import config
from headwater.protocol.errors import InvalidParameterValue

_PROMPT = "prompt"


@dataclass(frozen=True, kw_only=True)
class DiffusersAdapter:
    """Weights that change a pipeline.

    Attributes:
        adapter_path: the folder of the weights.
        base_model: the pipeline that they belong to, a name on the hub or a folder.
        base_model_revision: which revision on the hub; None: the newest.
        adapter_type: "lora".
    """

    adapter_path: Path
    base_model: str
    base_model_revision: str | None = None
    adapter_type: str = "lora"

    def load_pipeline(self, **options: Any) -> Any:
        """Return the pipeline with the adapter in it.

        `options` are arguments for `DiffusionPipeline.from_pretrained`, such as `torch_dtype`. Only weights in
        safetensors are read, unless you say `use_safetensors=False`; no code of a checkpoint is run.
        """
        from diffusers import DiffusionPipeline

        given = {"revision": self.base_model_revision, "use_safetensors": True, **options}
        pipeline = DiffusionPipeline.from_pretrained(self.base_model, **given)
        pipeline.load_lora_weights(str(self.adapter_path))
        return pipeline


class DiffusersPredictor:
    """Makes one image of each text, as a PNG file; the pipeline is loaded when it is first asked."""

    def __init__(self, adapter: DiffusersAdapter | str | Path, section: Mapping[str, Any]) -> None:
        self._adapter = adapter
        self._device = (section.get("config") or {}).get("device")
        self._lock = threading.Lock()
        self._pipeline: Any = None

    def predict(self, data: Any, params: Mapping[str, Any] | None = None) -> list[bytes]:
        """Return PNG files for the texts of the column `prompt`, or of a list; params go to the pipeline."""
        given = {key: value for key, value in (params or {}).items() if value not in (None, "")}
        with self._lock:  # a pipeline keeps the state of its scheduler
            if self._pipeline is None:
                self._pipeline = self._load()
            return [_as_png(self._pipeline(text, **given).images[0]) for text in _find_texts(data)]

    def _load(self) -> Any:
        if not isinstance(self._adapter, DiffusersAdapter):
            raise InvalidParameterValue("An adapter predicts after it was saved. Load it by headwater.pyfunc.")
        from headwater.flavors.pytorch_predictor import find_device

        pipeline = self._adapter.load_pipeline().to(self._device or config.DEVICE.get() or find_device())
        pipeline.set_progress_bar_config(disable=True)
        return pipeline


def _find_texts(data: Any) -> list[str]:
    if isinstance(data, str):
        return [data]
    if isinstance(data, Mapping) or hasattr(data, "columns"):
        if _PROMPT not in data:
            names = ", ".join(map(str, data))
            raise InvalidParameterValue(f"There is no column 'prompt' with the texts, only: {names}. Rename yours.")
        found = data[_PROMPT]
        return [found] if isinstance(found, str) else list(found)
    return list(data)


def _as_png(image: Any) -> bytes:
    stream = io.BytesIO()
    image.save(stream, format="PNG")
    return stream.getvalue()
