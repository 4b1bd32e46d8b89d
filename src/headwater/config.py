"""Every setting and environment variable, in one table.

Each `HEADWATER_X` may also be given as `MLFLOW_X` where MLflow has a variable of that meaning; ours wins.
"""

import logging
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING


@dataclass(frozen=True, kw_only=True)
class Setting:
    """One environment variable: its name, MLflow's name for the same, the default and what it means."""

    name: str
    mlflow_name: str = ""
    default: str = ""
    meaning: str

    def get(self) -> str:
        """Return the value in force: our variable, else MLflow's, else the default."""
        for name in (self.name, self.mlflow_name):
            if name and (value := os.environ.get(name)):
                return value
        return self.default

    def is_on(self) -> bool:
        """Return whether a switch is on: `1`, `true`, `yes` or `on`, in any case."""
        return self.get().lower() in {"1", "true", "yes", "on"}

    def set(self, value: str) -> None:
        """Put the value in force for this process and the ones it starts; an empty one removes the variable."""
        is_known_as_mlflow = bool(os.environ.get(self.mlflow_name))  # then others read it there, too
        for name in (self.name, self.mlflow_name):
            os.environ.pop(name, None)
        if value:
            os.environ[self.name] = value
            if is_known_as_mlflow:
                os.environ[self.mlflow_name] = value


