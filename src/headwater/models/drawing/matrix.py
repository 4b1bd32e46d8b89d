"""A square table of counts as a picture."""

from collections.abc import Sequence
from typing import Any

from headwater.models.drawing.sheet import INK, WHITE, Colour, Sheet, blend, write_number

_DARKEST: Colour = (8, 48, 107)
_LEFT, _TOP, _RIGHT, _BOTTOM = 215, 70, 855, 580
_SHORTER = 530  # the lower edge if names are written upwards
_MAX_NUMBERED = 25  # rows; beyond, numbers and names could not be read


def draw_matrix(title: str, x_label: str, y_label: str, counts: Any, names: Sequence[str]) -> bytes:
    """Return a square table of counts, each cell coloured by its share of the row."""
    sheet = Sheet(title, _LEFT, _TOP, _RIGHT, _BOTTOM)
    size = len(names)
    width = (sheet.right - sheet.left) / size
    is_upright = max(map(sheet.width_of, names)) > width - 8
    if is_upright:
        sheet.bottom = _SHORTER
    height = (sheet.bottom - sheet.top) / size
    texts = [[write_number(round(float(count), 2)) for count in row] for row in counts]
    longest = max((text for row in texts for text in row), key=sheet.width_of)
    fonts = (26, 22, 19, 16, 13, 11)
    font = next((some for some in fonts if sheet.width_of(longest, some) < width - 6 and 1.3 * some < height), 9)
    for row in range(size):
        total = float(sum(counts[row]))
        for column in range(size):
            share = float(counts[row][column]) / total if total else 0.0
            left, top = sheet.left + column * width, sheet.top + row * height
            sheet.box((left, top), (left + width, top + height), blend(_DARKEST, share))
            if size <= _MAX_NUMBERED:
                colour = WHITE if share > 0.45 else INK
                place = (left + width / 2, top + height / 2)
                sheet.write(place, texts[row][column], anchor="mm", colour=colour, size=font)
    sheet.frame()
    for number, name in enumerate(names if size <= _MAX_NUMBERED else ()):
        x, y = sheet.left + (number + 0.5) * width, sheet.top + (number + 0.5) * height
        if is_upright:
            upright = min(sheet.size_for(name, 135), 19 if width >= 24 else 15)
            sheet.write_upwards((x, sheet.bottom + 8), sheet.fit(name, 135, upright), anchor="r", size=upright)
        else:
            sheet.write((x, sheet.bottom + 12), name, anchor="mt")
        level = min(sheet.size_for(name, 155), 19 if height >= 22 else 15)
        sheet.write((sheet.left - 12, y), sheet.fit(name, 155, level), anchor="rm", size=level)
    sheet.label(x_label, y_label)
    return sheet.finish()
