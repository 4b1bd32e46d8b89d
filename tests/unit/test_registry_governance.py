"""Governing models from Python: pins, lineage, promotions, rollbacks, histories, comparisons and copies."""

import csv
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

import headwater as hw
from headwater.protocol.artifacts import ArtifactFile, CommitArtifacts, DeleteTree
from headwater.protocol.lineage import EdgeKind, NodeKind
from headwater.protocol.version_comparison import CompareVersions
from headwater.stores import open_store
from headwater.stores.interface import Store
from headwater.testing.servers import live_server
from headwater.tracking.context import user_name
from headwater.tracking.session import current_session
from unit.tracking_places import own_place

_SIGNATURE = '{"inputs": "%s", "outputs": "[{\\"type\\": \\"long\\", \\"required\\": true}]"}'


@pytest.fixture(autouse=True)
def uri(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    with own_place(tmp_path, monkeypatch) as place:
        yield place


@pytest.fixture
def server(tmp_path: Path) -> Iterator[str]:
    """Return the URL of a server of its own."""
    store = open_store(f"sqlite:///{tmp_path / 'server' / 'headwater.db'}")
    with live_server(store) as url:
        yield url
    store.close()


def log_model(accuracy: float = 0.9, *, depth: int = 6, kind: str = "long", numpy: str = "2.0") -> str:
    """Log a model's files in a new run and return the run's id."""
    columns = json.dumps([{"type": kind, "name": "age", "required": True}]).replace('"', '\\"')
    with hw.start_run() as run:
        hw.log_param("depth", depth)
        hw.log_metric("accuracy", accuracy)
        hw.log_input(hw.Dataset("customers", f"digest{depth}", "local", "customers.csv"), context="training")
        hw.log_text(f"flavors: {{}}\nsignature: {_SIGNATURE % columns}\n", "model/MLmodel")
        hw.log_text(f"numpy=={numpy}\nskops\n", "model/requirements.txt")
        hw.log_text(str(accuracy), "model/data/weights")
    return run.info.run_id


def register(accuracy: float = 0.9, *, depth: int = 6, kind: str = "long", numpy: str = "2.0") -> hw.ModelVersion:
    """Register a new run's model as the next version of `churn`."""
    return hw.register_model(f"runs:/{log_model(accuracy, depth=depth, kind=kind, numpy=numpy)}/model", "churn")


def store_here() -> Store:
    return current_session().store(hw.get_tracking_uri())


def overwrite(root: str, path: str, data: bytes) -> None:
    """Put other bytes in the place of a file, as somebody with access to the artifacts might."""
    store = store_here()
    digest, size = store.blobs.write([data])
    store.artifacts.commit(CommitArtifacts(root, [ArtifactFile(path, digest, size)]))


def root_of(version: hw.ModelVersion) -> str:
    return version.source.partition(":/")[2]


def test_a_version_whose_bytes_changed_is_not_loaded() -> None:
    version = register()
    overwrite(root_of(version), "data/weights", b"evil")

    for uri in ("models:/churn/1", "models:/churn/1/data/weights", "models:/churn/latest"):
        with pytest.raises(hw.ResourceConflict, match=r"version 1 of model 'churn' are not those.*'data/weights' has"):
            hw.artifacts.download_artifacts(uri)


def test_a_version_that_lost_or_gained_files_is_not_loaded() -> None:
    version = register()
    store_here().artifacts.delete_tree(DeleteTree(f"{root_of(version)}/data"))

    with pytest.raises(hw.ResourceConflict, match="'data/weights' is missing"):
        hw.artifacts.download_artifacts("models:/churn/1")

    other = register()
    overwrite(root_of(other), "code/extra.py", b"evil()")
    with pytest.raises(hw.ResourceConflict, match=r"'code/extra\.py' is new"):
        hw.artifacts.download_artifacts("models:/churn/2")


def test_a_blob_that_was_tampered_with_on_disk_is_not_loaded(tmp_path: Path) -> None:
    version = register(0.875)
    pins = hw.Client().get_model_version_provenance("churn", version.version).files
    (weights,) = (file for file in pins if file.path == "data/weights")
    (blob,) = (file for file in tmp_path.rglob("*") if file.is_file() and file.name.endswith(weights.digest[2:]))
    blob.chmod(0o600)
    blob.write_bytes(b"9.875")

    with pytest.raises(hw.DataLoss):
        hw.artifacts.download_artifacts("models:/churn/1")


@pytest.mark.parametrize("dst", [None, "copy"], ids=["in place", "copied"])
def test_a_folder_of_this_machine_is_pinned_too(tmp_path: Path, dst: str | None) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "MLmodel").write_text("flavors: {}")
    (folder / "weights").write_text("1")
    hw.register_model(folder, "churn")
    assert hw.artifacts.download_artifacts("models:/churn/1/weights", dst_path=dst)

    (folder / "weights").write_text("2")

    for uri in ("models:/churn/1", "models:/churn/1/weights"):
        with pytest.raises(hw.ResourceConflict, match="has other bytes"):
            hw.artifacts.download_artifacts(uri, dst_path=dst)
    assert hw.artifacts.load_text("models:/churn/1/MLmodel") == "flavors: {}"


