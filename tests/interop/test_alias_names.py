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
