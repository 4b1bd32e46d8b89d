"""The folder that an image is built from: the Dockerfile, the model, Headwater's wheel and the locked requirements."""

import platform
import shutil
import tempfile
from pathlib import Path

from headwater.environments import Description
from headwater.environments.image_names import check_python
from headwater.environments.images import LOCK_FILE, find_uv_version, lock_requirements
from headwater.environments.own_package import own_requirements, write_own_wheel
from headwater.models.consent import check_consent
from headwater.models.container.dockerfile import Image, find_system_packages
from headwater.models.environment import requirement_name
from headwater.models.flavor import ModelFolder
from headwater.models.isolated.needs import find_needs
from headwater.models.load import open_model
from headwater.models.model_file import PYFUNC
from headwater.models.pyfunc import find_unsafe
from headwater.protocol.errors import InvalidParameterValue, ResourceAlreadyExists

_FRAMES = "pandas"
"""What most models take their input as, though few need it to be loaded."""

_OLDEST_PYTHON = (3, 11)


def generate_dockerfile(
    model_uri: str | Path | None,
    output_directory: str | Path,
    *,
    base_image: str = "",
    install_java: bool = False,
    install_mlflow: bool = False,
    allow_pickle: bool | None = None,
) -> Path:
    """Write the folder from which an image is built that serves a model, and return its path.

    The image has two stages, runs as a user without rights, and answers on port 8080: `/invocations`, `/ping`, and the
    Open Inference Protocol. What is installed is locked by hashes now, so that every build gives the same packages.

    Args:
        model_uri: any that `load_model` takes; None for an image into which models are mounted at /opt/ml/model.
        output_directory: a new or empty folder.
        base_image: an image with Python and apt; default: Python's slim one of the model's version.
        install_java: for models of frameworks that need it.
        install_mlflow: install MLflow, too, if the model names it; nothing here needs it.
        allow_pickle: whether a model of somebody else may run code in the image.

    Raises:
        InvalidParameterValue: a name is none, the requirements have no solution, or the model has links to elsewhere.
        PermissionDenied: the model runs code of somebody else, and nobody allowed that.

    Example:
        >>> hw.models.generate_dockerfile("models:/churn@champion", "image")
    """
    target = Path(output_directory)
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise ResourceAlreadyExists(f"'{target}' exists and is not empty. Name a new folder.")
    folder = None if model_uri is None else open_model(model_uri)
    unsafe = find_unsafe(folder) if folder is not None else []
    if folder is not None:
        for what in unsafe:
            check_consent(what, folder, allow_pickle)
    python = _find_python(folder)
    description = _describe(folder, python, install_mlflow=install_mlflow)
    names = {requirement_name(line) for line in description.requirements}
    with tempfile.TemporaryDirectory(prefix="headwater-image-") as scratch:
        made = Path(scratch)
        wheel = write_own_wheel(made)
        (made / LOCK_FILE).write_text(lock_requirements(description), encoding="utf-8")
        image = Image(
            base=base_image or f"python:{python}-slim",
            uv=find_uv_version(),
            wheel=wheel.name,
            system_packages=find_system_packages(names, with_java=install_java),
            has_model=folder is not None,
            allow_pickle=bool(unsafe),
        )
        for name, text in image.files().items():
            (made / name).write_text(text, encoding="utf-8")
        if folder is not None:
            copy_model(folder.path, made / "model")
        _open_to_all(made)
        (made / "serve").chmod(0o755)
        shutil.copytree(made, target, dirs_exist_ok=True)
    return target


def copy_model(source: Path, target: Path) -> None:
    """Copy the files of a model; raise `InvalidParameterValue` for links that lead out of its folder."""
    root = source.resolve()
    for path in sorted(source.rglob("*")):
        place = path.resolve()
        if not place.is_relative_to(root):
            raise InvalidParameterValue(f"The model's file '{path}' is a link to elsewhere. Remove it.")
        copy = target / path.relative_to(source)
        if path.is_dir():
            copy.mkdir(parents=True, exist_ok=True)
        elif "__pycache__" not in path.parts:
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(place, copy)


def _open_to_all(folder: Path) -> None:
    """Let everybody read what an image gets: its user has no rights, whatever files are like that its maker writes."""
    folder.chmod(0o755)
    for path in folder.rglob("*"):
        path.chmod(0o755 if path.is_dir() else 0o644)


def _describe(folder: ModelFolder | None, python: str, *, install_mlflow: bool) -> Description:
    minor = ".".join(python.split(".")[:2])
    if folder is None:
        return Description(minor, ("uv", *own_requirements()))
    found = find_needs(folder, install_mlflow=install_mlflow, tables=())
    files = [line for line in found.requirements if line.startswith("/")]
    if files:
        raise InvalidParameterValue(
            f"The requirement '{Path(files[0]).name}' is a file of the model. An image takes packages of an index only."
        )
    frames = () if any(requirement_name(line) == _FRAMES for line in found.requirements) else (_FRAMES,)
    return Description(minor, (*found.requirements, *frames), found.constraints)


def _find_python(folder: ModelFolder | None) -> str:
    """Return the version of Python that a model was saved with, else ours; at least one that we run on."""
    said = "" if folder is None else str(folder.section(PYFUNC).get("python_version") or "")
    version = check_python(said) if said else platform.python_version()
    numbers = tuple(int(part) for part in version.split(".")[:2])
    return version if numbers >= _OLDEST_PYTHON else ".".join(map(str, _OLDEST_PYTHON))
