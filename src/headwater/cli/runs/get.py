"""`headwater runs get`."""

import click

from headwater.cli._options import json_option, opened_store, require_one, run_id_argument, tracking_uri_option
from headwater.cli._output import format_time, print_json, print_pairs
from headwater.cli._pages import run_record
from headwater.protocol.runs import GetRun


@click.command("get")
@run_id_argument
@json_option
@tracking_uri_option
def command(*, run: str, run_id: str, as_json: bool, tracking_uri: str) -> None:
    """Show one run: state, params, latest metrics and tags (also: describe)."""
    wanted = require_one("the run's id", run, run_id)
    with opened_store(tracking_uri) as store:
        record = run_record(store.runs.get(GetRun(run_id=wanted)).run)
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
            *((f"param {key}", value) for key, value in sorted(data.params.items())),
            *((f"metric {key}", repr(value)) for key, value in sorted(data.metrics.items())),
            *((f"tag {key}", value) for key, value in sorted(data.tags.items())),
        ]
    )
