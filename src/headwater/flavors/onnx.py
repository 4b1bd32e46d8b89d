"""The flavor for ONNX, with large tensors in a file beside the graph."""

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Unpack

from headwater.flavors.onnx_session import Predictor, as_model, check_settings, find_locations, find_settings
from headwater.models.flavor import Flavor, ModelFolder, Saved
from headwater.models.load import load_flavor
from headwater.models.log import LogOptions, log_flavor
from headwater.models.model_file import ModelInfo
from headwater.models.positional import log_by_position, save_by_position
from headwater.models.save import SaveOptions, save_flavor

__all__ = ["FLAVOR", "get_default_conda_env", "get_default_pip_requirements", "load_model", "log_model", "save_model"]

_FILE = "model.onnx"
_PROVIDERS = ("CUDAExecutionProvider", "CPUExecutionProvider")


@save_by_position()
def save_model(
    onnx_model: Any,
    path: str | Path,
    *,
    onnx_execution_providers: Sequence[Any] | None = None,
    onnx_session_options: Mapping[str, Any] | None = None,
    save_as_external_data: bool = True,
    **options: Unpack[SaveOptions],
) -> None:
    """Save an ONNX model into a new folder.

    Args:
        onnx_model: an `onnx.ModelProto`, or the path of a file with one.
        path: the folder, absent or empty.
        onnx_execution_providers: what runs it, the first one that is there; default: CUDA, else the processor.
        onnx_session_options: `execution_mode`, `graph_optimization_level`, `inter_op_num_threads`,
            `intra_op_num_threads` and `extra_session_config` of the session.
        save_as_external_data: keep large tensors in a file of their own; without, a model is limited to 2 GB.
        options: see `SaveOptions`.

    Example:
        >>> hw.onnx.save_model(onnx.load("net.onnx"), "net", input_example=numpy.ones((1, 4), "float32"))
    """
    check_settings(onnx_session_options)
    write = partial(_write, onnx_execution_providers, onnx_session_options, save_as_external_data)
    save_flavor(FLAVOR, as_model(onnx_model), path, write, options)


@log_by_position()
def log_model(
    onnx_model: Any,
    artifact_path: str | None = None,
    *,
    onnx_execution_providers: Sequence[Any] | None = None,
    onnx_session_options: Mapping[str, Any] | None = None,
    save_as_external_data: bool = True,
    **options: Unpack[LogOptions],
) -> ModelInfo:
    """Log an ONNX model as a model of the active run.

    `artifact_path` is the older word for `name`; the other arguments are those of `save_model` and `LogOptions`.

    Example:
        >>> info = hw.onnx.log_model(onnx.load("net.onnx"), name="net", registered_model_name="churn")
    """
    check_settings(onnx_session_options)
    write = partial(_write, onnx_execution_providers, onnx_session_options, save_as_external_data)
    return log_flavor(FLAVOR, as_model(onnx_model), write, artifact_path, options)


def load_model(model_uri: str | Path, dst_path: str | Path | None = None, *, allow_pickle: bool | None = None) -> Any:
    """Return the `onnx.ModelProto` that a URI names; see `headwater.sklearn.load_model` for the arguments.

    Example:
        >>> onnxruntime.InferenceSession(hw.onnx.load_model("models:/churn@champion").SerializeToString())
    """
    return load_flavor(FLAVOR, model_uri, dst_path, allow_pickle=allow_pickle)


def _write(
    providers: Sequence[Any] | None,
    settings: Mapping[str, Any] | None,
    external: bool,  # noqa: FBT001 - given by partial
    model: Any,
    folder: Path,
) -> Saved:
    import onnx

    kept = onnx.ModelProto()
    kept.CopyFrom(model)  # moving tensors to their file would empty the caller's
    onnx.save_model(kept, folder / _FILE, save_as_external_data=external, location=f"{_FILE}.data")
    chosen = [list(provider) if isinstance(provider, tuple) else provider for provider in providers or _PROVIDERS]
    section = {"data": _FILE, "providers": chosen, "onnx_session_options": dict(settings) if settings else None}
    return Saved(section, {"data": _FILE})


def _load(folder: ModelFolder) -> Any:
    import onnx

    name = Path(folder.data_name(FLAVOR.name, _FILE))
    model = onnx.load(folder.file(str(name)), load_external_data=False)
    for location in find_locations(model):
        folder.file(str(name.parent / location))
    onnx.load_external_data_for_model(model, str(folder.path / name.parent))
    return model


FLAVOR = Flavor(
    name="onnx",
    package="onnx",
    version_key="onnx_version",
    distributions=("onnx", "onnxruntime"),
    load=_load,
    predictor=Predictor,
    find_unsafe=lambda folder: find_settings(folder.section("onnx")),
)
get_default_conda_env = FLAVOR.get_default_conda_env
get_default_pip_requirements = FLAVOR.get_default_pip_requirements
