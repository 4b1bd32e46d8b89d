"""`headwater registry decide`."""

import click

from headwater.cli._options import current_user, opened_registry, reason_option, registry_uri_option
from headwater.protocol.promotions import ApprovePromotion, PromotionRequest, RejectPromotion, WithdrawPromotion
from headwater.stores.interface import Store


@click.command("decide")
@click.argument("name", metavar="NAME")
@click.argument("number", type=int, metavar="NUMBER")
@click.argument("decision", type=click.Choice(["approve", "reject", "withdraw"]))
@reason_option
@registry_uri_option
def command(*, name: str, number: int, decision: str, reason: str, registry_uri: str) -> None:
    """Approve or reject a request for a promotion, or withdraw one of your own.

    Approving promotes the version, if the model's policy allows it; rejecting needs a reason.
    """
    with opened_registry(registry_uri) as store:
        found = _decide(store, name, number, decision, reason)
    click.echo(
        f"Request {number} that version {found.version} of model '{name}' becomes '{found.target}' is "
        f"{found.status.lower()}."
    )


def _decide(store: Store, name: str, number: int, decision: str, reason: str) -> PromotionRequest:
    user = current_user()
    if decision == "approve":
        return store.promotions.approve(ApprovePromotion(name, number, user_id=user, reason=reason)).request
    if decision == "reject":
        return store.promotions.reject(RejectPromotion(name, number, user_id=user, reason=reason)).request
    return store.promotions.withdraw(WithdrawPromotion(name, number, user_id=user, reason=reason)).request
