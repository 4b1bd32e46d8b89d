"""`import mlflow` gives Headwater where it was asked to, and nowhere else."""

import os
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

import headwater
from headwater.protocol.names import SPOKEN_MLFLOW_VERSION
from headwater.protocol.runs import SearchRuns
from headwater.stand_in.mlflow_names import MODULES
from headwater.stores import open_store

INSTALL = "import headwater\nheadwater.install_as_mlflow()\n"


def run_python(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run Python in `folder`, tracking into a database there."""
    variables = {"HOME": str(folder), "HEADWATER_HOME": str(folder / "home"), "HEADWATER_QUIET_URLS": "1"}
    store = {"MLFLOW_TRACKING_URI": f"sqlite:///{folder / 'runs.db'}"}
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env={"PATH": os.environ["PATH"]} | variables | store,
        capture_output=True,
        text=True,
        check=False,
    )


def run_code(folder: Path, code: str) -> str:
    """Return what a program printed that was written for MLflow; it must succeed."""
    done = run_python(folder, "-c", INSTALL + code)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.mark.parametrize("module", [module for module in MODULES.values() if module])
def test_every_module_that_stands_in_exists(module: str) -> None:
    assert import_module(module).__name__ == module


def test_a_program_for_mlflow_runs_unchanged(tmp_path: Path) -> None:
    script = tmp_path / "train.py"
    script.write_text(
        "import sys\n"
        "import mlflow\n"
        "import mlflow.data\n"
        "from mlflow import log_metric, MlflowClient\n"
        "from mlflow.entities import Metric, ViewType\n"
        "from mlflow.exceptions import MlflowException\n"
        "from mlflow.tracking import MlflowClient as SameClient\n"
        "from mlflow.utils.mlflow_tags import MLFLOW_RUN_NAME\n"
        "assert MlflowClient is SameClient\n"
        "mlflow.set_experiment('ported')\n"
        "with mlflow.start_run() as run:\n"
        "    mlflow.log_params({'alpha': sys.argv[1]})\n"
        "    log_metric('rmse', 0.5)\n"
        "    SameClient().log_batch(run.info.run_id, [Metric('mae', 0.25, 1, 0)])\n"
        "    MlflowClient().set_tag(run.info.run_uuid, MLFLOW_RUN_NAME, 'renamed')\n"
        "try:\n"
        "    mlflow.get_run('absent')\n"
        "except MlflowException as error:\n"
        "    print(error.error_code, ViewType.ALL)\n"
    )

    done = run_python(tmp_path, "-m", "headwater.mlflow", "train.py", "0.3")

    assert done.returncode == 0, done.stderr
    assert done.stdout.split()[0] == "RESOURCE_DOES_NOT_EXIST"
    store = open_store(f"sqlite:///{tmp_path / 'runs.db'}")
    (run,) = store.runs.search(SearchRuns(["1"])).runs
    store.close()
    assert run.info.run_name == "renamed"
    assert {param.key: param.value for param in run.data.params} == {"alpha": "0.3"}
    assert {metric.key: metric.value for metric in run.data.metrics} == {"rmse": 0.5, "mae": 0.25}
    assert next(tag.value for tag in run.data.tags if tag.key == "mlflow.source.name") == "train.py"


def test_a_module_is_run_by_its_name_with_its_arguments(tmp_path: Path) -> None:
    (tmp_path / "job.py").write_text("import sys, mlflow\nprint(mlflow.__version__, sys.argv[1:], __name__)\n")

    done = run_python(tmp_path, "-m", "headwater.mlflow", "-m", "job", "a", "-b")

    assert done.stdout.strip() == f"{SPOKEN_MLFLOW_VERSION} ['a', '-b'] __main__", done.stderr


@pytest.mark.parametrize("arguments", [[], ["-x"], ["-m"], ["absent.py"]])
def test_a_wrong_command_line_is_explained(tmp_path: Path, arguments: list[str]) -> None:
    done = run_python(tmp_path, "-m", "headwater.mlflow", *arguments)

    assert done.returncode == 2
    assert "usage:" in done.stderr or "There is no program 'absent.py'" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_exit_code_of_the_program_is_kept(tmp_path: Path) -> None:
    (tmp_path / "fail.py").write_text("import mlflow, sys\nmlflow.start_run()\nsys.exit(3)\n")

    assert run_python(tmp_path, "-m", "headwater.mlflow", "fail.py").returncode == 3


def test_modules_are_reached_as_attributes_as_other_libraries_do(tmp_path: Path) -> None:
    code = (
        "import mlflow\n"
        "print(mlflow.utils.validation.MAX_PARAM_VAL_LENGTH, mlflow.tracking.MlflowClient is headwater.Client,\n"
        "      'start_run' in dir(mlflow), mlflow.start_run is headwater.start_run)"
    )

    assert run_code(tmp_path, code) == "6000 True True True"


def test_other_libraries_find_the_package_and_its_version(tmp_path: Path) -> None:
    code = (
        "from importlib import metadata, util\n"
        "print(util.find_spec('mlflow') is not None, metadata.version('mlflow'), metadata.version('numpy') != '')"
    )

    assert run_code(tmp_path, code) == f"True {SPOKEN_MLFLOW_VERSION} True"


def test_importing_everything_gives_the_public_names(tmp_path: Path) -> None:
    assert run_code(tmp_path, "from mlflow import *\nprint(start_run is headwater.start_run)") == "True"


@pytest.mark.parametrize(
    ("code", "kind", "words"),
    [
        ("import mlflow.gateway", "ModuleNotFoundError", "'mlflow.gateway'"),
        ("import mlflow\nmlflow.no_such_verb", "AttributeError", "'no_such_verb'"),
        ("import mlflow.utils.validation as v\nv.NO_SUCH_LIMIT", "AttributeError", "'NO_SUCH_LIMIT'"),
    ],
)
def test_what_is_missing_is_named(tmp_path: Path, code: str, kind: str, words: str) -> None:
    done = run_python(tmp_path, "-c", INSTALL + code)

    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith(kind)
    assert words in last
    assert "Headwater" in last


def test_an_mlflow_that_is_imported_already_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "mlflow.py").write_text("who = 'the real one'\n")
    code = (
        "import mlflow, headwater\n"
        "try:\n"
        "    headwater.install_as_mlflow()\n"
        "except headwater.ResourceConflict as error:\n"
        "    print(mlflow.who, '|', error)\n"
    )

    done = run_python(tmp_path, "-c", code)

    assert done.stdout.startswith("the real one | "), done.stderr
    assert "before anything imports mlflow" in done.stdout


def test_an_installed_mlflow_is_hidden_and_the_call_may_be_repeated(tmp_path: Path) -> None:
    (tmp_path / "mlflow.py").write_text("who = 'the real one'\n")

    assert run_code(tmp_path, "headwater.install_as_mlflow()\nimport mlflow\nprint(hasattr(mlflow, 'who'))") == "False"


def test_without_the_call_mlflow_is_what_it_was() -> None:
    assert callable(headwater.install_as_mlflow)
    assert "mlflow" not in sys.modules


def test_an_evaluation_that_was_written_for_mlflow_runs_unchanged(tmp_path: Path) -> None:
    printed = run_code(
        tmp_path,
        "import mlflow\n"
        "import numpy as np\n"
        "from mlflow.metrics import MetricValue, make_metric, mse\n"
        "from mlflow.models import MetricThreshold\n"
        "from mlflow.models.model import MLMODEL_FILE_NAME\n"
        "from mlflow.pyfunc import FLAVOR_NAME\n"
        "from mlflow.models.evaluation.validation import ModelValidationFailedException\n"
        "twos = make_metric(eval_fn=lambda predictions, targets: MetricValue(aggregate_results={'sum': 2.0}), "
        "greater_is_better=True, name='twos')\n"
        "result = mlflow.models.evaluate(lambda x: x[:, 0], np.eye(2), targets=np.ones(2), model_type='regressor', "
        "extra_metrics=[twos, mse()])\n"
        "try:\n"
        "    limit = MetricThreshold(threshold=0.1, greater_is_better=False)\n"
        "    mlflow.validate_evaluation_results({'max_error': limit}, result)\n"
        "except ModelValidationFailedException as error:\n"
        "    print(type(error).__name__, result.metrics['max_error'], result.metrics['twos/sum'])\n",
    )

    assert printed.splitlines()[-1] == "ModelValidationFailed 1.0 2.0"
