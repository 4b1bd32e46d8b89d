"""Servers behind TLS: whom the client trusts, how it shows who it is, and where it finds a password."""

import datetime
import ipaddress
import ssl
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

import headwater as hw
from headwater.config import CA_BUNDLE, CLIENT_CERT, INSECURE_TLS
from headwater.protocol.experiments import GetExperiment
from headwater.stores import open_store
from headwater.stores.interface import Store
from headwater.stores.rest import RestStore
from headwater.testing.servers import live_server


def make_certificate(file: Path) -> Path:
    """Write a certificate for this machine, signed by itself, and its key into one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, file.stem)])
    now, day = datetime.datetime.now(datetime.UTC), datetime.timedelta(days=1)
    here = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(now - day).not_valid_after(now + day)
    made = builder.add_extension(here, critical=False).sign(key, hashes.SHA256())
    pem, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    text = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain) + made.public_bytes(pem)
    file.write_bytes(text)
    return file


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with closing(open_store(f"sqlite:///{tmp_path / 'headwater.db'}")) as opened:
        yield opened


def names_at(url: str) -> list[str]:
    """Return the names of the experiments at a server."""
    with closing(RestStore(url, retries=0)) as remote:
        return [remote.experiments.get(GetExperiment("0")).experiment.name]


def test_a_server_is_trusted_by_its_certificate_or_blindly(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own, other = make_certificate(tmp_path / "own.pem"), make_certificate(tmp_path / "other.pem")
    with live_server(store, tls={"ssl_certfile": str(own)}) as url:
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
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server, client = make_certificate(tmp_path / "server.pem"), make_certificate(tmp_path / "client.pem")
    monkeypatch.setenv(CA_BUNDLE.name, str(server))
    asking = {"ssl_ca_certs": str(client), "ssl_cert_reqs": ssl.CERT_REQUIRED}
    with live_server(store, tls={"ssl_certfile": str(server), **asking}) as url:
        with pytest.raises(hw.TemporarilyUnavailable):
            names_at(url)
        monkeypatch.setenv("MLFLOW_TRACKING_CLIENT_CERT_PATH", str(client))

        found = names_at(url)

    assert found == ["Default"]
    monkeypatch.setenv(CLIENT_CERT.name, "absent.pem")
    with pytest.raises(hw.InvalidParameterValue, match=r"no file 'absent\.pem', which HEADWATER_CLIENT_CERT names"):
        names_at(url)
