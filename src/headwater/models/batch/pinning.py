"""A model as every process of an engine gets the same: one version, consent given once, by whoever asked."""

from pathlib import Path

from headwater.models.consent import check_consent
from headwater.models.flavor import ModelFolder
from headwater.models.load import open_model
from headwater.models.scoring.following import identify
from headwater.protocol.errors import PermissionDenied
from headwater.tracking.artifact_files import local_folder


def pin_uri(model_uri: str | Path) -> str:
    """Return a URI that means for ever what this one means now, from whatever folder it is used."""
    folder = local_folder(str(model_uri))
    return str(folder.resolve()) if folder is not None else identify(str(model_uri)).uri


def open_pinned(model_uri: str, allow_pickle: bool | None) -> tuple[ModelFolder, bool]:  # noqa: FBT001
    """Return the model on this machine, and whether what it runs when it is loaded may run in other processes, too.

    They may be of another user, or on machines that do not know which models are this user's own.
    """
    folder = open_model(model_uri)
    try:
        check_consent("the model", folder, allow_pickle)
    except PermissionDenied:
        return folder, False
    return folder, True
