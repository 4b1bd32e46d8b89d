"""`headwater doctor`."""

import click

from headwater.cli._checks import run_checks
from headwater.cli._options import json_option, tracking_uri_option
from headwater.cli._output import print_json, print_records


@click.command("doctor")
@json_option
@click.option("--mask-envs", is_flag=True, expose_value=False, help="For callers of MLflow: secrets are never shown.")
@tracking_uri_option
@click.pass_context
def command(context: click.Context, *, as_json: bool, tracking_uri: str) -> None:
    """Look for what could go wrong on this machine; exit with status 1 if something does."""
    checks = run_checks(tracking_uri)
    if as_json:
        print_json(checks)
    else:
        print_records(
            checks,
            {
                "check": lambda check: check.name,
                "state": lambda check: "well" if check.is_well else "NOT WELL",
                "found": lambda check: " ".join(filter(None, [check.found, check.advice])),
            },
        )
    context.exit(0 if all(check.is_well for check in checks) else 1)
