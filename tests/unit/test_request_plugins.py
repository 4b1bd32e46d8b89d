"""What other packages and AWS add to requests and runs: headers, signatures, tags and the experiment."""

import base64
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import headwater as hw
from headwater import plugins
from headwater.protocol.errors import InvalidParameterValue, TemporarilyUnavailable, Unauthenticated
from headwater.protocol.experiments import GetExperiment
from headwater.stores.rest import RestStore
from headwater.testing.receiver import Received, Receiver, running_receiver

PLUGIN = """
from mlflow.tracking.context.abstract_context import RunContextProvider
from mlflow.tracking.default_experiment.abstract_context import DefaultExperimentProvider
from mlflow.tracking.request_auth.abstract_request_auth_provider import RequestAuthProvider
from mlflow.tracking.request_header.abstract_request_header_provider import RequestHeaderProvider


class Team(RequestHeaderProvider):
    def in_context(self):
        return True

    def request_headers(self):
        return {"X-Team": "vision", "User-Agent": "mine"}


class More(Team):
    def request_headers(self):
        return {"x-team": "audio"}


class Elsewhere(Team):
    def in_context(self):
        return False


class Broken(Team):
    def request_headers(self):
        raise OSError("no token")


class Signed:
    def __call__(self, request):
        request.headers["X-Signed"] = f"{request.method} {request.path_url} {len(request.body or b'')}"
        return request


class ByCall(RequestAuthProvider):
    def get_name(self):
        return "by-call"

    def get_auth(self):
        return Signed()


class ByPair(RequestAuthProvider):
    def get_name(self):
        return "by-pair"

    def get_auth(self):
        return ("ann", "secret")


class Cluster(RunContextProvider):
    def in_context(self):
        return True

    def tags(self):
        return {"cluster": "blue", "mlflow.user": "robot"}


class Chosen(DefaultExperimentProvider):
    def in_context(self):
        return True

    def get_experiment_id(self):
        return 7
"""
ENTRIES = """
[mlflow.request_header_provider]
team = team_plugin:Team
more = team_plugin:More
elsewhere = team_plugin:Elsewhere
broken = team_plugin:Broken
missing = team_plugin:Missing
ours = mlflow.tracking.request_header.default:Default
[headwater.request_auth_provider]
call = team_plugin:ByCall
[mlflow.request_auth_provider]
pair = team_plugin:ByPair
[mlflow.run_context_provider]
cluster = team_plugin:Cluster
[mlflow.default_experiment_provider]
chosen = team_plugin:Chosen
"""


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Install a package that brings one of everything, and forget it afterwards."""
    folder = tmp_path / "site"
    described = folder / "team_plugin-1.0.dist-info"
    described.mkdir(parents=True)
    (folder / "team_plugin.py").write_text(PLUGIN)
    (described / "METADATA").write_text("Metadata-Version: 2.1\nName: team-plugin\nVersion: 1.0\n")
    (described / "entry_points.txt").write_text(ENTRIES)
    monkeypatch.syspath_prepend(str(folder))
    plugins.forget()
    yield
    plugins.forget()
    sys.modules.pop("team_plugin", None)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with running_receiver() as opened:
        yield opened


def ask(receiver: Receiver) -> Received:
    """Send one request to the receiver, whose answer is no experiment, and return what came."""
    receiver.answer(404)
    remote = RestStore(receiver.url, retries=0)
    with pytest.raises(hw.HeadwaterError):
        remote.experiments.get(GetExperiment("3"))
    remote.close()
    return receiver.take()


@pytest.mark.usefixtures("installed")
def test_headers_of_plugins_go_with_every_request(receiver: Receiver, caplog: pytest.LogCaptureFixture) -> None:
    received = ask(receiver)

    assert received.headers["x-team"] == "vision audio"
    assert "'Broken' failed" in caplog.text
    assert "'team_plugin:Missing' cannot be loaded" in caplog.text
    assert "mlflow" not in sys.modules


@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize(
    ("name", "header", "value"),
    [
        ("by-call", "x-signed", "GET /hook/api/2.0/mlflow/experiments/get?experiment_id=3 0"),
        ("by-pair", "authorization", "Basic " + base64.b64encode(b"ann:secret").decode()),
    ],
)
def test_requests_are_signed_by_the_plugin_that_is_named(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch, name: str, header: str, value: str
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_AUTH", name)

    received = ask(receiver)

    assert received.headers[header] == value


@pytest.mark.usefixtures("installed")
def test_a_plugin_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_AUTH", "kerberos")

    with pytest.raises(InvalidParameterValue, match=r"no 'kerberos'.*by-call, by-pair"):
        RestStore("http://localhost:1")


@pytest.mark.usefixtures("installed")
def test_runs_carry_the_tags_and_the_experiment_of_plugins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_RUN_CONTEXT", '{"cluster": "mine"}')

    from headwater.tracking.context import run_tags

    assert run_tags()["mlflow.user"] == "robot"
    assert run_tags()["cluster"] == "mine"
    assert plugins.default_experiment() == "7"


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give AWS credentials, and ask for signatures."""
    monkeypatch.setenv("MLFLOW_TRACKING_AWS_SIGV4", "true")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret-of-aws")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "session-token")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")


