"""`headwater workflows resume`."""

import click

from headwater.cli._interruption import interruptible
from headwater.cli._options import json_option, model_store_option


@click.command("resume")
@click.argument("run_id", metavar="RUN_ID")
@click.option("--version", "-v", metavar="VERSION", help="Take the code from this branch, tag or commit now.")
@click.option("--parallel", type=click.IntRange(min=1), metavar="N", help="How many steps at once.")
@json_option
@model_store_option
def command(*, run_id: str, version: str | None, parallel: int | None, as_json: bool) -> None:
    """Go on with the workflow of this run, which failed, was ended or died.

    What is done stays, unless its code or its inputs changed since; the rest is run.
    """
    from headwater.cli._steps import print_workflow, say_step
    from headwater.projects import Workflow

    with interruptible():
        found = Workflow.resume(run_id, version=version, parallel=parallel, watch=say_step)
    print_workflow(found, as_json=as_json)
