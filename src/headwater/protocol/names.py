"""The rules that names, keys and identifiers obey, with the exact messages that clients know."""

import posixpath
import re
from collections.abc import Iterable
from functools import lru_cache

from headwater.protocol.errors import InvalidParameterValue

SPOKEN_MLFLOW_VERSION = "3.17.2"
"""The version of MLflow whose verbs are spoken; other libraries compare it to know what they may call."""

MAX_EXPERIMENT_NAME = 500
MAX_ARTIFACT_LOCATION = 2048
MAX_KEY = 250
MAX_PARAM_VALUE = 6000
MAX_RUN_TAG_VALUE = 8000
MAX_EXPERIMENT_TAG_VALUE = 20000
MAX_METRICS_PER_BATCH = 1000
MAX_PARAMS_PER_BATCH = 100
MAX_TAGS_PER_BATCH = 100
MAX_ITEMS_PER_BATCH = 1000
MAX_SEARCH_RESULTS = 50000
MAX_INT64 = 2**63 - 1

RUN_NAME_TAG = "mlflow.runName"
HOST_TAG = "headwater.source.host"

_DOCS = "See the API docs for more information about request parameters."
_KEY_PATTERN = re.compile(r"[/\w.\- :]*")
_RUN_ID_PATTERN = re.compile(r"[a-zA-Z0-9][\w\-]{0,255}", re.ASCII)
_EXPERIMENT_ID_PATTERN = re.compile(r"[0-9]{1,18}", re.ASCII)
_BAD_CHARACTERS = (
    "Names may only contain alphanumerics, underscores (_), dashes (-), periods (.), spaces ( ), colon(:) "
    "and slashes (/)."
)


def missing(parameter: str) -> InvalidParameterValue:
    """Return the error for a required parameter that is absent or empty."""
    return InvalidParameterValue(f"Missing value for required parameter '{parameter}'. {_DOCS}")


def invalid(value_json: str, parameter: str, type_name: str) -> InvalidParameterValue:
    """Return the error for a value of the wrong JSON type; `value_json` is the value as JSON text."""
    return InvalidParameterValue(
        f"Invalid value {value_json} for parameter '{parameter}' supplied:  "
        f"Hint: Value was of type '{type_name}'. {_DOCS}"
    )


def require(parameter: str, value: str) -> str:
    """Return `value`, or raise if it is empty: an empty string counts as missing."""
    if not value:
        raise missing(parameter)
    return value


def check_text(parameter: str, value: object) -> None:
    """Raise unless `value` is a text."""
    if not isinstance(value, str):
        raise InvalidParameterValue(
            f"Invalid value '{str(value)[:100]}' of type '{type(value).__name__}' for parameter '{parameter}'. "
            "Give a str."
        )


def check_length(label: str, value: str, limit: int) -> None:
    """Raise unless `value` has at most `limit` characters."""
    if len(value) > limit:
        raise InvalidParameterValue(f"'{label}' exceeds the maximum length of {limit} characters")


def check_no_nul(label: str, value: str) -> None:
    """Raise unless `value` is a text without a NUL or a lone surrogate, which no database keeps."""
    check_text(label, value)
    if "\0" in value:
        raise InvalidParameterValue(f"'{label}' must not contain a NUL character. Remove it and try again.")
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError as error:
            message = f"'{label}' is not valid Unicode (a lone surrogate). Remove it and try again."
            raise InvalidParameterValue(message) from error


@lru_cache(maxsize=65536)
def _key_fault(key: str) -> str | None:
    if not _KEY_PATTERN.fullmatch(key):
        return _BAD_CHARACTERS
    normal = posixpath.normpath(key)
    if normal != key or normal == "." or normal.startswith(("..", "/")):
        return (
            "Names may be treated as files in certain cases, and must not resolve to other names when treated as "
            f"such. This name would resolve to '{normal}'"
        )
    return None


def check_key(parameter: str, key: str, label: str = "key") -> None:
    """Raise unless `key` may name a param, metric or tag.

    Args:
        parameter: where it stands in the request, such as `metrics[0].name`, for the message.
        key: the name itself, at most 250 characters.
        label: what it is called when it is too long, such as `Param key`.
    """
    check_text(parameter, key)
    if not key:
        raise missing(parameter)
    if fault := _key_fault(key):
        raise InvalidParameterValue(f"Invalid value \"{key}\" for parameter '{parameter}' supplied: {fault}")
    check_length(label, key, MAX_KEY)


def check_first_tag(parameter: str, key: str) -> None:
    """Raise unless a run may begin with a tag of this key, for which any letters will do, as in MLflow."""
    require(parameter, key)
    check_no_nul(parameter, key)
    check_length("key", key, MAX_KEY)


def check_keys(kind: str, field: str, keys: Iterable[str], label: str) -> None:
    """Raise at the first of `keys` that may not be a key; `kind[index].field` names it in the message."""
    listed = list(keys)
    if any(not key or len(key) > MAX_KEY or _key_fault(key) for key in set(listed)):
        for index, key in enumerate(listed):
            check_key(f"{kind}[{index}].{field}", key, label)


def check_run_id(run_id: str) -> str:
    """Return `run_id`, or raise if it cannot be one."""
    check_text("run_id", run_id)
    require("run_id", run_id)
    if not _RUN_ID_PATTERN.fullmatch(run_id):
        raise InvalidParameterValue(f"Invalid run ID: '{run_id}'. A run ID has letters, digits, '_' and '-' only.")
    return run_id


def check_model_id(model_id: str) -> str:
    """Return `model_id`, or raise if it cannot be one."""
    require("model_id", model_id)
    if not _RUN_ID_PATTERN.fullmatch(model_id):
        raise InvalidParameterValue(
            f"Invalid model ID: '{model_id[:300]}'. A model ID has letters, digits, '_' and '-' only."
        )
    return model_id


def check_experiment_id(experiment_id: str) -> int:
    """Return the number that `experiment_id` spells, or raise if it is missing or not a decimal integer."""
    require("experiment_id", experiment_id)
    if not _EXPERIMENT_ID_PATTERN.fullmatch(experiment_id):
        raise InvalidParameterValue(f"Invalid experiment ID '{experiment_id}'. Experiment ID must be a valid integer.")
    return int(experiment_id)


def check_timestamp(parameter: str, timestamp: int) -> None:
    """Raise unless `timestamp` is a number of milliseconds ≥ 0 that fits 64 bits."""
    if not 0 <= timestamp <= MAX_INT64:
        raise InvalidParameterValue(
            f"Invalid value {timestamp} for parameter '{parameter}' supplied: "
            "timestamps are milliseconds since 1970, from 0 to 9223372036854775807."
        )


def check_step(parameter: str, step: int) -> None:
    """Raise unless `step` fits 64 bits."""
    if not -MAX_INT64 - 1 <= step <= MAX_INT64:
        raise InvalidParameterValue(
            f"Invalid value {step} for parameter '{parameter}' supplied: steps are signed 64-bit integers."
        )


def check_max_results(value: int, limit: int = MAX_SEARCH_RESULTS) -> None:
    """Raise unless 1 ≤ `value` ≤ `limit`."""
    prefix = f"Invalid value {value} for parameter 'max_results' supplied."
    if value < 1:
        raise InvalidParameterValue(f"{prefix} It must be a positive integer")
    if value > limit:
        raise InvalidParameterValue(f"{prefix} It must be at most {limit}")
