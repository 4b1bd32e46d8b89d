"""Runs and experiments as a notebook shows them: small tables in the notebook's own colours, light or dark."""

import time
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from html import escape
from typing import Any
from urllib.parse import quote, urlsplit

from headwater import config
from headwater.protocol.runs import RunStatus
from headwater.tracking.run import PARENT_RUN_TAG, SYSTEM_METRICS, Experiment, Run, own_metrics

_MAX_ROWS = 20
_MAX_COLUMNS = 6
_MAX_TEXT = 80
_MAX_CELL = 24
# The class stands twice so that the rules win over those that notebooks have for tables.
_STYLE = """<style>
.headwater{font:13px/1.5 system-ui,sans-serif;color:inherit;max-width:62rem}
.headwater.headwater table{border-collapse:collapse;margin:.4em 1.6em .4em 0;display:inline-table;vertical-align:top;
background:none;color:inherit;border:0;font-size:13px}
.headwater.headwater caption{text-align:left;font-weight:600;opacity:.7;padding:0 0 .2em;caption-side:top}
.headwater.headwater tr,.headwater.headwater tr:hover{background:none!important}
.headwater.headwater th,.headwater.headwater td{border:0;
border-top:1px solid color-mix(in srgb,currentColor 18%,transparent);
padding:.15em 1.2em .15em 0;text-align:left;font-weight:400;max-width:28rem;overflow-wrap:anywhere;color:inherit}
.headwater.headwater th{opacity:.7;white-space:nowrap}
.headwater .g{overflow-x:auto}
.headwater.headwater .g td{white-space:nowrap}
.headwater.headwater td.n{font-variant-numeric:tabular-nums;text-align:right}
.headwater a{color:inherit;text-decoration:underline;text-underline-offset:.2em}
.headwater .s{display:inline-block;width:.6em;height:.6em;border-radius:50%;margin-right:.5em;background:#8b8b8b}
.headwater .FINISHED{background:#2e9e5b}.headwater .RUNNING{background:#3b82d6}
.headwater .FAILED,.headwater .KILLED{background:#d64b45}
</style>"""


def show_run(run: Run) -> str:
    """Return one run: its state, metrics, params and own tags."""
    info, data = run.info, run.data
    parent = data.tags.get(PARENT_RUN_TAG, "")
    head = f"{_state(run)}<b>{_link(info.run_name or info.run_id, info.experiment_id, info.run_id)}</b>"
    facts = {
        "run id": info.run_id,
        "experiment": info.experiment_id,
        "started": _time(info.start_time),
        "took": _duration(info.start_time, info.end_time),
        "user": info.user_id,
        "parent": parent,
    }
    datasets = {
        given.dataset.name: " ".join(filter(None, (given.context, given.dataset.digest)))
        for given in run.inputs.dataset_inputs
    }
    own_tags = {key: value for key, value in data.tags.items() if not key.startswith(("mlflow.", "headwater."))}
    machine = {key: value for key, value in data.metrics.items() if key.startswith(SYSTEM_METRICS)}
    tables = [
        _facts("", facts),
        _facts("Metrics", _write_numbers(own_metrics(data.metrics)), numbers=True),
        _facts("Params", data.params),
        _facts("Tags", own_tags),
        _facts("Datasets", datasets),
        _facts("System", _write_numbers(machine), numbers=True),
    ]
    return _frame(head, *tables)


def _write_numbers(metrics: Mapping[str, float]) -> dict[str, str]:
    return {key: f"{value:.6g}" for key, value in metrics.items()}


def show_experiment(experiment: Experiment) -> str:
    """Return one experiment: where and when it was made, and its tags."""
    deleted = " (deleted)" if experiment.lifecycle_stage == "deleted" else ""
    head = f"<b>{_link(experiment.name, experiment.experiment_id)}</b>{deleted}"
    facts = {
        "experiment id": experiment.experiment_id,
        "created": _time(experiment.creation_time),
        "artifacts": experiment.artifact_location,
    }
    own_tags = {key: value for key, value in experiment.tags.items() if not key.startswith("mlflow.")}
    return _frame(head, _facts("", facts), _facts("Tags", own_tags))


