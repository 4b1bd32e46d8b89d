"""`headwater envs prune`."""

import click

_DAY_S = 86_400


@click.command("prune")
@click.option(
    "--unused-days",
    type=click.FloatRange(min=0),
    default=0,
    metavar="DAYS",
    help="Only those that nobody used for so long.",
)
@click.option("--dry-run", is_flag=True, help="Only tell which these are.")
def command(*, unused_days: float, dry_run: bool) -> None:
    """Remove environments that are not in use; each is made again when it is needed."""
    from headwater.cli._output import say
    from headwater.environments import prune_environments

    removed = prune_environments(unused_days * _DAY_S, dry_run=dry_run)
    for kept in removed:
        click.echo(kept.name)
    size = sum(kept.size_bytes for kept in removed) / 1e6
    say(f"{'Would remove' if dry_run else 'Removed'} {len(removed)} environments, {size:,.1f} MB.")
