"""`headwater sweep`."""

from typing import TYPE_CHECKING, Any

import click

from headwater.cli._interruption import interruptible
from headwater.cli._options import experiment_choice_options, json_option, model_store_option, parameters_option
from headwater.cli._output import print_json, print_pairs

if TYPE_CHECKING:
    from headwater.projects import Sweep


@click.command("sweep")
@click.argument("uri", default="", metavar="[URI]")
@click.option("--space", "-s", default="", metavar="FILE", help="The search space in YAML; default: the project's own.")
@click.option("--metric", default="", metavar="NAME", help="The metric to optimize.")
@click.option("--direction", default="", metavar="[minimize|maximize]", help="Where to; default: minimize.")
@click.option("--sampler", default="", metavar="[tpe|random|grid]", help="Who chooses; default: tpe.")
@click.option("--trials", type=int, metavar="N", help="How many trials; default: 20, the whole grid.")
@click.option("--parallel", type=int, metavar="N", help="How many trials at once; default: 1.")
@click.option("--seed", type=int, metavar="N", help="Makes the choices repeatable.")
@parameters_option
@click.option("--entry-point", "-e", default="", metavar="NAME", help="Entry point or script; default: main.")
@click.option("--version", "-v", default="", metavar="VERSION", help="Branch, tag or commit of a git project.")
@experiment_choice_options
@click.option("--run-name", default="", metavar="NAME", help="Name of the run of the sweep.")
@click.option("--env-manager", default="", metavar="NAME", help="uv: the project's own environment; local: this one.")
@click.option("--backend", "-b", default="", metavar="NAME", help="Where trials run; default: this machine.")
@click.option("--backend-config", "-c", default="", metavar="JSON", help="What the backend needs: JSON or its file.")
@click.option("--resume", default="", metavar="RUN_ID", help="Go on with this sweep.")
@click.option("--retry-failed", is_flag=True, help="Of a resumed sweep, begin the failed trials again.")
@json_option
@model_store_option
def command(*, uri: str, as_json: bool, **options: Any) -> None:
    """Try out a search space with the project at URI: a folder, a git URL or a zip archive.

    Each trial is a run below the run of the sweep. A parameter given with -P is not searched. Whatever ends the sweep,
    --resume goes on with the missing trials. The exit status is 1 if no trial is complete.
    """
    from headwater.cli._trials import shown_trials
    from headwater.projects import sweep

    given = {key: value for key, value in options.items() if value not in ("", None, {})}
    with shown_trials() as watch, interruptible():
        found = sweep(uri or None, watch=watch, **given)
    if as_json:
        print_json(found)
    else:
        _print_sweep(found)


def _print_sweep(found: "Sweep") -> None:
    print_pairs(
        [
            ("run_id", found.run_id),
            ("best_run_id", found.best_run_id),
            (found.metric, f"{found.best_value:g}"),
            *((f"params.{name}", str(value)) for name, value in found.best_params.items()),
            *((f"importance.{name}", f"{share:.0%}") for name, share in found.importance.items()),
        ]
    )
