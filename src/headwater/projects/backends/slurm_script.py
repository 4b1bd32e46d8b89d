"""The script that sbatch takes, from what the user says to the backend."""

import re
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from headwater.projects.backends.backend import Job
from headwater.projects.backends.settings import read_names
from headwater.protocol.errors import InvalidParameterValue

OPTIONS: dict[str, type] = {
    "partition": str,
    "time": str,
    "gpus": str,
    "gres": str,
    "nodes": str,
    "ntasks": int,
    "cpus-per-task": int,
    "mem": str,
    "account": str,
    "qos": str,
    "constraint": str,
    "reservation": str,
}
"""Options of sbatch that have a name of their own here; `options` takes the others."""

STATUS_FILE = "status"
_VALUE = re.compile(r"[A-Za-z0-9_.,:;=+@/%\[\]*&|()~^-]+", re.ASCII)
_OPTION = re.compile(r"--([a-z][a-z0-9-]*)(?:=([^\s].*))?", re.ASCII)
_OURS = frozenset({"output", "error", "chdir", "export", "export-file", "parsable", "wrap", "array", "wait", "hold"})
_NOT_NAME = re.compile(r"[^A-Za-z0-9_.-]+")


def make_script(job: Job, settings: Mapping[str, Any], folder: Path) -> str:
    """Return the text of the script, which leaves the command's status in a file of `folder`.

    Raises `InvalidParameterValue` for options that cannot be ones of sbatch, or that are set here.
    """
    name = _NOT_NAME.sub("-", job.project.name).strip("-") or "headwater"
    options = [_option(key, str(settings[key])) for key in OPTIONS if key in settings]
    options += [_check_option(text) for text in read_names("options", settings.get("options", []))]
    programs = ":".join(map(str, job.path))
    return "\n".join(
        [
            "#!/bin/bash",
            f"#SBATCH --job-name={name}",
            *(f"#SBATCH {option}" for option in options),
            "",
            *read_names("setup", settings.get("setup", [])),
            *([f'export PATH={shlex.quote(programs)}:"$PATH"'] if programs else []),
            f"cd {shlex.quote(str(job.folder))} || exit",
            f'bash -c "${{{COMMAND_VARIABLE}}}"',
            "code=$?",
            f"echo $code > {shlex.quote(str(folder / STATUS_FILE))}",
            "exit $code",
            "",
        ]
    )


COMMAND_VARIABLE = "HEADWATER_COMMAND"


def _option(name: str, value: str) -> str:
    if not _VALUE.fullmatch(value):
        raise InvalidParameterValue(
            f"The option '{name}' of backend 'slurm' is '{value}'. Give what `sbatch --{name}=` takes, without spaces "
            "and quotes."
        )
    return f"--{name}={value}"


def _check_option(text: str) -> str:
    match = _OPTION.fullmatch(text)
    if match is None:
        raise InvalidParameterValue(f"'{text}' is no option of sbatch. Give it as --name or --name=value.")
    if match[1] in _OURS:
        raise InvalidParameterValue(f"The option '{text}' of sbatch is set by Headwater. Leave it out.")
    return text if match[2] is None else _option(match[1], match[2])
