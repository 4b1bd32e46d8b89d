"""The files of pipelines of Transformers: the model in `model`, tokenizer and processors in `components`."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from headwater.models.flavor import ModelFolder, Saved
from headwater.models.requirements import find_distributions
from headwater.protocol.errors import InvalidParameterValue

_MODEL, _COMPONENTS = "model", "components"
_PARTS = {
    "tokenizer": "AutoTokenizer",
    "feature_extractor": "AutoFeatureExtractor",
    "image_processor": "AutoImageProcessor",
    "processor": "AutoProcessor",
}
_CODE_KEYS = ("auto_map", "custom_pipelines")


def write_pipeline(
    save_pretrained: bool,  # noqa: FBT001 - bound by name in the flavor
    model_card: Any,
    config: Mapping[str, Any] | None,
    pipeline: Any,
    folder: Path,
) -> Saved:
    """Write the parts of a pipeline, or only the name that they have on the hub."""
    model = pipeline.model
    candidates: dict[str, Any] = {name: getattr(pipeline, name, None) for name in _PARTS}
    parts = {name: part for name, part in candidates.items() if part is not None}
    section: dict[str, Any] = {
        "task": str(pipeline.task),
        "instance_type": type(pipeline).__name__,
        "pipeline_model_type": type(model).__name__,
        "source_model_name": str(model.name_or_path),
        "torch_dtype": str(model.dtype),
        "components": list(parts),
        **{f"{name}_type": type(part).__name__ for name, part in parts.items()},
    }
    if model_card is not None:
        (folder / "model_card.md").write_text(str(model_card), encoding="utf-8")
    if save_pretrained:
        section["model_binary"] = write_parts({_MODEL: model, **parts}, folder)
    elif not section["source_model_name"]:
        raise InvalidParameterValue("save_pretrained=False keeps a name, and the model has none. Save its weights.")
    else:
        section["source_model_revision"] = getattr(model.config, "_commit_hash", None)
        section |= {f"{name}_name": section["source_model_name"] for name in parts}
    pyfunc = {"config": dict(config)} if config else {}
    return Saved(section, pyfunc, (*find_distributions("torch"), *find_distributions("accelerate")))


def write_parts(parts: Mapping[str, Any], folder: Path) -> str:
    """Write the model and the other parts of a pipeline, and return the name of the model's folder."""
    for name, part in parts.items():
        part.save_pretrained(folder / _MODEL if name == _MODEL else folder / _COMPONENTS / name)
    return _MODEL


def read_parts(folder: ModelFolder, dtype: Any = None) -> dict[str, Any]:
    """Return the model and the other parts of a pipeline by name; code that comes with them needs consent."""
    import transformers

    section = folder.section("transformers")
    trusted = bool(find_unsafe(folder))  # it was asked about before
    places = {_MODEL: _find(folder, section, _MODEL)}
    places |= {name: _find(folder, section, name) for name in section.get("components") or ()}
    kind = _find_class(str(section["pipeline_model_type"]), "AutoModel", transformers.PreTrainedModel)
    revision = section.get("source_model_revision")
    given = {"trust_remote_code": trusted, **({"revision": revision} if revision else {})}
    model_dtype = dtype or str(section.get("torch_dtype") or "auto").removeprefix("torch.")
    parts = {_MODEL: kind.from_pretrained(places[_MODEL], dtype=model_dtype, **given)}
    for name in list(places)[1:]:
        loader = getattr(transformers, _PARTS[name])
        parts[name] = loader.from_pretrained(places[name], **given)
    return parts


def find_unsafe(folder: ModelFolder) -> list[str]:
    """Return, for people, which Python files the model's configuration names."""
    return [f"the Python code that '{name}' names" for name in find_configured_code(folder.path)]


def find_configured_code(folder: Path) -> Iterator[str]:
    """Yield the JSON files below a folder by which Transformers would import Python code."""
    for path in sorted(folder.rglob("*.json")):
        try:
            values = json.loads(path.read_text(encoding="utf-8"))
        except ValueError:
            continue
        if isinstance(values, dict) and any(values.get(key) for key in _CODE_KEYS):
            yield path.relative_to(folder).as_posix()


def _find(folder: ModelFolder, section: Mapping[str, Any], name: str) -> str:
    """Return where a part is: in the model's folder, else its name on the hub."""
    if name == _MODEL and section.get("model_binary"):
        return str(folder.file(str(section["model_binary"])))
    if name != _MODEL and (folder.path / _COMPONENTS / name).exists():
        return str(folder.file(f"{_COMPONENTS}/{name}"))
    if name != _MODEL and name not in _PARTS:
        raise InvalidParameterValue(f"A pipeline has no part '{name}'. Known parts: {', '.join(_PARTS)}.")
    source = section.get("source_model_name" if name == _MODEL else f"{name}_name") or section.get("source_model_name")
    if not source:
        raise InvalidParameterValue(f"The model in '{folder.path}' lacks its part '{name}'. Download it again.")
    return str(source)


def _find_class(name: str, default: str, kind: type) -> Any:
    """Return the class of Transformers of this name."""
    import transformers

    found = getattr(transformers, name, None)
    return found if isinstance(found, type) and issubclass(found, kind) else getattr(transformers, default)
