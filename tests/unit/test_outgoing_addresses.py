"""Where webhooks may be sent: the public internet over HTTPS and what the operator named, however it is spelled."""

import socket

import pytest

from headwater.config import WEBHOOK_PRIVATE_HOSTS
from headwater.protocol.errors import InvalidParameterValue
from headwater.stores.outgoing import HttpSender
from headwater.stores.outgoing.addresses import is_public, parse_url
from headwater.testing.stores import expect_error

PUBLIC = "93.184.216.34"

# Literal addresses, and every way to hide one.
HIDDEN_ADDRESSES = [
    "https://127.0.0.1:1/",
    "https://localhost",
    "https://[::1]",
    "https://[::ffff:127.0.0.1]",
    "https://[::ffff:7f00:1]",
    "https://[::127.0.0.1]",
    "https://[64:ff9b::7f00:1]",
    "https://[64:ff9b:1::a00:1]",
    "https://[2002:7f00:1::]",
    "https://[2001:0:7f00:1::]",
    "https://0.0.0.0",
    "https://[::]",
    "https://0",
    "https://2130706433",
    "https://0x7f.1",
    "https://0x7f000001",
    "https://0177.0.0.1",
    "https://127.1",
    "https://169.254.169.254/latest/meta-data/",
    "https://[fd00:ec2::254]",
    "https://[fe80::1]",
    "https://[fec0::1]",
    "https://10.0.0.1",
    "https://172.16.0.1",
    "https://172.31.255.255",
    "https://192.168.0.1",
    "https://100.64.0.1",
    "https://192.0.0.8",
    "https://198.18.0.1",
    "https://203.0.113.1",
    "https://224.0.0.1",
    "https://[ff02::1]",
    "https://240.0.0.1",
    "https://255.255.255.255",
]
HIDING_URLS = [
    "http://93.184.216.34/",
    "https://a@127.0.0.1",
    "https://a:b@example.com",
    "https://@example.com",
    "https://evil#@127.0.0.1",
    "https://example.com/#fragment",
    "https://example.com#",
    "https://127。0。0。1",
    "https://１２７.0.0.1",
    "https://ex\tample.com",
    "https://example.com\\@127.0.0.1/",
    "https:\\\\127.0.0.1",
    "https://example.com\r\nHost: internal",
    "https://example.com/ x",
    "https://exa%6dple.com",
    "https://[::1",
    "https://example.com:0",
    "https://example.com:99999",
    "https://example.com:x",
    "https://",
    "https:///path",
    "https://a..b",
    "https://.",
    "https://-a.com",
    "//example.com",
    "example.com",
    "file:///etc/passwd",
    "gopher://127.0.0.1:25/",
    "ftp://example.com",
    "dict://127.0.0.1:11211/",
    "ldap://127.0.0.1",
    "jar:http://example.com!/",
    "unix:///var/run/docker.sock",
    "data:text/plain,x",
    "javascript:alert(1)",
    "HTTPS+unix://example.com",
]


def never(_host: str, _port: int) -> list[str]:
    raise AssertionError("such a URL must not even be looked up")


@pytest.mark.parametrize("url", HIDDEN_ADDRESSES)
def test_no_address_of_a_private_network_is_sent_to(url: str) -> None:
    sender = HttpSender()

    with expect_error(InvalidParameterValue, "The webhook's host '…"):
        sender.check(url)
    sent = sender.send(url, b"{}", {})

    assert (sent.status, sent.is_refused) == (None, True)


@pytest.mark.parametrize("url", HIDING_URLS[1:])
def test_no_url_that_hides_where_it_leads_is_even_looked_up(url: str) -> None:
    sender = HttpSender(never)

    with pytest.raises(InvalidParameterValue):
        sender.check(url)

    assert sender.send(url, b"{}", {}).is_refused


def test_a_public_address_needs_https() -> None:
    with expect_error(InvalidParameterValue, "Invalid webhook URL scheme 'http'.…"):
        HttpSender().check(HIDING_URLS[0])


