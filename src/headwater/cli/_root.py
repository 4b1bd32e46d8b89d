"""The command `headwater` itself."""

import click

from headwater.cli._options import env_file_option, tracking_uri_option
from headwater.cli._tree import Tree
from headwater.config import configure_logging
from headwater.version import __version__


def main() -> None:
    """Run the command line; never returns."""
    root(prog_name="headwater")


def _remember(ctx: click.Context, tracking_uri: str) -> None:
    ctx.obj = tracking_uri
    configure_logging()


root = click.version_option(__version__, message="%(prog)s, version %(version)s")(
    tracking_uri_option(
        env_file_option(
            Tree(
                "headwater.cli",
                name="headwater",
                help="Track, compare and reproduce machine-learning experiments.",
                callback=click.pass_context(_remember),
                context_settings={"help_option_names": ["--help"], "max_content_width": 100},
            )
        )
    )
)
