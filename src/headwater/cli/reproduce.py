"""`headwater reproduce`."""

import click

from headwater.cli._interruption import interruptible
from headwater.cli._options import json_option, model_store_option
from headwater.cli._output import print_json, print_records

_COLUMNS = {
    "what": lambda item: item.kind,
    "name": lambda item: item.name,
    "before": lambda item: _show(item.before),
    "after": lambda item: _show(item.after),
}


@click.command("reproduce")
@click.argument("run_id", metavar="RUN_ID")
@click.option(
    "--tolerance", type=click.FloatRange(min=0), default=1e-6, help="How far metrics may be apart, relatively."
)
@click.option(
    "--env-manager", type=click.Choice(["uv", "local"]), default="uv", help="Make the environment again, or not."
)
@click.option("--check", "is_check", is_flag=True, help="Only say what differs from the checkout and packages here.")
@json_option
@model_store_option
def command(*, run_id: str, tolerance: float, env_manager: str, is_check: bool, as_json: bool) -> None:
    """Run a run again from its commit, changes, environment and parameters, and compare both.

    The exit status is 1 if something differs.
    """
    if is_check:
        _check(run_id, as_json=as_json)
        return
    from headwater.projects.reproducing import reproduce

    with interruptible():
        found = reproduce(run_id, tolerance=tolerance, env_manager=env_manager)
    if as_json:
        print_json(found)
    else:
        differences = found.comparison.differences
        if differences:
            print_records(differences, _COLUMNS)
        for caveat in found.caveats:
            click.echo(f"Note: {caveat}.", err=True)
        verdict = "the same" if found.is_same else "different" if found.was_successful else "failed"
        count = f"{found.comparison.compared} compared, {len(differences)} different"
        click.echo(f"Run {run_id} again as {found.new_run_id}: {verdict} ({count}).", err=True)
    if not found.is_same:
        raise SystemExit(1)


def _check(run_id: str, *, as_json: bool) -> None:
    from headwater.projects.checkout import compare_checkout

    found = compare_checkout(run_id)
    if as_json:
        print_json(found)
    else:
        if found.differences:
            print_records(found.differences, _COLUMNS)
        for caveat in found.caveats:
            click.echo(f"Note: {caveat}.", err=True)
        click.echo(f"{found.compared} compared, {len(found.differences)} different.", err=True)
    if found.differences:
        raise SystemExit(1)


def _show(value: str | float | None) -> str:
    return "-" if value is None else f"{value:.10g}" if isinstance(value, float) else value[:40]