def test_files_that_cannot_be_read_are_not_pinned_and_it_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    version = hw.register_model("nowhere://bucket/model", "churn")

    assert hw.Client().get_model_version_provenance("churn", version.version).files == []
    assert "their digests are not pinned" in capsys.readouterr().err


def test_a_registry_apart_pins_files_and_notes_the_run(uri: str, server: str) -> None:
    hw.set_registry_uri(server)
    version = register(0.75)

    known = hw.Client().get_model_version_provenance("churn", "1")

    assert [file.path for file in known.files] == ["MLmodel", "data/weights", "requirements.txt"]
    assert known.run is not None
    assert (known.run.run_id, [metric.value for metric in known.run.metrics]) == (version.run_id, [0.75])
    assert hw.artifacts.load_text("models:/churn/1/data/weights") == "0.75"
    graph = hw.lineage("models:/churn/1")
    (run,) = (node for node in graph.nodes if node.kind == NodeKind.RUN)
    assert (run.is_here, run.facts["experiment"]) == (False, "Default")
    assert [node.label for node in graph.nodes if node.kind == NodeKind.DATASET] == ["customers"]
    overwrite(root_of(version), "data/weights", b"evil")
    with pytest.raises(hw.ResourceConflict, match="'data/weights' has other bytes"):
        hw.artifacts.download_artifacts("models:/churn/1")


def test_a_gate_of_a_registry_apart_knows_the_runs_metrics(server: str) -> None:
    hw.set_registry_uri(server)
    client = hw.Client()
    register(0.75)
    gate = hw.Gate(alias="champion", metrics=[hw.Threshold(metric="accuracy", at_least=0.8)])
    client.set_model_policy(hw.Policy(gates=[gate]), "churn")

    with pytest.raises(hw.PermissionDenied, match=r"at least 0\.8 \(it is 0\.75\)"):
        client.set_registered_model_alias("churn", "champion", "1")


def test_lineage_is_asked_from_every_end() -> None:
    version = register()
    hw.Client().set_registered_model_alias("churn", "champion", "1")
    node = "models:/churn/1"

    graphs = [
        hw.lineage(uri)
        for uri in (node, "models:/churn@champion", f"runs:/{version.run_id}", "dataset:/digest6", "models:/churn/none")
    ]

    for graph in graphs:
        edges = {(edge.source, edge.target, edge.kind) for edge in graph.edges}
        assert (f"runs:/{version.run_id}", node, EdgeKind.REGISTERED_AS) in edges
        assert ("dataset:/digest6/customers", f"runs:/{version.run_id}", EdgeKind.READ_BY) in edges
        assert (node, "models:/churn@champion", EdgeKind.NAMED) in edges
    with pytest.raises(hw.InvalidParameterValue, match="Nothing is known of 's3://b/x'"):
        hw.lineage("s3://b/x")


