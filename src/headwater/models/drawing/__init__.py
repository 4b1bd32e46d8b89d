"""Plots as PNG files, drawn with Pillow: tens of milliseconds, no window system and no global state."""

from headwater.models.drawing.bars import draw_bars, draw_swarm
from headwater.models.drawing.charts import Line, draw_lines, draw_points
from headwater.models.drawing.matrix import draw_matrix

__all__ = ["Line", "draw_bars", "draw_lines", "draw_matrix", "draw_points", "draw_swarm"]
