"""The page of the REST API names every path that a server answers."""

from pathlib import Path

from headwater.server.app import create_app
from headwater.server.settings import ServerSettings
from headwater.stores.interface import Store

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "rest.md"
WRITTEN_SHORT = ("/mpu/", "/presigned/")  # several steps, or a prefix, in one row


def test_every_route_stands_in_the_reference(served_store: Store) -> None:
    app = create_app(served_store, ServerSettings())
    app.close()
    text = PAGE.read_text(encoding="utf-8").replace("/ajax-api/", "/api/")

    paths = {route.path.replace("/ajax-api/", "/api/").replace(":path}", "}") for route in app.table.routes}

    assert [path for path in sorted(paths) if path not in text and not any(u in path for u in WRITTEN_SHORT)] == []
