"""The pages of sweeps and workflows in a real browser: what was tried, what came of it, and what needs what."""

import json
import math
import re
from collections.abc import Iterator
from types import SimpleNamespace

import msgspec
import pytest
from playwright.sync_api import expect

import headwater as hw
from headwater import config
from headwater.projects.sweeps.parent import SWEEP_TAG, TRIALS_FILE
from headwater.projects.workflows.execution import STEPS_FILE
from headwater.projects.workflows.outcome import StepOutcome, StepState
from headwater.projects.workflows.workflow import WORKFLOW_TAG
from headwater.protocol.runs import RunStatus, UpdateRun
from ui.run_pages import add_run, find_violations, put_artifacts
from ui.run_tables import make_experiment, served_store, watched_page

pytestmark = pytest.mark.browser


def _train(alpha: float, depth: int, kind: str) -> float:
    return math.log10(alpha) ** 2 + depth + (0.5 if kind == "tree" else 0.0)


def _trial(number: int, state: str, value: float | None) -> dict[str, object]:
    return {"number": number, "run_id": f"{number:032x}", "state": state, "params": {"lr": 0.1}, "value": value}


def _describe(trials: list[dict[str, object]]) -> bytes:
    axes = [{"name": "lr", "type": "float", "low": 0.01, "high": 1.0, "log": True}]
    described = {"metric": "loss", "direction": "minimize", "planned": 4, "parameters": axes, "trials": trials}
    return json.dumps(described).encode()


def _steps(*outcomes: tuple[StepOutcome, list[str]]) -> bytes:
    return json.dumps({"steps": [{**msgspec.to_builtins(one), "needs": needs} for one, needs in outcomes]}).encode()


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimpleNamespace]:
    """Return a server with a real sweep, a workflow that failed, and a browser."""
    with served_store(tmp_path_factory.mktemp("sweeps")) as served:
        store = served.store
        served.experiment = make_experiment(store, "search")
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("HEADWATER_TRACKING_URI", served.url)
            for setting in (config.EXPERIMENT_ID, config.EXPERIMENT_NAME):
                patch.setenv(setting.name, "")  # which the next line changes
            hw.set_experiment("search")
            space = {"alpha": {"float": [1e-3, 1], "log": True}, "depth": {"int": [1, 4]}, "kind": ["linear", "tree"]}
            served.sweep = hw.projects.sweep(
                _train, space, metric="loss", trials=12, seed=1, workers="threads", run_name="calm-search"
            )
        served.workflow = add_run(store, served.experiment, "nightly", tags={WORKFLOW_TAG: "1"})
        steps = _steps(
            (StepOutcome("clean", StepState.REUSED, served.sweep.best_run_id), []),
            (StepOutcome("train", StepState.FAILED, reason="exit status 3", seconds=4.2), ["clean"]),
            (StepOutcome("evaluate", StepState.SKIPPED, reason="It needs the step 'train', which failed."), ["train"]),
        )
        put_artifacts(store, served.experiment, served.workflow, {STEPS_FILE: steps})
        store.runs.update(UpdateRun(run_id=served.workflow, status=RunStatus.FAILED, end_time=1_700_000_060_000))
        yield served


def test_a_sweep_shows_what_was_tried_and_what_was_best(served: SimpleNamespace) -> None:
    with watched_page(served.browser, served.url) as page:
        page.goto(f"{served.url}/runs/{served.sweep.run_id}")
        page.get_by_role("link", name="trials").click()

        expect(page.get_by_role("heading", level=1)).to_have_text("calm-search")
        expect(page.get_by_role("status").filter(has_text="12 complete of 12")).to_be_visible()
        expect(page.get_by_role("region", name="History").locator("circle")).to_have_count(12)
        expect(page.get_by_role("region", name="Importance").get_by_role("listitem")).to_have_count(3)
        expect(
            page.get_by_role("img", name="Parallel coordinates of 12 runs over alpha, depth, kind, loss.")
        ).to_be_visible()
        rows = page.get_by_role("region", name="Trials").locator("tbody tr")
        expect(rows).to_have_count(12)
        expect(page.get_by_text(f'resume="{served.sweep.run_id}"')).to_be_visible()

        page.get_by_role("button", name="Best first").click()

        best = next(trial.number for trial in served.sweep.trials if trial.run_id == served.sweep.best_run_id)
        expect(rows.first.get_by_role("rowheader")).to_have_text(str(best))
        rows.first.get_by_role("link").click()
        expect(page).to_have_url(f"{served.url}/runs/{served.sweep.best_run_id}")
        page.get_by_role("link", name=f"{best} of a sweep").click()
        expect(page).to_have_url(f"{served.url}/sweeps/{served.sweep.run_id}")


