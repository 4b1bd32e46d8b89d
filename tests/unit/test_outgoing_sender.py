"""One delivery over a real socket: bounded in time, to the address that was checked, whatever the other side does."""

import datetime
import ipaddress
import ssl
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from headwater.config import WEBHOOK_PRIVATE_HOSTS, WEBHOOK_TIMEOUT_S
from headwater.stores.notices import Sent
from headwater.stores.outgoing import HttpSender
from headwater.testing.receiver import Receiver, running_receiver


@pytest.fixture(autouse=True)
def allow_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let this machine be sent to, for a short time."""
    monkeypatch.setenv(WEBHOOK_PRIVATE_HOSTS.name, "127.0.0.0/8, ::1")
    monkeypatch.setenv(WEBHOOK_TIMEOUT_S.name, "0.5")


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """Return a receiver on this machine."""
    with running_receiver() as running:
        yield running


def test_the_answers_status_comes_back_and_nothing_else(receiver: Receiver) -> None:
    receiver.answer(202, 500, (429, "Retry-After", "7"), (503, "Retry-After", "soon"))

    sent = [HttpSender().send(receiver.url, b'{"a":1}', {"X-Mine": "1"}) for _ in range(4)]

    assert sent == [
        Sent(202),
        Sent(500, "The answer was 500."),
        Sent(429, "The answer was 429.", 7),
        Sent(503, "The answer was 503."),
    ]
    request = receiver.take()
    assert (request.path, request.body, request.headers["x-mine"]) == ("/hook", b'{"a":1}', "1")
    assert request.headers["host"] == receiver.url.split("/")[2]
    assert request.headers["user-agent"].startswith("headwater/")


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_no_redirect_is_followed(receiver: Receiver, status: int) -> None:
    receiver.answer((status, "Location", receiver.url))

    sent = HttpSender().send(receiver.url, b"{}", {})

    assert (sent.status, receiver.count) == (status, 1)
    assert "redirects are not followed" in sent.error


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ("hang", "No answer within 0.5 s."),
        ("drip", "No answer within 0.5 s."),
        ("close", "No answer: it closed the connection."),
        ("nonsense", "No answer: it does not speak HTTP."),
    ],
)
def test_whatever_the_other_side_does_it_ends_in_time(receiver: Receiver, answer: str, error: str) -> None:
    receiver.answer(answer)
    begun = time.monotonic()

    sent = HttpSender().send(receiver.url, b"{}", {})

    assert sent == Sent(error=error)
    assert time.monotonic() - begun < 5


def test_a_port_where_nobody_listens() -> None:
    with running_receiver() as gone:
        url = gone.url

    assert HttpSender().send(url, b"{}", {}) == Sent(error="No answer: Connection refused.")


def test_a_host_is_looked_up_once_and_the_next_of_its_addresses_is_tried(receiver: Receiver) -> None:
    asked: list[tuple[str, int]] = []

    def resolve(host: str, port: int) -> list[str]:
        asked.append((host, port))
        return ["127.0.0.99", "127.0.0.1"]

    port = int(receiver.url.split(":")[2].split("/")[0])
    sent = HttpSender(resolve).send(f"http://hooks.test:{port}/a?b=1", b"{}", {})

    assert sent == Sent(200)
    assert asked == [("hooks.test", port)]
    request = receiver.take()
    assert (request.path, request.headers["host"]) == ("/a?b=1", f"hooks.test:{port}")


def test_a_proxy_in_the_environment_is_not_asked(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")

    assert HttpSender().send(receiver.url, b"{}", {}) == Sent(200)


def test_a_store_that_closes_cuts_off_what_is_being_sent(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(WEBHOOK_TIMEOUT_S.name, "60")
    receiver.answer("hang")
    sender = HttpSender()

    with ThreadPoolExecutor(1) as pool:
        sending = pool.submit(sender.send, receiver.url, b"{}", {})
        receiver.take()
        sender.close()

        assert sending.result(10) == Sent(is_cut_off=True)
    assert sender.send(receiver.url, b"{}", {}) == Sent(is_cut_off=True)
    assert receiver.count == 1


def test_certificates_are_checked_against_the_hosts_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    authority, context = _make_certificate(tmp_path, "hooks.test")
    sender = HttpSender(lambda _host, _port: ["127.0.0.1"])
    with running_receiver(context) as receiver:
        port = receiver.url.split(":")[2].split("/")[0]

        unknown = sender.send(f"https://hooks.test:{port}/", b"{}", {})
        monkeypatch.setenv("SSL_CERT_FILE", str(authority))
        known = sender.send(f"https://hooks.test:{port}/", b"{}", {})
        other = sender.send(f"https://other.test:{port}/", b"{}", {})
        plain = sender.send(f"http://hooks.test:{port}/", b"{}", {})

        assert known == Sent(200)
        assert unknown.error.startswith("No answer: its certificate is not valid: self")
        assert other.error.startswith("No answer: its certificate is not valid: Hostname mismatch")
        assert plain.status is None
        assert receiver.count == 1


def test_a_server_that_speaks_no_tls(receiver: Receiver) -> None:
    sent = HttpSender().send(receiver.url.replace("http:", "https:"), b"{}", {})

    assert sent.status is None
    assert sent.error


def test_many_are_sent_at_once(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(WEBHOOK_TIMEOUT_S.name, "20")
    sender = HttpSender()

    with ThreadPoolExecutor(16) as pool:
        sent = list(pool.map(lambda _: sender.send(receiver.url, b"{}", {}), range(64)))

    assert sent == [Sent(200)] * 64
    assert not [thread for thread in threading.enumerate() if isinstance(thread, threading.Timer)]


def _make_certificate(folder: Path, name: str) -> tuple[Path, ssl.SSLContext]:
    """Return the file of a certificate that signs itself, and a server's context with it."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.UTC)
    names = [x509.DNSName(name), x509.IPAddress(ipaddress.ip_address("127.0.0.9"))]
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    public, private = folder / "certificate.pem", folder / "key.pem"
    public.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(public, private)
    return public, context
