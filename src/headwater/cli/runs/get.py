"""`headwater runs get`."""

import click

from headwater.cli._options import json_option, opened_store, require_one, run_id_argument, tracking_uri_option
from headwater.cli._output import format_bytes, format_time, print_json, print_pairs
from headwater.cli._pages import run_record
from headwater.protocol.artifacts import ListArtifacts
from headwater.protocol.logs import ReadLog
from headwater.protocol.runs import GetRun
from headwater.stores.interface import Store


@click.command("get")
@run_id_argument
@json_option
@tracking_uri_option
def command(*, run: str, run_id: str, as_json: bool, tracking_uri: str) -> None:
    """Show one run: state, params, latest metrics, tags and what was captured."""
    wanted = require_one("the run's id", run, run_id)
    as_json = as_json or click.get_current_context().info_name == "describe"
    with opened_store(tracking_uri) as store:
        record = run_record(store.runs.get(GetRun(run_id=wanted)).run)
        captured = [] if as_json else _list_captured(store, wanted)
    if as_json:
        print_json(record)
        return
    info, data = record.info, record.data
    print_pairs(
        [
            ("id", info.run_id),
            ("name", info.run_name),
            ("experiment", info.experiment_id),
            ("status", info.status),
            ("lifecycle stage", info.lifecycle_stage),
            ("started", format_time(info.start_time)),
            ("ended", format_time(info.end_time)),
            ("user", info.user_id),
            ("artifacts", info.artifact_uri),
            *captured,
            *((f"param {key}", value) for key, value in sorted(data.params.items())),
            *((f"metric {key}", repr(value)) for key, value in sorted(data.metrics.items())),
            *((f"tag {key}", value) for key, value in sorted(data.tags.items())),
        ]
    )


def _list_captured(store: Store, run_id: str) -> list[tuple[str, str]]:
    """Return the captured files and logs, with their sizes."""
    files = store.artifacts.list(ListArtifacts(run_id, path="code")).files
    pairs = [("captured", f"{file.path} ({format_bytes(file.file_size or 0)})") for file in files if not file.is_dir]
    log = store.logs.read(ReadLog(run_id, limit_bytes=1))
    live = ", being written" if log.is_live else ""
    return pairs + [
        ("captured", f"logs/{name}" + (f" ({format_bytes(log.size)}{live})" if name == log.name else ""))
        for name in log.names
    ]