TRACKING_URI = Setting(
    name="HEADWATER_TRACKING_URI",
    mlflow_name="MLFLOW_TRACKING_URI",
    meaning="Where runs are kept: sqlite:///…, postgresql://… or http(s)://…; default a SQLite file in ./.headwater.",
)
REGISTRY_URI = Setting(
    name="HEADWATER_REGISTRY_URI",
    mlflow_name="MLFLOW_REGISTRY_URI",
    meaning="Where registered models are kept, if not where runs are.",
)
EXPERIMENT_NAME = Setting(
    name="HEADWATER_EXPERIMENT_NAME",
    mlflow_name="MLFLOW_EXPERIMENT_NAME",
    meaning="The active experiment; created if it does not exist.",
)
EXPERIMENT_ID = Setting(
    name="HEADWATER_EXPERIMENT_ID",
    mlflow_name="MLFLOW_EXPERIMENT_ID",
    meaning="The active experiment by its id; it must exist.",
)
RUN_ID = Setting(
    name="HEADWATER_RUN_ID", mlflow_name="MLFLOW_RUN_ID", meaning="The run that the next start_run() resumes."
)
RUN_NUMBER = Setting(
    name="HEADWATER_RUN_NUMBER", default="0", meaning="How many runs start before the one that HEADWATER_RUN_ID names."
)
RUN_CONTEXT = Setting(
    name="HEADWATER_RUN_CONTEXT", mlflow_name="MLFLOW_RUN_CONTEXT", meaning="Tags for every new run, as a JSON object."
)
ACTIVE_MODEL_ID = Setting(
    name="HEADWATER_ACTIVE_MODEL_ID",
    mlflow_name="MLFLOW_ACTIVE_MODEL_ID",
    meaning="The logged model that metrics of new runs are metrics of, too.",
)
HOME = Setting(
    name="HEADWATER_HOME",
    default="~/.headwater",
    meaning="This machine's folder for journals waiting to be shipped, downloaded models and environments.",
)
LOGGING = Setting(
    name="HEADWATER_LOGGING",
    default="journal",
    meaning="'journal': log calls return once on local disk. 'sync': each call waits for the store.",
)
ASYNC_LOGGING = Setting(
    name="HEADWATER_ASYNC_LOGGING",
    mlflow_name="MLFLOW_ENABLE_ASYNC_LOGGING",
    default="0",
    meaning="1: log calls return a handle to wait for the store. They never wait by themselves, with or without it.",
)
JOURNAL_FSYNC = Setting(
    name="HEADWATER_JOURNAL_FSYNC",
    default="0",
    meaning="1: every log call reaches the disk itself, so that a power cut loses nothing.",
)
CHANGED_PARAMS = Setting(
    name="HEADWATER_CHANGED_PARAMS",
    default="revise",
    meaning="'revise': params of a resumed run may change, and every change is kept. 'refuse': as in MLflow, an error.",
)
EXIT_TIMEOUT_S = Setting(
    name="HEADWATER_EXIT_TIMEOUT", default="5", meaning="Seconds that the exit of a program waits for shipping."
)
HTTP_TIMEOUT_S = Setting(
    name="HEADWATER_HTTP_TIMEOUT",
    mlflow_name="MLFLOW_HTTP_REQUEST_TIMEOUT",
    default="30",
    meaning="Seconds that one HTTP request may take.",
)
HTTP_RETRIES = Setting(
    name="HEADWATER_HTTP_RETRIES",
    mlflow_name="MLFLOW_HTTP_REQUEST_MAX_RETRIES",
    default="4",
    meaning="How often a request that is safe to repeat is repeated.",
)
HTTP_BACKOFF_FACTOR = Setting(
    name="HEADWATER_HTTP_BACKOFF_FACTOR",
    mlflow_name="MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR",
    default="0.2",
    meaning="Seconds before a request is repeated first; each time twice as long, up to 10 s or this if it is more.",
)
HTTP_BACKOFF_JITTER = Setting(
    name="HEADWATER_HTTP_BACKOFF_JITTER",
    mlflow_name="MLFLOW_HTTP_REQUEST_BACKOFF_JITTER",
    default="0",
    meaning="Seconds, by chance from none to all of them, that are added before a request is repeated.",
)
HTTP_RESPECT_RETRY_AFTER = Setting(
    name="HEADWATER_HTTP_RESPECT_RETRY_AFTER",
    mlflow_name="MLFLOW_HTTP_RESPECT_RETRY_AFTER_HEADER",
    default="1",
    meaning="0: do not wait as long as a busy server asks for, but as for any repeated request.",
)
TRACKING_AUTH = Setting(
    name="HEADWATER_TRACKING_AUTH",
    mlflow_name="MLFLOW_TRACKING_AUTH",
    meaning="The name of an installed plugin (mlflow.request_auth_provider) that signs requests to the server.",
)
AWS_SIGV4 = Setting(
    name="HEADWATER_AWS_SIGV4",
    mlflow_name="MLFLOW_TRACKING_AWS_SIGV4",
    default="0",
    meaning="1: sign requests to the server by AWS Signature Version 4; needs botocore.",
)
LOGGING_LEVEL = Setting(
    name="HEADWATER_LOGGING_LEVEL",
    mlflow_name="MLFLOW_LOGGING_LEVEL",
    meaning="What Headwater tells of itself on stderr: DEBUG, INFO, WARNING (default), ERROR or CRITICAL.",
)
CONFIGURE_LOGGING = Setting(
    name="HEADWATER_CONFIGURE_LOGGING",
    mlflow_name="MLFLOW_CONFIGURE_LOGGING",
    default="1",
    meaning="0: leave Python's logging alone, whatever the level says.",
)
AUTH = Setting(
    name="HEADWATER_AUTH",
    meaning="1: the server asks who one is. 0: everybody may do everything. Default: 1 unless it listens on loopback.",
)
DEFAULT_PERMISSION = Setting(
    name="HEADWATER_DEFAULT_PERMISSION",
    default="READ",
    meaning="What users may do with what nobody granted: NO_PERMISSIONS, READ, EDIT or MANAGE.",
)
ADMIN_USERNAME = Setting(
    name="HEADWATER_ADMIN_USERNAME",
    mlflow_name="MLFLOW_AUTH_ADMIN_USERNAME",
    default="admin",
    meaning="The name of the administrator made at the server's start where there is no user yet.",
)
ADMIN_PASSWORD = Setting(
    name="HEADWATER_ADMIN_PASSWORD",
    mlflow_name="MLFLOW_AUTH_ADMIN_PASSWORD",
    meaning="That administrator's password; without one, nobody is made.",
)
OIDC_ISSUER = Setting(
    name="HEADWATER_OIDC_ISSUER",
    meaning="An OpenID Connect provider by which people sign in: https://accounts.example.com; needs headwater[oidc].",
)
OIDC_CLIENT_ID = Setting(name="HEADWATER_OIDC_CLIENT_ID", meaning="What the provider knows this server by.")
OIDC_CLIENT_SECRET = Setting(
    name="HEADWATER_OIDC_CLIENT_SECRET", meaning="The secret that goes with it, if the provider gave one."
)
OIDC_LABEL = Setting(
    name="HEADWATER_OIDC_LABEL", default="Single sign-on", meaning="What the button on the sign-in page says."
)
OIDC_SCOPES = Setting(
    name="HEADWATER_OIDC_SCOPES", default="openid profile email", meaning="What the provider is asked to tell."
)
OIDC_USERNAME_CLAIM = Setting(
    name="HEADWATER_OIDC_USERNAME_CLAIM",
    default="email",
    meaning="Which of the provider's claims is the name of the user here: one that people cannot choose themselves.",
)
OIDC_ALLOWED_USERS = Setting(
    name="HEADWATER_OIDC_ALLOWED_USERS",
    meaning="Names that may sign in through it, separated by commas, such as *@example.com; default: all it knows.",
)
OIDC_GROUPS_CLAIM = Setting(
    name="HEADWATER_OIDC_GROUPS_CLAIM", default="groups", meaning="Which of the provider's claims lists groups."
)
OIDC_ALLOWED_GROUPS = Setting(
    name="HEADWATER_OIDC_ALLOWED_GROUPS", meaning="Its groups whose members may sign in; default: whoever may by name."
)
OIDC_ROLES = Setting(
    name="HEADWATER_OIDC_ROLES",
    meaning="Roles that its groups stand for, as group=role, separated by commas; given and taken at each sign-in.",
)
OIDC_ADMIN_GROUPS = Setting(
    name="HEADWATER_OIDC_ADMIN_GROUPS",
    meaning="Its groups whose members are administrators, separated by commas: of its users, nobody else is one.",
)
TRUSTED_PROXIES = Setting(
    name="HEADWATER_TRUSTED_PROXIES",
    default="127.0.0.1,::1",
    meaning="Addresses and networks, separated by commas, whose X-Forwarded-For and X-Forwarded-Proto are believed.",
)
USERNAME = Setting(
    name="HEADWATER_USERNAME", mlflow_name="MLFLOW_TRACKING_USERNAME", meaning="User name sent to the server."
)
PASSWORD = Setting(
    name="HEADWATER_PASSWORD", mlflow_name="MLFLOW_TRACKING_PASSWORD", meaning="Password sent to the server."
)
TOKEN = Setting(name="HEADWATER_TOKEN", mlflow_name="MLFLOW_TRACKING_TOKEN", meaning="Bearer token sent to the server.")
CA_BUNDLE = Setting(
    name="HEADWATER_CA_BUNDLE",
    mlflow_name="MLFLOW_TRACKING_SERVER_CERT_PATH",
    meaning="File of certificates that the server's certificate is checked against.",
)
CLIENT_CERT = Setting(
    name="HEADWATER_CLIENT_CERT",
    mlflow_name="MLFLOW_TRACKING_CLIENT_CERT_PATH",
    meaning="File with this client's certificate and its key, for servers that ask for one.",
)
INSECURE_TLS = Setting(
    name="HEADWATER_INSECURE_TLS",
    mlflow_name="MLFLOW_TRACKING_INSECURE_TLS",
    default="0",
    meaning="1: do not check the server's certificate, so that anyone between may read and change everything.",
)
BACKEND_STORE_URI = Setting(
    name="HEADWATER_BACKEND_STORE_URI", mlflow_name="MLFLOW_BACKEND_STORE_URI", meaning="The server's database."
)
ARTIFACTS_DESTINATION = Setting(
    name="HEADWATER_ARTIFACTS_DESTINATION",
    mlflow_name="MLFLOW_ARTIFACTS_DESTINATION",
    meaning="Where the server keeps artifact files: a folder, s3://…, gs://… or az://…; default: the folder "
    "artifacts beside the SQLite file.",
)
ARTIFACT_LOCATIONS = Setting(
    name="HEADWATER_ARTIFACT_LOCATIONS",
    meaning="Where else the server lists and serves artifacts of experiments that chose a place of their own: "
    "beginnings of URIs, separated by commas, such as s3://team-bucket/,file:///srv/shared/; s3:// is any bucket that "
    "its credentials open. Default: nowhere, since whoever may create an experiment chooses its place.",
)
S3_ENDPOINT_URL = Setting(
    name="HEADWATER_S3_ENDPOINT_URL",
    mlflow_name="MLFLOW_S3_ENDPOINT_URL",
    meaning="The address of an S3 server other than AWS; default: what AWS_ENDPOINT_URL_S3 or AWS_ENDPOINT_URL says.",
)
S3_IGNORE_TLS = Setting(
    name="HEADWATER_S3_IGNORE_TLS",
    mlflow_name="MLFLOW_S3_IGNORE_TLS",
    default="0",
    meaning="1: do not check the certificate of an S3 server, so that anyone between may read and change files.",
)
S3_UPLOAD_EXTRA_ARGS = Setting(
    name="HEADWATER_S3_UPLOAD_EXTRA_ARGS",
    mlflow_name="MLFLOW_S3_UPLOAD_EXTRA_ARGS",
    meaning='What every object in S3 is written with, as JSON like {"ServerSideEncryption": "aws:kms"}; also '
    "SSEKMSKeyId, BucketKeyEnabled, ChecksumAlgorithm, RequestPayer, StorageClass, Metadata, CacheControl, Content….",
)
SIGNED_URL_S = Setting(
    name="HEADWATER_SIGNED_URL_SECONDS",
    mlflow_name="MLFLOW_PRESIGNED_DOWNLOAD_URL_TTL_SECONDS",
    default="3600",
    meaning="How long a URL for a transfer straight to or from an object store is valid.",
)
WEBHOOK_PRIVATE_HOSTS = Setting(
    name="HEADWATER_WEBHOOK_PRIVATE_HOSTS",
    meaning="Where webhooks may be sent that is not on the public internet, over http:// too: names, addresses and "
    "networks like 10.0.0.0/8, separated by commas; * for everything.",
)
WEBHOOK_TIMEOUT_S = Setting(
    name="HEADWATER_WEBHOOK_TIMEOUT",
    mlflow_name="MLFLOW_WEBHOOK_REQUEST_TIMEOUT",
    default="10",
    meaning="Seconds that one delivery to a webhook may take in all.",
)
WEBHOOK_RETRIES = Setting(
    name="HEADWATER_WEBHOOK_RETRIES",
    mlflow_name="MLFLOW_WEBHOOK_REQUEST_MAX_RETRIES",
    default="7",
    meaning="How often a delivery to a webhook is repeated, after 5 s and then four times longer each time.",
)
PROGRESS = Setting(
    name="HEADWATER_PROGRESS",
    mlflow_name="MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR",
    default="1",
    meaning="0: show no progress bars on the terminal.",
)
HOST = Setting(name="HEADWATER_HOST", mlflow_name="MLFLOW_HOST", default="127.0.0.1", meaning="Address to listen on.")
PORT = Setting(name="HEADWATER_PORT", mlflow_name="MLFLOW_PORT", default="5000", meaning="Port to listen on.")
ALLOWED_HOSTS = Setting(
    name="HEADWATER_ALLOWED_HOSTS",
    mlflow_name="MLFLOW_SERVER_ALLOWED_HOSTS",
    meaning="Host names, separated by commas, that requests may be addressed to besides local ones; * for all.",
)
ALLOWED_ORIGINS = Setting(
    name="HEADWATER_ALLOWED_ORIGINS",
    mlflow_name="MLFLOW_SERVER_CORS_ALLOWED_ORIGINS",
    meaning="Origins, separated by commas, whose pages may call the API besides local ones; * for all.",
)
SCORING_SERVERS = Setting(
    name="HEADWATER_SCORING_SERVERS",
    meaning="Origins of scoring servers, separated by commas, that pages may ask; each must allow this server's.",
)
QUIET_URLS = Setting(
    name="HEADWATER_QUIET_URLS",
    mlflow_name="MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT",
    default="0",
    meaning="1: do not print the run's address when it ends.",
)

