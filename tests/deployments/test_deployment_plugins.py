"""Targets that installed packages offer, by either group of entry points."""

import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

import headwater as hw
from headwater.cli._root import root
from headwater.protocol.errors import InvalidParameterValue, NotSupported

PLUGIN = """
import json
from pathlib import Path
from headwater.deployments import BaseDeploymentClient

class MoonClient(BaseDeploymentClient):
    def create_deployment(self, name, model_uri, flavor=None, config=None, endpoint=None):
        Path(name).write_text(json.dumps({"model_uri": model_uri, "flavor": flavor, **(config or {})}))
        return {"name": name, "flavor": flavor}

    def update_deployment(self, name, model_uri=None, flavor=None, config=None, endpoint=None):
        return self.create_deployment(name, model_uri, flavor, config)

    def delete_deployment(self, name, config=None, endpoint=None):
        Path(name).unlink()

    def list_deployments(self, endpoint=None):
        return [{"name": "one"}]

    def get_deployment(self, name, endpoint=None):
        return {"name": name, **json.loads(Path(name).read_text())}

    def predict(self, deployment_name=None, inputs=None, endpoint=None):
        return {"predictions": inputs, "endpoint": endpoint}

    def create_endpoint(self, name, config=None):
        return {"name": name, **(config or {})}

    def list_endpoints(self):
        return [{"name": "e", "where": self.target_uri}]

def run_local(name, model_uri, flavor=None, config=None):
    return {"name": name, "here": True}

def target_help():
    return "Give a crater."
"""


@pytest.fixture(params=["headwater.deployments", "mlflow.deployments"])
def moon(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Install a plugin with the target `moon`, and return the folder to work in."""
    site = tmp_path / "site"
    information = site / "moon_target-1.0.dist-info"
    information.mkdir(parents=True)
    (information / "METADATA").write_text("Metadata-Version: 2.1\nName: moon-target\nVersion: 1.0\n")
    (information / "entry_points.txt").write_text(f"[{request.param}]\nmoon = moon_target\n")
    (site / "moon_target.py").write_text(PLUGIN)
    monkeypatch.syspath_prepend(str(site))
    monkeypatch.delitem(sys.modules, "moon_target", raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_plugin_brings_a_target(moon: Path) -> None:
    client = hw.deployments.get_deploy_client("moon:/tranquility")

    made = client.create_deployment("d", "models:/m/1", config={"crater": "x"})

    assert made == {"name": "d", "flavor": None}
    assert client.get_deployment("d") == {"name": "d", "model_uri": "models:/m/1", "flavor": None, "crater": "x"}
    assert client.list_endpoints() == [{"name": "e", "where": "moon:/tranquility"}]
    assert hw.deployments.run_local("moon", "d", "m") == {"name": "d", "here": True}
    assert hw.deployments.target_help("moon") == "Give a crater."
    with pytest.raises(NotSupported, match="no explanations"):
        client.explain("d")


def test_the_commands_reach_a_plugin(moon: Path) -> None:
    def run(*arguments: str) -> str:
        result = CliRunner().invoke(root, ["deployments", *arguments, "-t", "moon"])
        assert result.exit_code == 0, result.output
        return result.stdout

    (moon / "in.json").write_text("[1, 2]")

    assert "name\td" in run("create", "--name", "d", "-m", "models:/m/1", "-C", "crater=x", "-f", "sklearn")
    assert '"crater": "y"' in run("update", "--name", "d", "-C", "crater=y") + run("get", "--name", "d", "--json")
    assert run("predict", "--endpoint", "e", "-I", "in.json") == '{"predictions": [1, 2], "endpoint": "e"}\n'
    assert run("list") == "name\none\n"
    assert "deleted" in run("delete", "--name", "d")
    assert "where" not in run("create-endpoint", "--endpoint", "e", "-C", "size=2")
    assert "moon" in run("list-endpoints", "--json")
    assert run("help") == "Give a crater.\n"
    assert "here\ttrue" in run("run-local", "--name", "d", "-m", "models:/m/1")


def test_a_plugin_without_a_client_is_refused(moon: Path) -> None:
    (moon / "site" / "moon_target.py").write_text("def target_help(): return ''\n")

    with pytest.raises(InvalidParameterValue, match="0 classes of clients"):
        hw.deployments.get_deploy_client("moon")


def test_wrong_options_are_usage_errors(moon: Path) -> None:
    for arguments in (
        ["create", "--name", "d", "-t", "moon"],
        ["create", "--name", "d", "-m", "x", "-C", "crater", "-t", "moon"],
        ["predict", "--name", "d", "-I", "absent.json", "-t", "moon"],
    ):
        assert CliRunner().invoke(root, ["deployments", *arguments]).exit_code == 2
