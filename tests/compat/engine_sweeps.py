"""Checks of sweeps on Ray and Dask; run by the Python of an environment that has them."""

import os
from pathlib import Path
from typing import Any

from reporting import report_checks  # type: ignore[import-not-found]  # beside it

import headwater as hw
from headwater.projects import Sweep, sweep
from headwater.protocol.errors import InvalidParameterValue

GRID = {"x": [0, 1, 2, 3]}


def parabola(x: float) -> float:
    """Return a loss, and tell in which process."""
    hw.log_param("process", os.getpid())
    for step in range(3):
        hw.log_metric("progress", step, step=step)
    return float((x - 2) ** 2)


def dying(x: float) -> float:
    """Return a loss, unless the process dies."""
    if x == 1:
        os._exit(9)
    return x


def endless(x: float) -> float:
    """Never return unless it is hopeful."""
    import time

    for step in range(600):
        hw.log_metric("loss", x, step=step)
        if x == 0 and step == 5:
            return x
        time.sleep(0.1)
    return x


def tried(what: Any, workers: str, **options: Any) -> Sweep:
    """Return what comes of a grid on an engine."""
    hw.set_tracking_uri(Path("runs").resolve())
    settings: dict[str, Any] = {"metric": "loss", "sampler": "grid", "parallel": 2, **options}
    return sweep(what, GRID, workers=workers, **settings)


def check_ray_carries_out_trials_in_processes_of_its_own() -> None:
    found = tried(parabola, "ray", resources={"num_cpus": 0.5})

    assert (found.best_params, found.best_value) == ({"x": 2}, 0.0)
    runs = [hw.get_run(trial.run_id) for trial in found.trials]
    assert [run.info.status for run in runs] == ["FINISHED"] * 4
    assert os.getpid() not in {int(run.data.params["process"]) for run in runs}
    assert [len(hw.Client().get_metric_history(run.info.run_id, "progress")) for run in runs] == [3] * 4


def check_a_trial_whose_process_on_ray_dies_is_failed_and_the_others_go_on() -> None:
    found = tried(dying, "ray")

    assert [str(trial.state) for trial in found.trials] == ["complete", "failed", "complete", "complete"]
    assert hw.get_run(found.trials[1].run_id).info.status == "FAILED"


def check_hopeless_trials_on_ray_are_ended() -> None:
    found = tried(endless, "ray", early_stopping={"type": "threshold", "upper": 0.5, "warmup": 2})

    assert [str(trial.state) for trial in found.trials] == ["complete", "pruned", "pruned", "pruned"]
    assert hw.get_run(found.trials[3].run_id).info.status == "KILLED"


def check_dask_carries_out_trials_on_the_cluster_of_the_client() -> None:
    from distributed import Client, LocalCluster

    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster, Client(cluster):
        found = tried(parabola, "dask")

    assert (found.best_params, found.best_value) == ({"x": 2}, 0.0)
    runs = [hw.get_run(trial.run_id) for trial in found.trials]
    assert [run.info.status for run in runs] == ["FINISHED"] * 4
    assert os.getpid() not in {int(run.data.params["process"]) for run in runs}


def check_dask_cannot_end_trials_early_and_says_so() -> None:
    try:
        tried(parabola, "dask", early_stopping="median")
    except InvalidParameterValue as error:
        message = error.message
    else:
        message = ""
    assert "workers='dask' cannot end a trial early" in message


if __name__ == "__main__":
    os.environ["HEADWATER_HOME"] = str(Path("home").resolve())
    os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")
    report_checks(globals())
