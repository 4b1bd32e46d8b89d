"""Serving a model from the command line: its options, its environment, and the processes."""

import logging
import os
import sys
from dataclasses import dataclass
from functools import partial

import click

from headwater.cli._options import CommandT, split_list
from headwater.cli._output import say
from headwater.config import (
    ALLOW_PICKLE,
    ALLOWED_HOSTS,
    ALLOWED_ORIGINS,
    HOST,
    PORT,
    SCORING_TIMEOUT_S,
    SCORING_WORKERS,
    Setting,
)

_LOCAL, _AUTO = "local", "auto"
_MAX_PORT = 65535
_SHOWN = 3


@dataclass(frozen=True, kw_only=True)
class ScoringOptions:
    """What the command line says about serving a model; what it leaves out is said by the settings in force."""

    model_uri: str
    name: str
    host: str
    port: int | None
    share_port: bool
    timeout: float | None
    workers: int | None
    env_manager: str
    batch_rows: int
    waiting: int
    max_body_bytes: int
    threads: int
    streams: int
    follow_s: float
    allowed_hosts: str
    allowed_origins: str
    allow_pickle: bool
    stack_traces: bool
    access_log: bool


def scoring_options(command: CommandT) -> CommandT:
    """Add the options of `models serve`, in MLflow's spelling where it has them."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def prepare_environment(options: ScoringOptions) -> None:
    """Replace this process by the same command in the model's own environment, if that was asked for or is needed."""
    if options.env_manager == _LOCAL:
        return
    from headwater.models.isolated.command import headwater_command
    from headwater.models.isolated.model import prepare_isolated
    from headwater.models.load import open_model
    from headwater.models.mismatch import find_mismatches

    folder = open_model(options.model_uri)
    if options.env_manager == _AUTO:
        missing = find_mismatches(folder)
        if not missing:
            return
        shown = ", ".join(missing[:_SHOWN]) + ("…" if len(missing) > _SHOWN else "")
        say(f"This environment lacks what the model was saved with ({shown}): using one of its own.")
    held = prepare_isolated(folder, allow_pickle=options.allow_pickle or None)
    command = headwater_command(held, "headwater.cli", *sys.argv[1:], "--env-manager", _LOCAL)
    held.keep_over_exec()
    os.execv(command[0], command)  # noqa: S606 - no shell


def serve(options: ScoringOptions) -> None:
    """Serve until interrupted."""
    from headwater.models.scoring.settings import ScoringSettings
    from headwater.models.scoring.sockets import address, bind

    logging.basicConfig(
        format="%(levelname)s: %(message)s", level=logging.INFO if options.access_log else logging.WARNING
    )
    settings = ScoringSettings(
        model_uri=options.model_uri,
        name=options.name,
        host=options.host or HOST.get(),
        port=_whole(PORT, 0, _MAX_PORT) if options.port is None else options.port,
        share_port=options.share_port,
        workers=_whole(SCORING_WORKERS, 1, 256) if options.workers is None else options.workers,
        timeout_s=_seconds(SCORING_TIMEOUT_S) if options.timeout is None else options.timeout,
        waiting=options.waiting,
        batch_rows=options.batch_rows,
        threads=options.threads,
        streams=options.streams,
        max_body_bytes=options.max_body_bytes,
        follow_s=options.follow_s,
        allowed_hosts=split_list(options.allowed_hosts or ALLOWED_HOSTS.get()),
        allowed_origins=split_list(options.allowed_origins or ALLOWED_ORIGINS.get()),
        allow_pickle=options.allow_pickle or None,
        stack_traces=options.stack_traces,
        access_log=options.access_log,
    )
    with bind(settings) as bound:
        greet = partial(say, f"'{settings.model_uri}' is served at {address(bound)}  (Ctrl+C stops it)")
        if settings.workers > 1:
            from headwater.models.scoring.workers import Supervisor

            Supervisor(settings, bound, greet).run()
        else:
            from headwater.models.scoring.serve import run

            run(settings, bound, on_ready=greet)


def _whole(setting: Setting, least: int, most: int) -> int:
    text = setting.get()
    if not (text.isascii() and text.isdigit() and least <= int(text) <= most):
        raise click.UsageError(f"Invalid {setting.name} '{text}': give a whole number from {least} to {most}.")
    return int(text)


def _seconds(setting: Setting) -> float:
    try:
        seconds = float(setting.get())
    except ValueError:
        seconds = 0.0
    if not 0 < seconds < 1e9:
        raise click.UsageError(f"Invalid {setting.name} '{setting.get()}': give a number of seconds.")
    return seconds


def _described(setting: Setting) -> str:
    return f"{setting.meaning}  [env: {setting.name}]"


_count = partial(click.option, type=click.IntRange(min=1), show_default=True)
_text = partial(click.option, default="", metavar="TEXT")
_flag = partial(click.option, is_flag=True)

_OPTIONS = (
    click.option("--model-uri", "-m", required=True, metavar="URI", help="A path, runs:/…, models:/… and so on."),
    click.option("--port", "-p", type=click.IntRange(0, _MAX_PORT), help=_described(PORT)),
    _text("--host", "-h", help=_described(HOST)),
    _flag("--share-port", help="Let another server that does so have the port, too, to take the place of this one."),
    click.option("--timeout", "-t", type=click.FloatRange(min=0.001), help=_described(SCORING_TIMEOUT_S)),
    click.option("--workers", "-w", type=click.IntRange(1, 256), help=_described(SCORING_WORKERS)),
    click.option(
        "--env-manager",
        type=click.Choice([_AUTO, _LOCAL, "uv", "virtualenv", "conda"]),
        default=_AUTO,
        show_default=True,
        help="local: this environment. uv: one with the model's requirements, made by uv and kept; virtualenv and "
        "conda mean the same. auto: this one if it has what the model was saved with, else one by uv.",
    ),
    _flag("--no-conda", help="The same as --env-manager local."),
    _flag("--install-mlflow", help="For callers of MLflow; nothing here needs it."),
    _text("--name", help="The model's name in the Open Inference Protocol; default: what the URI says."),
    _count("--max-batch", "batch_rows", default=512, help="Rows of concurrent requests predicted together; 1: never."),
    _count("--max-waiting", "waiting", default=1024, help="Requests at once, beyond which the answer is 429."),
    click.option(
        "--max-body-mb", type=click.FloatRange(min=0.001), default=64, show_default=True, help="Of a request."
    ),
    _count("--threads", default=4, help="Predictions at once of requests that are not joined."),
    _count("--max-streams", "streams", default=64, help="Answers in parts at once, beyond which the answer is 429."),
    click.option(
        "--follow",
        "follow_s",
        type=click.FloatRange(min=0),
        default=5,
        show_default=True,
        help="Seconds between two looks at where an alias, a stage or latest leads; 0: only on SIGHUP.",
    ),
    _text("--allowed-hosts", help=_described(ALLOWED_HOSTS)),
    _text("--cors-allowed-origins", "--allowed-origins", "allowed_origins", help=_described(ALLOWED_ORIGINS)),
    _flag("--allow-pickle", help=f"Load models that run code, whoever saved them.  [env: {ALLOW_PICKLE.name}]"),
    _flag("--stack-traces", help="Show the traceback of a failing model to who asked."),
    _flag("--access-log", help="Log a line for each request."),
)
