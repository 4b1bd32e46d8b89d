"""Names that programs and libraries import from MLflow's modules are there, and do what they do there."""

from pathlib import Path

from interop.test_alias import run_code


def test_names_are_found_in_the_modules_that_programs_import_them_from(tmp_path: Path) -> None:
    code = (
        "import mlflow\n"
        "from mlflow import MlflowException, VERSION\n"
        "from mlflow.data.dataset_source import DatasetSource\n"
        "from mlflow.data.http_dataset_source import HTTPDatasetSource\n"
        "from mlflow.data.pandas_dataset import PandasDataset\n"
        "from mlflow.entities import LoggedModelParameter, LoggedModelTag, RegisteredModel\n"
        "from mlflow.entities.model_registry import ModelVersion, RegisteredModelTag\n"
        "from mlflow.entities.model_registry.model_version_status import ModelVersionStatus\n"
        "from mlflow.entities.run_info import RunInfo\n"
        "from mlflow.entities.view_type import ViewType\n"
        "from mlflow.exceptions import ExecutionException, RestException\n"
        "from mlflow.models import ModelInputExample\n"
        "from mlflow.models.model import MLMODEL_FILE_NAME\n"
        "from mlflow.pyfunc import FLAVOR_NAME, PythonModel, spark_udf\n"
        "from mlflow.store.entities.paged_list import PagedList\n"
        "from mlflow.tracking._model_registry import DEFAULT_AWAIT_MAX_SLEEP_SECONDS\n"
        "assert ModelVersionStatus.from_string('READY') == ModelVersionStatus.READY == 'READY'\n"
        "assert ModelVersionStatus.to_string(ModelVersionStatus.READY) == 'READY'\n"
        "assert mlflow.version.VERSION == VERSION == mlflow.__version__\n"
        "assert issubclass(HTTPDatasetSource, DatasetSource)\n"
        "assert issubclass(ExecutionException, MlflowException)\n"
        "print(HTTPDatasetSource('https://a/b.csv').to_json(), DEFAULT_AWAIT_MAX_SLEEP_SECONDS)\n"
    )

    assert run_code(tmp_path, code) == '{"url": "https://a/b.csv"} 300'


def test_error_codes_are_compared_as_programs_do(tmp_path: Path) -> None:
    code = (
        "import mlflow\n"
        "from mlflow.exceptions import MlflowException\n"
        "from mlflow.protos.databricks_pb2 import INVALID_PARAMETER_VALUE, RESOURCE_DOES_NOT_EXIST, ErrorCode\n"
        "try:\n"
        "    mlflow.get_run('0' * 32)\n"
        "except MlflowException as error:\n"
        "    print(error.error_code == ErrorCode.Name(RESOURCE_DOES_NOT_EXIST))\n"
        "print(MlflowException('x', error_code=INVALID_PARAMETER_VALUE).get_http_status_code())\n"
    )

    assert run_code(tmp_path, code).split() == ["True", "400"]


def test_switches_and_artifacts_are_reached_as_programs_do(tmp_path: Path) -> None:
    code = (
        "import os\n"
        "import mlflow\n"
        "from mlflow.tracking.artifact_utils import _download_artifact_from_uri, get_artifact_uri\n"
        "from mlflow.utils.environment import _mlflow_conda_env\n"
        "mlflow.config.enable_async_logging()\n"
        "mlflow.config.enable_system_metrics_logging()\n"
        "mlflow.config.set_system_metrics_sampling_interval(5)\n"
        "mlflow.system_metrics.disable_system_metrics_logging()\n"
        "with mlflow.start_run() as run:\n"
        "    mlflow.log_text('hello', 'a/b.txt')\n"
        "    mlflow.flush_artifact_async_logging()\n"
        "path = _download_artifact_from_uri(f'runs:/{run.info.run_id}/a/b.txt')\n"
        "assert get_artifact_uri(run.info.run_id, 'a') == f'{mlflow.get_run(run.info.run_id).info.artifact_uri}/a'\n"
        "env = _mlflow_conda_env(additional_conda_deps=['curl'], additional_pip_deps=['keras==3'])\n"
        "print(open(path).read(), os.environ['HEADWATER_SYSTEM_METRICS_SAMPLING_INTERVAL'],\n"
        "      env['name'], env['channels'], 'curl' in env['dependencies'], env['dependencies'][-1])\n"
    )

    assert run_code(tmp_path, code) == "hello 5 mlflow-env ['conda-forge'] True {'pip': ['keras==3']}"


