"""What the tests of the run page share: runs to look at, a browser, and questions to a page."""

import io
import shutil
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from playwright.sync_api import Browser, Page, sync_playwright

from headwater.protocol.artifacts import ArtifactFile, CommitArtifacts
from headwater.protocol.experiments import CreateExperiment
from headwater.protocol.journals import Append
from headwater.protocol.runs import CreateRun, LogBatch, Param, RunTag
from headwater.stores.interface import Store

# None: the browser that `playwright install chromium` brings.
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
AXE = Path(__file__).parents[2] / "ui" / "node_modules" / "axe-core" / "axe.min.js"
AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
ARGUMENTS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]


FORGET = """
try {
  if (!sessionStorage.isKnown) localStorage.clear();
  sessionStorage.isKnown = "yes";
} catch { /* about:blank keeps nothing */ }
"""
"""Forget what pages before this one kept in the browser."""


@contextmanager
def open_browser() -> Iterator[Browser]:
    """Start Chromium with a fresh profile."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def open_page(
    browser: Browser,
    *,
    scheme: Literal["light", "dark"] = "light",
    width: int = 1440,
    height: int = 900,
    is_cold: bool = False,
) -> Iterator[Page]:
    """Yield a page of a reader who is new here, though their browser has the code of the pages, unless it `is_cold`."""
    idle = [] if is_cold else [context for context in browser.contexts if not context.pages]
    context = idle[0] if idle else browser.new_context()
    page = context.new_page()
    page.set_viewport_size({"width": width, "height": height})
    page.emulate_media(color_scheme=scheme)
    page.add_init_script(FORGET)
    try:
        yield page
    finally:
        page.close()
        if is_cold:
            context.close()
        else:
            context.clear_cookies()
            context.clear_permissions()


def make_named_run(store: Store, name: str, *, experiment: str = "churn", tags: Mapping[str, str] | None = None) -> str:
    """Create a run called `name` in a new experiment and return its id."""
    experiment_id = store.experiments.create(CreateExperiment(experiment)).experiment_id
    return add_run(store, experiment_id, name, tags=tags)


def add_run(store: Store, experiment_id: str, name: str, *, tags: Mapping[str, str] | None = None) -> str:
    """Create a run called `name` in an experiment and return its id."""
    given = [RunTag(key, value) for key, value in (tags or {}).items()]
    request = CreateRun(
        experiment_id=experiment_id, run_name=name, start_time=1_700_000_000_000, user_id="ada", tags=given
    )
    return store.runs.create(request).run.info.run_id


def append_points(
    store: Store, run_id: str, series: Mapping[str, NDArray[np.float64]], *, first_step: int = 0, seq: int = 1
) -> None:
    """Append one value a step and a second to each of some metrics."""
    keys = list(series)
    sizes = [len(values) for values in series.values()]
    steps = np.concatenate([np.arange(first_step, first_step + size, dtype=np.int64) for size in sizes])
    store.runs.append(
        Append(
            journal_id=f"journal{run_id}",
            run_id=run_id,
            first_seq=seq,
            last_seq=seq,
            keys=keys,
            key_index=np.repeat(np.arange(len(keys), dtype=np.int32), sizes).tobytes(),
            steps=steps.tobytes(),
            timestamps=(1_700_000_000_000 + steps * 1000).tobytes(),
            values=np.concatenate(list(series.values())).astype(np.float64).tobytes(),
        )
    )


def log_params(store: Store, run_id: str, params: Mapping[str, str]) -> None:
    """Log some params."""
    store.runs.log_batch(LogBatch(run_id=run_id, params=[Param(key, value) for key, value in params.items()]))


def put_artifacts(store: Store, experiment_id: str, run_id: str, files: Mapping[str, bytes]) -> None:
    """Keep files with a run."""
    kept = {content: store.blobs.write([content]) for content in set(files.values())}
    named = [ArtifactFile(path, *kept[content]) for path, content in files.items()]
    store.artifacts.commit(CommitArtifacts(f"{experiment_id}/{run_id}/artifacts", named))


def make_png(width: int = 64, height: int = 48) -> bytes:
    """Return a picture: a gradient from dark to light."""
    rows = b"".join(b"\0" + bytes((x * 255 // width) for x in range(width) for _ in range(3)) for _ in range(height))
    output = io.BytesIO(b"\x89PNG\r\n\x1a\n")
    output.seek(0, io.SEEK_END)
    header = width.to_bytes(4, "big") + height.to_bytes(4, "big") + bytes([8, 2, 0, 0, 0])
    for kind, data in ((b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b"")):
        output.write(len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big"))
    return output.getvalue()


def learning_curve(count: int, *, seed: int = 0) -> NDArray[np.float64]:
    """Return a falling curve with noise."""
    noise = np.random.default_rng(seed)
    x = np.linspace(0, 1, count)
    curve: NDArray[np.float64] = 0.3 + 1.5 * np.exp(-4 * x) + noise.normal(0, 0.04, count)
    return curve


def find_violations(page: Page) -> list[str]:
    """Return what axe complains about, with the elements."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text(encoding="utf-8"))
    # Neither reads what only rules that are not among these need, nor describes what is in order.
    options = {"runOnly": AXE_TAGS, "preload": False, "resultTypes": ["violations"]}
    found = page.evaluate("options => axe.run(options)", options)
    return [f"{one['id']}: {node['html'][:200]}" for one in found["violations"] for node in one["nodes"]]


def find_violations_in_both(page: Page) -> list[str]:
    """Return what axe complains about on light and on dark ground."""
    width = page.evaluate("innerWidth")
    return find_violations_in(page, ("light", width), ("dark", width))


def find_violations_in(page: Page, *looks: tuple[Literal["light", "dark"], int]) -> list[str]:
    """Return what axe complains about in each of these looks: a colour scheme and a width."""
    found = []
    for scheme, width in looks:
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size({"width": width, "height": 900})
        found += [f"{scheme}, {width} px: {one}" for one in find_violations(page)]
    return found


def count_painted(page: Page, chart: str) -> int:
    """Return how many pixels of a chart carry the colour of something: neither empty nor grey."""
    painted: int = page.evaluate(
        """name => {
          const canvas = document.querySelector(`[data-chart="${name}"] canvas`);
          if (!canvas) return 0;
          const data = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
          let count = 0;
          for (let i = 0; i < data.length; i += 4) {
            const [r, g, b, a] = data.slice(i, i + 4);
            if (a > 0 && Math.max(r, g, b) - Math.min(r, g, b) > 24) count++;
          }
          return count;
        }""",
        chart,
    )
    return painted
