"""Every page of the UI, as a table: where it is, and what it shows complete, empty, and of what is not there.

The routes in the sources of the UI are read here, so that a test can say which of them the table has forgotten.
"""

import json
import re
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from headwater.projects.sweeps.parent import SWEEP_TAG, TRIALS_FILE
from headwater.projects.workflows.execution import STEPS_FILE
from headwater.projects.workflows.workflow import WORKFLOW_TAG
from headwater.protocol.experiments import SetExperimentTag
from headwater.protocol.inputs import Dataset, DatasetInput, InputTag, LogInputs
from headwater.protocol.logged_models import CreateLoggedModel
from headwater.protocol.registered_models import CreateRegisteredModel
from headwater.protocol.runs import LogBatch, RunStatus, RunTag
from headwater.protocol.views import CreateView
from headwater.stores.interface import Store
from ui.model_pages import add_versions, make_governed_model, make_logged_model, put_model
from ui.run_pages import append_points, learning_curve, make_png, put_artifacts
from ui.run_tables import add_run, make_experiment

SOURCES = Path(__file__).parents[2] / "ui" / "src"
NOBODY = "f" * 32
"""The id of no run."""
NONE = "404404"
"""The id of no experiment, the name of no model, the number of no version."""

PATCH = b"diff --git a/a.py b/a.py\n--- a/a.py\n+++ b/a.py\n@@ -1 +1 @@\n-x = 1\n+x = 2\n"
LOG = b"2026-11-24T12:00:00.000Z out step 1 done\n" * 30
SOURCE = {
    "mlflow.source.git.commit": "4f7733c9d2f0aa11",
    "mlflow.source.name": "train.py",
    "mlflow.note.content": "*ok*",
}


@dataclass(frozen=True)
class Place:
    """A page of the UI; `{names}` in its addresses are those of the world that `fill_world` makes."""

    path: str
    shown: str
    """A text that stands there once the page is complete."""

    empty: str = ""
    """A text that says that there is nothing yet. Without it, the page shows the same however little there is."""

    bare: str = ""
    """The same page of a thing without content; by default the same address on a server without any data."""

    missing: str = ""
    """The same page of a thing that is not there. Without it, the page is of no single thing."""

    drawn: str = field(default="", kw_only=True)
    """A selector of what is drawn when all is there."""

    asks: bool = field(default=True, kw_only=True)
    """Whether the page needs an answer of the server to show anything."""

    @property
    def gone(self) -> str:
        """Return what the page must name when its thing is not there."""
        return NOBODY if NOBODY in self.missing else NONE


def _of_experiment(tab: str, shown: str, empty: str) -> Place:
    path = f"/experiments/{{}}/{tab}"
    return Place(path.format("{e}"), shown, empty, path.format("{bare_e}"), path.format(NONE))


def _of_run(tab: str, shown: str, empty: str, *, drawn: str = "") -> Place:
    path = f"/runs/{{}}/{tab}"
    return Place(path.format("{r}"), shown, empty, path.format("{bare_r}"), path.format(NOBODY), drawn=drawn)


def _of_model(tab: str, shown: str, empty: str) -> Place:
    path = f"/models/{{}}{tab}"
    return Place(path.format("churn"), shown, empty, path.format("bare"), path.format(NONE))


def _compared(tab: str, shown: str, drawn: str = "") -> Place:
    return Place(f"/compare?runs={{r}},{{s}},{{t}}&tab={tab}", shown, drawn=drawn)


