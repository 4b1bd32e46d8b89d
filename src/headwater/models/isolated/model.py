"""A model that is used like any other, and lives in a process and an environment of its own."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from headwater.environments import Held, hold_environment
from headwater.models.consent import check_consent
from headwater.models.flavor import ModelFolder
from headwater.models.isolated.needs import find_needs
from headwater.models.isolated.process import ModelProcess
from headwater.models.model_file import PYFUNC
from headwater.models.pyfunc import PyFuncModel, find_unsafe
from headwater.protocol.errors import NotSupported

UV, VIRTUALENV, LOCAL, CONDA = "uv", "virtualenv", "local", "conda"


class IsolatedModel(PyFuncModel):
    """A loaded model in a process of its own, which checks and predicts there; `close` ends it.

    Its `predict` may be called from several threads, which wait for each other.
    """

    def __init__(self, folder: ModelFolder, process: ModelProcess, model_config: dict[str, Any] | None = None) -> None:
        super().__init__(folder, None, process, model_config)
        self._process = process

    def predict(self, data: Any, params: Mapping[str, Any] | None = None) -> Any:
        """Return predictions; see `PyFuncModel.predict`. Errors of the model are raised here with their text."""
        return self._process.predict(data, params)

    @property
    def is_streaming(self) -> bool:
        """Return whether the model was saved as one that yields parts of its predictions."""
        return bool(self.metadata.flavors[PYFUNC].get("streamable"))

    def predict_stream(self, data: Any, params: Mapping[str, Any] | None = None) -> Iterator[Any]:
        """Yield parts of a prediction; see `PyFuncModel.predict_stream`."""
        return self._process.predict_stream(data, params)

    def get_raw_model(self) -> Any:
        """Raise `NotSupported`: the framework's own object is in another process."""
        raise NotSupported(
            "The model lives in a process of its own. Load it with env_manager='local' to get the object."
        )

    def unwrap_python_model(self) -> Any:
        """Raise `NotSupported`, as `get_raw_model` does."""
        return self.get_raw_model()

    def close(self) -> None:
        """End the process; a further prediction would start a new one."""
        self._process.close()


def load_isolated(
    folder: ModelFolder,
    model_config: dict[str, Any] | None = None,
    *,
    env_manager: str = UV,
    allow_pickle: bool | None = None,
    install_mlflow: bool = False,
    requirements: Iterable[str] | None = None,
    extra_envs: Mapping[str, str] | None = None,
) -> IsolatedModel:
    """Load a model in a process of its own; see `headwater.models.pyfunc.load_model`.

    Args:
        folder: the model, whose files are verified.
        model_config: replaces entries of its configuration.
        env_manager: "uv", or "virtualenv", which is the same; not "conda".
        allow_pickle: load it even if that runs code of somebody else.
        install_mlflow, requirements: see `find_needs`.
        extra_envs: environment variables for the process.
    """
    held = prepare_isolated(
        folder,
        env_manager=env_manager,
        allow_pickle=allow_pickle,
        install_mlflow=install_mlflow,
        requirements=requirements,
    )
    load = {"model_uri": str(folder.path), "model_config": model_config, "allow_pickle": True}
    process = ModelProcess(held, load, extra_envs)
    process.start()
    return IsolatedModel(folder, process, model_config)


def prepare_isolated(
    folder: ModelFolder,
    *,
    env_manager: str = UV,
    allow_pickle: bool | None = None,
    install_mlflow: bool = False,
    requirements: Iterable[str] | None = None,
) -> Held:
    """Return the environment of a model, made now unless it is there already.

    What a stranger's model installs can be any code, so that needs the same consent as loading a pickle.
    """
    if env_manager not in {UV, VIRTUALENV}:
        raise NotSupported(
            f"No environment is made by '{env_manager}'. Use 'uv', which makes one of the model's pip requirements, or "
            "'local' for the packages that are installed here."
        )
    for what in [*find_unsafe(folder), "a model with the packages that it wants installed"]:
        check_consent(what, folder, allow_pickle)
    return hold_environment(find_needs(folder, requirements, install_mlflow=install_mlflow))
