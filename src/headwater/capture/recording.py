"""A recording: the log of one console on disk, bounded by keeping its beginning and its end.

A position is a byte offset in the whole log. The folder holds it as segments of 1 MiB; of a log longer than 16 MiB the
first eight and the last eight segments are kept. Writing the same bytes at the same position again changes nothing.
"""

import os
from collections.abc import Iterator
from pathlib import Path

SEGMENT_BYTES = 1 << 20
HEAD_SEGMENTS = 8
TAIL_SEGMENTS = 8
MAX_BYTES = (HEAD_SEGMENTS + TAIL_SEGMENTS) * SEGMENT_BYTES


class Recording:
    """One log in a folder of its own, readable by its owner only. One process writes, any may read."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def exists(self) -> bool:
        """Return whether anything has been written."""
        return bool(self._segments())

    def size(self) -> int:
        """Return the position of the end."""
        segments = self._segments()
        return segments[-1] * SEGMENT_BYTES + self._length(segments[-1]) if segments else 0

    def write(self, position: int, data: bytes) -> None:
        """Write `data` at `position`, and drop what lies between the beginning and the end to be kept."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        start = 0
        while start < len(data):
            index, offset = divmod(position + start, SEGMENT_BYTES)
            part = data[start : start + SEGMENT_BYTES - offset]
            descriptor = os.open(self._path(index), os.O_CREAT | os.O_WRONLY | os.O_CLOEXEC, 0o600)
            try:
                _write_all(descriptor, part, offset)
            finally:
                os.close(descriptor)
            start += len(part)
            if offset == 0 and index >= HEAD_SEGMENTS + TAIL_SEGMENTS:
                self._prune()

    def read(self, position: int, limit: int) -> tuple[int, bytes]:
        """Return up to `limit` bytes without a gap, and where they begin: at `position`, or after a gap behind it."""
        wanted, skip = divmod(max(0, position), SEGMENT_BYTES)
        parts: list[bytes] = []
        begin = position
        expected = wanted
        for index in self._segments():
            if index < wanted or limit <= 0:
                continue
            if index != expected:
                if parts:
                    break
                begin, skip = index * SEGMENT_BYTES, 0
            part = self._read_segment(index, skip, limit)
            limit -= len(part)
            parts += [part] if part else []
            expected, skip = index + 1, 0
        return begin, b"".join(parts)

    def pieces(self) -> Iterator[bytes]:
        """Yield the log as one file: whole lines, and one line that says how much is missing in the middle."""
        position, size = 0, self.size()
        is_line_over = True
        while position < size:
            begin, data = self.read(position, SEGMENT_BYTES)
            if not data:
                return
            end = begin + len(data)
            if begin > position:
                cut = data.find(b"\n") + 1
                yield (b"" if is_line_over else b"\n") + gap_note(begin + cut - position)
                data = data[cut:]
            yield data
            is_line_over = data.endswith(b"\n")
            position = end

    def remove(self) -> None:
        """Delete the folder."""
        for path in self.folder.glob("*"):
            path.unlink(missing_ok=True)
        if self.folder.is_dir():
            self.folder.rmdir()

    def _prune(self) -> None:
        segments = self._segments()
        for index in segments:
            if HEAD_SEGMENTS <= index <= segments[-1] - TAIL_SEGMENTS:
                self._path(index).unlink(missing_ok=True)

    def _segments(self) -> list[int]:
        try:
            names = os.listdir(self.folder)  # noqa: PTH208 - the relay lists often, and needs the names only
        except FileNotFoundError:
            return []
        return sorted(int(name[:-4]) for name in names if name.endswith(".log"))

    def _path(self, index: int) -> Path:
        return self.folder / f"{index:08d}.log"

    def _length(self, index: int) -> int:
        try:
            return self._path(index).stat().st_size
        except FileNotFoundError:
            return 0

    def _read_segment(self, index: int, skip: int, limit: int) -> bytes:
        try:
            descriptor = os.open(self._path(index), os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            return b""
        try:
            return os.pread(descriptor, limit, skip)
        finally:
            os.close(descriptor)


def gap_note(missing_bytes: int) -> bytes:
    """Return the line that stands for what was left out."""
    return f"… {missing_bytes / (1 << 20):.1f} MiB of output left out here …\n".encode()


def _write_all(descriptor: int, data: bytes, offset: int) -> None:
    view = memoryview(data)
    while view:
        written = os.pwrite(descriptor, view, offset)
        view, offset = view[written:], offset + written