def show_page(page: Sequence[Any]) -> str:
    """Return a list of results, the first ones as a table; what is neither runs nor experiments as text."""
    if page and all(isinstance(item, Run) for item in page):
        return _show_runs(page)
    if page and all(isinstance(item, Experiment) for item in page):
        rows = [
            [
                _link(item.name, item.experiment_id),
                escape(item.experiment_id),
                _time(item.creation_time),
                escape(item.lifecycle_stage),
            ]
            for item in page[:_MAX_ROWS]
        ]
        return _frame(_count(page, "experiment"), _grid(["experiment", "id", "created", "stage"], rows))
    return f"<pre>{escape(repr(list(page)))}</pre>"


def _show_runs(runs: Sequence[Run]) -> str:
    shown = runs[:_MAX_ROWS]
    metrics = list(dict.fromkeys(key for run in shown for key in own_metrics(run.data.metrics)))[:_MAX_COLUMNS]
    params = list(dict.fromkeys(key for run in shown for key in run.data.params))[:_MAX_COLUMNS]
    rows = [
        [
            _state(run) + _link(run.info.run_name or run.info.run_id, run.info.experiment_id, run.info.run_id),
            _time(run.info.start_time),
            _duration(run.info.start_time, run.info.end_time),
            *(f"{run.data.metrics[key]:.4g}" if key in run.data.metrics else "" for key in metrics),
            *(escape(_cut(run.data.params.get(key, ""), _MAX_CELL)) for key in params),
        ]
        for run in shown
    ]
    return _frame(_count(runs, "run"), _grid(["run", "started", "took", *metrics, *params], rows))


def _count(page: Sequence[Any], noun: str) -> str:
    total = f"{len(page)} {noun}{'s' if len(page) != 1 else ''}"
    first = f", the first {_MAX_ROWS} shown" if len(page) > _MAX_ROWS else ""
    return f"<b>{total}</b>{first}{', more to come' if getattr(page, 'token', None) else ''}"


def _frame(head: str, *tables: str) -> str:
    return f'{_STYLE}<div class="headwater"><div>{head}</div>{"".join(tables)}</div>'


def _facts(title: str, facts: Mapping[str, str], *, numbers: bool = False) -> str:
    rows = "".join(
        f"<tr><th>{escape(key)}</th><td{' class=n' if numbers else ''}>{escape(_cut(value))}</td></tr>"
        for key, value in facts.items()
        if value
    )
    caption = f"<caption>{escape(title)}</caption>" if title else ""
    return f"<table>{caption}{rows}</table>" if rows else ""


def _grid(names: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """Return a table of cells that are escaped already."""
    head = "".join(f"<th>{escape(name)}</th>" for name in names)
    body = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    return f'<div class="g"><table><tr>{head}</tr>{body}</table></div>'


def _state(run: Run) -> str:
    status = RunStatus.to_string(run.info.status)
    return f'<span class="s {status}" title="{status}"></span>'


def page_address(experiment_id: str, run_id: str = "") -> str:
    """Return the address of the page of a run or experiment, empty if no server shows one."""
    parts = urlsplit(config.TRACKING_URI.get().rstrip("/"))
    if parts.scheme not in {"http", "https"} or not experiment_id:
        return ""
    place = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}/#/experiments/{quote(experiment_id)}"
    return f"{place}/runs/{quote(run_id)}" if run_id else place


def _link(text: str, experiment_id: str, run_id: str = "") -> str:
    """Return text that leads to the page of a run or experiment, if a server shows one."""
    shown = escape(_cut(text))
    address = page_address(experiment_id, run_id)
    return f'<a href="{escape(address)}" target="_blank" rel="noopener">{shown}</a>' if address else shown


def _cut(text: str, length: int = _MAX_TEXT) -> str:
    return text if len(text) <= length else f"{text[: length - 1]}…"


def _time(milliseconds: int | None) -> str:
    if milliseconds is None:
        return ""
    return datetime.fromtimestamp(milliseconds / 1000, UTC).astimezone().strftime("%Y-%m-%d %H:%M:%S")


def _duration(start: int, end: int | None) -> str:
    seconds = max(0, (time.time() if end is None else end / 1000) - start / 1000)
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, left = divmod(int(seconds), 60)
    return f"{minutes // 60} h {minutes % 60} min" if minutes >= 60 else f"{minutes} min {left} s"
