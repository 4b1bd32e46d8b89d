"""What one acknowledged `log_metric` costs the training loop, on SQLite."""

import sys

from measure import Row, peer_database, peer_python, report, run_code, scratch

CODE = """
import sys, time, json
import {name} as tracker
tracker.set_tracking_uri(sys.argv[1])
spent = []
with tracker.start_run():
    tracker.log_metric("warm", 0.0, step=0)
    for step in range(int(sys.argv[2])):
        started = time.perf_counter()
        tracker.log_metric("loss", 1 / (step + 1), step=step)
        spent.append(time.perf_counter() - started)
spent.sort()
print(json.dumps({{"p50": spent[len(spent) // 2], "p99": spent[int(len(spent) * 0.99)]}}))
"""
OUR_CALLS, PEER_CALLS = 20_000, 300


def measure() -> list[Row]:
    """Log the same loop through the journal, synchronously, and by the peer."""
    ours_code, peer_code = CODE.format(name="headwater"), CODE.format(name="mlflow")
    with scratch() as folder:
        uri = f"sqlite:///{folder / 'headwater.db'}"
        journal = run_code(sys.executable, ours_code, folder, uri, str(OUR_CALLS))
        waiting = run_code(sys.executable, ours_code, folder, uri, str(PEER_CALLS), HEADWATER_LOGGING="sync")
        peer = run_code(peer_python(), peer_code, folder, peer_database(folder), str(PEER_CALLS))
    return [
        Row(
            name=f"log_metric, {name}",
            unit="µs",
            ours=1e6 * found[quantile],
            peer=1e6 * peer[quantile],
            note=note if quantile == "p50" else "",
        )
        for found, label, note in (
            (journal, "", f"{OUR_CALLS:,} and {PEER_CALLS} calls; ours is in the journal on disk when it returns"),
            (waiting, " (HEADWATER_LOGGING=sync)", "ours is committed in SQLite when it returns, like the peer's"),
        )
        for quantile in ("p50", "p99")
        for name in (quantile + label,)
    ]


if __name__ == "__main__":
    report(measure())
