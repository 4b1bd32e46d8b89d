"""The files of SHAP's explainers: a pickle, and the model that is explained by the flavor of its framework."""

from importlib import import_module
from pathlib import Path
from typing import Any

from headwater.models.flavor import ModelFolder, Saved, find_flavor
from headwater.models.load import load_opened, open_model

_FILE, _MODEL = "explainer.shap", "underlying_model"
_UNKNOWN = "unknown"


def get_underlying_model_flavor(model: Any) -> str:
    """Return the flavor that can keep the model of an explainer: "sklearn", "pytorch" or "unknown".

    Only a model that SHAP wraps is kept apart: the method of an estimator, or a module.
    """
    inner = getattr(model, "inner_model", None)
    owner = getattr(inner, "__self__", None)
    kinds = [kind.__module__.partition(".")[0] for kind in type(owner).__mro__]
    if "sklearn" in kinds:
        return "sklearn"
    return "pytorch" if "torch" in [kind.__module__.partition(".")[0] for kind in type(inner).__mro__] else _UNKNOWN


def write_explainer(serialize_model_using_mlflow: bool, explainer: Any, folder: Path) -> Saved:  # noqa: FBT001
    """Write an explainer, and its model apart if that is asked for and its framework is known."""
    model: Any = getattr(explainer, "model", None)
    flavor = get_underlying_model_flavor(model) if serialize_model_using_mlflow else None
    is_apart = flavor in {"sklearn", "pytorch"}
    if is_apart:
        owner = model.inner_model.__self__ if flavor == "sklearn" else model.inner_model
        import_module(f"headwater.flavors.{flavor}").save_model(owner, folder / _MODEL)
    with (folder / _FILE).open("wb") as stream:
        explainer.save(stream, **({"model_saver": False} if is_apart else {}))
    section = {"serialized_explainer": _FILE, "underlying_model_flavor": flavor}
    return Saved(section, {"model_path": _FILE, "underlying_model_flavor": flavor})


def read_explainer(folder: ModelFolder) -> Any:
    """Return an explainer, with consent."""
    import shap

    section = folder.section("shap")
    name = section.get("underlying_model_flavor")
    load = {}
    if name not in {None, _UNKNOWN}:
        inner = open_model(folder.file(_MODEL))
        native = load_opened(find_flavor(str(name)), inner, allow_pickle=True)  # it is part of what was allowed
        model = shap.models.Model(native.predict if name == "sklearn" else native)
        load["model_loader"] = lambda _stream: model
    with folder.file(str(section.get("serialized_explainer") or _FILE)).open("rb") as stream:
        return shap.Explainer.load(stream, **load)


def find_unsafe(folder: ModelFolder) -> list[str]:
    """Return, for people, the pickle that every explainer is."""
    return [f"the pickle '{folder.section('shap').get('serialized_explainer') or _FILE}'"]
