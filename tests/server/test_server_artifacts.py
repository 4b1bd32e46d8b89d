"""Artifact bytes over HTTP: round trips, ranges, headers, and every way out of the root that is known."""

import hashlib
import os
from urllib.parse import quote

import pytest

from headwater.protocol.artifacts import GetTree
from server.caller import API, FILES, NATIVE, Answer, call, get
from server.conftest import Served

AJAX_FILES = "/ajax-api/2.0/mlflow-artifacts/artifacts"
UPLOAD = "/ajax-api/2.0/mlflow/upload-artifact"

TRAVERSALS = [
    *(
        "../x",
        "..\\x",
        "./../x",
        "a/../../x",
        "....//x",
        "..;/x",
        "a/..;/..;/x",
        "a/..../x/..",
        "..",
        ".",
        "a/.",
        "a/..",
    ),
    *("/etc/passwd", "//etc/passwd", "//proc/self/root", "///etc", "C:/", "C:x", "C:\\x", "\\\\server\\share\\x"),
    *("\\\\?\\C:\\x", "\\\\.\\C:\\x", "//127.0.0.1/c$/", "file:///etc", "file:/etc", "file://host/etc", "FILE:///etc"),
    *("file://localhost/etc", "file://a#/..//tmp", "file://a%23/..//tmp/", "/file://etc/passwd"),
    *("%2e%2e%2fx", "%252e%252e%252fx", "a/%2e%2e/%2e%2e/x", "%2e%2e/x", "..%2fx", "..%5cx", "%5c..%5c..%5cx"),
    *(
        "．．／x",
        "a/．．/．．/x",
        "\x00",
        "/etc/passwd\x00.jpg",
        "a\x00b",
        "a%00b",
        "a\nb",
        "a\rb",
    ),
    *(
        "%2%0952e/x\t",
        "a\tb",
        "a//b",
        "a/",
        "a/ /b",
        "a/. /b",
        "http:///#/../../etc/",
        "http://h?/../../etc",
    ),
    *("x;/../../etc", "a?/../../a", "dbfs:/R/a%3f/../../", "runs:/R/../../", "models:/M/1/../..", "a" * 4097),
    "/".join([".."] * 10_000)[:4000],
    *(f"%{'25' * layers}2e%{'25' * layers}2e/x" for layers in range(1, 13)),
]
ROUTES = [
    ("GET", f"{FILES}/{{}}"),
    ("HEAD", f"{FILES}/{{}}"),
    ("PUT", f"{FILES}/{{}}"),
    ("DELETE", f"{FILES}/{{}}"),
    ("GET", f"{AJAX_FILES}/{{}}"),
    ("PUT", f"{AJAX_FILES}/{{}}"),
    ("GET", f"{FILES}?path={{}}"),
    ("GET", f"{API}/artifacts/list?run_id=RUN&path={{}}"),
    ("GET", "/get-artifact?run_id=RUN&path={}"),
    ("POST", f"{UPLOAD}?run_uuid=RUN&path={{}}"),
    ("GET", f"{NATIVE}/artifacts/preview-table?run_id=RUN&path={{}}"),
    ("GET", f"{NATIVE}/artifacts/tree?root={{}}"),
    ("POST", "/api/2.0/mlflow-artifacts/mpu/create/{}"),
    ("POST", "/api/2.0/mlflow-artifacts/mpu/complete/{}"),
    ("POST", "/api/2.0/mlflow-artifacts/mpu/abort/{}"),
    ("GET", "/api/2.0/mlflow-artifacts/presigned/{}"),
    ("GET", f"{NATIVE}/blobs/{{}}"),
    ("PUT", f"{NATIVE}/blobs/{{}}"),
]


def path_of(served: Served, name: str) -> str:
    return f"{FILES}/{served.experiment_id}/{served.run_id}/artifacts/{quote(name)}"


def put(served: Served, name: str, content: bytes) -> Answer:
    return call(served.url, "PUT", path_of(served, name), content)


@pytest.mark.parametrize("traversal", TRAVERSALS)
def test_no_path_leaves_its_root_through_any_route(served: Served, traversal: str) -> None:
    for method, template in ROUTES:
        for spelled in {quote(traversal, safe=""), quote(traversal, safe="/%")}:
            target = template.format(spelled).replace("RUN", served.run_id)
            answer = call(served.url, method, target, b"content" if method in {"PUT", "POST"} else None)
            assert 400 <= answer.status < 500, (method, target[:200], answer)
    assert served.store.artifacts.get_tree(GetTree(f"{served.experiment_id}/{served.run_id}")).files == []


def test_raw_bytes_that_are_no_utf_8_are_refused(served: Served) -> None:
    for spelled in ("%c0%ae%c0%ae/x", "a/%ff", "%c0%ae%c0%ae%c0%afx"):
        for method in ("GET", "PUT", "DELETE"):
            assert call(served.url, method, f"{FILES}/{spelled}", b"x").status == 400


