"""Weights that a model of Transformers was saved without, added to it afterwards."""

import shutil
from pathlib import Path

from headwater.flavors.transformers_files import find_unsafe, read_parts, write_parts
from headwater.models.consent import check_consent, is_own, remember_own
from headwater.models.editing import find_changeable
from headwater.models.load import open_model
from headwater.models.save import write_description
from headwater.tracking.artifact_files import collect_files, temporary_folder, upload_tree


def persist_pretrained_model(model_uri: str | Path) -> None:
    """Add the weights to a model that was saved with `save_pretrained=False`, which then needs no hub.

    Args:
        model_uri: a path, `runs:/…`, `models:/m-…` or the address of the files; not a version of a registered model,
            which never changes. A model that has its weights stays as it is.

    Example:
        >>> hw.transformers.persist_pretrained_model(info.model_uri)
    """
    place = find_changeable(model_uri)
    folder = temporary_folder()
    try:
        opened = open_model(model_uri, folder)
        section = opened.section("transformers")
        if section.get("model_binary"):
            return
        for what in find_unsafe(opened):
            check_consent(what, opened)
        section["model_binary"] = write_parts(read_parts(opened), opened.path)
        section.pop("source_model_revision", None)
        digest = write_description(opened.model, opened.path)
        if isinstance(place, Path):
            shutil.copytree(opened.path, place, dirs_exist_ok=True)
        else:
            upload_tree(place.store, place.root, collect_files(opened.path, place.path))
        if is_own(opened.manifest_digest) and not find_unsafe(opened):  # code that came from the hub is nobody's own
            remember_own(digest)
    finally:
        shutil.rmtree(folder)