def test_names_below_the_documented_ones_are_there(tmp_path: Path) -> None:
    code = (
        "import os, mlflow\n"
        "from mlflow.data.dataset_source_registry import get_dataset_source_from_json, resolve_dataset_source\n"
        "from mlflow.deployments.base import BaseDeploymentClient\n"
        "from mlflow.entities.logged_model_input import LoggedModelInput\n"
        "from mlflow.entities.model_registry.model_version_stages import ALL_STAGES, get_canonical_stage\n"
        "from mlflow.entities.run_outputs import RunOutputs\n"
        "from mlflow.environment_variables import MLFLOW_RUN_ID, MLFLOW_TRACKING_URI, MLFLOW_TRACKING_TOKEN\n"
        "from mlflow.exceptions import INVALID_PARAMETER_VALUE\n"
        "from mlflow.projects.submitted_run import SubmittedRun\n"
        "from mlflow.tracking._model_registry.fluent import register_model\n"
        "from mlflow.tracking._tracking_service.utils import get_tracking_uri\n"
        "from mlflow.tracking.fluent import _get_experiment_id, _get_or_start_run\n"
        "from mlflow.utils import PYTHON_VERSION, chunk_list, mlflow_tags\n"
        "from mlflow.utils.databricks_utils import is_in_databricks_notebook\n"
        "from mlflow.utils.file_utils import TempDir, local_file_uri_to_path, path_to_local_file_uri\n"
        "from mlflow.utils.logging_utils import eprint\n"
        "from mlflow.utils.mlflow_tags import MLFLOW_AUTOLOGGING, MLFLOW_RUN_SOURCE_TYPE\n"
        "from mlflow.utils.name_utils import _generate_random_name\n"
        "from mlflow.utils.time import get_current_time_millis\n"
        "assert mlflow_tags.MLFLOW_AUTOLOGGING == MLFLOW_AUTOLOGGING == 'mlflow.autologging'\n"
        "assert MLFLOW_TRACKING_URI.get() == get_tracking_uri() and not MLFLOW_TRACKING_TOKEN.is_set()\n"
        "experiment = mlflow.set_experiment('deep')\n"
        "assert _get_experiment_id() == experiment.experiment_id\n"
        "run = _get_or_start_run()\n"
        "MLFLOW_RUN_ID.set(run.info.run_id)\n"
        "assert MLFLOW_RUN_ID.get() == run.info.run_id == mlflow.active_run().info.run_id\n"
        "before = os.getcwd()\n"
        "with TempDir(chdr=True) as folder:\n"
        "    open(folder.path('a b.txt'), 'w').write('x')\n"
        "    uri = path_to_local_file_uri('a b.txt')\n"
        "    assert open(local_file_uri_to_path(uri)).read() == 'x' and uri.endswith('/a%20b.txt')\n"
        "assert os.getcwd() == before and not os.path.exists(local_file_uri_to_path(uri))\n"
        "chunks = list(chunk_list([1, 2, 3], 2))\n"
        "print(ALL_STAGES, get_canonical_stage('staging'), chunks, is_in_databricks_notebook())\n"
    )

    assert run_code(tmp_path, code) == "['None', 'Staging', 'Production', 'Archived'] Staging [[1, 2], [3]] False"


def test_artifact_repositories_list_and_download_and_log(tmp_path: Path) -> None:
    code = (
        "import mlflow\n"
        "from mlflow.store.artifact.artifact_repository_registry import get_artifact_repository\n"
        "from mlflow.store.artifact.models_artifact_repo import ModelsArtifactRepository\n"
        "from mlflow.store.artifact.runs_artifact_repo import RunsArtifactRepository\n"
        "with mlflow.start_run() as run:\n"
        "    mlflow.log_text('hello', 'a/b/c.txt')\n"
        "root = f'runs:/{run.info.run_id}'\n"
        "local = RunsArtifactRepository(root).download_artifacts('a/b/c.txt')\n"
        "RunsArtifactRepository(root + '/a').log_artifact(local)\n"
        "for uri in (root, run.info.artifact_uri):\n"
        "    repository = get_artifact_repository(uri)\n"
        "    print([(entry.path, entry.is_dir) for entry in repository.list_artifacts('a')])\n"
        "    assert open(repository.download_artifacts('a/c.txt')).read() == 'hello'\n"
        "    print([entry.path for entry in get_artifact_repository(uri + '/a/b').list_artifacts()])\n"
        "mlflow.MlflowClient().create_registered_model('m')\n"
        "mlflow.MlflowClient().create_model_version('m', root + '/a')\n"
        "print(sorted(entry.path for entry in ModelsArtifactRepository('models:/m/1').list_artifacts()))\n"
    )

    entries = "[('a/b', True), ('a/c.txt', False)]"
    assert run_code(tmp_path, code).splitlines() == [entries, "['c.txt']", entries, "['c.txt']", "['b', 'c.txt']"]
