"""`headwater envs list`."""

import click

from headwater.cli._options import json_option


@click.command("list")
@json_option
def command(*, as_json: bool) -> None:
    """List the environments that are kept on this machine, the last used first."""
    import msgspec

    from headwater.cli._output import format_time, print_records
    from headwater.environments import list_environments

    found = list_environments()
    if as_json:
        plain = [
            {
                "name": kept.name,
                "path": str(kept.path),
                "size_bytes": kept.size_bytes,
                "used_at": int(kept.used_at * 1000),
                "requirements": kept.requirements,
            }
            for kept in found
        ]
        click.echo(msgspec.json.format(msgspec.json.encode(plain), indent=2).decode())
        return
    print_records(
        found,
        {
            "name": lambda kept: kept.name,
            "size": lambda kept: f"{kept.size_bytes / 1e6:,.1f} MB",
            "last used": lambda kept: format_time(int(kept.used_at * 1000)),
            "requirements": lambda kept: " ".join(kept.requirements),
        },
    )
