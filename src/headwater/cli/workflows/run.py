"""`headwater workflows run`."""

from typing import Any

import click

from headwater.cli._interruption import interruptible
from headwater.cli._options import experiment_choice_options, json_option, model_store_option, parameters_option


@click.command("run")
@click.argument("uri", default=".", metavar="[URI]")
@click.option("--version", "-v", default="", metavar="VERSION", help="Branch, tag or commit of a git project.")
@parameters_option
@click.option("--parallel", type=click.IntRange(min=1), metavar="N", help="How many steps at once.")
@click.option("--force", is_flag=True, help="Run all steps, even those that nothing changed for.")
@click.option("--force-step", "forced", multiple=True, metavar="STEP", help="Run this step in any case; repeatable.")
@click.option("--dry-run", is_flag=True, help="Only tell which steps would be reused.")
@experiment_choice_options
@click.option("--run-name", default="", metavar="NAME", help="Name of the run of the workflow.")
@json_option
@model_store_option
def command(
    *, uri: str, version: str, force: bool, forced: tuple[str, ...], dry_run: bool, as_json: bool, **options: Any
) -> None:
    """Carry out the steps that the file headwater.yaml of the project at URI describes.

    Each step is a run below the run of the workflow. A step is not run again if an earlier run of the experiment had
    the same code, command, inputs and environment. If one fails, those that do not need it go on; the exit status is 1.
    """
    from headwater.cli._steps import print_workflow, say_step
    from headwater.projects import Workflow

    given = {key: value for key, value in options.items() if value}
    flow = Workflow.read(uri, version)
    if dry_run:
        where = {
            key: value for key, value in given.items() if key in {"parameters", "experiment_name", "experiment_id"}
        }
        print_workflow(flow.plan(**where), as_json=as_json)
        return
    with interruptible():
        found = flow.run(force=force or forced, watch=say_step, **given)
    print_workflow(found, as_json=as_json)
