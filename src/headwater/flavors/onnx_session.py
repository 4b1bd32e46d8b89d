"""Running ONNX models, and what of a stranger's model is not just numbers."""

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from headwater.protocol.errors import InvalidParameterValue, NotSupported

_MODES = {"sequential": "ORT_SEQUENTIAL", "parallel": "ORT_PARALLEL"}
_EXTRA = "extra_session_config"
_LEVELS = {0: "ORT_DISABLE_ALL", 1: "ORT_ENABLE_BASIC", 2: "ORT_ENABLE_EXTENDED", 99: "ORT_ENABLE_ALL"}
_THREADS = ("inter_op_num_threads", "intra_op_num_threads")
_SETTINGS = frozenset({"execution_mode", "graph_optimization_level", _EXTRA, *_THREADS})
_TYPES = {"float": "float32", "double": "float64", "string": "object", "bool": "bool"}


def as_model(given: Any) -> Any:
    """Return an `onnx.ModelProto`, read from a file if the path of one is given."""
    import onnx

    return onnx.load(given) if isinstance(given, (str, Path)) else given


def check_settings(settings: Mapping[str, Any] | None) -> None:
    """Raise `InvalidParameterValue` for settings of a session that cannot be kept with a model."""
    unknown = sorted(set(settings or ()) - _SETTINGS)
    if unknown:
        raise InvalidParameterValue(
            f"Unknown entry '{unknown[0]}' of onnx_session_options. Use {', '.join(sorted(_SETTINGS))}."
        )
    mode, level = (settings or {}).get("execution_mode"), (settings or {}).get("graph_optimization_level")
    if mode is not None and mode not in _MODES:
        raise InvalidParameterValue(f"Invalid execution_mode '{mode}'. Use one of {', '.join(_MODES)}.")
    if level is not None and level not in _LEVELS:
        raise InvalidParameterValue(f"Invalid graph_optimization_level '{level}'. Use one of 0, 1, 2, 99.")


def find_settings(section: Mapping[str, Any]) -> list[str]:
    """Return what of a model's section of `MLmodel` can name libraries and files of this machine."""
    with_options = [provider for provider in section.get("providers") or () if not isinstance(provider, str)]
    extra = (section.get("onnx_session_options") or {}).get(_EXTRA)
    named = {"options of execution providers": with_options, f"the settings '{_EXTRA}'": extra}
    return [what for what, value in named.items() if value]


def find_locations(message: Any) -> Iterator[str]:
    """Yield the file of each tensor that lies outside of the message, wherever in the graph it stands."""
    for field, value in message.ListFields():
        if field.message_type is None:
            continue
        for item in (value,) if hasattr(value, "ListFields") else value:
            if field.message_type.name == "TensorProto":
                yield from (entry.value for entry in item.external_data if entry.key == "location")
            else:
                yield from find_locations(item)


class Predictor:
    """Runs a model in ONNX Runtime; the session is opened by the first prediction.

    Args:
        model: the `onnx.ModelProto`.
        settings: its execution providers and the options of its session, if any.
    """

    def __init__(self, model: Any, settings: Mapping[str, Any]) -> None:
        self._model = model
        self._settings = settings
        self._session: Any = None

    def predict(self, data: Any, params: Mapping[str, Any] | None = None) -> Any:  # noqa: ARG002 - ONNX has none
        """Return a frame with a column for each output if data is a frame, else a dict of arrays."""
        import pandas as pd

        session = self._session = self._session or self._open()
        found = session.run(None, _feed(session.get_inputs(), data))
        outputs = dict(zip([output.name for output in session.get_outputs()], found, strict=True))
        return pd.DataFrame(_as_columns(outputs)) if isinstance(data, pd.DataFrame) else outputs

    def _open(self) -> Any:
        """Open a session from memory, or from a file for a model that is too large for one message."""
        from google.protobuf.message import EncodeError  # what onnx itself needs

        try:
            import onnxruntime
        except ImportError as error:
            raise NotSupported("ONNX models are run by onnxruntime. Install it: pip install onnxruntime") from error
        open_session = partial(
            onnxruntime.InferenceSession, sess_options=_read_options(self._settings), providers=_choose(self._settings)
        )
        try:
            return open_session(self._model.SerializeToString())
        except EncodeError:
            import onnx

            with tempfile.TemporaryDirectory() as folder:
                path = Path(folder) / "model.onnx"
                onnx.save_model(self._model, path, save_as_external_data=True, location="data")
                return open_session(str(path))


