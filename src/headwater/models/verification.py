"""Whether a model works where nothing is installed but what it says it needs."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from headwater.environments import read_installed
from headwater.models.isolated.model import load_isolated, prepare_isolated
from headwater.models.load import open_model
from headwater.models.prediction import answer_request
from headwater.protocol.errors import HeadwaterError, InvalidParameterValue


@dataclass(frozen=True, kw_only=True)
class VerifiedEnvironment:
    """An environment in which a model works.

    Attributes:
        python: its version.
        installed: everything in it, pinned.
        has_predicted: whether the model predicted its input example; one without an example was loaded only.
    """

    python: str
    installed: tuple[str, ...]
    has_predicted: bool


def verify_environment(
    model_uri: str | Path,
    *,
    pip_requirements_override: Iterable[str] | None = None,
    allow_pickle: bool | None = None,
) -> VerifiedEnvironment:
    """Load a model in a clean environment of its own requirements, and let it predict its input example there.

    Saving finds what a model needs without running it; this is the proof, on demand. The environment is the one that
    `load_model(..., env_manager="uv")` uses, and is kept for it.

    Args:
        model_uri: a path, `runs:/…`, `models:/…` and so on.
        pip_requirements_override: requirements to try: they replace the model's own of the same packages, and add
            others. `update_model_requirements` writes down those that worked.
        allow_pickle: load it even if that runs code of somebody else.

    Raises:
        InvalidParameterValue: the requirements cannot be installed, or the model cannot be loaded or fails there.
        PermissionDenied: that would run code of somebody else, and nobody allowed that.

    Example:
        >>> hw.models.verify_environment(info.model_uri).installed
        ('numpy==2.4.6', 'scikit-learn==1.9.1', 'scipy==1.17.1')
    """
    folder = open_model(model_uri)
    requirements = tuple(pip_requirements_override or ())
    with prepare_isolated(folder, allow_pickle=allow_pickle, requirements=requirements) as held:
        found = read_installed(held.python)
        body = folder.model.get_serving_input(folder.path)
        try:
            with load_isolated(folder, allow_pickle=allow_pickle, requirements=requirements) as model:
                if body is not None:
                    answer_request(model, body.encode(), "application/json")
        except Exception as error:
            said = error.message if isinstance(error, HeadwaterError) else f"{type(error).__name__}: {error}"
            raise InvalidParameterValue(
                f"The model '{model_uri}' does not work in an environment of its own requirements: {said}"
            ) from error
    return VerifiedEnvironment(python=found.python, installed=found.requirements, has_predicted=body is not None)
