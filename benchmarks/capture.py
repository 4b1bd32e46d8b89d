"""What a training loop pays for each part of `HEADWATER_CAPTURE`, and a sample of system metrics beside the peer's."""

import sys
from pathlib import Path

import psutil
from measure import Row, peer_database, peer_python, report, run_code, scratch

LOOP = """
import json, sys, time
import headwater as hw
hw.set_tracking_uri(sys.argv[1])
with hw.start_run(capture="none"):
    hw.log_metric("warm", 0.0)
hw.flush()
started = time.perf_counter()
run = hw.start_run(capture=sys.argv[2])
start_s = time.perf_counter() - started
time.sleep(1.0)
spent = []
for step in range(int(sys.argv[3])):
    before = time.thread_time()
    total = sum(number * number for number in range(20_000))
    print(f"epoch {step} loss {1 / (step + 1):.4f} sum {total}", flush=True)
    hw.log_metric("loss", 1 / (step + 1), step=step)
    spent.append(time.thread_time() - before)
started = time.perf_counter()
hw.end_run()
end_s = time.perf_counter() - started
spent.sort()
print("\\n" + json.dumps({"step": spent[len(spent) // 2], "start": start_s, "end": end_s}))
"""
SAMPLES = """
import json, sys, time
import {name} as tracker
tracker.set_tracking_uri(sys.argv[1])
tracker.set_system_metrics_sampling_interval(0.1)
spent = []
for wanted in (False, True):
    with tracker.start_run(log_system_metrics=wanted):
        time.sleep(2)
        before = time.process_time()
        time.sleep(10)
        spent.append(time.process_time() - before)
print(json.dumps({{"sample": (spent[1] - spent[0]) / 100}}))
"""
STEPS = 1000
PARTS = ("none", "console", "code", "system", "all")


def measure() -> list[Row]:
    """Run the loop once with each part, and sample for ten seconds ten times a second."""
    rows = []
    with scratch() as folder:
        uri = f"sqlite:///{folder / 'headwater.db'}"
        for part in PARTS:
            found = run_code(sys.executable, LOOP, folder, uri, part, str(STEPS))
            note = "CPU of the training thread; each step computes for about a millisecond, prints and logs"
            rows.append(Row(name=f"one step, capture={part}", unit="µs", ours=1e6 * found["step"], note=note))
            rows.append(Row(name=f"start_run, capture={part}", unit="ms", ours=1e3 * found["start"]))
            rows.append(Row(name=f"end_run, capture={part}", unit="ms", ours=1e3 * found["end"]))
        ours = run_code(sys.executable, SAMPLES.format(name="headwater"), folder, uri)
        peer = run_code(
            peer_python(), SAMPLES.format(name="mlflow"), folder, peer_database(folder), PYTHONPATH=_psutil(folder)
        )
    sample = Row(
        name="one sample of system metrics",
        unit="ms",
        ours=1e3 * ours["sample"],
        peer=1e3 * peer["sample"],
        note="CPU of the process, logging included; 8 values",
    )
    return [*rows, sample]


def _psutil(folder: Path) -> str:
    """Return a folder with the psutil of this environment, which the peer needs and does not bring."""
    alone = folder / "psutil-alone"
    alone.mkdir()
    (alone / "psutil").symlink_to(Path(psutil.__file__).parent)
    return str(alone)


if __name__ == "__main__":
    report(measure())