def expected_signature(received: Received, method: str, url: str) -> str:
    """Return the signature that AWS would compute of what arrived."""
    from botocore.auth import SigV4Auth
    from botocore.awsrequest import AWSRequest
    from botocore.credentials import Credentials

    names = received.headers["authorization"].partition("SignedHeaders=")[2].partition(",")[0].split(";")
    headers = {name: received.headers[name] for name in names}
    request = AWSRequest(method, url.removesuffix("/hook") + received.path, headers, received.body)
    request.context["timestamp"] = received.headers["x-amz-date"]
    auth = SigV4Auth(Credentials("AKIDEXAMPLE", "secret-of-aws", "session-token"), "execute-api", "eu-central-1")
    signed_text = auth.string_to_sign(request, auth.canonical_request(request))
    signature: str = auth.signature(signed_text, request)
    return signature


@pytest.mark.usefixtures("aws")
def test_requests_are_signed_as_aws_verifies_them(receiver: Receiver) -> None:
    received = ask(receiver)

    authorization = received.headers["authorization"]
    assert authorization.startswith("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/")
    assert "/eu-central-1/execute-api/aws4_request" in authorization
    assert received.headers["x-amz-security-token"] == "session-token"
    assert authorization.endswith(expected_signature(received, "GET", receiver.url))


@pytest.mark.usefixtures("aws")
def test_streams_are_signed_without_their_bytes(receiver: Receiver) -> None:
    receiver.answer(404)
    remote = RestStore(receiver.url, retries=0)

    with pytest.raises(hw.HeadwaterError):
        remote.blobs.write(iter([b"one", b"two"]))
    remote.close()

    received = receiver.take()
    assert received.headers["x-amz-content-sha256"] == "UNSIGNED-PAYLOAD"
    assert received.headers["authorization"].endswith(expected_signature(received, "POST", receiver.url))


def test_without_credentials_nothing_is_sent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("MLFLOW_TRACKING_AWS_SIGV4", "1")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))

    with pytest.raises(Unauthenticated, match="no AWS credentials"):
        RestStore("http://localhost:1", retries=0).experiments.get(GetExperiment("0"))


def test_requests_are_repeated_after_the_pauses_that_are_set(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR", "0")
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_BACKOFF_JITTER", "0.001")
    monkeypatch.setenv("MLFLOW_HTTP_RESPECT_RETRY_AFTER_HEADER", "false")
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "3")
    receiver.answer(*[(503, "retry-after", "9")] * 4)
    remote = RestStore(receiver.url)

    with pytest.raises(TemporarilyUnavailable):
        remote.experiments.get(GetExperiment("3"))
    remote.close()

    assert receiver.count == 4


@pytest.mark.parametrize("value", ["soon", "-1", "nan", "inf"])
def test_a_pause_that_is_no_number_is_refused(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR", value)

    with pytest.raises(InvalidParameterValue, match=f"HEADWATER_HTTP_BACKOFF_FACTOR '{value}'"):
        RestStore("http://localhost:1")


@pytest.mark.parametrize(("level", "lines"), [("DEBUG", 1), ("debug", 1), ("ERROR", 0), ("", 0)])
def test_what_headwater_tells_of_itself_is_chosen_by_its_level(tmp_path: Path, level: str, lines: int) -> None:
    code = (
        "import logging, headwater as hw\n"
        "hw.get_experiment_by_name('none')\n"
        "logging.getLogger('headwater.tracking').debug('a detail')\n"
    )

    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={**os.environ, "HEADWATER_HOME": str(tmp_path / "home"), "MLFLOW_LOGGING_LEVEL": level},
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stderr.count("DEBUG headwater.tracking: a detail") == lines
    assert done.stdout == ""


def test_a_level_that_is_none_is_named(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "headwater", "experiments", "list"],
        cwd=tmp_path,
        env={**os.environ, "HEADWATER_HOME": str(tmp_path / "home"), "HEADWATER_LOGGING_LEVEL": "loud"},
        capture_output=True,
        text=True,
        check=True,
    )

    assert "There is no logging level 'LOUD', which HEADWATER_LOGGING_LEVEL names." in done.stderr