def test_a_promotion_is_checked_refused_allowed_and_rolled_back() -> None:
    client = hw.Client()
    for accuracy in (0.8, 0.7, 0.9):
        register(accuracy)
    policy = {"gates": [{"alias": "champion", "metrics": [{"metric": "accuracy", "beats": "higher"}], "reason": True}]}
    client.set_model_policy(policy, "churn", reason="no more surprises")

    client.promote_model_version("churn", "1", alias="champion", reason="first")
    verdict = client.check_promotion("churn", "2", alias="champion")
    with pytest.raises(hw.PermissionDenied, match="higher than that of version 1"):
        client.promote_model_version("churn", "2", alias="champion", reason="why not")
    promoted = client.promote_model_version("churn", "3", alias="champion", reason="better")
    back = client.roll_back_model("churn", alias="champion", version="3", reason="alarm")

    assert client.get_model_policy("churn") == hw.Policy(
        gates=[
            hw.Gate(alias="champion", metrics=[hw.Threshold(metric="accuracy", beats=hw.Better.HIGHER)], reason=True)
        ]
    )
    assert (verdict.passed, verdict.champion) == (False, "1")
    assert [requirement.met for requirement in verdict.requirements] == [False, False]
    assert (promoted.version, promoted.aliases) == ("3", ["champion"])
    assert (back.version, back.aliases) == ("1", ["champion"])
    told = [(event.action.value, event.version, event.reason) for event in client.get_model_history("churn")][-5:]
    assert told == [
        ("set_alias", "1", "first"),
        ("refuse", "2", "why not"),
        ("set_alias", "3", "better"),
        ("roll_back", "1", "alarm"),
        ("set_alias", "1", "alarm"),
    ]
    assert {event.user_id for event in client.get_model_history()} == {user_name()}
    with pytest.raises(hw.InvalidParameterValue, match="This is no policy"):
        client.set_model_policy({"gates": "none"}, "churn")


def test_stages_of_a_policy_are_promoted_into_and_followed() -> None:
    client = hw.Client()
    register(0.8)
    register(0.9)
    client.set_model_policy(hw.Policy(stages=["QA", "Live"]), "churn")

    client.promote_model_version("churn", "1", stage="live")
    client.promote_model_version("churn", "2", stage="Live")

    assert client.get_model_version_stages("churn", "1") == ["None", "QA", "Live", "Archived"]
    assert client.get_model_version("churn", "1").current_stage == "Archived"
    assert hw.artifacts.load_text("models:/churn/live/data/weights") == "0.9"
    assert client.promote_model_version("churn", "1", stage="archived").current_stage == "Archived"
    client.roll_back_model("churn", stage="Live")
    assert hw.artifacts.load_text("models:/churn/Live/data/weights") == "0.8"
    with pytest.raises(hw.InvalidParameterValue, match=r"Invalid Model Version stage: Production\. Value must be one"):
        hw.artifacts.load_text("models:/churn/Production/data/weights")


def test_approvals_are_given_and_withdrawn() -> None:
    client = hw.Client()
    register()
    rule = hw.ApprovalRule("reviewer")
    gates = [hw.Gate(stage="Production", approvals=[rule])]
    client.set_model_policy(hw.Policy(roles={"reviewer": [user_name()]}, gates=gates), "churn")

    with pytest.raises(hw.PermissionDenied, match="1 of the role 'reviewer' approved it"):
        client.transition_model_version_stage("churn", "1", "Production")
    client.approve_model_version("churn", "1", "reviewer", reason="checked")
    (approval,) = client.get_model_version_approvals("churn", "1")
    client.transition_model_version_stage("churn", "1", "Production", reason="go")
    client.approve_model_version("churn", "1", "reviewer", withdraw=True)

    assert (approval.role, approval.user_id, approval.reason) == ("reviewer", user_name(), "checked")
    assert client.get_model_version_approvals("churn", "1") == []


