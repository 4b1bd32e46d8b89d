"""The client's verbs that change runs after the fact, contexts, and params of resumed runs."""

from collections.abc import Iterator
from pathlib import Path

import pytest

import headwater as hw
from faults.programs import run_program
from headwater.protocol.edits import EditAction
from unit.tracking_places import own_place


@pytest.fixture
def client(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[hw.Client]:
    with own_place(tmp_path, monkeypatch):
        yield hw.Client()


def log_run(steps: int = 10) -> str:
    with hw.start_run(run_name="base") as run:
        hw.log_param("lr", 0.1)
        for step in range(steps):
            hw.log_metric("loss", step / 10, step=step, context={"split": "train"})
            hw.log_metrics({"loss": 1 + step / 5, "acc": 1.0}, step=step, context={"split": "val"})
    return run.info.run_id


def test_metrics_in_contexts_read_back_by_their_one_form(client: hw.Client) -> None:
    run_id = log_run()

    run = client.get_run(run_id)

    assert run.data.metrics == {
        "acc": 1.0,
        "loss": 2.8,
        'acc{split="val"}': 1.0,
        'loss{split="train"}': 0.9,
        'loss{split="val"}': 2.8,
    }
    assert len(client.get_metric_history(run_id, "loss")) == 20
    assert len(client.get_metric_history(run_id, 'loss{split="val"}')) == 10
    found = hw.search_runs(["0"], "metrics.loss{split='val'} > 2.5", output_format="list")
    assert [each.info.run_id for each in found] == [run_id]


def test_the_form_is_accepted_as_a_key_and_faults_raise_at_once(client: hw.Client) -> None:
    with hw.start_run() as run:
        hw.log_metric('loss{split="val"}', 1.0)
        with pytest.raises(hw.InvalidParameterValue, match="Invalid context 'split': 'a;b' of metric 'loss'"):
            hw.log_metric("loss", 1.0, context={"split": "a;b"})
        with pytest.raises(hw.InvalidParameterValue, match="names a context already"):
            hw.log_metric('loss{split="val"}', 1.0, context={"rank": 0})
        with pytest.raises(hw.InvalidParameterValue, match="Write it as"):
            hw.log_metric('loss{b="1",a="2"}', 1.0)

    assert client.get_run(run.info.run_id).data.metrics == {"loss": 1.0, 'loss{split="val"}': 1.0}


def test_runs_are_forked_cloned_rewound_and_moved(client: hw.Client) -> None:
    run_id = log_run()
    target = client.create_experiment("target")

    fork = client.fork_run(run_id, step=3)
    clone = client.clone_run(run_id, run_name="again")
    dropped = client.rewind_run(run_id, step=7)
    moved = client.move_runs([run_id, clone.info.run_id], target)
    with hw.start_run(run_id=fork.info.run_id):
        hw.log_metric("loss", 5.0, step=4, context={"split": "val"})

    assert dropped == 6
    assert sorted(moved) == sorted([run_id, clone.info.run_id])
    assert (clone.data.params, clone.data.metrics, clone.info.run_name) == ({"lr": "0.1"}, {}, "again")
    assert client.get_parent_run(fork.info.run_id) is not None
    assert client.get_run(fork.info.run_id).data.metrics['loss{split="val"}'] == 5.0
    assert client.get_run(run_id).info.experiment_id == target


def test_what_names_no_run_or_step_is_refused_with_its_type(client: hw.Client) -> None:
    run_id = log_run(1)

    with pytest.raises(hw.InvalidParameterValue, match="of type 'Run' for parameter 'run_id'"):
        client.get_run(client.get_run(run_id))  # type: ignore[arg-type]  # what a careless program does
    with pytest.raises(hw.InvalidParameterValue, match="Invalid step '5' of type 'str'"):
        client.rewind_run(run_id, "5")  # type: ignore[arg-type]
    with pytest.raises(hw.InvalidParameterValue, match=r"Invalid step '0\.5' of type 'float'"):
        client.fork_run(run_id, 0.5)  # type: ignore[arg-type]
    with pytest.raises(hw.InvalidParameterValue, match=r"Invalid tags '\['a'\]' of type 'list'"):
        hw.start_run(tags=["a"])  # type: ignore[arg-type]
    with pytest.raises(hw.InvalidParameterValue, match="of type 'int' for parameter 'run_name'"):
        hw.start_run(run_name=5)  # type: ignore[arg-type]
    assert client.move_runs(run_id, hw.create_experiment("elsewhere")) == [run_id]


def test_a_param_that_was_edited_may_be_logged_again_as_it_is(client: hw.Client) -> None:
    with hw.start_run() as run:
        hw.log_param("lr", 0.1)
        client.set_param(run.info.run_id, "lr", 0.2)
        hw.log_param("lr", 0.2)
        client.rename_param(run.info.run_id, "lr", "rate")
        client.set_param(run.info.run_id, "new", 1)
        client.delete_param(run.info.run_id, "new")
        hw.flush()

    edits = client.list_edits(run.info.run_id)
    assert client.get_run(run.info.run_id).data.params == {"rate": "0.2"}
    assert [(edit.action, edit.key, edit.old, edit.new) for edit in edits] == [
        (EditAction.SET_PARAM, "lr", "0.1", "0.2"),
        (EditAction.RENAME_PARAM, "rate", "lr", "rate"),
        (EditAction.SET_PARAM, "new", None, "1"),
        (EditAction.DELETE_PARAM, "new", "1", None),
    ]
    assert all(edit.user_id for edit in edits)


def test_metrics_are_renamed_and_deleted(client: hw.Client) -> None:
    run_id = log_run()

    renamed = client.rename_metric(run_id, "loss", "error")
    deleted = client.delete_metric(run_id, 'error{split="val"}')

    assert (renamed, deleted) == (20, 10)
    assert set(client.get_run(run_id).data.metrics) == {"acc", 'acc{split="val"}', "error", 'error{split="train"}'}


@pytest.mark.parametrize(("setting", "kept"), [("revise", "0.2"), ("refuse", "0.1")])
def test_a_resumed_run_may_have_other_params(setting: str, kept: str, tmp_path: Path, client: hw.Client) -> None:
    run_id = log_run()
    hw.flush()
    code = f"""
with hw.start_run(run_id="{run_id}"):
    hw.log_params({{"lr": 0.2, "seed": 1}})
    hw.set_tag("done", "yes")
"""

    resumed = run_program(tmp_path, client.tracking_uri, code, HEADWATER_CHANGED_PARAMS=setting)

    run = client.get_run(run_id)
    assert resumed.returncode == 0, resumed.stderr
    assert run.data.params == {"lr": kept, "seed": "1"}
    assert run.data.tags["done"] == "yes"
    assert ("headwater.rejected" in run.data.tags) == (setting == "refuse")
    assert [(edit.key, edit.old, edit.new) for edit in client.list_edits(run_id)] == (
        [("lr", "0.1", "0.2")] if setting == "revise" else []
    )


def test_views_are_saved_in_versions(client: hw.Client) -> None:
    view = client.create_view("curves", {"columns": ["metrics.loss"]}, "0")
    newer = client.update_view(view.view_id, 1, state={"columns": []})

    assert client.get_view(view.view_id, 1).state == {"columns": ["metrics.loss"]}
    assert [(each.name, each.version) for each in client.list_views("0")] == [("curves", 2)]
    with pytest.raises(hw.ResourceConflict, match="has version '2' by now, not '1'"):
        client.update_view(view.view_id, 1, name="mine")
    client.delete_view(newer.view_id)
    assert client.list_views("0") == []
