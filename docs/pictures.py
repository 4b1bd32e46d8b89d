"""Take the pictures of docs/images: the pages of a server on the runs of `headwater demo`, in a real browser.

    python docs/pictures.py [name ...]

The runs are trained anew, which takes a minute; the best one's model is registered. Needs the development group and a
Chromium. Run by hand when the pages have changed.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, sync_playwright

from headwater.stores import open_store
from headwater.testing.servers import live_server

IMAGES = Path(__file__).parent / "images"
ARGUMENTS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--hide-scrollbars"]
MODEL = "digits"

TRAINING = f"""
import headwater as hw
from headwater import demo
from sklearn.ensemble import RandomForestClassifier

best = max(demo.train_all(), key=lambda trained: trained.accuracy)
data = demo.load_data()
for depth in (4, 12):
    model = RandomForestClassifier(max_depth=depth, random_state=0).fit(data.x_train, data.y_train)
    with hw.start_run(run_id=best.run_id):
        hw.sklearn.log_model(model, name="model", input_example=data.x_test[:3], registered_model_name="{MODEL}")
client = hw.Client()
client.set_registered_model_alias("{MODEL}", "champion", "2")
client.set_registered_model_alias("{MODEL}", "previous", "1")
print(hw.get_run(best.run_id).info.experiment_id, best.run_id)
"""


@dataclass(frozen=True)
class Picture:
    """A page to show: its address, with `experiment` and `run`, and what is there when it is whole."""

    address: str
    whole: str
    is_dark: bool = False


PICTURES = {
    "runs": Picture("/experiments/{experiment}/runs?layout=split", '[data-chart="test/accuracy"] [data-drawn]'),
    "runs-dark": Picture(
        "/experiments/{experiment}/runs?layout=split", '[data-chart="test/accuracy"] [data-drawn]', True
    ),
    "table": Picture("/experiments/{experiment}/runs?layout=table", "text=forest depth=12"),
    "charts": Picture("/experiments/{experiment}/runs?layout=charts", '[data-chart="test/accuracy"] [data-drawn]'),
    "run": Picture("/runs/{run}", "h1"),
    "metrics": Picture("/runs/{run}/metrics", '[data-chart="test/accuracy"] [data-drawn]'),
    "artifacts": Picture("/runs/{run}/artifacts/confusion_matrix.png", "main img"),
    "models": Picture("/models", f"text={MODEL}"),
    "model": Picture(f"/models/{MODEL}", "text=champion"),
    "version": Picture(f"/models/{MODEL}/versions/1", "text=Signature"),
    "settings": Picture("/settings/storage", "h1"),
}


def main() -> None:
    """Train, serve and take the pictures that are named, by default all."""
    names = sys.argv[1:] or list(PICTURES)
    with (
        tempfile.TemporaryDirectory(prefix="headwater-pictures-") as folder,
        _served(Path(folder)) as (url, parts),
        _browser() as browser,
    ):
        for name in names:
            _take(browser, url, name, parts)


@contextmanager
def _served(folder: Path) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield a server on new runs, which a program of its own trains, and what addresses are filled with."""
    program = folder / "train.py"
    program.write_text(TRAINING, encoding="utf-8")
    store = open_store(f"sqlite:///{folder / 'headwater.db'}")
    with live_server(store) as url:
        environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "LOGNAME": "ada", "HEADWATER_TRACKING_URI": url}
        done = subprocess.run(
            [sys.executable, program.name], cwd=folder, env=environment, stdout=subprocess.PIPE, text=True, check=True
        )
        experiment, run = done.stdout.split()[-2:]
        yield url, {"experiment": experiment, "run": run}
    store.close()


@contextmanager
def _browser() -> Iterator[Browser]:
    program = shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        yield browser
        browser.close()


def _take(browser: Browser, url: str, name: str, parts: dict[str, str]) -> None:
    picture = PICTURES[name]
    context = browser.new_context(
        viewport={"width": 1280, "height": 800}, color_scheme="dark" if picture.is_dark else "light"
    )
    page = context.new_page()
    page.goto(url + picture.address.format(**parts))
    page.locator(picture.whole).first.wait_for()
    page.mouse.move(0, 0)
    page.wait_for_load_state("load")
    page.wait_for_timeout(1000)  # what fades in or is drawn in the background
    image = Image.open(BytesIO(page.screenshot())).convert("RGB")
    image.quantize(128, dither=Image.Dither.NONE).save(IMAGES / f"{name}.png", optimize=True)  # a third of the bytes
    context.close()


if __name__ == "__main__":
    main()
