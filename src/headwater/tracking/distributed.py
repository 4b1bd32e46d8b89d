"""Distributed training: one run that many processes write to, on one machine or many."""

from collections.abc import Mapping
from dataclasses import dataclass

from headwater import config
from headwater.protocol.errors import InvalidParameterValue
from headwater.tracking.active import ActiveRun, attach_run, start_run, start_shared_run
from headwater.tracking.capture_choice import SYSTEM, choose
from headwater.tracking.session import current_session

WORLD_SIZE_TAG = "headwater.worldSize"
_LAUNCHERS = (
    ("RANK", "WORLD_SIZE", "LOCAL_RANK", ("TORCHELASTIC_RUN_ID",)),
    ("OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_LOCAL_RANK", ("PMIX_NAMESPACE",)),
    ("SLURM_PROCID", "SLURM_NTASKS", "SLURM_LOCALID", ("SLURM_JOB_ID", "SLURM_STEP_ID", "SLURM_CLUSTER_NAME")),
    ("PMI_RANK", "PMI_SIZE", "MPI_LOCALRANKID", ("PMI_ID",)),
)
"""For each launcher its variables: rank, world size, rank on the machine, and what together names the job."""


@dataclass(frozen=True)
class _Place:
    """This process among those that train together: `job_id` is the same in all of them, or empty if unknown."""

    rank: int
    world_size: int
    local_rank: int
    job_id: str


def rank() -> int:
    """Return this process's rank among those that train together, 0 when it trains alone.

    Read from `HEADWATER_RANK`, else from what torchrun, Open MPI, Slurm or another PMI launcher sets.

    Example:
        >>> hw.log_metric("loss", 0.3, step=7, context={"rank": hw.rank()})
    """
    return _find_place().rank


def world_size() -> int:
    """Return how many processes train together, 1 when this one trains alone."""
    return _find_place().world_size


def is_main_process() -> bool:
    """Return whether this process has rank 0: the one that begins and ends the run."""
    return rank() == 0


def start_distributed_run(
    run_id: str | None = None,
    experiment_id: str | None = None,
    run_name: str | None = None,
    tags: Mapping[str, object] | None = None,
    description: str | None = None,
    log_system_metrics: bool | None = None,  # noqa: FBT001 - in its place as in start_run
) -> ActiveRun:
    """Make one run the active run of all processes that train together; every one of them calls this.

    Rank 0 starts it, or resumes it when the job was started again, and ends it. The others only log to it: their
    records are shipped by themselves, without locks, and wait for the run if they are quicker than rank 0. In a
    process that trains alone it is `start_run`.

    Args:
        run_id: the run, the same for all; default: made of the launcher's id of the job, so no process needs to tell
            the others.
        experiment_id: the experiment of a new run; default: the active one.
        run_name: its name.
        tags: tags to set.
        description: what the run is about.
        log_system_metrics: whether to log the load of the machines, one series for each: its first process does it,
            found as `system/cpu_utilization_percentage{rank="8"}`; default: as the settings say.

    Raises:
        InvalidParameterValue: there are several processes, and neither `run_id` nor a job's id; or a run is active.

    Example:
        >>> with hw.start_distributed_run(run_name="16 GPUs"):
        ...     hw.log_metric("loss", loss, step=step, context={"rank": hw.rank()})
        ...     if hw.is_main_process():
        ...         hw.log_metric("accuracy", accuracy, step=step)
    """
    place = _find_place()
    wanted = run_id or config.RUN_ID.get()
    if place.world_size == 1:
        return start_run(
            run_id,
            experiment_id,
            run_name,
            tags=tags,
            description=description,
            log_system_metrics=log_system_metrics,
        )
    config.RUN_ID.set("")
    wanted = wanted or _derive_run_id(place)
    if place.rank:
        parts = choose(None, log_system_metrics=log_system_metrics) & {SYSTEM}
        return attach_run(wanted, parts if place.local_rank == 0 else frozenset(), place.rank)
    all_tags = {WORLD_SIZE_TAG: place.world_size, **(tags or {})}
    return start_shared_run(wanted, experiment_id, run_name, all_tags, description, log_system_metrics, place.rank)


def _derive_run_id(place: _Place) -> str:
    """Return the id that every process of the job derives for its next distributed run."""
    import hashlib  # needed in distributed training only

    if not place.job_id:
        raise InvalidParameterValue(
            f"Process '{place.rank}' of {place.world_size} cannot know the run of the others: its launcher names no "
            f"job. Give all the same run_id, or set {config.JOB_ID.name} for all, or name the job (torchrun --rdzv-id)."
        )
    number = current_session().count_distributed()
    return hashlib.sha256(f"headwater {place.job_id} {number}".encode()).hexdigest()[:32]


def _find_place() -> _Place:
    """Return this process's place, rank 0 of 1 unless our settings or a launcher say otherwise."""
    variables = config.environment()
    for rank, size, local, job in _LAUNCHERS:
        rank_text = config.RANK.get() or variables.get(rank, "")
        size_text = config.WORLD_SIZE.get() or variables.get(size, "")
        if _is_number(rank_text) and _is_number(size_text) and int(size_text) > 1:
            parts = [variables.get(name, "") for name in job]
            # torchrun says "none" unless it was given a name, which is no name.
            named = bool(parts[0]) and parts[0] != "none"
            local_text = variables.get(local, "")
            job_id = config.JOB_ID.get() or ("-".join(parts) if named else variables.get("SLURM_JOB_ID", ""))
            local_rank = int(local_text) if _is_number(local_text) else int(rank_text)
            return _Place(int(rank_text), int(size_text), local_rank, job_id)
    return _Place(0, 1, 0, config.JOB_ID.get())


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit()
