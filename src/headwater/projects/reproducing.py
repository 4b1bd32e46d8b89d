"""Run a tracked run again, from what is kept of it, and say whether it came out the same."""

import tempfile
from pathlib import Path

import msgspec

from headwater.projects.backends import find_backend
from headwater.projects.comparison import Comparison, compare_runs
from headwater.projects.environment import UV
from headwater.projects.launch import create_run
from headwater.projects.plan import start_plan
from headwater.projects.recipe import REPRODUCES_TAG, plan_again
from headwater.tracking.client import Client

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
    """Run a run again: its commit with its changes, its environment package by package, its parameters.

    Args:
        run_id: of a run that `headwater run` made, or of a program that captured its code.
        tolerance: how far metrics may be apart, relative to the larger one, and absolutely below 1.
        env_manager: "uv" makes the environment again; "local" uses this process's.

    Raises:
        ResourceDoesNotExist: nothing is kept of how the run came to be, or its code is gone.
        DataLoss: its changes do not fit its commit.
        InvalidParameterValue: its command line held a secret.

    Example:
        >>> found = hw.projects.reproduce(run_id)
        >>> found.is_same, found.comparison.differences
        (True, [])
    """
    client = Client()
    original = client.get_run(run_id)
    caveats: list[str] = []
    with tempfile.TemporaryDirectory(prefix="headwater-") as scratch:
        plan = plan_again(client, run_id, env_manager, Path(scratch), caveats)
        name = f"{original.info.run_name} again"
        new = create_run(client, plan, None, original.info.experiment_id, name, "local", {REPRODUCES_TAG: run_id})
        was_successful = start_plan(client, new, plan, find_backend("local"), {}).wait()
    compared = compare_runs(client, run_id, new, tolerance)
    is_same = was_successful and not compared.differences
    return Reproduction(run_id, new, was_successful, compared, is_same, caveats)
