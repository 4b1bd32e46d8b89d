"""`headwater registry policy`."""

from pathlib import Path

import click
import msgspec

from headwater.cli._options import current_user, opened_registry, reason_option, registry_uri_option
from headwater.cli._output import print_json, say
from headwater.protocol.governance import GetPolicy, SetPolicy
from headwater.protocol.policies import Policy


@click.command("policy")
@click.argument("name", default="", metavar="[NAME]")
@click.option(
    "--set", "file", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="A JSON or YAML file."
)
@click.option("--remove", is_flag=True, help="Remove the model's own policy, or without NAME the registry's.")
@reason_option
@registry_uri_option
def command(*, name: str, file: Path | None, remove: bool, reason: str, registry_uri: str) -> None:
    """Show or set the stages, roles and gates of a model; without NAME, of models that have no policy of their own.

    What is printed can be changed and set again.
    """
    if file is not None and remove:
        raise click.UsageError("Give either --set or --remove.")
    with opened_registry(registry_uri) as store:
        if file is None and not remove:
            answer = store.governance.get_policy(GetPolicy(name))
        else:
            policy = None if file is None else _read(file)
            answer = store.governance.set_policy(SetPolicy(name, policy, user_id=current_user(), reason=reason))
    if name and not answer.is_own:
        say(f"Model '{name}' has no policy of its own.")
    print_json(answer.policy)


def _read(file: Path) -> Policy:
    import yaml

    try:
        return msgspec.convert(yaml.safe_load(file.read_text("utf-8")), Policy)
    except (yaml.YAMLError, UnicodeDecodeError, msgspec.ValidationError) as error:
        raise click.ClickException(f"'{file}' is no policy: {error}") from error
