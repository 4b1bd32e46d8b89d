"""One prediction from a file or from data, as the scoring server would make it, wherever the model runs."""

import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from headwater.models.load import open_model
from headwater.models.pyfunc import PyFuncModel, load_model
from headwater.models.schema.example import to_serving_input
from headwater.models.scoring.answers import as_answer, encode_predictions
from headwater.models.scoring.reading import Reader
from headwater.protocol.errors import HeadwaterError, InvalidParameterValue

_TYPES = {"json": "application/json", "csv": "text/csv"}
_LOCAL = "local"


def predict(
    model_uri: str | Path,
    input_data: Any = None,
    input_path: str | Path | None = None,
    content_type: str = "json",
    output_path: str | Path | None = None,
    env_manager: str = "uv",
    install_mlflow: bool = False,  # noqa: FBT001 - the order that callers of MLflow know
    pip_requirements_override: Iterable[str] | None = None,
    extra_envs: Mapping[str, str] | None = None,
    *,
    allow_pickle: bool | None = None,
) -> None:
    """Write what a model predicts as JSON, `{"predictions": …}`, in an environment made of its requirements.

    Use it to see whether a model works where nothing but its own requirements is installed.

    Args:
        model_uri: a path, `runs:/…`, `models:/…` and so on.
        input_data: a frame, an array, a list, a dict, or the text of a request as the scoring server takes it.
        input_path: a file with such a text instead.
        content_type: "json", or "csv" with a line of names.
        output_path: the file to write; default: standard output.
        env_manager: "uv" or "virtualenv", which is the same; "local" for the packages that are installed here.
        install_mlflow: install MLflow, too, if the model names it.
        pip_requirements_override: requirements that replace the model's own of the same packages, and add others.
        extra_envs: environment variables for the model's process.
        allow_pickle: load it even if that runs code of somebody else.

    Example:
        >>> hw.models.predict(info.model_uri, frame)  # prints the predictions
    """
    body = _read_input(input_data, input_path, content_type)
    options = {"install_mlflow": install_mlflow, "requirements": pip_requirements_override, "extra_envs": extra_envs}
    with _load(model_uri, env_manager, options, allow_pickle) as model:
        answer = answer_request(model, body, _TYPES[content_type])
    if output_path is None:
        sys.stdout.write(f"{answer.decode()}\n")
    else:
        Path(output_path).write_bytes(answer)


def answer_request(model: PyFuncModel, body: bytes, content_type: str) -> bytes:
    """Return what the scoring server answers to a request: the body is read and checked in the same way.

    Raises `InvalidParameterValue` if the body does not fit the model, or the model fails.
    """
    given = _reader_for(model).read(body, content_type)
    try:
        found = model.predict(given.unwrap(), given.params)
    except HeadwaterError:
        raise
    except Exception as error:
        raise InvalidParameterValue(f"The model failed: {type(error).__name__}: {error}") from error
    return encode_predictions(as_answer(found), is_chat=given.is_chat)


def validate_serving_input(
    model_uri: str | Path, serving_input: str | Mapping[str, Any], *, allow_pickle: bool | None = None
) -> Any:
    """Return what a model predicts for the body of a request, which is read as the scoring server does.

    Args:
        model_uri: a path, `runs:/…`, `models:/…` and so on.
        serving_input: JSON text, such as `convert_input_example_to_serving_input` makes; or the same as a dict.
        allow_pickle: load it even if that runs code of somebody else.

    Example:
        >>> hw.models.validate_serving_input(uri, hw.models.convert_input_example_to_serving_input(frame))
    """
    import json  # needed for dicts only

    text = serving_input if isinstance(serving_input, str) else json.dumps(serving_input)
    model = load_model(model_uri, allow_pickle=allow_pickle)
    given = _reader_for(model).read(text.encode(), _TYPES["json"])
    return model.predict(given.unwrap(), given.params)


def _reader_for(model: PyFuncModel) -> Reader:
    from_hints = bool(model.metadata.is_signature_from_type_hint)
    return Reader(model.metadata.get_input_schema(), is_from_hints=from_hints)


def _load(
    model_uri: str | Path,
    env_manager: str,
    options: Mapping[str, Any],
    allow_pickle: bool | None,  # noqa: FBT001 - private
) -> PyFuncModel:
    if env_manager == _LOCAL:
        return load_model(model_uri, allow_pickle=allow_pickle)
    from headwater.models.isolated.model import load_isolated  # needed for environments only

    return load_isolated(open_model(model_uri), env_manager=env_manager, allow_pickle=allow_pickle, **options)


def _read_input(data: Any, path: str | Path | None, content_type: str) -> bytes:
    if content_type not in _TYPES:
        raise InvalidParameterValue(f"Unknown content type '{content_type}'. Use one of {', '.join(_TYPES)}.")
    if (data is None) == (path is None):
        raise InvalidParameterValue("Give either `input_data` or `input_path`, not both or neither.")
    if path is not None:
        try:
            return Path(path).read_bytes()
        except OSError as error:
            raise InvalidParameterValue(f"The input '{path}' cannot be read: {error.strerror}.") from error
    if isinstance(data, str | bytes):
        return data.encode() if isinstance(data, str) else data
    if content_type == "csv":
        if not hasattr(data, "to_csv"):
            raise InvalidParameterValue(f"A '{type(data).__name__}' cannot be written as CSV. Give a frame or text.")
        return bytes(data.to_csv(index=False).encode())
    return to_serving_input(data).encode()