STATIC_PREFIX = Setting(
    name="HEADWATER_STATIC_PREFIX",
    mlflow_name="MLFLOW_STATIC_PREFIX",
    meaning="The path that a reverse proxy serves this server under, like /headwater.",
)

REGISTRY_STORE_URI = Setting(
    name="HEADWATER_REGISTRY_STORE_URI",
    mlflow_name="MLFLOW_REGISTRY_STORE_URI",
    meaning="The server's database of registered models, which is the one of its runs: another one is refused.",
)
DEFAULT_ARTIFACT_ROOT = Setting(
    name="HEADWATER_DEFAULT_ARTIFACT_ROOT",
    mlflow_name="MLFLOW_DEFAULT_ARTIFACT_ROOT",
    meaning="Where new experiments keep artifacts: a folder, s3://…, gs://… or az://…, which clients reach with their "
    "own rights, or for MLflow's clients mlflow-artifacts://host:port/ of another server; default: with this server.",
)
SERVE_ARTIFACTS = Setting(
    name="HEADWATER_SERVE_ARTIFACTS",
    mlflow_name="MLFLOW_SERVE_ARTIFACTS",
    default="1",
    meaning="0: the server takes and hands out no files, and clients reach those of the default artifact root alone.",
)
ARTIFACTS_ONLY = Setting(
    name="HEADWATER_ARTIFACTS_ONLY",
    mlflow_name="MLFLOW_ARTIFACTS_ONLY",
    default="0",
    meaning="1: the server takes and hands out files and answers nothing else.",
)
EXPOSE_PROMETHEUS = Setting(
    name="HEADWATER_EXPOSE_PROMETHEUS",
    mlflow_name="MLFLOW_EXPOSE_PROMETHEUS",
    meaning="1: tell Prometheus at /metrics about requests, queues and sizes. A folder, as for MLflow, does too.",
)
SERVER_WORKERS = Setting(
    name="HEADWATER_SERVER_WORKERS",
    mlflow_name="MLFLOW_WORKERS",
    default="1",
    meaning="Processes of the server: always 1, whose threads answer in parallel; more are not started.",
)
FRAME_OPTIONS = Setting(
    name="HEADWATER_X_FRAME_OPTIONS",
    mlflow_name="MLFLOW_SERVER_X_FRAME_OPTIONS",
    default="SAMEORIGIN",
    meaning="Which pages may show the web UI in a frame: SAMEORIGIN, DENY, or NONE for all.",
)