CHART = '[data-chart="loss"] [data-drawn]'
PLOT = "[data-plot] [data-drawn]"
PLACES = [
    Place("/", "Running now", "Log the first run"),
    Place("/experiments", "team/", "Default"),
    _of_experiment("runs", "owl", "Waiting for the first run"),
    Place("/experiments/{e}/runs?layout=split&sel={r},{s}", "2 selected", drawn=CHART),
    Place("/experiments/{e}/runs?group=params.model&color=group", "groups"),
    _of_experiment("models", "forest", "has logged a model yet"),
    _of_experiment("datasets", "customers", "has said what it read"),
    _of_experiment("notes", "Why we did this", "No notes."),
    _of_experiment("settings", "Main metric", ""),
    Place("/runs/{r}", "val/loss", "No metrics yet", "/runs/{bare_r}", f"/runs/{NOBODY}"),
    _of_run("metrics", "loss", "No metrics yet", drawn=CHART),
    _of_run("system", "utilization", "No metrics yet", drawn="[data-chart] [data-drawn]"),
    _of_run("artifacts", "model", "No artifacts yet"),
    _of_run("models", "forest", "No models"),
    _of_run("logs", "step 1 done", "No logs"),
    _of_run("code", "x = 2", "code"),
    _of_run("lineage", "customers", "The run stands alone"),
    Place("/experiments/{e}/runs/{r}/artifacts/model/MLmodel", "python_function"),
    Place("/compare?runs={r},{s},{t}", "fox", "No runs are chosen yet", "/compare", f"/compare?runs={NOBODY}"),
    _compared("curves", "loss", CHART),
    _compared("parallel", "fox", PLOT),
    _compared("scatter", "fox", PLOT),
    _compared("box", "fox", PLOT),
    _compared("contour", "fox"),
    _compared("files", "plots/roc.png"),
    Place("/models", "churn", "No models yet"),
    _of_model("", "@champion", "No versions yet"),
    _of_model("/history", "the first one", ""),
    _of_model("/policy", "validated", "No gates"),
    Place("/models/churn/versions/3", "age", "", "/models/thin/versions/1", f"/models/churn/versions/{NONE}"),
    Place("/models/churn/diff?a=1&b=3", "compared", missing=f"/models/churn/diff?a=1&b={NONE}"),
    Place("/models/m/{m}", "forest", "Nothing was measured", "/models/m/{bare_m}", f"/models/m/m-{NONE}"),
    Place("/models/m/{m}/artifacts", "No artifacts"),
    Place("/sweeps/{sweep}", "complete", "This run keeps no trials", "/sweeps/{bare_sweep}", f"/sweeps/{NOBODY}"),
    Place("/workflows/{workflow}", "exit status 3", "keeps no steps", "/workflows/{bare_r}", f"/workflows/{NOBODY}"),
    Place("/reports", "Weekly", "A report puts text"),
    Place("/reports/{report}", "Week 1", "No text yet", "/reports/{bare_report}", f"/reports/{NONE}", drawn=CHART),
    Place("/search?q=owl", "run", "Nothing is called"),
    Place("/settings", "Appearance", asks=False),
    Place("/settings/webhooks", "webhook"),
    Place("/settings/storage", "Trash"),
    Place("/nowhere", "No page here", asks=False),
]
"""Add a page here as soon as it has a route."""
WITH_USERS = (
    "/login",
    "/setup",
    "/signup",
    "/settings/account",
    "/settings/users",
    "/settings/roles",
    "/models/churn/access",
)
"""Pages of a server that knows its users, which `test_ui_sign_in` and `test_ui_access` look at."""


def read_routes() -> list[re.Pattern[str]]:
    """Return the patterns of the table of pages, one of each word that may stand for another in them."""
    table = (SOURCES / "lib" / "routes.ts").read_text(encoding="utf-8")
    found = [text.replace(r"\/", "/") for text in re.findall(r"^  \[/(\^.*?\$)/, ", table, re.MULTILINE)]
    for words, start, end in re.findall(
        r"\(\[([^\]]*)\] as const\)\.map.*?`(\^[^`]*?)\$\{\w+\}([^`]*)`", table, re.DOTALL
    ):
        found.append(f"{start}(?:{'|'.join(json.loads(f'[{words}]'))}){end}")
    return [re.compile(one) for pattern in found for one in _split(pattern)]


def read_tabs(file: str) -> list[str]:
    """Return the tabs that a page has, as its module lists them."""
    (words,) = re.findall(r"export const TABS = \[([^\]]*)\] as const", (SOURCES / file).read_text(encoding="utf-8"))
    tabs: list[str] = json.loads(f"[{words}]")
    return tabs


def _split(pattern: str) -> list[str]:
    """Return a pattern once for each of the alternatives in it."""
    alternatives = re.search(r"\((?:\?:)?(\w+(?:\|\w+)+)\)", pattern)
    if not alternatives:
        return [pattern]
    before, after = pattern[: alternatives.start()], pattern[alternatives.end() :]
    return [f"{before}{word}{after}" for word in alternatives[1].split("|")]