def test_the_axes_of_a_sweep_are_brushed_ordered_and_lead_to_the_runs(served: SimpleNamespace) -> None:
    with watched_page(served.browser, served.url) as page:
        page.goto(f"{served.url}/sweeps/{served.sweep.run_id}")
        card = page.locator('[data-plot="Parallel coordinates"]')
        card.locator("canvas[data-drawn]").wait_for()

        page.get_by_role("button", name="Axis kind").click()
        page.get_by_label("tree").uncheck()
        expect(card).to_contain_text("of 12 runs within the ranges")
        page.keyboard.press("Escape")
        page.get_by_role("button", name="Axis loss").press("ArrowLeft")
        expect(page).to_have_url(re.compile(r"axis=params\.depth,axis=metrics\.loss,axis=params\.kind"))
        page.get_by_role("button", name="Menu of Parallel coordinates").click()
        page.get_by_role("button", name="Show these trials in the table of runs").click()

        expect(page).to_have_url(re.compile(r"/experiments/\d+/runs\?q=.*mlflow\.parentRunId.*params\.kind"))
        linear = sum(trial.params["kind"] == "linear" for trial in served.sweep.trials)
        expect(page.get_by_role("status").filter(has_text="matching")).to_contain_text(f"{linear} matching")


def test_trials_appear_while_the_sweep_runs(served: SimpleNamespace) -> None:
    run_id = add_run(served.store, served.experiment, "live", tags={SWEEP_TAG: "1"})
    with watched_page(served.browser, served.url, expected=" 404 ") as page:
        page.goto(f"{served.url}/sweeps/{run_id}")
        expect(page.get_by_text("The first trials are being made")).to_be_visible()

        put_artifacts(
            served.store,
            served.experiment,
            run_id,
            {TRIALS_FILE: _describe([_trial(0, "complete", 2.0), _trial(1, "running", None)])},
        )

        expect(page.get_by_text("1 complete, 1 running of 4")).to_be_visible(timeout=15_000)
        expect(page.get_by_text("Known from ten complete trials on.")).to_be_visible()
        expect(page.get_by_role("heading", name="Go on with it")).to_have_count(0)


def test_a_workflow_shows_its_steps_and_why_they_failed(served: SimpleNamespace) -> None:
    with watched_page(served.browser, served.url) as page:
        page.goto(f"{served.url}/runs/{served.workflow}")
        page.get_by_role("link", name="steps").click()

        steps = page.get_by_role("region", name="Steps").first.get_by_role("listitem")
        expect(steps).to_have_count(3)
        expect(steps.nth(0)).to_contain_text("reused, earlier run")
        expect(steps.nth(1)).to_contain_text("failed · 4.2 s")
        expect(page.get_by_text("exit status 3")).to_be_visible()
        expect(page.get_by_text(f"headwater workflows resume {served.workflow}")).to_be_visible()
        expect(steps.nth(0).get_by_role("link")).to_have_attribute("href", f"/runs/{served.sweep.best_run_id}")
        boxes = [box for step in steps.all() if (box := step.bounding_box())]
        assert boxes[0]["x"] < boxes[1]["x"] < boxes[2]["x"]
        assert find_violations(page) == []


def test_a_run_that_is_no_sweep_says_so(served: SimpleNamespace) -> None:
    with watched_page(served.browser, served.url, expected=" 404 ") as page:
        page.goto(f"{served.url}/sweeps/{served.workflow}")

        expect(page.get_by_text("This run is no sweep.")).to_be_visible()
        page.goto(f"{served.url}/sweeps/{'0' * 32}")
        expect(page.get_by_role("alert")).to_contain_text("0" * 32)
