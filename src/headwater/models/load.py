"""Loading a model: everything that is the same for every flavor."""

from pathlib import Path
from typing import Any

from headwater.models.code_paths import add_code, find_code_folder
from headwater.models.consent import ALLOW_PICKLE, check_consent
from headwater.models.environment import REQUIREMENTS_FILE
from headwater.models.fetch import fetch_model
from headwater.models.flavor import Flavor, ModelFolder
from headwater.models.manifest import verify_manifest
from headwater.models.model_file import MODEL_FILE, read_model_file
from headwater.protocol.errors import NotSupported


def open_model(model_uri: str | Path, dst_path: str | Path | None = None) -> ModelFolder:
    """Return the model that a URI names, on this machine and with its files verified; nothing of it runs.

    Raises `ResourceDoesNotExist` if there is none, `DataLoss` if a file is not the one that was saved.
    """
    folder = fetch_model(str(model_uri), dst_path)
    model = read_model_file(folder / MODEL_FILE, str(model_uri))
    return ModelFolder(folder, model, verify_manifest(folder))


def load_flavor(
    flavor: Flavor,
    model_uri: str | Path,
    dst_path: str | Path | None = None,
    *,
    allow_pickle: bool | None = None,
    **options: Any,
) -> Any:
    """Return the framework's own object of the model that a URI names.

    Args:
        flavor: the framework.
        model_uri: see `fetch_model`.
        dst_path: where to put a copy of the files.
        allow_pickle: load it even if that runs code of somebody else.
        options: what the flavor's `load` takes.
    """
    folder = open_model(model_uri, dst_path)
    folder.section(flavor.name)
    return load_opened(flavor, folder, allow_pickle=allow_pickle, **options)


def load_opened(flavor: Flavor, folder: ModelFolder, *, allow_pickle: bool | None = None, **options: Any) -> Any:
    """Return the framework's own object of a model, once the code that loading it runs is allowed."""
    token = ALLOW_PICKLE.set(allow_pickle or ALLOW_PICKLE.get())
    try:
        for what in [*flavor.find_unsafe(folder), *find_code(folder)]:
            check_consent(what, folder, allow_pickle)
        add_code(folder)
        return flavor.load(folder, **options)
    except ModuleNotFoundError as error:
        raise NotSupported(
            f"The model in '{folder.path}' needs the module '{error.name}', which is not installed. Install what it "
            f"was saved with: pip install -r '{folder.path / REQUIREMENTS_FILE}'. If that does not bring the module, "
            "add its package: headwater.models.update_model_requirements(uri, 'add', [package])"
        ) from error
    finally:
        ALLOW_PICKLE.reset(token)


def find_code(folder: ModelFolder) -> list[str]:
    """Return, for people, which Python files of its own a model brings, if any."""
    code = find_code_folder(folder.model)
    return [f"the Python files in '{code}'"] if code else []
