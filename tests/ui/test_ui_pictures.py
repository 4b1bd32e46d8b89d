"""Charts as pictures: four of them look as they did when somebody looked at them.

Delete a file of `pictures/` to have it drawn anew by the next run, which fails once; then look at it.
"""

import base64
import io
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from ui.run_pages import append_points
from ui.run_tables import Scheme, add_run, make_experiment, served_store, watched_page

pytestmark = pytest.mark.browser

PICTURES = Path(__file__).parent / "pictures"
TOLERANCE = 0.01
NOTICED = 64
"""A pixel differs if one of its colours does by more than this; letters are smoothed differently everywhere."""

CHARTS = {
    "lines": "keys=loss&bands=1",
    "parallel": "keys=none&charts=parallel:axis=params.lr,axis=params.model,axis=metrics.auc,log=params.lr,"
    "in=params.model\\,mlp,color=metrics.auc",
    "scatter": "keys=none&charts=scatter:x=params.lr,y=metrics.auc,size=metrics.auc,color=params.model,log=params.lr",
    "box": "keys=none&charts=box:x=params.model,y=metrics.auc",
}


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimpleNamespace]:
    """Return a server with the same twenty-four runs on every machine, and a browser."""
    with served_store(tmp_path_factory.mktemp("pictures")) as served:
        served.experiment = make_experiment(served.store, "pictures")
        for number in range(24):
            run_id = add_run(
                served.store,
                served.experiment,
                f"run-{number:02}",
                metrics={"auc": 0.6 + 0.3 * np.sin(number) ** 2},
                params={"lr": f"{10 ** (-4 + number / 8):.3g}", "model": ("mlp", "forest", "svm")[number % 3]},
                age_s=60 * number,
            )
            x = np.linspace(0, 1, 2000)
            wave = 0.1 * np.sin(400 * x + number)
            append_points(served.store, run_id, {"loss": (1 + number / 10) * np.exp(-3 * x) + wave})
        yield served


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", CHARTS)
def test_a_chart_looks_as_it_did(served: SimpleNamespace, name: str, scheme: Scheme) -> None:
    file = PICTURES / f"{name}-{scheme}.png"
    with watched_page(served.browser, served.url, scheme=scheme) as page:
        page.goto(f"{served.url}/experiments/{served.experiment}/runs?layout=charts&{CHARTS[name]}")
        card = page.locator('[data-chart="loss"]' if name == "lines" else "[data-plot]").first
        card.locator("[data-drawn]").first.wait_for()
        data = card.locator("canvas").first.evaluate("canvas => canvas.toDataURL('image/png').split(',')[1]")
    picture = Image.open(io.BytesIO(base64.b64decode(data))).convert("RGBA")

    if not file.exists():
        file.parent.mkdir(exist_ok=True)
        picture.save(file, optimize=True)
        pytest.fail(f"'{file}' was not there, and is now. Look at it, and keep it if it is right.")
    expected = Image.open(file).convert("RGBA")
    assert picture.size == expected.size
    differences = np.abs(np.asarray(picture, int) - np.asarray(expected, int)).max(axis=2)
    assert (differences > NOTICED).mean() <= TOLERANCE