def fill_world(store: Store) -> dict[str, str]:
    """Make something of everything, and something without content beside it; return the names for addresses."""
    names = {"e": make_experiment(store, "team/churn"), "bare_e": make_experiment(store, "bare")}
    runs = [_make_run(store, names["e"], name, number) for number, name in enumerate(("owl", "fox", "elk"))]
    names |= {"r": runs[0], "s": runs[1], "t": runs[2], "bare_r": add_run(store, names["e"], "bare", metrics={})}
    add_run(store, names["e"], "live", metrics={"loss": 0.5}, params={"model": "mlp"}, status=RunStatus.RUNNING)
    store.experiments.set_tag(SetExperimentTag(names["e"], "mlflow.note.content", "Why we *did* this"))
    names["m"] = make_logged_model(store, names["e"], runs[0])
    thin = add_run(store, names["e"], "thin", metrics={})
    bare_model = store.logged_models.create(CreateLoggedModel(names["e"], "thin", "", thin)).model
    names["bare_m"] = bare_model.info.model_id
    make_governed_model(store, "churn", runs)
    for name in ("bare", "thin"):
        store.registered_models.create(CreateRegisteredModel(name))
    add_versions(store, "thin", thin, 1)
    return names | _make_work(store, names["e"]) | _make_reports(store, names)


def _make_run(store: Store, experiment_id: str, name: str, number: int) -> str:
    params = {"model": ("mlp", "forest")[number % 2], "lr": f"0.{number + 1}", "depth": str(number)}
    run_id = add_run(store, experiment_id, name, metrics={"auc": 0.9 - number / 10}, params=params, age_s=600 + number)
    append_points(
        store,
        run_id,
        {
            "loss": learning_curve(40, seed=number),
            "val/loss": learning_curve(40, seed=9 + number),
            "system/cpu_utilization_percentage": np.linspace(10, 90, 40),
        },
    )
    put_model(store, run_id)
    files = {
        "plots/roc.png": make_png(40 + number),
        "code/diff.patch": PATCH,
        "logs/console.log": LOG,
        "notes.txt": b"hello\n",
    }
    put_artifacts(store, experiment_id, run_id, files)
    store.runs.log_batch(LogBatch(run_id, tags=[RunTag(key, value) for key, value in SOURCE.items()]))
    context = [InputTag("mlflow.data.context", "training")]
    store.inputs.log(LogInputs(run_id, [DatasetInput(Dataset("holdout", "ffee0011", "local", "{}"), context)]))
    return run_id


def _make_work(store: Store, experiment_id: str) -> dict[str, str]:
    axes = [{"name": "lr", "type": "float", "low": 0.01, "high": 1.0, "log": True}]
    trials = [
        {
            "number": number,
            "run_id": f"{number:032x}",
            "state": "complete",
            "params": {"lr": 0.1 + number / 20},
            "value": number,
        }
        for number in range(12)
    ]
    sweep = {"metric": "loss", "direction": "minimize", "planned": 12, "parameters": axes, "trials": trials}
    steps = [
        {"name": "clean", "state": "finished", "run_id": "", "reason": "", "seconds": 1.0, "needs": []},
        {
            "name": "train",
            "state": "failed",
            "run_id": "",
            "reason": "exit status 3",
            "seconds": 4.2,
            "needs": ["clean"],
        },
    ]
    made = {}
    for name, tag, file, content in (
        ("sweep", SWEEP_TAG, TRIALS_FILE, sweep),
        ("bare_sweep", SWEEP_TAG, "", {}),
        ("workflow", WORKFLOW_TAG, STEPS_FILE, {"steps": steps}),
    ):
        made[name] = add_run(store, experiment_id, name, metrics={})
        store.runs.log_batch(LogBatch(made[name], tags=[RunTag(tag, "1")]))
        if file:
            put_artifacts(store, experiment_id, made[name], {file: json.dumps(content).encode()})
    return made


def _make_reports(store: Store, names: dict[str, str]) -> dict[str, str]:
    query = {"experiment_id": names["e"], "filter": "", "order": "metrics.auc DESC"}
    blocks = [
        {"type": "markdown", "text": "# Week 1\n\nThe **best** is [here](https://a.example)."},
        {"type": "runs", **query, "columns": ["metrics.auc", "params.lr"], "limit": 2},
        {"type": "chart", **query, "keys": ["loss"], "limit": 5},
        {"type": "image", "run_id": names["r"], "path": "plots/roc.png", "caption": "ROC"},
    ]
    bare = [{"type": "markdown", "text": ""}]
    return {
        name: store.views.create(CreateView(title, {"blocks": some}, user_id="ada", kind="report")).view.view_id
        for name, title, some in (("report", "Weekly", blocks), ("bare_report", "Bare", bare))
    }
