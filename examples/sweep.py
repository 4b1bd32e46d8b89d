"""A sweep over two params as child runs of one parent, and the best of them found by a search."""

from itertools import product

import headwater as hw


def train(rate: float, momentum: float) -> float:
    """Walk down a long valley; log where we are after each step and return the final loss."""
    x, y, dx, dy = 4.0, 2.0, 0.0, 0.0
    loss = 0.0
    for step in range(60):
        dx, dy = momentum * dx - rate * x, momentum * dy - rate * 20 * y
        x, y = x + dx, y + dy
        loss = x * x / 2 + 10 * y * y
        hw.log_metric("loss", loss, step=step)
    return loss


def main() -> None:
    """Try every combination."""
    hw.set_experiment("valley")
    with hw.start_run(run_name="sweep") as parent:
        for rate, momentum in product((0.003, 0.01, 0.03), (0.0, 0.5, 0.9)):
            with hw.start_run(run_name=f"rate {rate}, momentum {momentum}", nested=True):
                hw.log_params({"rate": rate, "momentum": momentum})
                hw.log_metric("final", train(rate, momentum))

    best = hw.search_runs(
        experiment_names=["valley"],
        filter_string=f"tags.mlflow.parentRunId = '{parent.info.run_id}'",
        order_by=["metrics.final ASC"],
        max_results=3,
        output_format="list",
    )
    for run in best:
        print(f"{run.data.metrics['final']:.6f}  {run.data.params}")


if __name__ == "__main__":
    main()
