"""Projects as Jobs of Kubernetes, by the official client on a real socket."""

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

import headwater as hw
from faults.programs import wait_for
from headwater.projects import run
from headwater.projects.launch import ExecutionException
from headwater.stores import open_store
from headwater.testing.servers import live_server
from projects.kubernetes_server import Node, running_node
from projects.programs import write_program

HERE = Path(__file__).parent
IMAGE = "registry.example.com/team/tutorial:1"
HOSTILE = "$HOME $(HOME) $$(HOME) $(touch mark) `touch mark` \"'\\ ü\n; touch mark, x"
MLPROJECT = """\
name: Tutorial One
entry_points:
  main:
    parameters:
      data: {type: path, default: data.csv}
      text: string
    command: "python show.py {data} {text} $(printf %s done)"
  fail: {command: "echo reason; exit 3"}
  sleep: {command: "echo here; touch started; sleep 300"}
"""
SHOW = """\
import json, os, sys
import headwater as hw
with hw.start_run() as active:
    hw.log_metric("size", os.path.getsize(sys.argv[1]))
print(json.dumps([*sys.argv[2:], os.environ.get("MODE"), "SECRET" in os.environ]))
"""
TEMPLATE = """\
apiVersion: batch/v1
kind: Job
metadata: {name: replaced, namespace: team, labels: {team: ml}}
spec:
  backoffLimit: 2
  template:
    spec:
      restartPolicy: OnFailure
      nodeSelector: {gpu: "yes"}
      containers:
        - name: replaced
          image: replaced
          command: [replaced]
          args: [gone]
          env: [{name: MODE, value: a}, {name: HEADWATER_RUN_ID, value: gone}]
          resources: {limits: {memory: 4Gi}}
"""


@pytest.fixture
def node(project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Node]:
    """Run a cluster whose images have the project's code."""
    (project / "MLproject").write_text(MLPROJECT)
    (project / "show.py").write_text(SHOW)
    (project / "data.csv").write_text("12345")
    folder = tmp_path / "cluster"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}:{os.environ['PATH']}")
    monkeypatch.setenv("SECRET", "1")
    with running_node(folder) as (found, configuration):
        found.code = project
        monkeypatch.setenv("KUBECONFIG", str(configuration))
        yield found


@pytest.fixture
def config(uri: str) -> Iterator[dict[str, Any]]:
    """Return what the backend is told: a ready image, and a server that pods can reach."""
    store = open_store(uri)
    with live_server(store) as url:
        yield {"image": IMAGE, "tracking-uri": url, "poll-s": 0.05}
    store.close()


def _log(run_id: str) -> str:
    return hw.artifacts.load_text(f"runs:/{run_id}/logs/project.log")


def test_a_project_runs_as_a_job_that_is_filled_into_the_users_template(
    project: Path, node: Node, config: dict[str, Any], tmp_path: Path
) -> None:
    (tmp_path / "template.yaml").write_text(TEMPLATE)
    config |= {"kube-job-template-path": "template.yaml", "kube-context": "other"}  # the template says where

    submitted = run(project, parameters={"text": HOSTILE}, backend="kubernetes", backend_config=config)

    found = hw.get_run(submitted.run_id)
    name = f"tutorial-one-{submitted.run_id[:12]}"
    assert (found.info.status, found.data.metrics) == ("FINISHED", {"size": 5.0})
    assert found.data.tags["mlflow.project.backend"] == "kubernetes"
    assert found.data.tags["headwater.project.job_id"] == f"team/{name}"
    line = next(line for line in _log(submitted.run_id).splitlines() if HOSTILE[:5] in line)
    assert json.loads(line.partition(" out ")[2]) == [HOSTILE, "done", "a", False]
    manifest = node.jobs[name]
    assert manifest["metadata"]["labels"] == {"team": "ml", "headwater/run-id": submitted.run_id}
    assert manifest["spec"]["backoffLimit"] == 2
    pod = manifest["spec"]["template"]["spec"]
    assert (pod["restartPolicy"], pod["nodeSelector"]) == ("OnFailure", {"gpu": "yes"})
    container = pod["containers"][0]
    assert (container["name"], container["image"], "args" in container) == ("replaced", IMAGE, False)
    assert container["resources"] == {"limits": {"memory": "4Gi"}}
    assert [item["value"] for item in container["env"] if item["name"] == "HEADWATER_RUN_ID"] == [submitted.run_id]
    kept = yaml.safe_load(hw.artifacts.load_text(f"runs:/{submitted.run_id}/code/job.yaml"))
    assert kept["metadata"] == manifest["metadata"]
    assert not (project / "mark").exists()


def test_a_job_that_fails_says_why(project: Path, node: Node, config: dict[str, Any]) -> None:
    with pytest.raises(ExecutionException, match="failed: Error, exit status 3; BackoffLimitExceeded: Job has"):
        run(project, "fail", backend="kubernetes", backend_config=config)

    (found,) = hw.search_runs(output_format="list")
    assert found.info.status == "FAILED"
    assert "exit status 3" in found.data.tags["headwater.project.failure"]
    assert "out reason" in _log(found.info.run_id)


def test_a_cancelled_job_is_deleted(
    project: Path, node: Node, config: dict[str, Any], capfd: pytest.CaptureFixture[str]
) -> None:
    submitted = run(project, "sleep", backend="kubernetes", backend_config=config, synchronous=False)
    wait_for(lambda: capfd.readouterr().out == "here\n")
    assert submitted.get_status() == "RUNNING"

    submitted.cancel()

    assert submitted.get_status() == hw.get_run(submitted.run_id).info.status == "KILLED"
    assert node.deleted == [f"tutorial-one-{submitted.run_id[:12]}"]
    assert "out here" in _log(submitted.run_id)


