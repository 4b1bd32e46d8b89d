"""What predicts chunks of rows wherever it is sent: in this process, or in those of an engine."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

from headwater import config
from headwater.models.batch.predictions import Columns, add_kept, name_predictions
from headwater.models.load import open_model
from headwater.models.model_file import PYFUNC
from headwater.models.pyfunc import PyFuncModel, load_model, merge_config
from headwater.protocol.errors import HeadwaterError, InvalidParameterValue

LOCAL = "local"


@dataclass(frozen=True)
class ChunkScorer:
    """A model by its URI, which each process loads once, when it gets its first rows.

    Attributes:
        model_uri: means the same model for ever, and for every process: see `pin_uri`.
        params: of the prediction.
        kept: columns of the input that stay beside the predictions.
        allow_pickle: consent that was given where the scorer was made.
        tracking_uri: where a model is that is named by a run, a version and so on.
        environment: variables to set in each process before the model is loaded.
        env_manager: "local", or "uv" for a process in an environment of the model's own, on each machine.
        install_mlflow, requirements: of that environment; see `find_needs`.
        model_config: see `load_model`.
    """

    model_uri: str
    params: Mapping[str, Any] | None = None
    kept: tuple[str, ...] = ()
    allow_pickle: bool | None = None
    tracking_uri: str = field(default_factory=lambda: config.TRACKING_URI.get())
    registry_uri: str = field(default_factory=lambda: config.REGISTRY_URI.get())
    environment: tuple[tuple[str, str], ...] = ()
    env_manager: str = LOCAL
    install_mlflow: bool = False
    requirements: tuple[str, ...] = ()
    model_config: str | Mapping[str, Any] | None = None

    def model(self) -> PyFuncModel:
        """Return the model, loaded in this process now unless it has been."""
        return _load(_Key(self))

    def score(self, frame: Any) -> Columns:
        """Return the columns that are kept and the predictions of a pandas frame.

        Raises `InvalidParameterValue` if the rows do not fit the model's signature, or the model fails on them.
        """
        model = self.model()
        try:
            result = model.predict(frame, self.params)
        except HeadwaterError:
            raise
        except Exception as error:
            raise InvalidParameterValue(
                f"The model failed on rows with the columns {list(frame.columns)[:20]}: {type(error).__name__}: {error}"
            ) from error
        return add_kept(name_predictions(result, len(frame)), frame, self.kept)

    def score_frame(self, frame: Any) -> Any:
        """Return the same as a pandas frame with the index of the given one."""
        import pandas as pd

        return pd.DataFrame(self.score(frame), index=frame.index)


class _Key:
    """A scorer by what its model depends on, params and kept columns left out."""

    def __init__(self, scorer: ChunkScorer) -> None:
        self.scorer = replace(scorer, params=None, kept=())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Key) and self.scorer == other.scorer

    def __hash__(self) -> int:
        return hash(self.scorer.model_uri)


@lru_cache(maxsize=2)
def _load(key: _Key) -> PyFuncModel:
    scorer = key.scorer
    config.set_environment(dict(scorer.environment))
    for setting, uri in ((config.TRACKING_URI, scorer.tracking_uri), (config.REGISTRY_URI, scorer.registry_uri)):
        if uri:
            setting.set(uri)
    if scorer.env_manager == LOCAL:
        return load_model(
            scorer.model_uri, allow_pickle=scorer.allow_pickle, suppress_warnings=True, model_config=scorer.model_config
        )
    from headwater.models.isolated.model import load_isolated  # needed for environments only

    folder = open_model(scorer.model_uri)
    return load_isolated(
        folder,
        merge_config(folder.section(PYFUNC).get("config"), scorer.model_config),
        env_manager=scorer.env_manager,
        allow_pickle=scorer.allow_pickle,
        install_mlflow=scorer.install_mlflow,
        requirements=scorer.requirements,
        extra_envs=dict(scorer.environment),
    )
