"""Charts of runs in notebooks and terminals."""

from headwater.tracking.charts.showing import Chart, chart

__all__ = ["Chart", "chart"]
