"""`headwater registry requests`."""

import click

from headwater.cli._options import json_option, opened_registry, registry_uri_option
from headwater.cli._output import format_time, print_json, print_records
from headwater.protocol.promotions import MAX_REQUESTS, ListPromotions, PromotionRequest, PromotionStatus


@click.command("requests")
@click.argument("name", default="", metavar="[NAME]")
@click.argument("version", default="", metavar="[VERSION]")
@click.option("--all", "all_", is_flag=True, help="Also those that are decided.")
@click.option(
    "--max-results",
    type=click.IntRange(1, MAX_REQUESTS),
    default=100,
    show_default=True,
    help="How many at most, the newest first.",
)
@json_option
@registry_uri_option
def command(*, name: str, version: str, all_: bool, max_results: int, as_json: bool, registry_uri: str) -> None:
    """List what was asked for: of one version, of one model, or without NAME of all."""
    status = None if all_ else PromotionStatus.OPEN
    with opened_registry(registry_uri) as store:
        found = store.promotions.list(ListPromotions(name, version, status, max_results)).requests
    if as_json:
        print_json(found)
        return
    print_records(
        found,
        {
            "number": lambda request: str(request.request_id),
            "model": lambda request: request.name,
            "version": lambda request: request.version,
            "for": lambda request: request.target,
            "status": lambda request: request.status.lower(),
            "by": lambda request: request.user_id,
            "time": lambda request: format_time(request.time),
            "reason": lambda request: request.reason,
            "comments": lambda request: str(len(request.comments)),
            "missing or decision": _standing,
        },
    )


def _standing(request: PromotionRequest) -> str:
    if request.status is PromotionStatus.OPEN:
        return "; ".join(request.missing)
    return f"{request.decided_by}: {request.decision_reason}"
