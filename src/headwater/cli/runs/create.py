"""`headwater runs create`."""

import time

import click

from headwater.cli._options import (
    experiment_options,
    find_experiment,
    opened_store,
    tag_option,
    tracking_uri_option,
)
from headwater.cli._output import print_json
from headwater.protocol.runs import CreateRun, RunStatus, RunTag, UpdateRun

_ENDED = [status.value for status in RunStatus if status.is_terminated()]


@click.command("create")
@experiment_options
@click.option("--run-name", default="", metavar="NAME", help="Its name; default: one is made up.")
@click.option("--description", default="", metavar="TEXT", help="What it is about, in Markdown.")
@tag_option
@click.option(
    "--status",
    type=click.Choice(_ENDED, case_sensitive=False),
    default="FINISHED",
    help="How it ended.",
    show_default=True,
)
@click.option("--parent-run-id", default="", metavar="ID", help="The run that it is part of.")
@tracking_uri_option
def command(
    *,
    experiment: str,
    experiment_name: str,
    experiment_id: str,
    run_name: str,
    description: str,
    tags: dict[str, str],
    status: str,
    parent_run_id: str,
    tracking_uri: str,
) -> None:
    """Create a run that has ended, and print it as JSON; files are added by `headwater artifacts upload`."""
    from headwater.tracking.context import run_tags
    from headwater.tracking.run import PARENT_RUN_TAG, USER_TAG

    own = {"mlflow.note.content": description} if description else {}
    own |= {PARENT_RUN_TAG: parent_run_id} if parent_run_id else {}
    all_tags = {**run_tags(), **own, **tags}
    now = time.time_ns() // 1_000_000
    with opened_store(tracking_uri) as store:
        found = find_experiment(store, experiment, experiment_name, experiment_id)
        run_tag_list = [RunTag(key, value) for key, value in all_tags.items()]
        request = CreateRun(found.experiment_id, all_tags.get(USER_TAG, ""), run_name, now, run_tag_list)
        made = store.runs.create(request).run.info
        info = store.runs.update(UpdateRun(run_id=made.run_id, status=RunStatus(status), end_time=now)).run_info
    print_json(info)
