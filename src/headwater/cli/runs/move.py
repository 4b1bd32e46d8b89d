"""`headwater runs move`."""

import click

from headwater.cli._options import current_user, find_experiment, opened_store, tracking_uri_option
from headwater.protocol.edits import MoveRuns


@click.command("move")
@click.argument("run_ids", nargs=-1, required=True, metavar="RUN_ID...")
@click.option("--to", "experiment", required=True, metavar="EXPERIMENT", help="The experiment by its name or id.")
@click.option("--children", is_flag=True, help="Move their children, and theirs, too.")
@tracking_uri_option
def command(*, run_ids: tuple[str, ...], experiment: str, children: bool, tracking_uri: str) -> None:
    """Move runs to another experiment, all of them or none; their artifacts stay reachable."""
    with opened_store(tracking_uri) as store:
        found = find_experiment(store, experiment, "", "")
        moved = store.edits.move_runs(MoveRuns(list(run_ids), found.experiment_id, children, current_user())).run_ids
    click.echo(f"{len(moved)} run(s) have been moved to experiment {found.experiment_id}.")
