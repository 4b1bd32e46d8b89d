"""What `import headwater` costs, beside `import mlflow`: CPU time and modules above a bare interpreter."""

import statistics
import sys

from measure import Row, peer_python, report, run_code, scratch

CODE = """
import sys, time, json
bare, started = len(sys.modules), time.process_time()
import {name}
print(json.dumps({{"cpu": time.process_time() - started, "modules": len(sys.modules) - bare}}))
"""
ROUNDS = 7


def measure() -> list[Row]:
    """Import both in turn, the first round only to write bytecode."""
    found: dict[str, list[dict[str, float]]] = {"headwater": [], "mlflow": []}
    with scratch() as folder:
        for _ in range(ROUNDS + 1):
            for name, python in (("headwater", sys.executable), ("mlflow", peer_python())):
                found[name].append(run_code(python, CODE.format(name=name), folder))

    def median(name: str, what: str) -> float:
        return statistics.median(result[what] for result in found[name][1:])

    return [
        Row(
            name="import",
            unit="ms CPU",
            ours=1000 * median("headwater", "cpu"),
            peer=1000 * median("mlflow", "cpu"),
            note=f"median of {ROUNDS}, bytecode cached",
        ),
        Row(name="modules imported", unit="", ours=median("headwater", "modules"), peer=median("mlflow", "modules")),
    ]


if __name__ == "__main__":
    report(measure())
