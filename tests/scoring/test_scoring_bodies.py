"""Bodies that are tables of Arrow, arrive in pieces, or do not arrive."""

import io
import json
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pandas as pd
import pyarrow as pa
import pyarrow.parquet
import pytest

from headwater.models.schema.types import ColSpec, Schema
from headwater.models.scoring.reading import Reader, read_request
from headwater.protocol.errors import UnsupportedMediaType
from headwater.testing.scoring_servers import Scoring, live_scoring
from scoring.conftest import Score
from scoring.models import save_linear
from server.caller import call

HEAD = b"POST /invocations HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
TABLE = pa.table({"l": [2, 4], "d": [1.5, None], "s": ["x", None], "t": pd.to_datetime(["2026-01-31", "2026-02-01"])})


def _parquet() -> bytes:
    sink = io.BytesIO()
    pyarrow.parquet.write_table(TABLE, sink)
    return sink.getvalue()


def _stream() -> bytes:
    sink = io.BytesIO()
    with pa.ipc.new_stream(sink, TABLE.schema) as writer:
        writer.write_table(TABLE)
    return sink.getvalue()


def _file() -> bytes:
    sink = io.BytesIO()
    with pa.ipc.new_file(sink, TABLE.schema) as writer:
        writer.write_table(TABLE)
    return sink.getvalue()


@pytest.mark.parametrize(
    ("content_type", "write"),
    [
        ("application/vnd.apache.parquet", _parquet),
        ("application/vnd.apache.arrow.stream", _stream),
        ("application/vnd.apache.arrow.file", _file),
    ],
)
def test_tables_of_arrow_reach_the_model(
    content_type: str, write: Callable[[], bytes], echoes: dict[str, Scoring], score: Score
) -> None:
    answer = score(echoes["columns"], write(), content_type)

    (said,) = answer.json["predictions"]
    assert said["columns"] == ["d", "l", "s", "t"]
    assert said["rows"] == [[1.5, 2, "x", "2026-01-31T00:00:00"], [None, 4, None, "2026-02-01T00:00:00"]]


@pytest.mark.parametrize("kind", ["parquet", "arrow.stream", "arrow.file"])
def test_what_is_no_table_is_refused(kind: str, echoes: dict[str, Scoring], score: Score) -> None:
    answer = score(echoes["columns"], b"none", f"application/vnd.apache.{kind}")

    assert (answer.status, answer.json["error_code"]) == (400, "BAD_REQUEST")
    assert answer.message.startswith("Failed to parse input as a Pandas DataFrame.")


def test_a_table_without_a_column_is_refused_as_json_would_be(echoes: dict[str, Scoring], score: Score) -> None:
    sink = io.BytesIO()
    pyarrow.parquet.write_table(TABLE.drop(["l"]), sink)

    answer = score(echoes["columns"], sink.getvalue(), "application/vnd.apache.parquet")

    assert (answer.status, answer.json["error_class"]) == (400, "SCHEMA_ENFORCEMENT_FAILED")
    assert "Model is missing inputs ['l']." in answer.message


def test_a_body_may_come_in_pieces_of_unknown_length(linear: Scoring) -> None:
    pieces = [b'{"dataframe_split": {"columns": ["a", "b"],', b' "data": [[1, ', b"1]]}}"]
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces)
    said = _talk(linear, [HEAD + b"Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n", chunks, b"0\r\n\r\n"])

    assert said.startswith(b"HTTP/1.1 200")
    assert json.loads(said.partition(b"\r\n\r\n")[2])["predictions"] == [pytest.approx(3.0)]


def test_a_body_that_does_not_arrive_is_given_up(tmp_path: Path) -> None:
    head = HEAD + b"Content-Length: 100\r\n\r\n"
    with live_scoring(str(save_linear(tmp_path / "line")), timeout_s=0.2) as scoring:
        said = _talk(scoring, [head, b"{"])

        alive = call(scoring.url, "GET", "/ping")

    assert said.startswith(b"HTTP/1.1 504")
    assert alive.status == 200


def test_a_body_of_pieces_is_not_longer_than_allowed_either(tmp_path: Path) -> None:
    head = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
    with live_scoring(str(save_linear(tmp_path / "line")), max_body_bytes=1000) as scoring:
        said = _talk(scoring, [head, b"400\r\n" + b" " * 1024 + b"\r\n"])

    assert said.startswith(b"HTTP/1.1 413")


def test_requests_are_read_without_a_server_as_the_server_reads_them() -> None:
    schema = Schema([ColSpec("double", "a"), ColSpec("long", "b")])

    data, params = read_request(
        b'{"dataframe_records": [{"b": 2, "a": 1, "extra": 0}], "params": {"k": 1}}', schema=schema
    )

    assert data.equals(pd.DataFrame({"a": [1.0], "b": [2]}))
    assert params == {"k": 1}


def _talk(scoring: Scoring, pieces: list[bytes]) -> bytes:
    """Send pieces on one connection and return everything that comes back until the server closes it, or is silent."""
    address = urlsplit(scoring.url)
    assert address.hostname is not None
    with socket.create_connection((address.hostname, address.port or 0), timeout=10) as connection:
        for piece in pieces:
            connection.sendall(piece)
        said = b""
        while b"\r\n\r\n" not in said or not _is_complete(said):
            received = connection.recv(65536)
            if not received:
                break
            said += received
    return said


def _is_complete(said: bytes) -> bool:
    head, _, body = said.partition(b"\r\n\r\n")
    lengths = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    return len(body) >= int(lengths[0].partition(b":")[2])


@pytest.mark.parametrize(
    ("package", "content_type", "what"),
    [
        ("pandas", "text/csv", "CSV"),
        ("pandas", "application/vnd.apache.parquet", "Parquet"),
        ("pyarrow", "application/vnd.apache.arrow.stream", "Arrow"),
    ],
)
def test_a_type_whose_package_the_server_lacks_is_refused_by_its_name(
    monkeypatch: pytest.MonkeyPatch, package: str, content_type: str, what: str
) -> None:
    monkeypatch.setitem(sys.modules, package, None)

    with pytest.raises(UnsupportedMediaType, match=f"cannot read {what} for this model: {package} is not installed"):
        Reader(None).read(b"a,b\n1,2\n", content_type)