def test_a_history_is_exported_for_those_who_audit(tmp_path: Path) -> None:
    client = hw.Client()
    register()
    client.set_registered_model_tag("churn", "note", "=1+1")
    client.set_registered_model_alias("churn", "champion", "1", reason='a, b\n"c"')
    client.delete_registered_model("churn", reason="over")

    counts = [client.export_model_history(tmp_path / name, "churn") for name in ("log.jsonl", "log.csv")]

    lines = [json.loads(line) for line in (tmp_path / "log.jsonl").read_text("utf-8").splitlines()]
    with (tmp_path / "log.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert counts == [5, 5] == [len(lines), len(rows)]
    actions = ["create_model", "create_version", "set_model_tag", "set_alias", "delete_model"]
    assert [line["action"] for line in lines] == [row["action"] for row in rows] == actions
    assert rows[3]["reason"] == lines[3]["reason"] == 'a, b\n"c"'
    assert (lines[2]["new"], rows[2]["new"]) == ("=1+1", "'=1+1")
    assert lines[0].keys() == rows[0].keys()
    with pytest.raises(hw.InvalidParameterValue, match=r"End the name with \.jsonl or \.csv"):
        client.export_model_history(tmp_path / "log.xlsx")


def test_two_versions_are_compared() -> None:
    register(0.8)
    second = register(0.9, depth=7, kind="double", numpy="2.1")
    hw.Client().set_model_version_tag("churn", "2", "validated", "yes")

    found = hw.compare_model_versions("models:/churn/1", "models:/churn/latest")

    assert (found.old, found.new) == ("models:/churn/1", "models:/churn/2")
    assert found.signature.verdict.value == "compatible"
    assert [(change.name, change.old, change.new) for change in found.signature.changes] == [("age", "long", "double")]
    assert [(each.key, each.old, each.new) for each in found.params] == [("depth", "6", "7")]
    assert [(each.key, each.old, each.new) for each in found.metrics] == [("accuracy", 0.8, 0.9)]
    assert found.metrics[0].change == pytest.approx(0.1)
    assert [(each.key, each.old, each.new) for each in found.requirements] == [("numpy", "==2.0", "==2.1")]
    assert [(each.key, each.old, each.new) for each in found.datasets] == [
        ("customers (training)", "digest6", "digest7")
    ]
    assert [(each.key, each.old, each.new) for each in found.tags] == [("validated", None, "yes")]
    assert [each.key for each in found.files] == ["MLmodel", "data/weights", "requirements.txt"]
    assert found.code == []
    assert second.version == "2"


def test_a_version_without_a_model_file_is_compared_as_far_as_it_goes() -> None:
    register()
    hw.Client().create_model_version("churn", "s3://bucket/none")

    with pytest.raises(hw.HeadwaterError, match="s3"):
        hw.artifacts.download_artifacts("models:/churn/2")
    with hw.start_run() as run:
        hw.log_text("x", "model/other")
    hw.Client().create_model_version("churn", f"runs:/{run.info.run_id}/model")
    found = hw.compare_model_versions("models:/churn/1", "models:/churn/3")

    assert found.signature.verdict.value == "unknown"
    assert [(each.key, each.new) for each in found.requirements] == [("numpy", None), ("skops", None)]


def test_runs_and_files_that_only_the_client_can_read_are_compared_by_it(server: str) -> None:
    hw.set_registry_uri(server)
    register(0.8, numpy="2.0")
    register(0.9, numpy="2.2")

    found = hw.compare_model_versions("models:/churn/1", "models:/churn/2")

    asked = CompareVersions("churn", "1", "2")
    assert "models:/churn/2/requirements.txt" in current_session().store(server).lineage.compare(asked).unread
    assert found.unread == []
    assert [(each.key, each.old, each.new) for each in found.metrics] == [("accuracy", 0.8, 0.9)]
    assert [(each.key, each.old, each.new) for each in found.requirements] == [("numpy", "==2.0", "==2.2")]


@pytest.mark.parametrize("direction", ["to the server", "from the server"])
def test_a_version_is_copied_to_another_registry_with_its_files_and_lineage(
    uri: str, server: str, direction: str
) -> None:
    source, target = (uri, server) if direction == "to the server" else (server, uri)
    hw.set_tracking_uri(source)
    version = register(0.875)
    client = hw.Client()
    client.set_model_version_tag("churn", "1", "validated", "yes")

    copied = client.copy_model_version("models:/churn/1", "churn-eu", registry_uri=target, reason="release")

    hw.set_tracking_uri(target)
    assert (copied.name, copied.version, copied.run_id) == ("churn-eu", "1", version.run_id)
    assert copied.tags == {"validated": "yes"}
    assert hw.artifacts.load_text("models:/churn-eu/1/data/weights") == "0.875"
    known = hw.Client().get_model_version_provenance("churn-eu", "1")
    assert known.files == client.get_model_version_provenance("churn", "1").files
    assert known.origin is not None
    assert (known.origin.name, known.origin.version, known.origin.registry) == ("churn", "1", source)
    assert known.run is not None
    assert [(param.key, param.value) for param in known.run.params] == [("depth", "6")]
    kinds = [node.kind for node in hw.lineage("models:/churn-eu/1").nodes if not node.is_here]
    assert sorted(kinds) == [NodeKind.RUN, NodeKind.VERSION]
    (made,) = (event for event in hw.Client().get_model_history("churn-eu") if event.action == "create_version")
    assert (made.user_id, made.reason) == (user_name(), "release")


def test_a_copy_within_one_registry_shares_the_files() -> None:
    register()

    copied = hw.Client().copy_model_version("models:/churn/1", "prod")

    assert copied.source == "models:/churn/1"
    edges = {(edge.source, edge.target, edge.kind) for edge in hw.lineage("models:/prod/1").edges}
    assert ("models:/churn/1", "models:/prod/1", EdgeKind.COPIED_TO) in edges


def test_a_deployment_is_in_the_lineage_until_it_ends() -> None:
    client = hw.Client()
    register()

    client.record_deployment("churn", "1", "eu", url="https://score.example.com")
    during = [node.facts["url"] for node in hw.lineage("models:/churn/1").nodes if node.kind == NodeKind.DEPLOYMENT]
    client.delete_deployment("churn", "eu", reason="moved")

    assert during == ["https://score.example.com"]
    assert NodeKind.DEPLOYMENT not in {node.kind for node in hw.lineage("models:/churn/1").nodes}


def test_a_promotion_is_asked_for_and_decided_from_python() -> None:
    client = hw.Client()
    first, second = register(), register()

    asked = client.request_promotion("churn", first.version, alias="champion", reason="better recall")
    client.comment_on_promotion("churn", asked.request_id, "which data?")
    other = client.request_promotion("churn", second.version, stage="staging")
    waiting = client.list_promotion_requests("churn")
    approved = client.approve_promotion("churn", asked.request_id, reason="agreed")
    rejected = client.reject_promotion("churn", other.request_id, reason="bias")
    third = client.request_promotion("churn", second.version, alias="shadow")
    withdrawn = client.withdraw_promotion("churn", third.request_id)

    assert [(request.version, request.target) for request in waiting] == [("2", "Staging"), ("1", "@champion")]
    assert (approved.status, approved.comments[0].text, approved.user_id) == ("APPROVED", "which data?", user_name())
    assert client.get_model_version_by_alias("churn", "champion").version == "1"
    assert (rejected.status, withdrawn.status) == ("REJECTED", "WITHDRAWN")
    assert client.list_promotion_requests("churn") == []
    assert len(client.list_promotion_requests(status=None, max_results=2)) == 2
    assert [request.request_id for request in client.list_promotion_requests(status="rejected")] == [other.request_id]
    with pytest.raises(hw.InvalidParameterValue, match="Invalid PromotionStatus 'lost'"):
        client.list_promotion_requests(status="lost")