@pytest.mark.parametrize(
    "name",
    ["a.txt", "d/e/f.bin", "hö ä.txt", "a b+c&d=e.txt", "日本.csv", "a%20b.txt", "x'\"y.txt", "CON", ".git/config"],
)
def test_a_file_makes_the_round_trip_under_any_harmless_name(served: Served, name: str) -> None:
    content = name.encode() * 3

    written = put(served, name, content)
    read = get(served.url, path_of(served, name))
    by_run = get(served.url, f"/get-artifact?run_uuid={served.run_id}&path={quote(name)}")

    assert (written.status, written.body) == (200, b"")
    assert read.body == by_run.body == content
    assert by_run.headers["content-disposition"].startswith("attachment; filename=")


def test_an_overwritten_file_has_its_new_content(served: Served) -> None:
    put(served, "a.txt", b"old")
    old = get(served.url, path_of(served, "a.txt"))

    put(served, "a.txt", b"new")
    new = get(served.url, path_of(served, "a.txt"), {"if-none-match": old.headers["etag"]})

    assert (new.status, new.body) == (200, b"new")


def test_a_large_file_is_streamed_and_equal(served: Served) -> None:
    content = os.urandom(5 * 1024 * 1024 + 17)

    put(served, "large.bin", content)

    assert get(served.url, path_of(served, "large.bin")).body == content
    assert (
        get(served.url, path_of(served, "large.bin"), {"range": "bytes=3000000-4000000"}).body
        == content[3000000:4000001]
    )


def test_an_empty_file_is_a_file(served: Served) -> None:
    put(served, "empty", b"")

    answer = get(served.url, path_of(served, "empty"))

    assert (answer.status, answer.body, answer.headers["content-length"]) == (200, b"", "0")


@pytest.mark.parametrize(
    ("wanted", "status", "body", "content_range"),
    [
        ("bytes=0-3", 206, b"0123", "bytes 0-3/10"),
        ("bytes=4-", 206, b"456789", "bytes 4-9/10"),
        ("bytes=-3", 206, b"789", "bytes 7-9/10"),
        ("bytes=-99", 206, b"0123456789", "bytes 0-9/10"),
        ("bytes=8-99", 206, b"89", "bytes 8-9/10"),
        ("bytes=10-", 416, None, "bytes */10"),
        ("bytes=-0", 416, None, "bytes */10"),
        ("bytes=5-2", 200, b"0123456789", None),
        ("bytes=0-1,3-4", 200, b"0123456789", None),
        ("bytes=-", 200, b"0123456789", None),
        ("lines=0-1", 200, b"0123456789", None),
        ("bytes=99999999999999999999-", 200, b"0123456789", None),
    ],
)
def test_a_range_is_cut_out(
    served: Served, wanted: str, status: int, body: bytes | None, content_range: str | None
) -> None:
    put(served, "digits", b"0123456789")

    answer = get(served.url, path_of(served, "digits"), {"range": wanted})

    assert (answer.status, answer.headers.get("content-range")) == (status, content_range)
    assert body is None or answer.body == body


def test_validators_spare_a_transfer(served: Served) -> None:
    put(served, "a.txt", b"content")
    target = path_of(served, "a.txt")
    etag = get(served.url, target).headers["etag"]

    unchanged = get(served.url, target, {"if-none-match": etag})
    same = get(served.url, target, {"if-range": etag, "range": "bytes=0-0"})
    other = get(served.url, target, {"if-range": '"other"', "range": "bytes=0-0"})

    assert etag == f'"{hashlib.sha256(b"content").hexdigest()}"'
    assert (unchanged.status, unchanged.body) == (304, b"")
    assert (same.status, same.body) == (206, b"c")
    assert (other.status, other.body) == (200, b"content")


def test_head_tells_size_and_type_without_content(served: Served) -> None:
    put(served, "a.txt", b"content")

    found = call(served.url, "HEAD", path_of(served, "a.txt"))
    absent = call(served.url, "HEAD", path_of(served, "none"))

    assert (found.status, found.headers["content-length"], found.body) == (200, "7", b"")
    assert found.headers["accept-ranges"] == "bytes"
    assert absent.status == 404


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a.txt", "text/plain; charset=utf-8"),
        ("a.YAML", "text/plain; charset=utf-8"),
        ("MLmodel", "text/plain; charset=utf-8"),
        ("a.js", "text/plain; charset=utf-8"),
        ("a.html", "text/html; charset=utf-8"),
        ("a.svg", "image/svg+xml"),
        ("a.png", "image/png"),
        ("a.unknown", "application/octet-stream"),
    ],
)
def test_no_file_can_run_in_our_page(served: Served, name: str, kind: str) -> None:
    put(served, name, b"<script>alert(1)</script>")

    headers = get(served.url, path_of(served, name)).headers

    assert headers["content-type"] == kind
    assert headers["content-disposition"] == f"attachment; filename={name}"
    assert headers["content-security-policy"] == "sandbox; default-src 'none'"
    assert headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    ("query", "policy"),
    [
        ("&show=page", "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:"),
        ("&show=scripts", "sandbox allow-scripts allow-downloads; default-src https: data: blob: 'unsafe-inline'"),
        ("&show=all", "sandbox; default-src 'none'"),
        ("", "sandbox; default-src 'none'"),
    ],
)
def test_an_html_file_is_shown_in_our_frames_only_and_never_with_our_rights(
    served: Served, query: str, policy: str
) -> None:
    put(served, "report.html", b"<p>report</p>")

    answer = get(served.url, f"/get-artifact?run_uuid={served.run_id}&path=report.html{query}").headers

    assert answer["content-security-policy"].startswith(policy)
    assert "allow-same-origin" not in answer["content-security-policy"]
    is_shown = answer["content-disposition"] == "inline"
    assert is_shown == ("frame-ancestors 'self'" in answer["content-security-policy"])


