"""Inputs and outputs of runs, logged through the journal."""

from collections.abc import Iterator
from pathlib import Path

import pytest

import headwater as hw
from unit.tracking_places import own_place

TRAIN = hw.DatasetInput(
    hw.Dataset("wine", "abc123", "local", "wine.csv"), [hw.InputTag("mlflow.data.context", "train")]
)


@pytest.fixture(autouse=True)
def uri(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    with own_place(tmp_path, monkeypatch) as place:
        yield place


def test_a_run_shows_the_inputs_and_outputs_that_were_logged_to_it() -> None:
    client = hw.Client()
    run_id = client.create_run("0").info.run_id

    client.log_inputs(run_id, datasets=[TRAIN], models=[hw.LoggedModelInput("m-1")])
    client.log_outputs(run_id, [hw.LoggedModelOutput("m-2", step=3)])

    run = client.get_run(run_id)
    assert run.inputs == hw.RunInputs([TRAIN], [hw.LoggedModelInput("m-1")])
    assert run.outputs == hw.RunOutputs([hw.LoggedModelOutput("m-2", 3)])
    assert run.to_dictionary()["outputs"] == {"model_outputs": [{"model_id": "m-2", "step": 3}]}
    assert [found.info.run_id for found in client.search_runs(["0"], "dataset.context = 'train'")] == [run_id]


def test_an_input_that_cannot_be_stored_is_refused_at_once() -> None:
    client = hw.Client()
    run_id = client.create_run("0").info.run_id

    with pytest.raises(hw.InvalidParameterValue, match="'digest' exceeds the maximum length of 36"):
        client.log_inputs(run_id, datasets=[hw.DatasetInput(hw.Dataset("wine", "d" * 37))])
    with pytest.raises(hw.InvalidParameterValue, match="Invalid model ID: 'a b'"):
        client.log_outputs(run_id, [hw.LoggedModelOutput("a b")])
    with pytest.raises(hw.InvalidParameterValue, match="Invalid output 'm-1'"):
        client.log_outputs(run_id, ["m-1"])  # type: ignore[list-item]  # what a user may try

    assert client.get_run(run_id).inputs == hw.RunInputs()
