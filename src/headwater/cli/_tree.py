"""The command group whose commands are the modules of a package, imported when they are needed."""

import importlib
import keyword
import pkgutil
import re
from collections.abc import Mapping, Sequence
from functools import cached_property

import click

from headwater.protocol.errors import HeadwaterError

ALIASES = {
    "headwater.cli.experiments": {"search": "list", "describe": "get"},
    "headwater.cli.runs": {"search": "list"},
    "headwater.cli.registry": {"search": "list", "describe": "get"},
}
"""MLflow's other names for our commands, by package."""


_LONG = 64


class Tree(click.Group):
    """A group that finds its commands in `package`: each module's `command`, and each sub-package as another group.

    An error of the store, or of this machine's files, ends the program with one line on stderr and status 1.

    Args:
        package: where the commands are.
        sections: commands by the headings of the help that they stand under; the others stand under "Commands".
        options: click's own.
    """

    def __init__(self, package: str, sections: Mapping[str, Sequence[str]] | None = None, **options: object) -> None:
        super().__init__(**options)  # type: ignore[arg-type]  # click's own keyword options, passed through
        self.package = package
        self.sections = sections or {}

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  # click's signature
        """Return the names of the modules that are commands."""
        return self._names

    @cached_property
    def _names(self) -> list[str]:
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

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write what each command does, which click would cut off, under the headings of the sections."""
        rows = {}
        for name in self.list_commands(ctx):
            command = self.get_command(ctx, name)
            rows[name] = _shorten(command.help or "") if command else ""
        width = max(map(len, rows))
        for title, names in self.sections.items():
            self._write_section(formatter, title, [(name.ljust(width), rows.pop(name)) for name in names])
        self._write_section(formatter, "Commands", [(name.ljust(width), text) for name, text in rows.items()])

    @staticmethod
    def _write_section(formatter: click.HelpFormatter, title: str, rows: Sequence[tuple[str, str]]) -> None:
        if rows:
            with formatter.section(title):
                formatter.write_dl(rows)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command; name those that may have been meant if there is none."""
        name = args[0]
        if not name.startswith("-") and self.get_command(ctx, name) is None:
            from difflib import get_close_matches

            known = [*self.list_commands(ctx), *ALIASES.get(self.package, ())]
            meant = [other for other in known if other.startswith(name)] or get_close_matches(name, known)
            meant = meant or self._find_below(ctx, name)
            advice = f" Did you mean {' or '.join(repr(other) for other in meant)}?" if meant else ""
            raise click.UsageError(f"No such command '{name}'.{advice}", ctx)
        return super().resolve_command(ctx, args)

    def _find_below(self, ctx: click.Context, name: str) -> list[str]:
        """Return where a command of this name stands in the groups of this one, in the order of the help."""
        listed = [group for groups in self.sections.values() for group in groups]
        below = ((group, self.get_command(ctx, group)) for group in listed)
        return [
            f"{group} {name}" for group, tree in below if isinstance(tree, Tree) and name in tree.list_commands(ctx)
        ][:3]

    def invoke(self, ctx: click.Context) -> object:
        """Run the command; turn an error of the store, this machine's files, or a missing package into one line."""
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
        except BrokenPipeError:
            raise  # which click knows what to do about
        except OSError as error:
            named = f": '{error.filename}'" if error.filename else ""
            raise click.ClickException(f"{error.strerror or error}{named}.") from error


def _shorten(text: str) -> str:
    """Return the first sentence of a command's help; of a long one what stands before a semicolon or colon."""
    paragraph = " ".join(text.partition("\n\n")[0].split())
    found = re.sub(r" \(also: [^)]*\)", "", paragraph)
    for mark in (". ", "; ", ": "):
        if len(found) > _LONG or mark == ". ":
            found = found.partition(mark)[0]
    return found.rstrip(".") + "."
