"""What is kept of how a run came to be, and the plan to carry it out again."""

import re
import shlex
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote, urlsplit

import msgspec

from headwater.config import RUN_NUMBER
from headwater.environments import Description
from headwater.projects.command import escape_braces
from headwater.projects.environment import LOCAL, UV
from headwater.projects.plan import Plan, plan_source
from headwater.projects.project_file import EntryPoint, Project
from headwater.projects.record import DIFF_FILE, RECORD_FILE, ProjectRecord
from headwater.projects.source import Source, fetch_source
from headwater.protocol.errors import DataLoss, InvalidParameterValue, ResourceDoesNotExist
from headwater.tracking.client import Client
from headwater.tracking.program import CELLS_FILE, PROGRAM_FILE, Program

REPRODUCES_TAG = "headwater.reproduces"
PATCH_FILE = "code/diff.patch"
REQUIREMENTS_FILE = "code/requirements.txt"
_CODE = "code"
_STARS = "***"


def plan_again(client: Client, run_id: str, env_manager: str, scratch: Path, caveats: list[str]) -> Plan:
    """Return how to carry out a run again, with its changed code in the folder `scratch`.

    What cannot be made the same is added to `caveats`, for people.

    Raises:
        ResourceDoesNotExist: nothing is kept of how it came to be, or its code is gone.
        DataLoss: its changes do not fit its commit.
        InvalidParameterValue: its command line held a secret.
    """
    if env_manager not in {UV, LOCAL}:
        raise InvalidParameterValue(f"Invalid env_manager '{env_manager}'. Use 'uv' or 'local'.")
    if env_manager == LOCAL:
        caveats.append("the environment is this process's, not the one of the original")
    origin = find_origin(client, run_id)
    if (file := fetch_file(client, origin, RECORD_FILE)) is not None:
        project = msgspec.json.decode(file.read_bytes(), type=ProjectRecord)
        return _plan_project(client, origin, project, env_manager, scratch, caveats)
    if (file := fetch_file(client, origin, f"{_CODE}/{PROGRAM_FILE}")) is not None:
        program = msgspec.json.decode(file.read_bytes(), type=Program)
        return _plan_program(client, origin, program, env_manager, scratch, caveats)
    raise ResourceDoesNotExist(
        f"Nothing is kept of how run '{run_id}' came to be. Runs of `headwater run`, and those that captured their "
        "code (HEADWATER_CAPTURE=code), can be reproduced."
    )


def _plan_project(
    client: Client, run_id: str, record: ProjectRecord, env_manager: str, scratch: Path, caveats: list[str]
) -> Plan:
    uri = record.uri
    if record.remote and not _is_here(uri):
        uri = f"{record.remote}#{record.inside}".removesuffix("#.")
        caveats.append(f"'{record.uri}' is not here: the code is that of '{uri}'")
    source = replace(_restore(client, run_id, uri, record.commit, DIFF_FILE, scratch, caveats), uri=record.uri)
    environment = None
    if env_manager == UV and record.conda:
        environment = Description(conda=record.conda)
        caveats.append("conda makes the environment anew: versions that its file leaves open may be others")
    elif env_manager == UV:
        environment = Description(record.python, tuple(record.installed))
    return plan_source(source, record.entry_point, record.parameters, env_manager, environment)


def _plan_program(
    client: Client, run_id: str, program: Program, env_manager: str, scratch: Path, caveats: list[str]
) -> Plan:
    if any(_STARS in word for word in program.command):
        raise InvalidParameterValue(
            f"The command line of run '{run_id}' held a secret, which was not kept: {shlex.join(program.command)}. "
            "Run it yourself, or take secrets from the environment."
        )
    uri = program.folder
    if not _is_here(uri):
        uri = client.get_run(run_id).data.tags.get("mlflow.source.git.repoURL") or uri
    source = _restore(client, run_id, uri, program.commit, PATCH_FILE, scratch, caveats)
    source = replace(source, folder=source.folder / program.directory)
    environment = None
    if env_manager == UV:
        listed = fetch_file(client, run_id, REQUIREMENTS_FILE)
        lines = listed.read_text(encoding="utf-8").splitlines() if listed is not None else []
        environment = Description(program.python, tuple(line for line in lines if not line.startswith("#")))
        folders = filter(None, (re.match(r"# (\S+)==\S+ from (\S+)$", line) for line in lines))
        caveats += [f"'{found[1]}' was installed from '{found[2]}', and is not in the environment" for found in folders]
    command = program.command
    if command[-1] == CELLS_FILE and (cells := fetch_file(client, run_id, f"{_CODE}/{CELLS_FILE}")) is not None:
        command = [*command[:-1], str(cells.resolve())]
        if _STARS in cells.read_text(encoding="utf-8"):
            caveats.append("secrets in the cells of the notebook were not kept")
    point = EntryPoint(Path(command[-1]).name, escape_braces(shlex.join(command)))
    variables = {RUN_NUMBER.name: str(program.run_number)}
    return Plan(source, Project(source.folder), point, {}, environment, env_manager, variables)


def _leave_out_binaries(patch: bytes, caveats: list[str]) -> bytes:
    """Return a patch without files of which it says only that they differ."""
    kept = b""
    for part in re.split(rb"(?m)^(?=diff --git )", patch):
        if binary := re.search(rb"(?m)^Binary files (?:a/)?(.+?) and .* differ$", part):
            caveats.append(f"changes of the binary file '{binary[1].decode('utf-8', 'replace')}' were not kept")
        else:
            kept += part
    return kept


def _is_here(uri: str) -> bool:
    """Return whether the URI of a folder is of one that this machine has."""
    return Path(unquote(urlsplit(uri).path)).is_dir()


def find_origin(client: Client, run_id: str) -> str:
    """Return the run that a reproduction, perhaps of a reproduction, was made of."""
    seen = {run_id}
    while (before := client.get_run(run_id).data.tags.get(REPRODUCES_TAG)) and before not in seen:
        seen.add(before)
        run_id = before
    return run_id


def _restore(
    client: Client, run_id: str, uri: str, commit: str, patch_file: str, scratch: Path, caveats: list[str]
) -> Source:
    """Return the code of a run: its commit, with the changes that were kept applied to a copy."""
    if not commit:
        caveats.append("the code is in no git repository: it is run as it is now")
        return fetch_source(uri)
    source = fetch_source(uri, commit)
    patch = fetch_file(client, run_id, patch_file)
    if patch is None:
        return source
    top = next(folder for folder in (source.folder, *source.folder.parents) if (folder / ".git").exists())
    copy = scratch / "code"
    shutil.copytree(top, copy, symlinks=True)
    changes = _leave_out_binaries(patch.read_bytes(), caveats)
    if b"diff --git " in changes:
        done = subprocess.run(["git", "apply", "-"], cwd=copy, input=changes, capture_output=True, check=False)
        if done.returncode:
            reason = " ".join(done.stderr.decode("utf-8", "replace").split())
            raise DataLoss(f"The changes kept with run '{run_id}' do not fit its commit: {reason}")
    return replace(source, folder=copy / source.folder.relative_to(top))


def fetch_file(client: Client, run_id: str, file: str) -> Path | None:
    """Return a copy of an artifact here, None if the run has none there."""
    try:
        return Path(client.download_artifacts(run_id, file))
    except ResourceDoesNotExist:
        return None
