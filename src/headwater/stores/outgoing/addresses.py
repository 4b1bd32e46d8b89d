"""Which addresses may be sent to: public ones over HTTPS, and those that the operator named."""

import ipaddress
import re
import socket
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from headwater.config import WEBHOOK_PRIVATE_HOSTS
from headwater.protocol.errors import InvalidParameterValue

Resolve = Callable[[str, int], list[str]]
"""Returns the numeric addresses of a host; raises `OSError` if there are none."""

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_PORTS = {"https": 443, "http": 80}
_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?", re.ASCII)
_ADVICE = "Use https://host/path."
_PLAIN = re.compile(r"[!-~]+", re.ASCII)
_HIDING = ("2002::/16", "2001::/32", "64:ff9b::/96", "64:ff9b:1::/48", "::/96")  # hold an IPv4 address, perhaps private
_SPECIAL = ("192.0.0.0/24", "192.88.99.0/24", "fec0::/10")  # which versions of Python know differently
_UNFIT = tuple(map(ipaddress.ip_network, (*_HIDING, *_SPECIAL)))


@dataclass(frozen=True, slots=True)
class Target:
    """What a URL says: the host as resolvers and certificates know it, and what to ask it for."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def authority(self) -> str:
        """Return the header `Host`."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"


def parse_url(url: str) -> Target:
    """Return what a URL says; raise `InvalidParameterValue` for one that hides where it leads."""
    if not _PLAIN.fullmatch(url) or "\\" in url:
        raise InvalidParameterValue(
            "A webhook URL has no blanks, control characters, backslashes or letters beyond ASCII. Percent-encode its "
            "path, and write a host of other letters in its xn-- form."
        )
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise InvalidParameterValue(f"'{url[:200]}' is no URL of a webhook: {error}. {_ADVICE}") from error
    scheme = parts.scheme.lower()
    if scheme not in _PORTS:
        raise InvalidParameterValue(f"Invalid webhook URL scheme '{scheme[:20]}'. {_ADVICE}")
    if "@" in parts.netloc or "#" in url:
        raise InvalidParameterValue(f"A webhook URL holds no user, password or fragment. {_ADVICE}")
    if port == 0 or not (_is_address(host) or _is_name(host)):
        raise InvalidParameterValue(f"'{url[:200]}' names no host of a webhook. {_ADVICE}")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(scheme, host, port or _PORTS[scheme], path)


def resolve_host(host: str, port: int) -> list[str]:
    """Return the numeric addresses of a host, in the system's order."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def choose_addresses(target: Target, resolve: Resolve) -> list[str]:
    """Return the addresses of a target, all of which may be sent to.

    Raises `InvalidParameterValue` if one of them may not be, `OSError` if there are none now.
    """
    addresses = resolve(target.host, target.port)
    if not addresses:
        raise OSError(f"'{target.host}' has no address")
    allowed = _Allowed(WEBHOOK_PRIVATE_HOSTS.get())
    is_named = allowed.names_host(target.host) or all(allowed.covers(address) for address in addresses)
    if is_named:
        return addresses
    if not all(map(is_public, addresses)):
        raise InvalidParameterValue(
            f"The webhook's host '{target.host[:200]}' is not on the public internet. Name it in "
            f"{WEBHOOK_PRIVATE_HOSTS.name} on the server if it may be sent to."
        )
    if target.scheme != "https":
        raise InvalidParameterValue("Invalid webhook URL scheme 'http'. Use https://host/path on the public internet.")
    return addresses


def is_public(address: str) -> bool:
    """Return whether a numeric address is one of the public internet, and hides no other address."""
    parsed = parse_address(address)
    if _is_in(parsed, _UNFIT):
        return False
    unfit = parsed.is_multicast or parsed.is_reserved or parsed.is_loopback or parsed.is_link_local
    return parsed.is_global and not unfit and not parsed.is_unspecified


def parse_address(address: str) -> Address:
    """Return a numeric address; one of IPv4 that is written as IPv6 is the former."""
    parsed = ipaddress.ip_address(address.partition("%")[0])
    return getattr(parsed, "ipv4_mapped", None) or parsed


class _Allowed:
    """What the operator named: hosts and networks."""

    def __init__(self, text: str) -> None:
        entries = [entry.strip().lower() for entry in text.split(",") if entry.strip()]
        self._networks: list[Network] = []
        self._names: set[str] = set()
        for entry in entries:
            try:
                self._networks.append(ipaddress.ip_network(entry, strict=False))
            except ValueError:
                self._names.add(entry.rstrip("."))

    def names_host(self, host: str) -> bool:
        return "*" in self._names or host.lower().rstrip(".") in self._names

    def covers(self, address: str) -> bool:
        return _is_in(parse_address(address), self._networks)


def _is_in(address: Address, networks: Iterable[Network]) -> bool:
    return any(address.version == network.version and address in network for network in networks)


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _is_name(host: str) -> bool:
    return len(host) <= 253 and all(map(_LABEL.fullmatch, host.removesuffix(".").split(".")))