def test_nothing_but_html_is_shown_instead_of_saved(served: Served) -> None:
    put(served, "picture.svg", b"<svg/>")

    answer = get(served.url, f"/get-artifact?run_uuid={served.run_id}&path=picture.svg&show=scripts").headers

    assert answer["content-disposition"] == "attachment; filename=picture.svg"
    assert answer["content-security-policy"] == "sandbox; default-src 'none'"


def test_a_name_beyond_ascii_is_spelled_twice(served: Served) -> None:
    put(served, "hö 日.txt", b"x")

    disposition = get(served.url, path_of(served, "hö 日.txt")).headers["content-disposition"]

    assert disposition == "attachment; filename=\"ho .txt\"; filename*=UTF-8''h%C3%B6%20%E6%97%A5.txt"


def test_folders_are_listed_and_not_downloaded(served: Served) -> None:
    put(served, "d/a.txt", b"abc")
    put(served, "d/e/b.txt", b"")

    listed = get(served.url, f"{FILES}?path={served.experiment_id}/{served.run_id}/artifacts/d")
    folder = get(served.url, path_of(served, "d"))
    by_run = get(served.url, f"/get-artifact?run_id={served.run_id}&path=d")

    assert listed.json == {"files": [{"path": "a.txt", "is_dir": False, "file_size": 3}, {"path": "e", "is_dir": True}]}
    assert (folder.status, by_run.status) == (400, 400)
    assert by_run.message == "Artifact path refers to a directory, not a file: 'd'"


def test_deleting_is_recursive_and_repeatable(served: Served) -> None:
    put(served, "d/a.txt", b"abc")

    answers = [call(served.url, "DELETE", path_of(served, "d")) for _ in range(2)]

    assert [(answer.status, answer.body) for answer in answers] == [(200, b"{}"), (200, b"{}")]
    assert get(served.url, path_of(served, "d/a.txt")).status == 404


def test_what_is_not_there_is_a_404_in_known_words(served: Served) -> None:
    answer = get(served.url, f"/get-artifact?run_id={served.run_id}&path=none.txt")

    assert (answer.status, answer.message) == (404, "No such artifact: 'none.txt'")


def test_a_page_can_upload_a_small_file(served: Served) -> None:
    target = f"{UPLOAD}?run_uuid={served.run_id}&path=p/a.txt"

    done = call(served.url, "POST", target, b"content")
    refusals = [
        call(served.url, "POST", UPLOAD, b"x"),
        call(served.url, "POST", f"{UPLOAD}?run_uuid={served.run_id}", b"x"),
        call(served.url, "POST", target, b""),
        call(served.url, "POST", target, b"x" * (10 * 1024 * 1024 + 1)),
    ]

    assert (done.status, done.body, done.headers["content-type"]) == (200, b"", "application/json")
    assert get(served.url, path_of(served, "p/a.txt")).body == b"content"
    assert [answer.message for answer in refusals] == [
        "Request must specify run_uuid.",
        "Request must specify path.",
        "Request must specify data.",
        "Artifact size is too large. Max size is 10MB.",
    ]


@pytest.mark.parametrize("step", ["create", "complete", "abort"])
def test_multipart_uploads_are_refused_for_good(served: Served, step: str) -> None:
    answer = call(served.url, "POST", f"/api/2.0/mlflow-artifacts/mpu/{step}/1/r/artifacts/a", b"{}")

    assert (answer.status, answer.json["error_code"]) == (501, "NOT_IMPLEMENTED")
    assert answer.message == "Multipart upload is not supported for the current artifact repository"
    assert get(served.url, "/api/2.0/mlflow-artifacts/presigned/1/r/artifacts/a").status == 501


def test_a_blob_is_kept_under_its_digest_or_refused(served: Served) -> None:
    digest = hashlib.sha256(b"bytes").hexdigest()

    announced = call(served.url, "PUT", f"{NATIVE}/blobs/{digest}", b"bytes")
    found_out = call(served.url, "POST", f"{NATIVE}/blobs", b"bytes")
    mistaken = call(served.url, "PUT", f"{NATIVE}/blobs/{digest}", b"other")
    part = get(served.url, f"{NATIVE}/blobs/{digest}", {"range": "bytes=1-2"})

    assert announced.json == found_out.json == {"digest": digest, "size": 5}
    assert (mistaken.status, mistaken.json["error_code"]) == (400, "INVALID_PARAMETER_VALUE")
    assert (part.status, part.body) == (206, b"yt")
    assert get(served.url, f"{NATIVE}/blobs/{'0' * 64}").status == 404
