"""The file `MLmodel`: what a model is, which frameworks can load it, and how it is called."""

import json
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml

from headwater.models.schema.example import load_example, load_example_params, load_serving_input
from headwater.models.schema.signature import ModelSignature
from headwater.models.schema.types import ParamSchema, Schema
from headwater.protocol.errors import InvalidParameterValue, ResourceDoesNotExist
from headwater.protocol.names import SPOKEN_MLFLOW_VERSION
from headwater.version import __version__

MODEL_FILE = "MLmodel"
PYFUNC = "python_function"
_MAX_VALUES = 100_000

_OMITTED = frozenset({"artifact_path", "run_id", "signature", "saved_input_example_info", "metadata", "resources"}) | {
    "auth_policy",
    "env_vars",
    "model_size_bytes",
}
"""Keys that are left out where there is nothing to say; of the others, `null` is written."""


class Model:
    """What a file `MLmodel` says; every key is an attribute, and unknown keys are kept in `extra`.

    Example:
        >>> model = Model.load("runs:/0a1b/model")
        >>> model.flavors["sklearn"]["sklearn_version"]
        '1.7.2'
    """

    def __init__(
        self,
        artifact_path: str | None = None,
        run_id: str | None = None,
        utc_time_created: str | datetime | None = None,
        flavors: dict[str, dict[str, Any]] | None = None,
        signature: ModelSignature | None = None,
        saved_input_example_info: dict[str, Any] | None = None,
        model_uuid: str | None = None,
        mlflow_version: str | None = SPOKEN_MLFLOW_VERSION,
        metadata: dict[str, Any] | None = None,
        model_size_bytes: int | None = None,
        resources: Any = None,
        env_vars: list[str] | None = None,
        auth_policy: Any = None,
        model_id: str | None = None,
        prompts: list[str] | None = None,
        is_signature_from_type_hint: bool = False,  # noqa: FBT001 - a key of the file, given by name
        type_hint_from_example: bool = False,  # noqa: FBT001
        headwater_version: str | None = None,
        **extra: Any,
    ) -> None:
        created = utc_time_created or datetime.now(UTC).replace(tzinfo=None)
        self.artifact_path = artifact_path
        self.run_id = run_id
        self.utc_time_created = str(created)
        self.flavors = flavors if flavors is not None else {}
        self.signature = signature
        self.saved_input_example_info = saved_input_example_info
        self.model_uuid = model_uuid or uuid.uuid4().hex
        self.mlflow_version = mlflow_version
        self.metadata = metadata
        self.model_size_bytes = model_size_bytes
        self.resources = resources
        self.env_vars = env_vars
        self.auth_policy = auth_policy
        self.model_id = model_id
        self.prompts = prompts
        self.is_signature_from_type_hint = is_signature_from_type_hint
        self.type_hint_from_example = type_hint_from_example
        self.headwater_version = headwater_version
        self.extra = extra

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Model) and self.to_dict() == other.to_dict()

    __hash__ = None  # type: ignore[assignment]  # it can be changed

    def __repr__(self) -> str:
        return f"<Model {self.model_id or self.model_uuid} {'+'.join(sorted(self.flavors))}>"

    def add_flavor(self, name: str, **params: Any) -> "Model":
        """Say how a framework loads the model, and return the same object."""
        self.flavors[name] = params
        return self

    def get_input_schema(self) -> Schema | None:
        """Return the columns or tensors that the model takes, None if unknown."""
        return self.signature.inputs if self.signature else None

    def get_output_schema(self) -> Schema | None:
        """Return the columns or tensors that the model returns, None if unknown."""
        return self.signature.outputs if self.signature else None

    def get_params_schema(self) -> ParamSchema | None:
        """Return the params that inference takes, None if unknown."""
        return self.signature.params if self.signature else None

    def load_input_example(self, path: str | Path | None = None) -> Any:
        """Return the input example kept in the model's folder, without its params; None if there is none.

        Its columns or arrays have the types of the signature.
        """
        info = self.saved_input_example_info
        return load_example(self._folder(path), info, self.get_input_schema()) if info else None

    def load_input_example_params(self, path: str | Path | None = None) -> dict[str, Any] | None:
        """Return the params of the input example, None if there are none."""
        info = self.saved_input_example_info
        return load_example_params(self._folder(path), info) if info else None

    def get_serving_input(self, path: str | Path | None = None) -> str | None:
        """Return the body of a request that scores the input example, None if there is none."""
        info = self.saved_input_example_info
        return load_serving_input(self._folder(path), info) if info else None

    def to_dict(self) -> dict[str, Any]:
        """Return the keys and values of the file."""
        values = {key: value for key, value in vars(self).items() if key not in {"extra", "signature"}}
        values["signature"] = self.signature.to_dict() if self.signature else None
        if self.headwater_version is None:
            del values["headwater_version"]
        kept = {key: value for key, value in values.items() if value is not None or key not in _OMITTED}
        return {**self.extra, **kept}

    def to_yaml(self, stream: Any = None) -> Any:
        """Return the text of the file, keys sorted; or write it to a stream."""
        return yaml.dump(self.to_dict(), stream, Dumper=_Dumper, default_flow_style=False, allow_unicode=True)

    def to_json(self) -> str:
        """Return the same as JSON."""
        return json.dumps(self.to_dict())

    def save(self, path: str | Path) -> None:
        """Write the file."""
        Path(path).write_text(self.to_yaml(), encoding="utf-8")

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> "Model":
        """Return the model that the keys of a file describe; unknown keys are kept."""
        values = dict(values)
        if isinstance(signature := values.get("signature"), dict):
            values["signature"] = ModelSignature.from_dict(signature)
        return cls(**{"mlflow_version": None, **values})

    @classmethod
    def load(cls, path: str | Path) -> "Model":
        """Return what the file says of the model at a path or URI, which names its folder or the file itself.

        Raises `ResourceDoesNotExist` if there is no such file, `InvalidParameterValue` if it cannot be read.
        """
        from headwater.models.fetch import fetch_file  # which reads this module

        return read_model_file(fetch_file(str(path), MODEL_FILE), str(path))

    @classmethod
    def log(
        cls,
        artifact_path: str | None = None,
        flavor: Any = None,
        registered_model_name: str | None = None,
        metadata: dict[str, Any] | None = None,
        run_id: str | None = None,
        name: str | None = None,
        **kwargs: Any,
    ) -> "ModelInfo":
        """Log a model by the `save_model` of any module, also of one that was written for MLflow.

        Args:
            artifact_path: the older word for `name`.
            flavor: the module; its `save_model` gets `path`, `mlflow_model` and what is left of `kwargs`.
            registered_model_name: make a version of this registered model of it.
            metadata: a dict of anything, kept in `MLmodel`.
            run_id: the run that made it; default: the active run, else a new one.
            name: the model's name; default: "model".
            kwargs: the other arguments of every `log_model`, such as `tags`, and those of `save_model`.
        """
        from headwater.models.log import log_by_module  # which reads this module

        given = {"registered_model_name": registered_model_name, "run_id": run_id, "name": name, **kwargs}
        return log_by_module(flavor, artifact_path, metadata, given)

    def _folder(self, path: str | Path | None) -> Path:
        from headwater.models.fetch import fetch_model  # which reads this module

        where = path or (f"models:/{self.model_id}" if self.model_id else self.artifact_path)
        if where is None:
            raise InvalidParameterValue("Say where the model's folder is: it was neither logged nor saved yet.")
        return fetch_model(str(where))


