"""Run a tracked run of a project again, from what is kept of it, and say whether it came out the same."""

import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import msgspec

from headwater.environments import Description
from headwater.projects.backends import find_backend
from headwater.projects.comparison import Comparison, compare_runs
from headwater.projects.environment import LOCAL, UV
from headwater.projects.launch import create_run
from headwater.projects.plan import plan_source, start_plan
from headwater.projects.record import DIFF_FILE, RECORD_FILE, ProjectRecord
from headwater.projects.source import Source, fetch_source
from headwater.protocol.errors import DataLoss, InvalidParameterValue, ResourceDoesNotExist
from headwater.tracking.artifact_files import temporary_folder
from headwater.tracking.client import Client

REPRODUCES_TAG = "headwater.reproduces"
TOLERANCE = 1e-6


class Reproduction(msgspec.Struct, frozen=True):
    """What became of a run that was run again.

    Attributes:
        run_id: of the original.
        new_run_id: of the new run.
        was_successful: whether the command succeeded.
        comparison: of both runs.
        is_same: whether it succeeded and everything that was compared is the same.
        caveats: what could not be made the same, for people.
    """

    run_id: str
    new_run_id: str
    was_successful: bool
    comparison: Comparison
    is_same: bool
    caveats: list[str]


def reproduce(run_id: str, *, tolerance: float = TOLERANCE, env_manager: str = UV) -> Reproduction:
    """Run a run of a project again: its commit with its changes, its environment package by package, its parameters.

    Args:
        run_id: of a run that `headwater run` made.
        tolerance: how far metrics may be apart, relative to the larger one, and absolutely below 1.
        env_manager: "uv" makes the environment again; "local" uses this process's.

    Raises:
        ResourceDoesNotExist: nothing is kept of how the run came to be, or its code is gone.
        DataLoss: its changes do not fit its commit.

    Example:
        >>> found = hw.projects.reproduce(run_id)
        >>> found.is_same, found.comparison.differences
        (True, [])
    """
    client = Client()
    original = client.get_run(run_id)
    record = _read_record(client, run_id)
    caveats: list[str] = []
    source = _restore(client, run_id, record, caveats)
    environment = None
    if env_manager == UV and record.conda:
        environment = Description(conda=record.conda)
        caveats.append("conda makes the environment anew: versions that its file leaves open may be others")
    elif env_manager == UV:
        environment = Description(record.python, tuple(record.installed))
    elif env_manager != LOCAL:
        raise InvalidParameterValue(f"Invalid env_manager '{env_manager}'. Use 'uv' or 'local'.")
    else:
        caveats.append("the environment is this process's, not the one of the original")
    plan = plan_source(source, record.entry_point, record.parameters, env_manager, environment)
    name = f"{original.info.run_name} again"
    new = create_run(client, plan, None, original.info.experiment_id, name, "local")
    client.set_tag(new, REPRODUCES_TAG, run_id)
    submitted = start_plan(client, new, plan, find_backend("local"), {})
    was_successful = submitted.wait()
    compared = compare_runs(client, run_id, new, tolerance)
    is_same = was_successful and not compared.differences
    return Reproduction(run_id, new, was_successful, compared, is_same, caveats)


def _read_record(client: Client, run_id: str) -> ProjectRecord:
    try:
        path = Path(client.download_artifacts(run_id, RECORD_FILE))
    except ResourceDoesNotExist:
        raise ResourceDoesNotExist(
            f"Nothing is kept of how run '{run_id}' came to be. Runs of `headwater run` can be reproduced."
        ) from None
    return msgspec.json.decode(path.read_bytes(), type=ProjectRecord)


def _restore(client: Client, run_id: str, record: ProjectRecord, caveats: list[str]) -> Source:
    """Return the code of a run: its commit, with the changes that were kept applied to a copy."""
    if not record.commit:
        caveats.append("the code is in no git repository: it is run as it is now")
        return fetch_source(record.uri)
    source = replace(fetch_source(record.uri, record.commit), uri=record.uri)
    try:
        patch = Path(client.download_artifacts(run_id, DIFF_FILE)).resolve()
    except ResourceDoesNotExist:
        return source
    top = next(folder for folder in (source.folder, *source.folder.parents) if (folder / ".git").exists())
    copy = temporary_folder() / "code"
    shutil.copytree(top, copy, symlinks=True)
    done = subprocess.run(["git", "apply", "--", str(patch)], cwd=copy, capture_output=True, text=True, check=False)
    if done.returncode:
        raise DataLoss(f"The changes kept with run '{run_id}' do not fit its commit: {' '.join(done.stderr.split())}")
    return replace(source, folder=copy / source.folder.relative_to(top))