def _read_options(settings: Mapping[str, Any]) -> Any:
    import onnxruntime

    given = settings.get("onnx_session_options") or {}
    check_settings(given)
    options = onnxruntime.SessionOptions()
    if mode := given.get("execution_mode"):
        options.execution_mode = getattr(onnxruntime.ExecutionMode, _MODES[mode])
    if (level := given.get("graph_optimization_level")) is not None:
        options.graph_optimization_level = getattr(onnxruntime.GraphOptimizationLevel, _LEVELS[level])
    for name in _THREADS:
        if name in given:
            setattr(options, name, int(given[name]))
    for key, value in (given.get(_EXTRA) or {}).items():
        options.add_session_config_entry(str(key), str(value))
    return options


def _choose(settings: Mapping[str, Any]) -> list[Any]:
    """Return those of a model's execution providers that are installed, and in the end the processor."""
    import onnxruntime

    installed = onnxruntime.get_available_providers()
    wanted = [tuple(given) if isinstance(given, list) else given for given in settings.get("providers") or ()]
    found = [given for given in wanted if (given if isinstance(given, str) else given[0]) in installed]
    return found or ["CPUExecutionProvider"]


def _feed(inputs: Sequence[Any], data: Any) -> dict[str, Any]:
    """Return the array that each input of a session gets."""
    import pandas as pd

    names = [wanted.name for wanted in inputs]
    if len(inputs) == 1 and not isinstance(data, Mapping):
        return {names[0]: _cast(data.to_numpy() if isinstance(data, pd.DataFrame) else data, inputs[0])}
    if not isinstance(data, (Mapping, pd.DataFrame)):
        raise InvalidParameterValue(
            f"The model has {len(names)} inputs. Give a dict of arrays with {', '.join(names)}."
        )
    missing = [name for name in names if name not in data]
    if missing:
        raise InvalidParameterValue(f"The data lacks the input '{missing[0]}'. The model takes {', '.join(names)}.")
    return {wanted.name: _cast(data[wanted.name], wanted) for wanted in inputs}


def _cast(value: Any, wanted: Any) -> Any:
    """Return a value as an array of the type that an input takes, if that loses no more than precision."""
    import numpy as np

    if not wanted.type.startswith("tensor("):
        return value
    array = np.asarray(value)
    name = wanted.type.removeprefix("tensor(").removesuffix(")")
    try:
        target = np.dtype(_TYPES.get(name, name))
        converts_any = "O" in {array.dtype.kind, target.kind}
        array = array.astype(target, casting="unsafe" if converts_any else "same_kind", copy=False)
    except (TypeError, ValueError) as error:
        raise InvalidParameterValue(
            f"The input '{wanted.name}' takes {wanted.type}, and gets '{array.dtype}': {error}."
        ) from error
    return array[:, None] if array.ndim == 1 and len(wanted.shape) == 2 else array


def _as_columns(outputs: Mapping[str, Any]) -> dict[str, Any]:
    """Return outputs as columns: all their values in a row, as MLflow does, if that makes columns of equal lengths."""
    import numpy as np

    flat = {name: value.reshape(-1) if isinstance(value, np.ndarray) else value for name, value in outputs.items()}
    return flat if len({len(value) for value in flat.values()}) == 1 else {n: list(v) for n, v in outputs.items()}
