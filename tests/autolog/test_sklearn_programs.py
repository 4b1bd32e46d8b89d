"""Programs that switch autologging on before or after they import scikit-learn, and search in several processes."""

import subprocess
import sys
from pathlib import Path

import pytest

from faults.programs import run_program, start_program
from headwater.protocol.artifacts import ListArtifacts
from headwater.protocol.logged_models import SearchLoggedModels
from headwater.protocol.runs import SearchRuns
from headwater.stores import open_store

FIT = """
X, y = [[0.0], [1.0], [2.0], [3.0]] * 5, [0, 0, 1, 1] * 5
model = LogisticRegression().fit(X, y)
print(accuracy_score(y, model.predict(X)))
"""
SEARCH_PATIENCE_S = 250.0  # two more processes import scikit-learn
IMPORTS = "from sklearn.linear_model import LogisticRegression\nfrom sklearn.metrics import accuracy_score"


@pytest.mark.parametrize(
    ("call", "order"),
    [
        ("hw.autolog()", "before"),
        ("hw.sklearn.autolog()", "after"),
        ("import headwater.sklearn as flavor; flavor.autolog()", "before"),
    ],
)
def test_order_of_import_and_autolog_does_not_matter(tmp_path: Path, call: str, order: str) -> None:
    uri = f"sqlite:///{tmp_path / 'runs.db'}"
    first, second = (call, IMPORTS) if order == "before" else (IMPORTS, call)

    done = run_program(tmp_path, uri, f"{first}\n{second}\n{FIT}")

    assert (done.returncode, done.stdout, done.stderr) == (0, "1.0\n", "")
    store = open_store(uri)
    (run,) = store.runs.search(SearchRuns(experiment_ids=["0"])).runs
    (model,) = store.logged_models.search(SearchLoggedModels(["0"])).models
    store.close()
    assert (run.info.status, model.info.status) == ("FINISHED", "LOGGED_MODEL_READY")
    assert {metric.key for metric in run.data.metrics} >= {"training_score", "accuracy_score_X"}


def test_autolog_imports_neither_scikit_learn_nor_numpy() -> None:
    code = "import headwater as hw, sys; hw.autolog(); print('sklearn' in sys.modules, 'numpy' in sys.modules)"

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout == "False False\n"


@pytest.mark.slow
def test_search_in_two_processes_is_one_search(tmp_path: Path) -> None:
    uri = f"sqlite:///{tmp_path / 'runs.db'}"
    code = """
    hw.sklearn.autolog(max_tuning_runs=2)
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import f1_score, make_scorer
    from sklearn.model_selection import GridSearchCV
    X, y = [[0.0], [1.0], [2.0], [3.0]] * 5, [0, 0, 1, 1] * 5
    search = GridSearchCV(LogisticRegression(), {"C": [0.1, 1.0, 10.0]}, scoring=make_scorer(f1_score), n_jobs=2, cv=2)
    search.fit(X, y)
    """

    with start_program(tmp_path, uri, "\n".join(line.strip() for line in code.strip().splitlines())) as process:
        _, errors = process.communicate(timeout=SEARCH_PATIENCE_S)

    assert (process.returncode, errors) == (0, "")
    store = open_store(uri)
    runs = store.runs.search(SearchRuns(experiment_ids=["0"])).runs
    store.close()
    names = sorted(next(tag.value for tag in run.data.tags if tag.key == "estimator_name") for run in runs)
    assert names == ["GridSearchCV", "LogisticRegression", "LogisticRegression"]


def test_unfinished_program_with_an_error_still_has_its_plots(tmp_path: Path) -> None:
    uri = f"sqlite:///{tmp_path / 'runs.db'}"

    done = run_program(tmp_path, uri, f"hw.autolog()\n{IMPORTS}\n{FIT}\nraise SystemExit(3)")

    assert done.returncode == 3
    store = open_store(uri)
    (run,) = store.runs.search(SearchRuns(experiment_ids=["0"])).runs
    names = {info.path for info in store.artifacts.list(ListArtifacts(run_id=run.info.run_id)).files}
    store.close()
    assert run.info.status == "FINISHED"
    assert names >= {"estimator.html", "training_confusion_matrix.png", "training_roc_curve.png"}
