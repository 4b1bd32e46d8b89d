"""How much each feature matters to a booster: a file with all of them, and a plot of the first ones."""

from collections.abc import Mapping
from importlib.util import find_spec
from typing import Any

import numpy as np

from headwater.tracking.active import ActiveRun
from headwater.tracking.autolog import Call
from headwater.tracking.autolog.runs import defer

_SHOWN = 25


def log_importance(call: Call, run: ActiveRun, kind: str, importance: Mapping[str, Any]) -> None:
    """Keep the importance of features as JSON, and drawn in the background where Pillow is installed.

    A linear booster has a coefficient for each feature and class: the plot shows the mean of their absolute values.
    """
    run.writer.log_dict(dict(importance), f"feature_importance_{kind}.json")
    if not importance or find_spec("PIL") is None:
        return
    sizes = {name: float(np.mean(np.abs(value))) for name, value in importance.items()}
    names = sorted(sizes, key=lambda name: (-sizes[name], name))[:_SHOWN]
    file = f"feature_importance_{kind}.png"
    title = f"Importance of features ({kind})"
    if len(sizes) > _SHOWN:
        title += f": the first {_SHOWN} of {len(sizes)}"

    def draw() -> None:
        from headwater.models.drawing import draw_bars  # loads Pillow

        picture = draw_bars(title, kind, names, [sizes[name] for name in names])
        run.writer.log_bytes(picture, file, synchronous=False)

    defer(call, run, file, draw)
