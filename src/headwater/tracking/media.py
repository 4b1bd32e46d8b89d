"""Figures and images as the bytes of files."""

import io
import logging
import re
import sys
import time
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias, runtime_checkable

from headwater.protocol.errors import InvalidParameterValue, NotSupported

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from PIL.Image import Image as PillowImage

_log = logging.getLogger(__name__)
_IMAGE_KEY = re.compile(r"[a-zA-Z0-9_\-./ ]+", re.ASCII)
_THUMBNAIL = (256, 256)
_PLOTLY_IMAGES = ("png", "jpeg", "webp", "svg", "pdf")


@runtime_checkable
class MatplotlibFigure(Protocol):
    """What Matplotlib's figures can do."""

    def savefig(self, *target: Any, **options: Any) -> None:
        """Write the figure."""


@runtime_checkable
class PlotlyFigure(Protocol):
    """What Plotly's figures can do."""

    def to_html(self, **options: Any) -> str:
        """Return the figure as a page."""

    def to_image(self, **options: Any) -> bytes:
        """Return the figure as an image."""


Figure: TypeAlias = MatplotlibFigure | PlotlyFigure


class Image:
    """An image, made from a NumPy array, a Pillow image, nested lists of numbers, or the path of a file.

    Args:
        image: height × width, with 1, 3 or 4 channels; integers from 0 to 255 or floats from 0 to 1.

    Example:
        >>> hw.log_table({"digit": [7], "pixels": [hw.Image(pixels)]}, "digits.json")
    """

    def __init__(self, image: "NDArray[Any] | PillowImage | Sequence[Any] | str | Path") -> None:
        self.image = _to_pillow(image)
        self.size: tuple[int, int] = self.image.size

    def to_pil(self) -> "PillowImage":
        """Return a Pillow image."""
        return self.image

    def to_array(self) -> "NDArray[Any]":
        """Return a NumPy array, height × width × channels."""
        import numpy as np  # needed by those who ask for an array

        return np.array(self.image)

    def to_list(self) -> list[Any]:
        """Return the pixels, row after row; each a number or a tuple of channels."""
        return [*self.to_array().reshape(-1, *self.to_array().shape[2:]).tolist()]

    def resize(self, size: tuple[int, int]) -> "Image":
        """Return the image in another size, width × height."""
        return Image(self.image.resize(size))

    def save(self, path: str | Path) -> None:
        """Write the image to a file, in the format of its suffix."""
        self.image.save(path)

    def __repr__(self) -> str:
        return f"<Image {self.size[0]} × {self.size[1]}>"


ImageLike: TypeAlias = "NDArray[Any] | PillowImage | Image | str | Path"


def encode_figure(figure: Figure, artifact_file: str, options: dict[str, Any]) -> bytes:
    """Return the bytes of a figure in the format that the suffix of `artifact_file` says.

    Raises `TypeError` for anything but a Matplotlib or Plotly figure.
    """
    suffix = PurePosixPath(artifact_file).suffix.lower().removeprefix(".")
    if isinstance(figure, MatplotlibFigure):
        stream = io.BytesIO()
        figure.savefig(stream, **{"format": suffix or "png", **options})
        return stream.getvalue()
    if isinstance(figure, PlotlyFigure):
        if suffix == "html":
            return figure.to_html(**{"include_plotlyjs": "cdn", **options}).encode()
        if suffix not in _PLOTLY_IMAGES:
            raise InvalidParameterValue(
                f"Unsupported name '{artifact_file}' for a Plotly figure. "
                f"End it with .html or .{', .'.join(_PLOTLY_IMAGES)}."
            )
        try:
            return figure.to_image(**{"format": suffix, **options})
        except (ImportError, ValueError, RuntimeError) as error:
            raise NotSupported(f"Plotly cannot make '{artifact_file}': {error} Or log it as .html.") from error
    raise TypeError(f"Unsupported figure object type: '{type(figure)}'. Give a Matplotlib or Plotly figure.")


def encode_image(image: "ImageLike", suffix: str) -> bytes:
    """Return the bytes of an image in a format such as `.png`."""
    picture = _to_pillow(image)
    stream = io.BytesIO()
    name = {"jpg": "jpeg"}.get(suffix.removeprefix(".").lower(), suffix.removeprefix(".").lower()) or "png"
    try:
        picture.save(stream, format=name)
    except (KeyError, OSError) as error:
        raise InvalidParameterValue(
            f"This image cannot be kept as '{suffix}': {error}. Use a name that ends with .png."
        ) from error
    return stream.getvalue()


def encode_thumbnail(image: "ImageLike") -> bytes:
    """Return a small WebP of an image."""
    picture = _to_pillow(image).copy()
    picture.thumbnail(_THUMBNAIL)
    stream = io.BytesIO()
    picture.save(stream, format="webp")
    return stream.getvalue()


def stepped_name(key: str, step: int | None, timestamp: int | None, unique: str) -> str:
    """Return the artifact name, without suffix, of one image of a series."""
    if not _IMAGE_KEY.fullmatch(key):
        raise InvalidParameterValue(
            f"Invalid image key '{key}'. Use letters, digits, underscores, dashes, periods, spaces and slashes."
        )
    now = time.time_ns() // 1_000_000 if timestamp is None else timestamp
    return f"images/{key.replace('/', '~')}+step+{step or 0}+timestamp+{now}+{unique}"


def is_image(value: object) -> bool:
    """Return whether a value is an image of ours or of Pillow."""
    if isinstance(value, Image):
        return True
    pillow = sys.modules.get("PIL.Image")  # whoever has one has loaded it
    return pillow is not None and isinstance(value, pillow.Image)


def _pillow() -> Any:
    try:
        from PIL import Image as pillow  # noqa: N813 - a module with a capital letter; needed by this verb only
    except ImportError as error:
        raise NotSupported("Images need Pillow. Install it with: pip install pillow") from error
    return pillow


def _open(path: str | Path) -> "PillowImage":
    picture: PillowImage = _pillow().open(path)
    picture.load()  # and let go of the file
    return picture


def _to_pillow(image: Any) -> "PillowImage":
    pillow = _pillow()
    if isinstance(image, Image):
        return image.image
    if isinstance(image, str | Path):
        return _open(image)
    if isinstance(image, pillow.Image):
        return image  # type: ignore[no-any-return]  # Pillow is loaded late
    import numpy as np  # loaded already by whoever has an array

    pixels = np.asarray(image)
    if pixels.ndim not in {2, 3} or (pixels.ndim == 3 and pixels.shape[2] not in {1, 3, 4}):
        raise InvalidParameterValue(f"Invalid image of shape '{pixels.shape}'. Give height × width[ × 1, 3 or 4].")
    if pixels.dtype.kind == "f":
        if pixels.size and (float(pixels.min()) < 0 or float(pixels.max()) > 1):
            _log.warning("An image has floats that are not between 0 and 1. They are logged as the nearest that is.")
            pixels = pixels.clip(0, 1)
        pixels = (pixels * 255).astype(np.uint8)
    elif pixels.dtype.kind == "b":
        pixels = pixels.astype(np.uint8) * np.uint8(255)
    elif pixels.size and (int(pixels.min()) < 0 or int(pixels.max()) > 255):
        raise InvalidParameterValue("Invalid image: integers must lie between 0 and 255.")
    flat = pixels[:, :, 0] if pixels.ndim == 3 and pixels.shape[2] == 1 else pixels
    picture: PillowImage = pillow.fromarray(flat.astype(np.uint8))
    return picture