def read_model_file(file: Path, where: str = "") -> Model:
    """Return what a file `MLmodel` of this machine says; `where` it came from is for errors."""
    where = where or str(file)
    try:
        text = file.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        raise ResourceDoesNotExist(
            f'Could not find an "{MODEL_FILE}" configuration file at "{where}". Give the URI of a model\'s folder.'
        ) from None
    try:
        values = yaml.load(text.decode(), Loader=_Loader)  # noqa: S506 - a safe loader
        _check_size(values)
    except (yaml.YAMLError, RecursionError, UnicodeDecodeError) as error:
        raise InvalidParameterValue(f"The file {MODEL_FILE} at '{where}' cannot be read: {error}.") from error
    flavors = values.get("flavors") if isinstance(values, dict) else None
    if not isinstance(flavors, dict) or not all(isinstance(section, dict) for section in flavors.values()):
        raise InvalidParameterValue(f"The file {MODEL_FILE} at '{where}' names no flavors. It is no model's.")
    try:
        return Model.from_dict({str(key): value for key, value in values.items()})
    except (TypeError, ValueError) as error:
        raise InvalidParameterValue(f"The file {MODEL_FILE} at '{where}' cannot be read: {error}.") from error


def _check_size(value: Any, left: int = _MAX_VALUES) -> int:
    """Return how many values of `left` remain after those within `value`, whose aliases count each time."""
    if left < 0:
        raise yaml.YAMLError(f"its aliases make more than {_MAX_VALUES} values of it")
    if isinstance(value, dict):
        value = [*value, *value.values()]
    if isinstance(value, list):
        for item in value:
            left = _check_size(item, left - 1)
    return left


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]  # whichever is there
    """A safe loader that leaves dates as text."""


class _Dumper(getattr(yaml, "CSafeDumper", yaml.SafeDumper)):  # type: ignore[misc]  # whichever is there
    """A safe dumper that writes what stands twice twice."""

    def ignore_aliases(self, _data: Any) -> bool:
        return True


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


@dataclass(frozen=True, kw_only=True)
class ModelInfo:
    """What is known about a model that was logged or looked up."""

    artifact_path: str | None
    flavors: dict[str, dict[str, Any]]
    model_uri: str
    model_uuid: str
    run_id: str | None
    saved_input_example_info: dict[str, Any] | None
    signature: ModelSignature | None
    utc_time_created: str
    mlflow_version: str | None
    metadata: dict[str, Any] | None = None
    registered_model_version: int | None = None
    env_vars: list[str] | None = None
    prompts: list[str] | None = None
    model_id: str | None = None
    name: str | None = None
    params: dict[str, str] | None = None
    tags: dict[str, str] | None = None
    metrics: list[Any] | None = None
    creation_timestamp: int | None = None

    @property
    def signature_dict(self) -> dict[str, Any] | None:
        """Return the signature as the file has it."""
        return self.signature.to_dict() if self.signature else None


def new_model(**values: Any) -> Model:
    """Return a description to be filled, which says that we write it."""
    return Model(headwater_version=__version__, **values)
