"""The user interface's files, and what monitors and tools ask for."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from headwater.protocol.table import ENDPOINTS
from headwater.stores.interface import Store
from headwater.testing.servers import live_server
from headwater.version import __version__
from server.caller import NATIVE, call, get
from server.conftest import Served

PAGE = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


@pytest.fixture(scope="module")
def paged_url(served_store: Store, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return a server below a prefix with a small user interface, and a secret beside its folder."""
    folder: Path = tmp_path_factory.mktemp("ui")
    static = folder / "static"
    (static / "assets").mkdir(parents=True)
    (folder / "secret.txt").write_text("secret")
    (static / "link.txt").symlink_to(folder / "secret.txt")
    (static / "index.html").write_text('<!doctype html><base href="/"><script src="assets/app-1a.js"></script>')
    (static / "theme.js").write_text("theme")
    (static / "assets" / "app-1a.js").write_text("plain")
    (static / "assets" / "app-1a.js.gz").write_bytes(b"packed")
    (static / "assets" / "app-1a.js.br").write_bytes(b"smaller")
    with live_server(served_store, static_folder=static, prefix="/hw") as url:
        yield url.removesuffix("/hw")


@pytest.mark.parametrize(
    "path", ["/", "/experiments/1/runs", "/runs/abc", "/models/a.b/versions/1", "/hw/", "/hw/runs/a"]
)
def test_every_page_is_the_same_file_with_its_base(paged_url: str, path: str) -> None:
    answer = get(paged_url, path, PAGE)

    assert answer.status == 200
    assert answer.body == b'<!doctype html><base href="/hw/"><script src="assets/app-1a.js"></script>'
    assert answer.headers["cache-control"] == "no-cache"


def test_a_page_says_whether_the_server_knows_users(served_store: Store, tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text('<base href="/">')

    with live_server(served_store, static_folder=tmp_path, authentication=True) as url:
        assert get(url, "/", PAGE).body == b'<base href="/"><meta name="headwater-users" content="known">'


def test_only_who_accepts_a_page_gets_one(paged_url: str) -> None:
    assert get(paged_url, "/").status == 200
    assert get(paged_url, "/runs/abc", {"accept": "application/json"}).status == 404
    assert get(paged_url, "/api/nothing", PAGE).status == 404
    assert call(paged_url, "POST", "/runs/abc", headers=PAGE).status == 404


@pytest.mark.parametrize(
    ("accepted", "body", "encoding"),
    [("gzip, br", b"smaller", "br"), ("gzip", b"packed", "gzip"), ("", b"plain", None)],
)
def test_assets_are_sent_packed_and_kept_for_ever(
    paged_url: str, accepted: str, body: bytes, encoding: str | None
) -> None:
    answer = get(paged_url, "/hw/assets/app-1a.js", {"accept-encoding": accepted})

    assert (answer.status, answer.body, answer.headers.get("content-encoding")) == (200, body, encoding)
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["content-type"].startswith("text/javascript")


def test_other_files_are_checked_again_each_time(paged_url: str) -> None:
    answer = get(paged_url, "/theme.js")

    assert (answer.body, answer.headers["cache-control"]) == (b"theme", "no-cache")


@pytest.mark.parametrize(
    "path",
    [
        "/../secret.txt",
        "/%2e%2e/secret.txt",
        "/..%2fsecret.txt",
        "/assets/../../secret.txt",
        "/assets/..%5c..%5csecret.txt",
        "/%252e%252e/secret.txt",
        "/link.txt",
        "/assets/app-1a.js.gz",
        "/assets/none.js",
        "//etc/passwd",
        "/%00",
    ],
)
def test_nothing_outside_the_folder_is_served(paged_url: str, path: str) -> None:
    answer = get(paged_url, path)

    assert answer.status in {400, 404}
    assert b"secret" not in answer.body or answer.json["error_code"]


def test_a_server_without_its_pages_says_how_to_build_them(served_store: Store, tmp_path: Path) -> None:
    with live_server(served_store, static_folder=tmp_path) as url:
        answer = get(url, "/", PAGE)

    assert answer.status == 200
    assert b"just ui" in answer.body


def test_monitors_get_short_answers(served: Served) -> None:
    assert get(served.url, "/health").body == b"OK"
    assert get(served.url, "/version").body == __version__.encode()
    assert call(served.url, "HEAD", "/health").status == 200


@pytest.mark.parametrize("base", ["/api", "/ajax-api"])
def test_the_server_tells_clients_what_it_cannot_do(served: Served, base: str) -> None:
    info = get(served.url, f"{base}/3.0/mlflow/server-info").json

    assert info["multipart_uploads_enabled"] is False
    assert info["workspaces_enabled"] is False


def test_the_openapi_document_describes_every_path(served: Served) -> None:
    document = get(served.url, f"{NATIVE}/openapi.json").json

    served_methods = {(url, m.lower()) for endpoint in ENDPOINTS for url in endpoint.urls for m in endpoint.methods}
    described = {(path, method) for path, methods in document["paths"].items() for method in methods}
    names = [operation["operationId"] for methods in document["paths"].values() for operation in methods.values()]
    assert document["openapi"].startswith("3.1")
    assert described == served_methods
    assert len(names) == len(set(names))
