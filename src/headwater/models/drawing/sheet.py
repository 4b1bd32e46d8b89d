"""The paper of a plot: white, with a title, a frame, and axes whose ticks are round numbers."""

import io
import math
from typing import Any, NamedTuple

Colour = tuple[int, int, int]
Place = tuple[float, float]

WIDTH, HEIGHT = 960, 720
INK: Colour = (34, 34, 34)
GREY: Colour = (110, 110, 110)
PALE: Colour = (225, 225, 225)
WHITE: Colour = (255, 255, 255)
SERIES: tuple[Colour, ...] = (
    (31, 119, 180),
    (214, 92, 22),
    (44, 140, 60),
    (148, 73, 178),
    (190, 40, 60),
    (23, 160, 170),
    (140, 86, 75),
    (200, 130, 10),
    (90, 100, 200),
    (90, 120, 30),
    (225, 110, 170),
    (60, 60, 60),
)
"""Colours that stay apart on white."""

_SCALE = 2  # drawn larger and reduced, which makes edges smooth
_FONT_SIZE = 19
_TICKS = 5
_ROUND = (1, 2, 2.5, 5, 10)


class Axis(NamedTuple):
    """A range of numbers, with the round ones within it that are written beside the axis."""

    low: float
    high: float
    ticks: tuple[float, ...]

    def share(self, value: Any) -> Any:
        """Return where a value, or an array of them, lies between the ends: 0 to 1."""
        return (value - self.low) / (self.high - self.low)


def make_axis(low: float, high: float, *, margin: float = 0.0) -> Axis:
    """Return an axis that holds both numbers; it ends at round ones, or with a margin just beyond (a share)."""
    if not (math.isfinite(low) and math.isfinite(high)):
        low, high = 0.0, 1.0
    if high - low <= 1e-12 * max(abs(low), abs(high), 1e-300):
        low, high = low - (abs(low) or 1) / 2, high + (abs(high) or 1) / 2
    power = 10.0 ** math.floor(math.log10((high - low) / _TICKS))
    step = next(power * size for size in _ROUND if (high - low) / (power * size) <= _TICKS)
    if margin:
        low, high = low - margin * (high - low), high + margin * (high - low)
        first, last = math.ceil(low / step), math.floor(high / step)
        return Axis(low, high, tuple(number * step for number in range(first, last + 1)))
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return Axis(first * step, last * step, tuple(number * step for number in range(first, last + 1)))


UNIT = make_axis(0.0, 1.0)


def write_number(value: float) -> str:
    """Return a short text of a number."""
    if value == 0 or 1e-4 <= abs(value) < 1e6:
        return f"{value:,.6g}"
    return f"{value:.3g}"


