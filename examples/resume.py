"""A training that is stopped half-way and continued in the same run."""

import json
from pathlib import Path

import headwater as hw

CHECKPOINT = Path("checkpoint.json")
LAST_STEP = 100


def main() -> None:
    """Train 40 steps further each time this is called, until it is done."""
    hw.set_experiment("resume")
    state = json.loads(CHECKPOINT.read_text()) if CHECKPOINT.exists() else {"run_id": None, "step": 0, "x": 5.0}
    with hw.start_run(run_id=state["run_id"]) as run:
        for step in range(state["step"], min(state["step"] + 40, LAST_STEP)):
            state["x"] *= 0.95
            hw.log_metric("x", state["x"], step=step)
            state |= {"run_id": run.info.run_id, "step": step + 1}
        CHECKPOINT.write_text(json.dumps(state))
        hw.log_artifact(CHECKPOINT)
    print(f"Step {state['step']} of {LAST_STEP} of run {state['run_id']}")


if __name__ == "__main__":
    main()