def test_a_job_that_somebody_deletes_is_killed(project: Path, node: Node, config: dict[str, Any]) -> None:
    submitted = run(project, "sleep", backend="kubernetes", backend_config=config, synchronous=False)
    wait_for((project / "started").exists)

    node.delete(next(iter(node.jobs)))

    assert submitted.wait() is False
    assert submitted.get_status() == "KILLED"
    assert submitted.failure.endswith("of Kubernetes was deleted")


def test_a_job_whose_image_cannot_be_had_is_deleted(project: Path, node: Node, config: dict[str, Any]) -> None:
    node.obstacle = "ImagePullBackOff"

    with pytest.raises(ExecutionException, match="cannot start: ImagePullBackOff: Back-off pulling image"):
        run(project, "fail", backend="kubernetes", backend_config=config)

    assert len(node.deleted) == 1


def test_a_cluster_that_is_out_for_a_while_is_waited_for(project: Path, node: Node, config: dict[str, Any]) -> None:
    submitted = run(project, "sleep", backend="kubernetes", backend_config=config, synchronous=False)
    wait_for((project / "started").exists)

    node.outages = 5
    wait_for(lambda: node.outages == 0)

    assert submitted.get_status() == "RUNNING"
    submitted.cancel()


def test_an_image_is_built_and_pushed_and_run_by_its_digest(
    project: Path, node: Node, config: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_program(tmp_path / "programs", "docker", (HERE / "docker_program.py").read_text(), interpreter=sys.executable)
    (tmp_path / "docker").mkdir()
    monkeypatch.setenv("PATH", f"{tmp_path / 'programs'}:{os.environ['PATH']}")
    (project / "MLproject").write_text(MLPROJECT + "docker_env: {image: python:3.12-slim}\n")
    del config["image"]
    config["repository-uri"] = "registry.example.com:5000/team/tutorial"

    submitted = run(project, parameters={"text": "x"}, backend="kubernetes", backend_config=config)

    image = f"{config['repository-uri']}:{submitted.run_id[:7]}"
    calls = [json.loads(line) for line in (tmp_path / "docker" / "calls").read_text().splitlines()]
    assert [call[0] for call in calls] == ["build", "push", "image", "image"]
    assert calls[0][1] == f"--tag={image}"
    assert calls[1] == ["push", "--", image]
    (manifest,) = node.jobs.values()
    used = manifest["spec"]["template"]["spec"]["containers"][0]["image"]
    assert used == f"{config['repository-uri']}@sha256:{'1' * 64}"
    assert hw.get_run(submitted.run_id).data.tags["mlflow.docker.image.uri"] == image


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"image": None}, "needs 'repository-uri'"),
        ({"repository-uri": "a/b"}, "needs 'repository-uri'"),
        ({"image": "a b"}, "Invalid name of an image"),
        ({"image": "--privileged"}, "Invalid name of an image"),
        ({"tracking-uri": None}, "which a job of 'kubernetes' cannot reach"),
        ({"kube-job-template-path": "nope.yaml"}, "is no file"),
        ({"kube-job-template-path": "pod.yaml"}, "is no Job of batch/v1"),
        ({"kube-job-template-path": "two.yaml"}, "is not YAML of one resource"),
        ({"namespace": "x"}, "knows no option 'namespace'"),
    ],
)
def test_what_is_said_to_kubernetes_is_checked_before_anything_is_built(
    project: Path, tmp_path: Path, changes: dict[str, Any], message: str
) -> None:
    (tmp_path / "pod.yaml").write_text("apiVersion: v1\nkind: Pod\n")
    (tmp_path / "two.yaml").write_text(f"{TEMPLATE}---\n{TEMPLATE}")
    config = {"image": IMAGE, "tracking-uri": "http://headwater.example.com", **changes}

    with pytest.raises(hw.InvalidParameterValue, match=message):
        run(project, backend="kubernetes", backend_config=config)


def test_a_file_outside_of_the_project_is_refused(
    project: Path, node: Node, config: dict[str, Any], tmp_path: Path
) -> None:
    (tmp_path / "other.csv").write_text("1")

    with pytest.raises(hw.InvalidParameterValue, match="outside of the project, so a job of 'kubernetes' lacks it"):
        run(
            project,
            parameters={"data": tmp_path / "other.csv", "text": "x"},
            backend="kubernetes",
            backend_config=config,
        )


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"kube-context": "nope"}, r"has no context 'nope'. It has: team, other\."),
        ({"kube-context": "other"}, "Kubernetes refused the request: jobs.batch is forbidden"),
    ],
)
def test_what_the_cluster_refuses_is_the_reason_of_the_failure(
    project: Path, node: Node, config: dict[str, Any], changes: dict[str, Any], message: str
) -> None:
    with pytest.raises(ExecutionException, match=message):
        run(project, "fail", backend="kubernetes", backend_config={**config, **changes})


def test_without_a_cluster_it_is_said_what_to_set(
    project: Path, tmp_path: Path, config: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KUBECONFIG", str(tmp_path / "nowhere"))

    with pytest.raises(ExecutionException, match="No Kubernetes cluster is configured"):
        run(project, backend="kubernetes", backend_config=config)
