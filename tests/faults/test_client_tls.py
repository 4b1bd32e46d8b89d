"""Servers behind TLS: whom the client trusts, how it shows who it is, and where it finds a password."""

import asyncio
import datetime
import ipaddress
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

import headwater as hw
from headwater.config import CA_BUNDLE, CLIENT_CERT, INSECURE_TLS
from headwater.protocol.experiments import GetExperiment
from headwater.stores import open_store
from headwater.stores.rest import RestStore
from headwater.testing.servers import live_server


def make_certificate(file: Path) -> Path:
    """Write a certificate for this machine, signed by itself, and its key into one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, file.stem)])
    now, day = datetime.datetime.now(datetime.UTC), datetime.timedelta(days=1)
    here = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(now - datetime.timedelta(days=1)).not_valid_after(
        now + datetime.timedelta(days=1)
    )
    made = builder.add_extension(here, critical=False).sign(key, hashes.SHA256())
    pem, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    text = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain) + made.public_bytes(pem)
    file.write_bytes(text)
    return file


@contextmanager
def tls_in_front_of(url: str, certificate: Path, client_ca: Path | None = None) -> Iterator[str]:
    """Forward what comes over TLS to a server, and yield the https:// address."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    if client_ca is not None:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(client_ca)
    parts = urlsplit(url)

    async def copy(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        while data := await source.read(65536):
            target.write(data)
        target.close()

    async def forward(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection(parts.hostname, parts.port)
        await asyncio.gather(copy(reader, back), copy(there, writer), return_exceptions=True)
        writer.close()

    loop = asyncio.new_event_loop()
    loop.set_exception_handler(lambda _loop, _context: None)  # clients that trust nobody hang up
    server = loop.run_until_complete(asyncio.start_server(forward, "127.0.0.1", 0, ssl=context))
    thread = threading.Thread(target=loop.run_forever, name="tls")
    thread.start()
    try:
        yield f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        loop.call_soon_threadsafe(server.close)
        loop.call_soon_threadsafe(lambda: [task.cancel() for task in asyncio.all_tasks(loop)])
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.run_until_complete(asyncio.sleep(0))
        loop.close()


@pytest.fixture
def plain(tmp_path: Path) -> Iterator[str]:
    store = open_store(f"sqlite:///{tmp_path / 'headwater.db'}")
    with live_server(store) as url:
        yield url
    store.close()


def names_at(url: str) -> list[str]:
    """Return the names of the experiments at a server."""
    store = RestStore(url, retries=0)
    try:
        return [store.experiments.get(GetExperiment("0")).experiment.name]
    finally:
        store.close()


def test_a_server_is_trusted_by_its_certificate_or_blindly(
    plain: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own, other = make_certificate(tmp_path / "own.pem"), make_certificate(tmp_path / "other.pem")
    with tls_in_front_of(plain, own) as url:
        with pytest.raises(hw.TemporarilyUnavailable, match="certificate"):
            names_at(url)
        monkeypatch.setenv("MLFLOW_TRACKING_SERVER_CERT_PATH", str(own))
        trusted = names_at(url)
        monkeypatch.setenv(CA_BUNDLE.name, str(other))
        with pytest.raises(hw.TemporarilyUnavailable, match="certificate"):
            names_at(url)
        monkeypatch.setenv("MLFLOW_TRACKING_INSECURE_TLS", "true")
        with pytest.raises(hw.InvalidParameterValue, match="Give one of them"):
            names_at(url)
        monkeypatch.delenv(CA_BUNDLE.name)
        monkeypatch.delenv("MLFLOW_TRACKING_SERVER_CERT_PATH")
        blind = names_at(url)

    assert INSECURE_TLS.is_on()
    assert trusted == blind == ["Default"]


def test_a_client_shows_its_certificate_to_a_server_that_asks(
    plain: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server, client = make_certificate(tmp_path / "server.pem"), make_certificate(tmp_path / "client.pem")
    monkeypatch.setenv(CA_BUNDLE.name, str(server))
    with tls_in_front_of(plain, server, client_ca=client) as url:
        with pytest.raises(hw.TemporarilyUnavailable):
            names_at(url)
        monkeypatch.setenv("MLFLOW_TRACKING_CLIENT_CERT_PATH", str(client))

        found = names_at(url)

    assert found == ["Default"]
    monkeypatch.setenv(CLIENT_CERT.name, "absent.pem")
    with pytest.raises(hw.InvalidParameterValue, match=r"no file 'absent\.pem', which HEADWATER_CLIENT_CERT names"):
        names_at(url)