CAPTURE = Setting(
    name="HEADWATER_CAPTURE",
    default="none",
    meaning="What every run captures by itself: 'all', 'none', or some of console, code and system, with commas.",
)
SYSTEM_METRICS = Setting(
    name="HEADWATER_ENABLE_SYSTEM_METRICS_LOGGING",
    mlflow_name="MLFLOW_ENABLE_SYSTEM_METRICS_LOGGING",
    meaning="1: log the load of the machine as metrics system/…, 0: do not, whatever HEADWATER_CAPTURE says.",
)
SYSTEM_METRICS_INTERVAL_S = Setting(
    name="HEADWATER_SYSTEM_METRICS_SAMPLING_INTERVAL",
    mlflow_name="MLFLOW_SYSTEM_METRICS_SAMPLING_INTERVAL",
    default="10",
    meaning="Seconds between two samples of system metrics.",
)
SYSTEM_METRICS_SAMPLES = Setting(
    name="HEADWATER_SYSTEM_METRICS_SAMPLES_BEFORE_LOGGING",
    mlflow_name="MLFLOW_SYSTEM_METRICS_SAMPLES_BEFORE_LOGGING",
    default="1",
    meaning="How many samples of system metrics are averaged into one point.",
)
SYSTEM_METRICS_NODE_ID = Setting(
    name="HEADWATER_SYSTEM_METRICS_NODE_ID",
    mlflow_name="MLFLOW_SYSTEM_METRICS_NODE_ID",
    meaning="This machine's name within the names of system metrics, for runs on several machines.",
)
REDACT = Setting(
    name="HEADWATER_REDACT", default="1", meaning="0: do not hide passwords, tokens and keys in what is captured."
)
REDACT_PATTERNS = Setting(
    name="HEADWATER_REDACT_PATTERNS", meaning="More to hide in what is captured: regular expressions, one a line."
)
RANK = Setting(
    name="HEADWATER_RANK",
    meaning="This process's rank in distributed training; default: what torchrun, Slurm, Open MPI or PMI say.",
)
WORLD_SIZE = Setting(
    name="HEADWATER_WORLD_SIZE", meaning="How many processes train together; default: what their launcher says."
)
JOB_ID = Setting(
    name="HEADWATER_JOB_ID",
    meaning="What the processes that train together have in common; default: the launcher's own id of the job.",
)

