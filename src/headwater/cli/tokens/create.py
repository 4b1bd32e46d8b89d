"""`headwater tokens create`."""

import click

from headwater.cli._access import check_owner, owner_option
from headwater.cli._options import find_experiment, json_option, opened_store, tracking_uri_option
from headwater.cli._output import print_json, say
from headwater.protocol.endpoint import Permission
from headwater.protocol.roles import EVERYTHING
from headwater.protocol.users import CreateToken, TokenScope

_DAY_S = 86_400


@click.command("create")
@click.argument("name", metavar="NAME")
@owner_option
@click.option(
    "--level",
    type=click.Choice(["read", "edit", "manage"]),
    help="The most that it may do; default: all that its user may.",
)
@click.option("--experiment", "experiments", multiple=True, metavar="NAME", help="For this experiment; repeatable.")
@click.option("--model", "models", multiple=True, metavar="NAME", help="For this registered model; repeatable.")
@click.option("--all-experiments", is_flag=True, help="For all experiments, and no models unless some are given.")
@click.option("--all-models", is_flag=True, help="For all registered models, and no experiments unless some are given.")
@click.option("--days", type=click.IntRange(1, 36_500), help="For how long; default: until it is revoked.")
@json_option
@tracking_uri_option
def command(
    *,
    name: str,
    username: str,
    level: str | None,
    experiments: tuple[str, ...],
    models: tuple[str, ...],
    all_experiments: bool,
    all_models: bool,
    days: int | None,
    as_json: bool,
    tracking_uri: str,
) -> None:
    """Make a token, whose NAME says what it is for, and print its secret, which is not told again.

    It may do all that its user may, unless it is narrowed: to a level, to some experiments and models, or both.
    """
    check_owner(username, tracking_uri)
    with opened_store(tracking_uri) as store:
        ids = [find_experiment(store, experiment, "", "").experiment_id for experiment in experiments]
        of_experiments, of_models = ids + [EVERYTHING] * all_experiments, [*models, *[EVERYTHING] * all_models]
        is_limited = bool(of_experiments or of_models)
        scope = TokenScope(
            level=Permission(level.upper()) if level else Permission.ADMIN,
            experiments=of_experiments if is_limited else None,
            registered_models=of_models if is_limited else None,
        )
        made = store.users.create_token(CreateToken(name, username, (days or 0) * _DAY_S, scope))
    if as_json:
        print_json(made)
        return
    click.echo(made.secret)
    say("This is the only time it is shown. Programs send it as HEADWATER_TOKEN or MLFLOW_TRACKING_TOKEN.")