@pytest.mark.parametrize("name", ["metadata.google.internal", "intranet", "localhost.evil.example"])
def test_a_name_of_a_private_address_is_refused(name: str) -> None:
    for private in ("169.254.169.254", "10.1.2.3", "::1", "fd00:ec2::254"):
        with pytest.raises(InvalidParameterValue, match="not on the public internet"):
            HttpSender(lambda _host, _port, found=private: [found]).check(f"https://{name}/")  # type: ignore[misc]  # a default pins it


def test_one_private_address_among_public_ones_is_enough_to_refuse() -> None:
    sender = HttpSender(lambda _host, _port: [PUBLIC, "127.0.0.1"])

    with pytest.raises(InvalidParameterValue, match="not on the public internet"):
        sender.check("https://example.com/")


def test_a_name_that_is_public_when_checked_and_private_when_sent_to_is_refused() -> None:
    answers = iter([[PUBLIC], ["127.0.0.1"], ["::ffff:169.254.169.254"]])
    sender = HttpSender(lambda _host, _port: next(answers))

    sender.check("https://rebinding.example/")

    for _ in range(2):
        sent = sender.send("https://rebinding.example/", b"{}", {})
        assert (sent.status, sent.is_refused) == (None, True)


def test_a_name_without_an_address_is_refused_when_made_and_tried_again_when_sent() -> None:
    def unknown(_host: str, _port: int) -> list[str]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    sender = HttpSender(unknown)

    with expect_error(
        InvalidParameterValue,
        "The webhook's host 'gone.example' cannot be looked up: Name or service not known. Check the URL.",
    ):
        sender.check("https://gone.example/")
    sent = sender.send("https://gone.example/", b"{}", {})
    assert (sent.is_refused, sent.error) == (False, "The host cannot be looked up: Name or service not known.")


@pytest.mark.parametrize(
    ("setting", "url", "is_allowed"),
    [
        ("127.0.0.1", "http://127.0.0.1:8000/", True),
        ("127.0.0.1", "https://127.0.0.1:8000/", True),
        ("127.0.0.1", "http://127.0.0.2/", False),
        ("127.0.0.0/8", "http://127.9.9.9/", True),
        ("127.0.0.1", "http://[::ffff:127.0.0.1]/", True),
        ("::1", "http://[::1]/", True),
        ("fd00::/8", "http://[fd12::1]/", True),
        ("10.0.0.0/8, hooks.internal", "http://hooks.internal/", True),
        ("10.0.0.0/8, hooks.internal", "http://HOOKS.internal./", True),
        ("10.0.0.0/8, hooks.internal", "http://other.internal/", True),
        ("hooks.internal", "http://other.internal/", False),
        ("internal", "http://hooks.internal/", False),
        ("*", "http://169.254.169.254/", True),
        ("", "http://10.0.0.1/", False),
    ],
)
def test_the_operator_names_what_may_be_sent_to_besides(
    monkeypatch: pytest.MonkeyPatch, setting: str, url: str, *, is_allowed: bool
) -> None:
    monkeypatch.setenv(WEBHOOK_PRIVATE_HOSTS.name, setting)

    def resolve(host: str, _port: int) -> list[str]:
        return ["10.1.2.3"] if "internal" in host else [host]

    try:
        HttpSender(resolve).check(url)
    except InvalidParameterValue:
        assert not is_allowed
    else:
        assert is_allowed


def test_public_addresses_are_public() -> None:
    for address in (PUBLIC, "8.8.8.8", "2606:4700:4700::1111", "::ffff:8.8.8.8"):
        assert is_public(address)


def test_a_url_says_what_to_ask_whom() -> None:
    assert parse_url("HTTPS://Example.com/a%20b?x=1").authority == "example.com"
    assert parse_url("https://example.com:8443").authority == "example.com:8443"
    assert parse_url("https://[2606:4700::1]:8443/").authority == "[2606:4700::1]:8443"
    assert parse_url("https://xn--bcher-kva.example/a?b").path == "/a?b"
    assert parse_url("https://example.com?b").path == "/?b"