ALLOW_PICKLE = Setting(
    name="HEADWATER_ALLOW_PICKLE",
    mlflow_name="MLFLOW_ALLOW_PICKLE_DESERIALIZATION",
    meaning="1: load models that run code when they are loaded, whoever saved them. 0: load none of them.",
)
DEVICE = Setting(
    name="HEADWATER_DEVICE",
    mlflow_name="MLFLOW_DEFAULT_PREDICTION_DEVICE",
    meaning="Where models of PyTorch predict, such as cpu or cuda:1; default: on the first GPU, else on the CPU.",
)
MODEL_CACHE_BYTES = Setting(
    name="HEADWATER_MODEL_CACHE_BYTES",
    default="20000000000",
    meaning="How much room downloaded models may take in HEADWATER_HOME; the ones not used for longest go first.",
)
DEPLOYMENTS_TARGET = Setting(
    name="HEADWATER_DEPLOYMENTS_TARGET",
    mlflow_name="MLFLOW_DEPLOYMENTS_TARGET",
    meaning="Where models are deployed if no target is given, such as local.",
)
SCORING_TIMEOUT_S = Setting(
    name="HEADWATER_SCORING_TIMEOUT",
    mlflow_name="MLFLOW_SCORING_SERVER_REQUEST_TIMEOUT",
    default="60",
    meaning="Seconds that a request to a served model may take, then it is answered with 504.",
)
SCORING_WORKERS = Setting(
    name="HEADWATER_SCORING_WORKERS",
    mlflow_name="MLFLOW_MODELS_WORKERS",
    default="1",
    meaning="Processes that serve a model, each with the model in its memory.",
)

