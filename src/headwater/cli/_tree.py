"""The command group whose commands are the modules of a package, imported when they are needed."""

import importlib
import keyword
import pkgutil

import click

from headwater.protocol.errors import HeadwaterError

ALIASES = {
    "headwater.cli.experiments": {"search": "list", "describe": "get"},
    "headwater.cli.runs": {"search": "list", "describe": "get"},
    "headwater.cli.registry": {"search": "list", "describe": "get"},
}
"""MLflow's other names for our commands, by package."""


class Tree(click.Group):
    """A group that finds its commands in `package`: each module's `command`, and each sub-package as another group.

    An error of the store ends the program with one line on stderr and status 1.
    """

    def __init__(self, package: str, **options: object) -> None:
        super().__init__(**options)  # type: ignore[arg-type]  # click's own keyword options, passed through
        self.package = package

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  # click's signature
        """Return the names of the modules that are commands."""
        path = importlib.import_module(self.package).__path__
        names = (module.name for module in pkgutil.iter_modules(path) if not module.name.startswith("_"))
        return sorted(name.rstrip("_").replace("_", "-") for name in names)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the module of that name, or of which it is an alias, and return its command."""
        name = ALIASES.get(self.package, {}).get(cmd_name, cmd_name)
        if name not in self.list_commands(ctx):
            return None
        file = f"{name}_" if keyword.iskeyword(name) else name.replace("-", "_")
        module = importlib.import_module(f"{self.package}.{file}")
        if hasattr(module, "__path__"):
            return Tree(module.__name__, name=name, help=module.__doc__)
        command = module.command
        if not isinstance(command, click.Command):
            raise TypeError(f"{module.__name__}.command is no click command")
        return command

    def invoke(self, ctx: click.Context) -> object:
        """Run the command; turn an error of the store, or a package that is not installed, into one line."""
        try:
            return super().invoke(ctx)
        except HeadwaterError as error:
            raise click.ClickException(" ".join(error.message.split())) from error
        except ModuleNotFoundError as error:
            package = (error.name or "").partition(".")[0]
            if package in {"", "headwater"}:
                raise
            raise click.ClickException(
                f"This needs the module '{package}', which is not installed. Install its package, such as: "
                f"pip install {package}"
            ) from error
