"""What a job needs to know of this machine when it runs on another one: where runs are kept, and where files are."""

import ipaddress
from pathlib import Path, PurePosixPath
from urllib.parse import urlsplit

from headwater import config
from headwater.environments import Description
from headwater.projects.backends.backend import Job
from headwater.protocol.errors import InvalidParameterValue

_LAST_S = "60"
TRACKING_NAMES = (config.TRACKING_URI.name, config.TRACKING_URI.mlflow_name)


def is_file_uri(uri: str) -> bool:
    """Return whether a tracking URI names a file or folder."""
    return urlsplit(uri).scheme in {"", "file", "sqlite"} or uri.startswith("sqlite:")


def is_loopback(uri: str) -> bool:
    """Return whether a URI names this machine to itself only."""
    host = urlsplit(uri).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def with_tracking_uri(job: Job, uri: str) -> dict[str, str]:
    """Return the variables of a job, with another URI of the same store if one is given."""
    return {**job.variables, **(dict.fromkeys(TRACKING_NAMES, uri) if uri else {})}


def variables_elsewhere(job: Job, uri: str, backend: str) -> dict[str, str]:
    """Return the variables of a job for another machine, where `uri`, if given, is that of the store.

    Raises `InvalidParameterValue` for a store that cannot be reached from there.
    """
    variables = with_tracking_uri(job, uri)
    place = variables[config.TRACKING_URI.name]
    if is_file_uri(place) or (is_loopback(place) and not uri):
        raise InvalidParameterValue(
            f"Runs are kept in '{place}', which a job of '{backend}' cannot reach. Log to a `headwater server` that it "
            "can reach, or say what this one is called there by 'tracking-uri' in the backend_config."
        )
    return variables


def values_elsewhere(job: Job, root: str, backend: str) -> dict[str, str]:
    """Return the variables of a job's command, with files of the project where its copy in `root` has them.

    Raises `InvalidParameterValue` for files that are outside of the project, which the copy lacks.
    """
    values = dict(job.command.variables)
    folder = job.folder.resolve()
    for name in job.command.paths:
        path = Path(values[name]).resolve()
        if not path.is_relative_to(folder):
            raise InvalidParameterValue(
                f"The file '{path}' is on this machine and outside of the project, so a job of '{backend}' lacks it. "
                "Put it into the project, or declare the parameter as a uri that the project reads itself."
            )
        values[name] = str(PurePosixPath(root, path.relative_to(folder).as_posix()))
    return values


def lasting_variables() -> dict[str, str]:
    """Return variables for a job whose disk is gone once it ends: it waits longer for what it logged to arrive."""
    return {config.EXIT_TIMEOUT_S.name: _LAST_S}


def check_packages(described: Description) -> Description:
    """Return what is to be installed elsewhere; raise `InvalidParameterValue` for what only conda can make."""
    if described.conda:
        raise InvalidParameterValue(
            "The project's environment is one for conda, which is not made in images and on clusters. Name an image "
            "that has it as docker_env, or use the env_manager 'uv', which translates it."
        )
    return described