SETTINGS: tuple[Setting, ...] = tuple(value for value in list(globals().values()) if isinstance(value, Setting))


def enable_async_logging(enable: bool = True) -> None:  # noqa: FBT001 - as in MLflow
    """Let log calls return a `RunOperations` to wait for, from the next run on; they do not wait in any case.

    Example:
        >>> hw.config.enable_async_logging()
        >>> with hw.start_run():
        ...     hw.log_metric("loss", 0.25).wait()
    """
    ASYNC_LOGGING.set("1" if enable else "")


if not TYPE_CHECKING:  # or no wrong name would be found by a type checker

    def __getattr__(name: str) -> object:
        """Return one of the verbs about system metrics, which MLflow has here."""
        if name.endswith("able_system_metrics_logging") or name.startswith("set_system_metrics_"):
            return getattr(import_module("headwater.tracking.capture_choice"), name)
        raise AttributeError(f"module 'headwater.config' has no attribute '{name}'")


def configure_logging() -> None:
    """Put the logging level of the environment in force for what Headwater says; without one nothing changes."""
    level = LOGGING_LEVEL.get().upper()
    if not level or not CONFIGURE_LOGGING.is_on():
        return
    logger = logging.getLogger("headwater")
    if level not in logging.getLevelNamesMapping():
        logger.warning("There is no logging level '%s', which %s names.", level, LOGGING_LEVEL.name)
        return
    logger.setLevel(level)
    if not logger.hasHandlers():
        handler = logging.StreamHandler()
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
        logger.addHandler(handler)