class Sheet:
    """White paper with a title; coordinates are pixels of the finished picture, from its left upper corner."""

    def __init__(self, title: str, left: float, top: float, right: float, bottom: float) -> None:
        from PIL import Image, ImageDraw, ImageFont  # an optional package, loaded when something is drawn

        self._image = Image.new("RGB", (WIDTH * _SCALE, HEIGHT * _SCALE), WHITE)
        self._pen = ImageDraw.Draw(self._image)
        self._fonts: dict[int, Any] = {}
        self._load_font = ImageFont.load_default
        self.left, self.top, self.right, self.bottom = left, top, right, bottom
        self.write((WIDTH / 2, 34), self.fit(title, WIDTH - 40, 22), anchor="mm", size=22)

    def size_for(self, text: str, width: float) -> int:
        """Return the usual size of letters, or a smaller one if the text needs it for its room."""
        return next((size for size in (_FONT_SIZE, 17) if self.width_of(text, size) <= width), 15)

    def width_of(self, text: str, size: int = _FONT_SIZE) -> float:
        """Return how wide a text is."""
        return float(self._font(size).getlength(text)) / _SCALE

    def fit(self, text: str, width: float, size: int = _FONT_SIZE) -> str:
        """Return as much of a text as there is room for."""
        if self.width_of(text, size) <= width:
            return text
        while text and self.width_of(f"{text}…", size) > width:
            text = text[:-1]
        return f"{text.rstrip()}…"

    def write(
        self, place: Place, text: str, *, anchor: str = "lm", colour: Colour = INK, size: int = _FONT_SIZE
    ) -> None:
        """Write a text; the anchor is Pillow's."""
        self._pen.text(_scaled(place), text, fill=colour, font=self._font(size), anchor=anchor)

    def write_upwards(self, place: Place, text: str, *, anchor: str, size: int = _FONT_SIZE) -> None:
        """Write a text that reads from below upwards; its end (anchor "r") or middle ("m") is at the place."""
        from PIL import Image, ImageDraw

        height = 2 * size * _SCALE
        length = math.ceil(self.width_of(text, size)) * _SCALE + 4
        strip = Image.new("RGB", (length, height), WHITE)
        ImageDraw.Draw(strip).text((length / 2, height / 2), text, fill=INK, font=self._font(size), anchor="mm")
        strip = strip.rotate(90, expand=True)
        x, y = _scaled(place)
        top = y if anchor == "r" else y - strip.height / 2
        self._image.paste(strip, (round(x - strip.width / 2), round(top)))

    def line(self, points: list[Place], colour: Colour, width: float) -> None:
        """Draw a line through points."""
        self._pen.line([_scaled(point) for point in points], fill=colour, width=round(width * _SCALE), joint="curve")

    def dashes(self, start: Place, end: Place, colour: Colour, width: float = 2) -> None:
        """Draw a dashed straight line."""
        count = max(int(math.dist(start, end) / 8), 1)
        step = ((end[0] - start[0]) / count, (end[1] - start[1]) / count)
        for dash in range(0, count, 2):
            x, y = start[0] + dash * step[0], start[1] + dash * step[1]
            self.line([(x, y), (x + step[0], y + step[1])], colour, width)

    def box(self, corner: Place, opposite: Place, colour: Colour) -> None:
        """Fill a rectangle."""
        self._pen.rectangle((*_scaled(corner), *_scaled(opposite)), fill=colour)

    def dot(self, place: Place, radius: float, colour: Colour, edge: Colour | None = None) -> None:
        """Fill a small circle."""
        x, y = _scaled(place)
        size = radius * _SCALE
        self._pen.ellipse((x - size, y - size, x + size, y + size), fill=colour, outline=edge, width=1)

    def picture(self, pixels: Any) -> None:
        """Fill the frame with an array of colours, row by row from above, each a rectangle with sharp edges."""
        from PIL import Image

        size = (round((self.right - self.left) * _SCALE), round((self.bottom - self.top) * _SCALE))
        picture = Image.fromarray(pixels).resize(size, Image.Resampling.NEAREST)
        self._image.paste(picture, (round(self.left * _SCALE), round(self.top * _SCALE)))

    def axes(self, x: Axis, y: Axis | None, *, grid: bool = True) -> None:
        """Write the numbers of both axes, with pale lines through the paper; without `y`, of the lower one."""
        for tick in x.ticks:
            place = self.left + x.share(tick) * (self.right - self.left)
            if grid:
                self.line([(place, self.top), (place, self.bottom)], PALE, 1)
            self.write((place, self.bottom + 12), write_number(tick), anchor="mt", size=17)
        for tick in y.ticks if y else ():
            place = self.bottom - y.share(tick) * (self.bottom - self.top) if y else 0.0
            if grid:
                self.line([(self.left, place), (self.right, place)], PALE, 1)
            self.write((self.left - 10, place), write_number(tick), anchor="rm", size=17)

    def label(self, x_label: str, y_label: str) -> None:
        """Name both axes."""
        middle = (self.left + self.right) / 2
        room = 2 * min(middle, WIDTH - middle) - 40
        self.write((middle, HEIGHT - 24), self.fit(x_label, room), anchor="mm")
        if y_label:
            self.write_upwards((26, (self.top + self.bottom) / 2), self.fit(y_label, HEIGHT - 60), anchor="m")

    def place(self, x: Axis, y: Axis, x_value: float, y_value: float) -> Place:
        """Return where a point of both axes lies on the paper."""
        across, up = float(x.share(x_value)), float(y.share(y_value))
        return self.left + across * (self.right - self.left), self.bottom - up * (self.bottom - self.top)

    def frame(self) -> None:
        """Draw the frame."""
        corners = [(self.left, self.top), (self.right, self.top), (self.right, self.bottom), (self.left, self.bottom)]
        self.line([*corners, corners[0], corners[1]], INK, 1.5)

    def finish(self) -> bytes:
        """Return the picture as a PNG file."""
        stream = io.BytesIO()
        self._image.reduce(_SCALE).save(stream, format="png", compress_level=3)
        return stream.getvalue()

    def _font(self, size: int) -> Any:
        if size not in self._fonts:
            self._fonts[size] = self._load_font(size * _SCALE)
        return self._fonts[size]


def blend(colour: Colour, share: float, base: Colour = WHITE) -> Colour:
    """Return a colour between the base (0) and `colour` (1)."""
    red, green, blue = (round(start + (end - start) * share) for start, end in zip(base, colour, strict=True))
    return red, green, blue


def _scaled(place: Place) -> Place:
    return place[0] * _SCALE, place[1] * _SCALE
