"""The flavor for spaCy: pipelines, in spaCy's own folder."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Unpack

from headwater.models.flavor import Flavor, ModelFolder, Saved
from headwater.models.load import load_flavor
from headwater.models.log import LogOptions, log_flavor
from headwater.models.model_file import ModelInfo
from headwater.models.positional import log_by_position, save_by_position
from headwater.models.save import SaveOptions, save_flavor
from headwater.protocol.errors import InvalidParameterValue

__all__ = ["FLAVOR", "get_default_conda_env", "get_default_pip_requirements", "load_model", "log_model", "save_model"]

_FOLDER = "model.spacy"
_REGISTERED = re.compile(r'\s*@\w+\s*=\s*"([\w-]+)\.([^"]+)"')
_LOADED = ("nlp", "components")
_OWN_PACKAGES = frozenset({"spacy", "spacy-legacy"})


@save_by_position()
def save_model(spacy_model: Any, path: str | Path, **options: Unpack[SaveOptions]) -> None:
    """Save a pipeline of spaCy into a new folder; one that classifies texts can predict.

    Args:
        spacy_model: the `Language` object, such as `spacy.load` returns.
        path: the folder, absent or empty.
        options: see `SaveOptions`.

    Example:
        >>> hw.spacy.save_model(nlp, "reviews", input_example=pandas.DataFrame({"text": ["Good"]}))
    """
    save_flavor(FLAVOR, spacy_model, path, _write, options)


@log_by_position(
    "conda_env code_paths registered_model_name signature input_example pip_requirements extra_pip_requirements"
)
def log_model(spacy_model: Any, artifact_path: str | None = None, **options: Unpack[LogOptions]) -> ModelInfo:
    """Log a pipeline of spaCy as a model of the active run.

    `artifact_path` is the older word for `name`; the other arguments are those of `save_model` and `LogOptions`.

    Example:
        >>> info = hw.spacy.log_model(nlp, name="reviews", registered_model_name="reviews")
    """
    return log_flavor(FLAVOR, spacy_model, _write, artifact_path, options)


def load_model(model_uri: str | Path, dst_path: str | Path | None = None, *, allow_pickle: bool | None = None) -> Any:
    """Return the pipeline that a URI names; see `headwater.sklearn.load_model` for the arguments.

    Example:
        >>> hw.spacy.load_model("models:/reviews@champion")("Good").cats
    """
    return load_flavor(FLAVOR, model_uri, dst_path, allow_pickle=allow_pickle)


class _Predictor:
    def __init__(self, pipeline: Any, _section: Mapping[str, Any]) -> None:
        self._pipeline = pipeline

    def predict(self, data: Any, params: Mapping[str, Any] | None = None) -> Any:
        """Return the scores of each text's categories, in the column `predictions`; texts are a single column."""
        import pandas as pd

        frame = pd.DataFrame(data)
        if len(frame.columns) != 1:
            raise InvalidParameterValue(f"The model takes one column of texts; this data has {len(frame.columns)}.")
        documents = self._pipeline.pipe(frame.iloc[:, 0].astype(str), **(params or {}))
        return pd.DataFrame({"predictions": [document.cats for document in documents]})


def _write(pipeline: Any, folder: Path) -> Saved:
    from spacy.pipeline import TextCategorizer

    pipeline.to_disk(folder / _FOLDER)
    classifies = any(isinstance(component, TextCategorizer) for _, component in pipeline.pipeline)
    return Saved({"data": _FOLDER}, {"data": _FOLDER} if classifies else None)


def _load(folder: ModelFolder) -> Any:
    import spacy

    return spacy.load(folder.file(folder.data_name("spacy", _FOLDER)))


def _find_foreign(folder: ModelFolder) -> list[str]:
    """Return the parts of a pipeline whose weights other packages read, such as PyTorch, which may unpickle them."""
    config = folder.file(folder.data_name("spacy", _FOLDER) + "/config.cfg").read_text(encoding="utf-8")
    section, found = "", []
    for line in config.splitlines():
        section = line.strip("[] ") if line.startswith("[") else section
        match = _REGISTERED.match(line)
        if match and section.startswith(_LOADED) and (match[1] not in _OWN_PACKAGES or "torch" in match[2].lower()):
            found.append(f"'{match[1]}.{match[2]}' in '{section}'")
    return found


FLAVOR = Flavor(
    name="spacy",
    package="spacy",
    version_key="spacy_version",
    distributions=("spacy",),
    load=_load,
    predictor=_Predictor,
    find_unsafe=_find_foreign,
)
get_default_conda_env = FLAVOR.get_default_conda_env
get_default_pip_requirements = FLAVOR.get_default_pip_requirements
