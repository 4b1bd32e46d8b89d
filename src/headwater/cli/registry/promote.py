"""`headwater registry promote`."""

import click

from headwater.cli._options import (
    current_user,
    opened_registry,
    reason_option,
    registry_uri_option,
    target_options,
)
from headwater.protocol.governance import CheckPromotion, check_target
from headwater.protocol.model_names import is_active_stage
from headwater.protocol.model_versions import TransitionModelVersionStage
from headwater.protocol.registered_models import SetRegisteredModelAlias
from headwater.stores.interface import Store


@click.command("promote")
@click.argument("name", metavar="NAME")
@click.argument("version", metavar="VERSION")
@target_options
@click.option("--keep-others", is_flag=True, help="Leave the other versions in the stage; default: archive them.")
@click.option("--check", "only_check", is_flag=True, help="Only say what the model's policy asks for.")
@reason_option
@registry_uri_option
def command(
    *,
    name: str,
    version: str,
    alias: str,
    stage: str,
    keep_others: bool,
    only_check: bool,
    reason: str,
    registry_uri: str,
) -> None:
    """Point an alias at a version, or move it to a stage, if the model's policy allows it.

    The exit status is 1 if it does not.
    """
    check_target(alias, stage)
    with opened_registry(registry_uri) as store:
        if only_check:
            _check(store, CheckPromotion(name, version, alias, stage, user_id=current_user(), reason=reason))
        elif alias:
            move = SetRegisteredModelAlias(name, alias, version, user_id=current_user(), reason=reason)
            store.registered_models.set_alias(move)
        else:
            archive = not keep_others and is_active_stage(stage)
            enter = TransitionModelVersionStage(name, version, stage, archive, user_id=current_user(), reason=reason)
            stage = store.model_versions.transition_stage(enter).model_version.current_stage
    if not only_check:
        click.echo(f"Version {version} of model '{name}' is {f'@{alias}' if alias else stage}.")


def _check(store: Store, request: CheckPromotion) -> None:
    answer = store.governance.check_promotion(request)
    for requirement in answer.requirements:
        click.echo(f"{'met' if requirement.met else 'missing'}\t{requirement.text}")
    if not answer.passed:
        raise click.ClickException(f"Version {request.version} of model '{request.name}' would be refused.")
    click.echo(f"Version {request.version} of model '{request.name}' would pass.", err=True)