def credentials() -> tuple[str, str]:
    """Return the user name and password for the server: of the variables, else of MLflow's file of credentials."""
    if USERNAME.get() or TOKEN.get():
        return USERNAME.get(), PASSWORD.get()
    file = Path("~/.mlflow/credentials").expanduser()
    if not file.is_file():
        return "", ""
    from configparser import ConfigParser, Error

    parser = ConfigParser(interpolation=None)
    try:
        parser.read_string(file.read_text(encoding="utf-8"))
    except (Error, OSError, UnicodeDecodeError):
        return "", ""
    known = parser["mlflow"] if parser.has_section("mlflow") else {}
    return known.get("mlflow_tracking_username", ""), known.get("mlflow_tracking_password", "")


def environment() -> dict[str, str]:
    """Return every environment variable: those of other programs, and the values that captured text must not show."""
    return dict(os.environ)


def prepend_python_path(folder: str) -> None:
    """Let the Python processes that this one starts look for modules in a folder first."""
    folders = [item for item in os.environ.get("PYTHONPATH", "").split(os.pathsep) if item]
    if folder not in folders:
        os.environ["PYTHONPATH"] = os.pathsep.join([folder, *folders])


def set_environment(variables: Mapping[str, str]) -> None:
    """Put environment variables in force for this process and those that it starts."""
    os.environ.update(variables)


@dataclass(frozen=True, kw_only=True)
class AwsSettings:
    """How S3 is reached, by the variables that AWS's own tools read; empty where the environment says nothing."""

    endpoint: str
    region: str
    key_id: str
    secret: str = field(repr=False)
    token: str = field(repr=False)


def suggest(name: str, value: str) -> None:
    """Set an environment variable, for this process and those that it starts, unless somebody has set it."""
    os.environ.setdefault(name, value)


def aws_settings() -> AwsSettings:
    """Return how S3 is reached now."""
    variables = os.environ
    endpoints = (S3_ENDPOINT_URL.get(), variables.get("AWS_ENDPOINT_URL_S3"), variables.get("AWS_ENDPOINT_URL"))
    return AwsSettings(
        endpoint=next(filter(None, endpoints), ""),
        region=variables.get("AWS_REGION") or variables.get("AWS_DEFAULT_REGION") or "us-east-1",
        key_id=variables.get("AWS_ACCESS_KEY_ID", ""),
        secret=variables.get("AWS_SECRET_ACCESS_KEY", ""),
        token=variables.get("AWS_SESSION_TOKEN", ""),
    )


def home() -> Path:
    """Return this machine's Headwater folder."""
    return Path(HOME.get()).expanduser()


def default_tracking_uri() -> str:
    """Return the SQLite file below the working folder that is used when nothing else is said."""
    return f"sqlite:///{Path.cwd() / '.headwater' / 'headwater.db'}"
