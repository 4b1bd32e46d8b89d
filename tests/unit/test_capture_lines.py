"""Lines from what a program prints, and the bounded recording of them."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.capture.lines import LONGEST, PATIENCE_S, REDRAW_S, LineAssembler, format_lines
from headwater.capture.recording import MAX_BYTES, SEGMENT_BYTES, Recording
from headwater.capture.redaction import Redactor
from headwater.capture.styles import keep_styles, strip_styles


def cut(data: bytes, size: int) -> list[str]:
    """Return the lines of `data` when it arrives in pieces of `size` bytes."""
    assembler = LineAssembler()
    lines = [line for start in range(0, len(data), size) for line in assembler.feed(data[start : start + size], 0.0)]
    return lines + assembler.flush(0.0, final=True)


@pytest.mark.parametrize("size", [1, 3, 1000])
def test_pieces_of_any_size_give_the_same_lines(size: int) -> None:
    data = "first\n\nzwölf 🌊\r\n\x1b[31mred\x1b[0m and \x1b]0;title\x07plain\nlast".encode()

    assert cut(data, size) == ["first", "", "zwölf 🌊", "\x1b[31mred\x1b[0m and plain", "last"]


@pytest.mark.parametrize("size", [1, 7, 1000])
@pytest.mark.parametrize(
    ("printed", "kept"),
    [
        ("\x1b[1;31mtwo\nlines\x1b[0m\nplain\n", ["\x1b[1;31mtwo\x1b[0m", "\x1b[1;31mlines\x1b[0m", "plain"]),
        ("\x1b[32mgreen\x1b[1mbold\x1b[22;39m none\n", ["\x1b[32mgreen\x1b[0;32;1mbold\x1b[0m none"]),
        ("\x1b[38;5;208mo\x1b[48;2;1;2;3mb\x1b[m\n", ["\x1b[38;5;208mo\x1b[0;38;5;208;48;2;1;2;3mb\x1b[0m"]),
        ("\x1b[4:3mcurly\x1b[4:0m \x1b[38:2::9:8:7mrgb\x1b[39m\n", ["\x1b[4mcurly\x1b[0m \x1b[38:2::9:8:7mrgb\x1b[0m"]),
        ("a\x1b[2K\x1b[1Ab\x1b[?25l\x1b]8;;http://x.y\x1b\\link\x1b]8;;\x1b\\\n", ["ablink"]),
        ("\r\x1b[32m 50%\x1b[0m\r\x1b[32m100%\x1b[0m\n", ["\x1b[32m100%\x1b[0m"]),
        ("\x1b[33m 50%\r100%\ndone\x1b[0m\n", ["\x1b[33m100%\x1b[0m", "\x1b[33mdone\x1b[0m"]),
        ("\x1b[33mwhat\r\x1b[0m\nplain\n", ["\x1b[33mwhat\x1b[0m", "plain"]),
        ("\x1b\x1b[31;99;7xy\x1b[\x1b\n", ["y["]),
    ],
)
def test_lines_keep_their_colours_and_nothing_else_that_drives_a_terminal(
    printed: str, kept: list[str], size: int
) -> None:
    assert cut(printed.encode(), size) == kept


@given(st.lists(st.sampled_from(["\x1b[31m", "\x1b[0m", "\x1b[1;4m", "\x1b[22m", "\x1b[2K", "\r", "\n", "word", " "])))
def test_colours_change_nothing_of_the_text(parts: list[str]) -> None:
    plain = [part for part in parts if not part.startswith("\x1b")]

    coloured, expected = (cut("".join([*some, "end\n"]).encode(), 5) for some in (parts, plain))

    assert [strip_styles(line).rstrip() for line in coloured] == [line.rstrip() for line in expected]


def test_endless_coloured_lines_are_kept_in_pieces() -> None:
    lines = cut(b"\x1b[35m" + b"x" * (2 * LONGEST + 5) + b"\x1b[0m\n", 65536)

    assert "".join(map(strip_styles, lines)) == "x" * (2 * LONGEST + 5)
    assert all(line.startswith("\x1b[35m") and line.endswith("\x1b[0m") for line in lines)


def test_a_secret_in_colours_is_hidden() -> None:
    redact = keep_styles(Redactor(["hunter22222"]).follow())

    lines = redact(["\x1b[31mhunter\x1b[1m22222\x1b[0m is it", "\x1b[32mfine\x1b[0m"])

    assert lines == ["*** is it", "\x1b[32mfine\x1b[0m"]


@given(
    st.lists(st.text(st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp", "Cf"))), max_size=8), st.integers(1, 9)
)
def test_printable_lines_arrive_as_they_are(texts: list[str], size: int) -> None:
    printable = [text for text in texts if text.isprintable()]

    assert cut("".join(f"{text}\n" for text in printable).encode(), size) == printable


def test_a_progress_bar_leaves_its_last_state_and_one_every_few_seconds() -> None:
    assembler = LineAssembler()

    lines = [
        line for tick in range(100) for line in assembler.feed(f"\r{tick:3d}% ".encode(), 1000 + tick * REDRAW_S / 20)
    ]
    lines += assembler.feed(b"\r100% done\n", 2000.0)

    assert lines == ["  0%", " 20%", " 40%", " 60%", " 80%", "100% done"]


def test_an_unfinished_line_is_kept_after_a_while() -> None:
    assembler = LineAssembler()
    assembler.feed(b"Password: ", 10.0)

    assert assembler.flush(10.0 + PATIENCE_S / 2) == []
    assert assembler.flush(10.1 + PATIENCE_S) == ["Password: "]
    assert assembler.feed(b"thanks\n", 20.0) == ["thanks"]


def test_endless_lines_are_kept_in_pieces() -> None:
    lines = cut(b"x" * (2 * LONGEST + 5), 65536)

    assert list(map(len, lines)) == [LONGEST, LONGEST, 5]


def test_bytes_that_are_no_text_do_no_harm() -> None:
    assert cut(b"\xff\xfe\x00\x07ok\n", 2) == ["\ufffd\ufffdok"]


def test_a_line_says_when_and_where_it_was_printed() -> None:
    assert format_lines(1_700_000_000.0625, "err", ["boo", ""]) == (
        "2023-11-14T22:13:20.062Z err boo\n2023-11-14T22:13:20.062Z err \n"
    )


def test_a_recording_gives_back_what_was_written_in_any_order_and_twice(tmp_path: Path) -> None:
    recording = Recording(tmp_path / "log")
    data = bytes(range(256)) * (3 * SEGMENT_BYTES // 256) + b"end\n"
    half = len(data) // 2

    recording.write(0, data[:half])
    recording.write(half, data[half:])
    recording.write(10, data[10:SEGMENT_BYTES])

    assert recording.size() == len(data)
    assert b"".join(recording.pieces()) == data
    assert recording.read(half, 5) == (half, data[half : half + 5])
    assert recording.read(len(data) + 7, 5)[1] == b""
    recording.remove()
    assert not recording.exists()


def test_a_long_recording_keeps_its_beginning_and_end_and_says_what_is_missing(tmp_path: Path) -> None:
    recording = Recording(tmp_path / "log")
    line = b"%0127d\n"
    count = 40 * SEGMENT_BYTES // 128
    for start in range(0, count, 5000):
        recording.write(start * 128, b"".join(line % number for number in range(start, min(count, start + 5000))))

    text = b"".join(recording.pieces())

    assert sum(path.stat().st_size for path in (tmp_path / "log").iterdir()) <= MAX_BYTES
    lines = text.decode().splitlines()
    gaps = [index for index, text in enumerate(lines) if "left out" in text]
    assert len(gaps) == 1
    assert lines[: gaps[0]] == [f"{number:0127d}" for number in range(gaps[0])]
    rest = [int(text) for text in lines[gaps[0] + 1 :]]
    assert rest == list(range(rest[0], count))
    assert lines[gaps[0]] == "… 24.0 MiB of output left out here …"
