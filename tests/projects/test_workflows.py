"""Workflows: steps in the order of their needs, results passed on, nothing done twice, resumed where they broke."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import headwater as hw
from faults.programs import wait_for
from headwater.projects import ExecutionException, Workflow
from headwater.tracking.run import Run

FLOW = """\
name: churn
parameters: {factor: 2}
steps:
  clean:
    entry_point: clean
    outputs: [clean.txt]
    code: [clean.py, source.txt]
  train:
    entry_point: train
    parameters: {data: "{clean.artifacts}/clean.txt", factor: "{factor}"}
    code: [train.py]
  report:
    entry_point: report
    parameters: {total: "{train.metrics.total}", braces: "{{x}}"}
    needs: [clean]
    code: [report.py]
"""
PROJECT = """\
entry_points:
  clean: {command: "python clean.py"}
  train:
    parameters: {data: path, factor: float}
    command: "python train.py {data} {factor}"
  report:
    parameters: {total: float}
    command: "python report.py {total}"
"""
CLEAN = """\
from pathlib import Path
import headwater as hw
with hw.start_run():
    hw.log_text(Path("source.txt").read_text().strip(), "clean.txt")
"""
TRAIN = """\
import sys
from pathlib import Path
import headwater as hw
with hw.start_run():
    hw.log_metric("total", len(Path(sys.argv[1]).read_text()) * float(sys.argv[2]))
"""
REPORT = """\
import sys
import headwater as hw
with hw.start_run():
    hw.log_text(" ".join(sys.argv[1:]), "report.txt")
