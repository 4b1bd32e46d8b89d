"""Distributed training: eight real processes write one run, which rank 0 alone begins and ends."""

from collections.abc import Iterator
from pathlib import Path
from subprocess import Popen

import pytest

from faults.programs import PATIENCE_S, run_program, start_program
from headwater.protocol.artifacts import ListArtifacts
from headwater.protocol.columns import KeyKind, ListKeys
from headwater.protocol.experiments import GetExperimentByName
from headwater.protocol.metrics import GetHistory
from headwater.protocol.runs import GetRun, Run, RunStatus, SearchRuns
from headwater.stores import open_store
from headwater.stores.interface import Store
from headwater.testing.servers import live_server
from headwater.testing.stores import as_dict

RANKS, STEPS = 8, 50

_TRAIN = f"""
hw.set_experiment("train")
with hw.start_distributed_run(run_name="wide", tags={{"team": "red"}}) as run:
    hw.log_param("ranks", hw.world_size())
    for step in range({STEPS}):
        hw.log_metric("loss", hw.rank() + step / 100, step=step, context={{"rank": hw.rank()}})
    hw.log_text(str(hw.rank()), f"rank-{{hw.rank()}}.txt")
    if hw.is_main_process():
        hw.log_metric("accuracy", 0.5)
print(run.info.run_id)
"""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[tuple[Store, str]]:
    store = open_store(f"sqlite:///{tmp_path / 'headwater.db'}")
    with live_server(store) as url:
        yield store, url
    store.close()


def start_rank(folder: Path, url: str, rank: int, **variables: str) -> Popen[str]:
    return start_program(folder, url, _TRAIN, RANK=str(rank), WORLD_SIZE=str(RANKS), LOCAL_RANK=str(rank), **variables)


def finish(programs: list[Popen[str]]) -> set[str]:
    """Return what the programs printed, once all have ended well."""
    printed = set()
    for program in programs:
        with program:
            output, errors = program.communicate(timeout=PATIENCE_S * 2)
        assert program.returncode == 0, errors
        printed.add(output.splitlines()[-1])
    return printed


def find_runs(store: Store) -> list[Run]:
    experiment = store.experiments.get_by_name(GetExperimentByName("train")).experiment
    return store.runs.search(SearchRuns([experiment.experiment_id])).runs


def test_eight_ranks_write_one_run(server: tuple[Store, str], tmp_path: Path) -> None:
    store, url = server
    order = [*range(1, RANKS), 0]  # rank 0 comes last

    printed = finish([start_rank(tmp_path, url, rank, TORCHELASTIC_RUN_ID="job-7") for rank in order])
    run_program(tmp_path, url, "print(hw.sync_journals())")

    [run] = find_runs(store)
    assert printed == {run.info.run_id}
    assert (run.info.run_name, run.info.status) == ("wide", RunStatus.FINISHED)
    assert [(param.key, param.value) for param in run.data.params] == [("ranks", str(RANKS))]
    tags = as_dict(run.data.tags)
    assert (tags["headwater.worldSize"], tags["team"]) == (str(RANKS), "red")
    assert "headwater.rejected" not in tags
    keys = {f'loss{{rank="{rank}"}}' for rank in range(RANKS)}
    assert {metric.key for metric in run.data.contexts} == keys
    assert [metric.key for metric in run.data.metrics] == ["accuracy", "loss"]
    for rank in range(RANKS):
        history = store.metrics.get_history(GetHistory(f'loss{{rank="{rank}"}}', run.info.run_id)).metrics
        assert sorted((point.step, point.value) for point in history) == [
            (step, rank + step / 100) for step in range(STEPS)
        ]
    assert len(store.metrics.get_history(GetHistory("loss", run.info.run_id)).metrics) == RANKS * STEPS
    listed = store.columns.list_keys(ListKeys([run.info.experiment_id])).keys
    assert {key.name for key in listed if key.kind is KeyKind.METRIC} == keys | {"loss", "accuracy"}
    files = store.artifacts.list(ListArtifacts(run_id=run.info.run_id)).files
    assert {file.path for file in files} == {f"rank-{rank}.txt" for rank in range(RANKS)}


def test_a_job_that_is_started_again_goes_on_with_its_run(server: tuple[Store, str], tmp_path: Path) -> None:
    store, url = server
    variables = {"SLURM_PROCID": "0", "SLURM_NTASKS": "2", "SLURM_JOB_ID": "99", "SLURM_STEP_ID": "0"}
    code = """
with hw.start_distributed_run() as run:
    hw.log_param("lr", os.environ["LR"])
    hw.log_metric("m", 1.0, step=int(os.environ["STEP"]))
    if os.environ["STEP"] == "0":
        raise SystemExit(3)
"""

    first = run_program(tmp_path, url, code, LR="0.1", STEP="0", **variables)
    second = run_program(tmp_path, url, code, LR="0.2", STEP="1", **variables)

    assert (first.returncode, second.returncode) == (3, 0), second.stderr
    [run] = store.runs.search(SearchRuns(["0"])).runs
    assert run.info.status is RunStatus.FINISHED
    assert [(param.key, param.value) for param in run.data.params] == [("lr", "0.2")]
    assert [point.step for point in store.metrics.get_history(GetHistory("m", run.info.run_id)).metrics] == [0, 1]


def test_a_launcher_that_names_no_job_needs_a_run_id(tmp_path: Path) -> None:
    uri = f"sqlite:///{tmp_path / 'headwater.db'}"
    code = "hw.start_distributed_run()"

    refused = run_program(tmp_path, uri, code, RANK="1", WORLD_SIZE="2", TORCHELASTIC_RUN_ID="none")
    alone = run_program(tmp_path, uri, f"{code}\nprint(hw.rank(), hw.world_size(), hw.active_run().is_attached)")

    assert "Process '1' of 2 cannot know the run of the others" in refused.stderr
    assert alone.stdout.split() == ["0", "1", "False"]


def test_the_first_process_of_each_machine_logs_its_load(server: tuple[Store, str], tmp_path: Path) -> None:
    store, url = server
    code = """
def count():
    hw.flush()
    key = f'system/cpu_utilization_percentage{{rank="{hw.rank()}"}}'
    return len(hw.Client().get_metric_history(run.info.run_id, key))
with hw.start_distributed_run(log_system_metrics=True) as run:
    hw.log_metric("m", 1.0, context={"rank": hw.rank()})
    before = count()
    deadline = time.monotonic() + 50
    while os.environ["LOCAL_RANK"] == "0" and count() == before and time.monotonic() < deadline:
        pass
print(run.info.run_id)
"""
    job = {"WORLD_SIZE": "4", "TORCHELASTIC_RUN_ID": "load", "HEADWATER_SYSTEM_METRICS_SAMPLING_INTERVAL": "0.3"}

    for _ in range(2):  # the job is started twice
        programs = [
            start_program(tmp_path, url, code, RANK=str(rank), LOCAL_RANK=str(rank % 2), **job) for rank in range(4)
        ]
        [run_id] = finish(programs)
        run_program(tmp_path, url, "hw.sync_journals()")

    run = store.runs.get(GetRun(run_id=run_id)).run
    loads = {metric.key for metric in run.data.contexts if metric.key.startswith("system/cpu")}
    assert loads == {f'system/cpu_utilization_percentage{{rank="{rank}"}}' for rank in (0, 2)}
    for key in loads:
        points = store.metrics.get_history(GetHistory(key, run_id)).metrics
        assert [point.step for point in points] == list(range(len(points)))
        assert len(points) > 1
