"""The command `headwater` itself."""

import atexit
import logging
import os
import sys

import click

from headwater.cli._options import env_file_option, tracking_uri_option
from headwater.cli._output import Telling
from headwater.cli._tree import Tree
from headwater.config import configure_logging
from headwater.tracking.exits import remove_folders
from headwater.version import __version__

SECTIONS = {
    "Look": ["ui", "experiments", "runs", "artifacts", "views", "alerts"],
    "Run": ["run", "sweep", "workflows", "reproduce", "demo", "envs"],
    "Models": ["models", "registry", "deployments"],
    "Serve": ["server", "login", "logout", "users", "roles", "grants", "tokens", "webhooks"],
    "Keep": ["sync", "import", "export", "gc", "db", "doctor"],
}
"""The commands as the help lists them."""

_TOLD = ("headwater.environments", "headwater.projects")
"""Who takes so long that people want to know what for, unless they configured logging themselves."""


def main() -> None:
    """Run the command line; never returns."""
    ending = _Ending()
    try:
        root(prog_name="headwater")
    except SystemExit as exit_:
        ending.status = exit_.code
        raise


class _Ending:
    """Ends this process once its threads and all that others want done at its end are done.

    Python would take its modules apart before, which takes longer than many commands do.
    """

    def __init__(self) -> None:
        self.status: object = 1  # of an exception, whose traceback is printed before
        self._pid = os.getpid()
        atexit.register(self._end)  # the first of them is called last

    def _end(self) -> None:
        if os.getpid() != self._pid or not isinstance(self.status, int | None):
            return
        remove_folders()  # which is registered before this
        try:
            sys.stdout.flush()
            sys.stderr.flush()
        except OSError:  # nobody reads it, as behind `| head`
            self.status = self.status or 1
        os._exit(self.status or 0)


def _remember(ctx: click.Context, tracking_uri: str) -> None:
    ctx.obj = tracking_uri
    configure_logging()
    for name in _TOLD:
        logger = logging.getLogger(name)
        if not logger.hasHandlers():
            logger.setLevel(logging.INFO)
            logger.addHandler(Telling())


root = click.version_option(__version__, message="%(prog)s, version %(version)s")(
    tracking_uri_option(
        env_file_option(
            Tree(
                "headwater.cli",
                name="headwater",
                sections=SECTIONS,
                help="Track, compare and reproduce machine-learning experiments.",
                callback=click.pass_context(_remember),
                context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
            )
        )
    )
)