"""


@pytest.fixture
def flow(tmp_path: Path) -> Path:
    """Return the folder of a project with a workflow of three steps."""
    folder = tmp_path / "flow"
    folder.mkdir()
    files = {"headwater.yaml": FLOW, "MLproject": PROJECT, "clean.py": CLEAN, "train.py": TRAIN, "report.py": REPORT}
    for name, text in {**files, "source.txt": "some data"}.items():
        (folder / name).write_text(text)
    return folder


def _children(run_id: str) -> list[Run]:
    query = f"tags.mlflow.parentRunId = '{run_id}'"
    return list(hw.Client().search_runs(["0"], query, order_by=["start_time ASC"]))


def _states(found: hw.projects.WorkflowRun) -> dict[str, str]:
    return {name: str(step.state) for name, step in found.steps.items()}


def test_steps_run_in_the_order_of_their_needs_and_pass_results_on(flow: Path) -> None:
    found = Workflow.read(flow).run({"factor": 3})

    assert _states(found) == {"clean": "finished", "train": "finished", "report": "finished"}
    assert hw.get_run(found.steps["train"].run_id).data.metrics["total"] == 27.0
    report = hw.artifacts.load_text(f"runs:/{found.steps['report'].run_id}/report.txt")
    assert report == "27.0 --braces {x}"


def test_the_run_of_the_workflow_is_the_parent_of_its_steps_and_tells_of_them(flow: Path) -> None:
    found = Workflow.read(flow).run()

    above = hw.get_run(found.run_id)
    assert (above.info.status, above.info.run_name, above.data.params) == ("FINISHED", "churn", {"factor": "2"})
    assert [run.info.run_name for run in _children(found.run_id)] == ["clean", "train", "report"]
    kept = hw.artifacts.load_dict(f"runs:/{found.run_id}/workflow/steps.json")["steps"]
    assert [(step["name"], step["state"], step["needs"]) for step in kept] == [
        ("clean", "finished", []),
        ("train", "finished", ["clean"]),
        ("report", "finished", ["clean", "train"]),
    ]


def test_nothing_is_run_twice_while_nothing_changes(flow: Path) -> None:
    first = Workflow.read(flow).run()
    planned = Workflow.read(flow).plan()

    second = Workflow.read(flow).run()

    assert set(_states(planned).values()) == set(_states(second).values()) == {"reused"}
    assert [step.run_id for step in second.steps.values()] == [step.run_id for step in first.steps.values()]
    reusing = {run.info.run_name: run.data.tags["headwater.reuses"] for run in _children(second.run_id)}
    assert reusing == {name: step.run_id for name, step in first.steps.items()}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (("train.py", TRAIN + "# other\n"), {"clean": "reused", "train": "finished", "report": "reused"}),
        (("report.py", REPORT + "# other\n"), {"clean": "reused", "train": "reused", "report": "finished"}),
        (("source.txt", "some data\n"), {"clean": "finished", "train": "reused", "report": "reused"}),
        (("source.txt", "more data than before"), {"clean": "finished", "train": "finished", "report": "finished"}),
        (("notes.txt", "not code of any step"), {"clean": "reused", "train": "reused", "report": "reused"}),
    ],
)
def test_a_change_runs_what_it_can_reach_and_no_more(
    flow: Path, change: tuple[str, str], expected: dict[str, str]
) -> None:
    Workflow.read(flow).run()
    (flow / change[0]).write_text(change[1])

    found = Workflow.read(flow).run()

    assert _states(found) == expected


def test_another_parameter_runs_the_steps_that_it_reaches(flow: Path) -> None:
    Workflow.read(flow).run()

    found = Workflow.read(flow).run({"factor": 5})

    assert _states(found) == {"clean": "reused", "train": "finished", "report": "finished"}


def test_a_forced_step_runs_though_nothing_changed(flow: Path) -> None:
    Workflow.read(flow).run()

    found = Workflow.read(flow).run(force=["train"])

    assert _states(found) == {"clean": "reused", "train": "finished", "report": "reused"}


def test_a_step_whose_output_was_deleted_runs_again(flow: Path) -> None:
    first = Workflow.read(flow).run()
    hw.Client().delete_run(first.steps["clean"].run_id)

    found = Workflow.read(flow).run()

    assert _states(found)["clean"] == "finished"


def test_a_step_that_fails_spares_those_that_do_not_need_it(flow: Path) -> None:
    (flow / "other.py").write_text("print('fine')\n")
    (flow / "headwater.yaml").write_text(FLOW + "  other: {entry_point: other.py}\n")
    (flow / "train.py").write_text("raise SystemExit(3)\n")

    with pytest.raises(ExecutionException, match=r"The step 'train' failed: .*headwater workflows resume"):
        Workflow.read(flow).run()

    (above,) = hw.search_runs(filter_string="tags.headwater.workflow = 'churn'", output_format="list")
    steps = hw.artifacts.load_dict(f"runs:/{above.info.run_id}/workflow/steps.json")["steps"]
    assert above.info.status == "FAILED"
    assert {step["name"]: step["state"] for step in steps} == {
        "clean": "finished",
        "train": "failed",
        "report": "skipped",
        "other": "finished",
    }


def test_a_failed_workflow_goes_on_from_the_step_that_failed_wherever_it_is_resumed(
    flow: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (flow / "train.py").write_text("raise SystemExit(3)\n")
    monkeypatch.chdir(flow)
    with pytest.raises(ExecutionException):
        Workflow.read(".").run({"factor": 4})
    monkeypatch.chdir(tmp_path)
    (above,) = hw.search_runs(filter_string="tags.headwater.workflow = 'churn'", output_format="list")
    (flow / "train.py").write_text(TRAIN)

    found = Workflow.resume(above.info.run_id)

    assert found.run_id == above.info.run_id
    assert _states(found) == {"clean": "reused", "train": "finished", "report": "finished"}
    assert [(run.info.run_name, run.info.status) for run in _children(found.run_id)] == [
        ("clean", "FINISHED"),
        ("train", "FAILED"),
        ("train", "FINISHED"),
        ("report", "FINISHED"),
    ]
    assert hw.get_run(found.run_id).info.status == "FINISHED"


def test_a_step_that_leaves_no_promised_output_fails(flow: Path) -> None:
    (flow / "clean.py").write_text("print('nothing')\n")

    with pytest.raises(ExecutionException, match=r"It left no artifact 'clean.txt', which is one of its outputs"):
        Workflow.read(flow).run()


def test_steps_that_do_not_need_one_another_run_at_the_same_time(tmp_path: Path) -> None:
    meet = "from pathlib import Path\nimport sys, time\nPath(sys.argv[2]).touch()\n"
    meet += "until = time.time() + 20\nwhile not Path(sys.argv[4]).exists():\n    assert time.time() < until\n"
    (tmp_path / "meet.py").write_text(meet)
    flow = Workflow("meeting", uri=tmp_path)
    for mine, other in (("a", "b"), ("b", "a")):
        places = {"mine": str(tmp_path / mine), "other": str(tmp_path / other)}
        flow.add_step(mine, entry_point="meet.py", parameters=places)

    found = flow.run(parallel=2)

    assert _states(found) == {"a": "finished", "b": "finished"}


def test_a_workflow_made_in_python_is_resumed_too(tmp_path: Path) -> None:
    (tmp_path / "first.py").write_text("import headwater as hw\nhw.log_param('x', 'y')\n")
    (tmp_path / "second.py").write_text("raise SystemExit(1)\n")
    flow = Workflow("made", {"name": None}, uri=tmp_path)
    first = flow.add_step("first", entry_point="first.py", code=["first.py"])
    given = {"x": first.param("x"), "run": first.run_id, "name": "{name}"}
    flow.add_step("second", entry_point="second.py", parameters=given, code=["second.py"])
    with pytest.raises(ExecutionException):
        flow.run({"name": "me"})
    (tmp_path / "second.py").write_text("import sys\nprint(*sys.argv[1:])\n")
    (above,) = hw.search_runs(filter_string="tags.headwater.workflow = 'made'", output_format="list")

    found = Workflow.resume(above.info.run_id)

    params = hw.get_run(found.steps["second"].run_id).data.params
    assert params == {"x": "y", "run": found.steps["first"].run_id, "name": "me"}


def test_steps_may_be_folders_and_other_projects_at_a_version(
    tmp_path: Path, repository: Path, git: Callable[..., str]
) -> None:
    commit = git(repository, "rev-parse", "HEAD")
    (tmp_path / "flow" / "inner").mkdir(parents=True)
    (tmp_path / "flow" / "inner" / "do.py").write_text("print('done')\n")
    flow = Workflow(uri=tmp_path / "flow")
    flow.add_step("inner", "inner", entry_point="do.py")
    flow.add_step("other", repository, version=commit, parameters={"alpha": 0.25}, needs=["inner"])

    found = flow.run()

    tags = hw.get_run(found.steps["other"].run_id).data.tags
    assert tags["mlflow.source.git.commit"] == commit
    assert hw.get_run(found.steps["inner"].run_id).data.tags["mlflow.source.name"].endswith("/flow#inner")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("steps: {}", "has no steps"),
        ("steps: {a: {entry: b}}", "unknown field `entry`"),
        ("steps: {a: {needs: [b]}}", "needs 'b', which is no step"),
        ("steps: {a: {needs: [b]}, b: {needs: [a]}}", "a, b need one another in a circle"),
        ("steps: {a: {parameters: {x: '{y}'}}}", "nothing to put in the place of '{y}'"),
        ("steps: {a: {parameters: {x: '{b.run_id}'}}}", "'{b.run_id}' names no parameter and no step"),
        ("steps: {a: {}, b: {parameters: {x: '{a.metrics}'}}}", "nothing to put in the place of '{a.metrics}'"),
        ("steps: {a: {parameters: {x: '{'}}}", "has a single '{'"),
        ("steps: {a b: {}}", "'a b' in .* is no name"),
        ("parameters: {a.b: 1}\nsteps: {a: {}}", "'a.b' in .* is no name"),
        ("parallel: 0\nsteps: {a: {}}", "parallel: 0"),
        ("steps: [a", "is not YAML"),
        ("steps: {a: {entry_point: nowhere}}", "Could not find nowhere among entry points"),
        ("steps: {a: {project: nowhere}}", "No such project: 'nowhere'"),
        ("steps: {a: {project: ../a}}", "leaves the project|No such project"),
        ("steps: {a: {entry_point: train, parameters: {data: x}}}", "no value for parameter 'factor'"),
        ("steps: {a: {entry_point: clean, backend: moon}}", "unsupported execution mode moon"),
        ("steps: {a: {entry_point: clean, env_manager: moon}}", "Invalid env_manager 'moon'"),
    ],
)
def test_what_is_wrong_with_a_workflow_is_said_before_there_is_a_run(flow: Path, text: str, message: str) -> None:
    (flow / "headwater.yaml").write_text(text)

    with pytest.raises(hw.HeadwaterError, match=message):
        Workflow.read(flow).run()

    assert hw.search_runs(output_format="list") == []


@pytest.mark.parametrize(
    ("given", "message"),
    [({"facto": 1}, "no parameter 'facto'. Its parameters: factor"), ({"factor": None}, "No value for parameter")],
)
def test_wrong_parameters_of_a_workflow_are_refused(flow: Path, given: dict[str, object], message: str) -> None:
    with pytest.raises(hw.InvalidParameterValue, match=message):
        Workflow.read(flow).run(given)


def test_only_steps_that_there_are_can_be_forced(flow: Path) -> None:
    with pytest.raises(hw.InvalidParameterValue, match=r"There is no step 'trian' to force. The steps: clean, train"):
        Workflow.read(flow).run(force=["trian"])


def test_a_run_that_is_no_workflow_cannot_be_resumed() -> None:
    with hw.start_run() as run:
        pass

    with pytest.raises(hw.InvalidParameterValue, match="is no workflow"):
        Workflow.resume(run.info.run_id)


def test_a_folder_without_a_workflow_says_so(tmp_path: Path) -> None:
    with pytest.raises(hw.ResourceDoesNotExist, match=r"There is no file 'headwater.yaml'"):
        Workflow.read(tmp_path)


def test_a_killed_workflow_goes_on_with_what_is_missing(flow: Path, uri: str) -> None:
    waiting = "import time\nfrom pathlib import Path\nPath('began').touch()\ntime.sleep(60)\n"
    (flow / "train.py").write_text(waiting)
    command = [sys.executable, "-m", "headwater", "workflows", "run", str(flow), "--tracking-uri", uri]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
    wait_for((flow / "began").exists)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    (above,) = hw.search_runs(filter_string="tags.headwater.workflow = 'churn'", output_format="list")
    (flow / "train.py").write_text(TRAIN)

    found = Workflow.resume(above.info.run_id)

    assert _states(found) == {"clean": "reused", "train": "finished", "report": "finished"}
    left = [run.info.status for run in _children(found.run_id) if run.info.run_name == "train"]
    assert sorted(left) == ["FINISHED", "KILLED"]


def test_an_interrupt_ends_the_steps_and_the_workflow(flow: Path, uri: str) -> None:
    (flow / "train.py").write_text("import time\nfrom pathlib import Path\nPath('began').touch()\ntime.sleep(60)\n")
    command = [sys.executable, "-m", "headwater", "workflows", "run", str(flow), "--tracking-uri", uri]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    wait_for((flow / "began").exists)

    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=30)

    (above,) = hw.search_runs(filter_string="tags.headwater.workflow = 'churn'", output_format="list")
    states = {run.info.run_name: run.info.status for run in _children(above.info.run_id)}
    assert (above.info.status, states) == ("KILLED", {"clean": "FINISHED", "train": "KILLED"})
    assert f"headwater workflows resume {above.info.run_id}\nError: Interrupted.\n" in said.decode()
    assert b"Aborted" not in said


def test_the_command_runs_plans_and_prints_steps_for_programs(flow: Path, uri: str) -> None:
    place = ["--tracking-uri", uri]
    command = [sys.executable, "-m", "headwater", "workflows", "run", str(flow), *place]
    subprocess.run([*command, "-P", "factor=7"], check=True, capture_output=True)

    planned = subprocess.run([*command, "--dry-run", "--json"], check=True, capture_output=True)

    steps = json.loads(planned.stdout)["steps"]
    assert {name: step["state"] for name, step in steps.items()} == {
        "clean": "reused",
        "train": "waiting",
        "report": "waiting",
    }


def test_a_project_is_not_run_again_if_asked_to_reuse(project: Path) -> None:
    first = hw.projects.run(project, parameters={"alpha": 0.25}, reuse=True)

    with hw.start_run() as outer:
        again = hw.projects.run(project, parameters={"alpha": 0.25}, reuse=True)
    other = hw.projects.run(project, parameters={"alpha": 0.5}, reuse=True)

    assert again.run_id == first.run_id != other.run_id
    assert (again.get_status(), again.wait()) == ("FINISHED", True)
    assert [run.data.tags["headwater.reuses"] for run in _children(outer.info.run_id)] == [first.run_id]


def test_a_failed_run_is_never_reused(project: Path) -> None:
    for _ in range(2):
        with pytest.raises(ExecutionException):
            hw.projects.run(project, entry_point="fail", reuse=True)

    assert len(hw.search_runs(output_format="list")) == 2
