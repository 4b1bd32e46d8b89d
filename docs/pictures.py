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

from headwater.protocol.roles import AssignRole, CreateRole, Grant, Kind, Level, PutGrant
from headwater.protocol.users import CreateToken, CreateUser
from headwater.stores import open_store
from headwater.stores.interface import Store
from headwater.testing.servers import live_server

IMAGES = Path(__file__).parent / "images"
ARGUMENTS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--hide-scrollbars"]
MODEL = "digits"
PASSWORD = "correct horse battery"  # noqa: S105 - of the users in the pictures
SPLIT = "/experiments/{experiment}/runs?layout=split&cols=metrics.final_accuracy,metrics.test/loss,params.algorithm"

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
    reader: str = ""  # who is signed in; empty: on a server that asks nobody


PICTURES = {
    "runs": Picture(SPLIT, '[data-chart="test/accuracy"] [data-drawn]'),
    "runs-dark": Picture(SPLIT, '[data-chart="test/accuracy"] [data-drawn]', True),
    "table": Picture("/experiments/{experiment}/runs?layout=table", "text=forest depth=12"),
    "charts": Picture("/experiments/{experiment}/runs?layout=charts", '[data-chart="test/accuracy"] [data-drawn]'),
    "run": Picture("/runs/{run}", "h1"),
    "metrics": Picture("/runs/{run}/metrics", '[data-chart="test/accuracy"] [data-drawn]'),
    "artifacts": Picture("/runs/{run}/artifacts/confusion_matrix.png", "main img"),
    "models": Picture("/models", f"text={MODEL}"),
    "model": Picture(f"/models/{MODEL}", "text=champion"),
    "version": Picture(f"/models/{MODEL}/versions/1", "text=Signature"),
    "settings": Picture("/settings/storage", "h1"),
    "sign-in": Picture("/login", "text=Sign in to Headwater", reader="nobody"),
    "account": Picture("/settings/account", "text=nightly training", reader="bob"),
    "users": Picture("/settings/users", "text=carol", reader="ada"),
    "roles": Picture("/settings/roles", "text=vision", reader="ada"),
    "access": Picture(f"/models/{MODEL}/access", "text=Everybody else", reader="ada"),
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
    with live_server(store) as url, live_server(store, authentication=True) as url_with_users:
        environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "LOGNAME": "ada", "HEADWATER_TRACKING_URI": url}
        done = subprocess.run(
            [sys.executable, program.name], cwd=folder, env=environment, stdout=subprocess.PIPE, text=True, check=True
        )
        experiment, run = done.stdout.split()[-2:]
        _make_team(store, experiment)
        yield url, {"experiment": experiment, "run": run, "url_with_users": url_with_users}
    store.close()


def _make_team(store: Store, experiment: str) -> None:
    """Make users, a role and what they may do."""
    for name in ("ada", "bob", "carol"):
        store.users.create(CreateUser(name, PASSWORD, is_admin=name == "ada"))
    store.users.create(CreateUser("ci"))
    store.users.create_token(CreateToken("nightly training", "bob", lifetime_s=90 * 86_400))
    store.roles.create(CreateRole("vision", "People who work on images"))
    for name in ("bob", "carol"):
        store.roles.assign(AssignRole("vision", name))
    on_experiment = Grant(kind=Kind.EXPERIMENT, resource=experiment, level=Level.EDIT, role="vision")
    on_model = [
        Grant(kind=Kind.REGISTERED_MODEL, resource=MODEL, level=Level.EDIT, role="vision"),
        Grant(kind=Kind.REGISTERED_MODEL, resource=MODEL, level=Level.MANAGE, username="carol"),
        Grant(kind=Kind.REGISTERED_MODEL, resource=MODEL, level=Level.READ, username="ci"),
    ]
    for grant in (on_experiment, *on_model):
        store.roles.put_grant(PutGrant(grant))


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
    if picture.reader:
        url = parts["url_with_users"]
        credentials = {"username": picture.reader, "password": PASSWORD}
        context.request.post(f"{url}/api/headwater/1/session/open", data=credentials)  # refused to nobody
    page.goto(url + picture.address.format(**parts))
    page.locator(picture.whole).first.wait_for()
    page.mouse.move(0, 0)
    page.wait_for_load_state("load")
    page.wait_for_timeout(1000)  # what fades in or is drawn in the background
    image = Image.open(BytesIO(page.screenshot())).convert("RGB")
    few = image.quantize(256, kmeans=1, dither=Image.Dither.NONE)  # two fifths of the bytes
    few.save(IMAGES / f"{name}.png", optimize=True)
    context.close()


if __name__ == "__main__":
    main()
