"""A journal cut off or altered anywhere still gives every complete record before the damage."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headwater.tracking.frames import MAGIC, encode_frame
from headwater.tracking.journal import Journal, read_journal
from headwater.tracking.records import Header, Params, Point, Points, Record, Tags, Update

HEADER = Header("a" * 32, "run1", "sqlite:////data/headwater.db", 7, 1_700_000_000_000)
RECORDS: list[Record] = [
    Point("loss", float("inf"), 1_700_000_000_000, 0),
    Params({"depth": "6", "größe": "ü"}),
    Points([("loss", 0.5, 1, -(2**63)), ("accuracy", -0.0, 2, 2**63 - 1)]),
    Tags({"stage": ""}),
    Update("FINISHED", 1_700_000_000_001),
]
START = len(MAGIC) + len(encode_frame(HEADER))
ENDS = [START]
for _record in RECORDS:
    ENDS.append(ENDS[-1] + len(encode_frame(_record)))
CONTENT = MAGIC + encode_frame(HEADER) + b"".join(map(encode_frame, RECORDS))


def complete_before(offset: int) -> int:
    return sum(end <= offset for end in ENDS[1:])


def test_a_whole_journal_is_read_whole(tmp_path: Path) -> None:
    path = tmp_path / "whole.hwj"
    path.write_bytes(CONTENT)

    content = read_journal(path)

    assert (content.header, content.records, content.damage) == (HEADER, RECORDS, None)


def test_a_journal_cut_at_any_byte_gives_every_complete_record(tmp_path: Path) -> None:
    path = tmp_path / "cut.hwj"
    for length in range(len(CONTENT)):
        path.write_bytes(CONTENT[:length])

        content = read_journal(path)

        assert content.records == RECORDS[: complete_before(length)]
        assert (content.damage is None) == (length in ENDS)


@pytest.mark.parametrize("bit", [0, 5, 7])
def test_a_bit_flipped_at_any_byte_is_found_and_the_records_before_it_are_kept(tmp_path: Path, bit: int) -> None:
    path = tmp_path / "flipped.hwj"
    for offset in range(len(CONTENT)):
        altered = bytearray(CONTENT)
        altered[offset] ^= 1 << bit
        path.write_bytes(altered)

        content = read_journal(path)

        assert content.records == RECORDS[: complete_before(offset)]
        assert content.damage is not None


@settings(max_examples=300, deadline=None)
@given(data=st.binary(max_size=400), offset=st.integers(0, len(CONTENT)))
def test_arbitrary_bytes_anywhere_never_break_the_reader(
    tmp_path_factory: pytest.TempPathFactory, data: bytes, offset: int
) -> None:
    path = tmp_path_factory.getbasetemp() / "arbitrary.hwj"
    path.write_bytes(CONTENT[:offset] + data)

    content = read_journal(path)

    kept = complete_before(offset)
    assert content.records[:kept] == RECORDS[:kept]


@settings(max_examples=100, deadline=None)
@given(
    points=st.lists(
        st.tuples(
            st.text(min_size=1, max_size=20).filter(lambda text: text.isprintable()),
            st.floats(allow_nan=False),
            st.integers(0, 2**63 - 1),
            st.integers(-(2**63), 2**63 - 1),
        )
    )
)
def test_every_point_is_read_as_it_was_appended(
    tmp_path_factory: pytest.TempPathFactory, points: list[tuple[str, float, int, int]]
) -> None:
    journal = Journal.create(tmp_path_factory.getbasetemp() / "journals", "run1", "sqlite:///x")
    for point in points:
        journal.append(Point(*point))

    content = read_journal(journal.path)
    journal.close()

    assert content.records == [Point(*point) for point in points]
    assert content.damage is None
