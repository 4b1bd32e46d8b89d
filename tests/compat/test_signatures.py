"""Signatures are inferred, read, written and enforced as the real mlflow does, but for listed differences."""

import json

import pytest

from compat.test_datasets import HERE, run_peer
from headwater.testing.signature_differences import DIFFERENT, ERROR

pytestmark = [pytest.mark.compat, pytest.mark.slow]


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[str, str]]:
    """Return the outcome of every case, of Headwater and of MLflow."""
    folder = tmp_path_factory.mktemp("peer")
    source = str(HERE.parents[1] / "src")
    printed = run_peer(folder, str(HERE / "signature_cases.py"), PYTHONPATH=source, PYTHONWARNINGS="ignore")
    found: dict[str, tuple[str, str]] = json.loads(printed)
    return found


def is_same(own: str, peer: str) -> bool:
    """Tell whether two outcomes are the same: of errors, ours must say what clients of MLflow's look for."""
    if own.startswith(ERROR) and peer.startswith(ERROR):
        return set(own.split("\n")) >= set(peer.split("\n"))
    return own == peer


def test_outcomes_are_those_of_mlflow_but_for_the_listed_differences(outcomes: dict[str, tuple[str, str]]) -> None:
    different = {
        name: ERROR if own.startswith(ERROR) else own
        for name, (own, peer) in outcomes.items()
        if not is_same(own, peer)
    }

    assert len(outcomes) > 1500
    assert different == DIFFERENT


@pytest.mark.parametrize(
    "part", ["model_input infer", "model_output frame", "hint", "json", "params", "example", "read"]
)
def test_many_cases_of_every_part_succeed_with_both(part: str, outcomes: dict[str, tuple[str, str]]) -> None:
    pairs = [pair for name, pair in outcomes.items() if name.startswith(part)]

    good = [own for own, peer in pairs if own == peer and not own.startswith(ERROR)]

    assert len(good) >= len(pairs) / 4 > 5
