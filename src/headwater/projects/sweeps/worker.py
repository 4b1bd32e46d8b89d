"""One trial of a function, in a process of its own or a thread."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from headwater.projects.sweeps.trial import Value
from headwater.protocol.errors import InvalidParameterValue
from headwater.tracking.active import start_run


@dataclass(frozen=True)
class Call:
    """A function that is tried, and the metric that what it returns is."""

    function: Callable[..., object]
    metric: str


def carry_out(call: Call, params: Mapping[str, Value], run_id: str | None, experiment_id: str | None) -> None:
    """Call the function within its run, and log what it returns: a number, metrics by name, or nothing."""
    with start_run(run_id, experiment_id) as run:
        returned: Any = call.function(**params)
        if returned is None:
            return
        metrics = returned if isinstance(returned, Mapping) else {call.metric: returned}
        for name, value in metrics.items():
            if isinstance(value, str | bool):
                raise InvalidParameterValue(f"The function returned '{value}' as '{name}'. Return a number.")
        run.writer.log_metrics(metrics, step=None, timestamp=None, synchronous=None)


def main(arguments: list[str]) -> None:
    """Carry out the trial whose run the environment names: the file of a call, and params as JSON."""
    import cloudpickle

    file, params = arguments
    carry_out(cloudpickle.loads(Path(file).read_bytes()), json.loads(params), None, None)
