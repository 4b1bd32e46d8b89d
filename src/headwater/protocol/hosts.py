"""Who a request is addressed to and which page sent it: the rules for the headers Host and Origin.

A page of another site can make a browser send requests here. Checking Host stops DNS rebinding, checking Origin stops
cross-site writes.
"""

import ipaddress
import re
from collections.abc import Iterable
from urllib.parse import urlsplit

_HOST = re.compile(r"(?P<name>\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+)(?::[0-9]{1,5})?", re.ASCII)
_LOCAL_NAMES = frozenset({"localhost", "127.0.0.1", "::1", "0.0.0.0"})  # noqa: S104 - a name to compare with
_PRIVATE_NETWORKS = tuple(
    ipaddress.ip_network(network)
    for network in ("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7")
)


class HostRules:
    """Which hosts requests may be addressed to, and which origins may write.

    Args:
        hosts: names besides local ones and private addresses; `*.example.org` for all below, `*` for all.
        origins: origins besides local ones; `*` for all.
    """

    def __init__(self, hosts: Iterable[str] = (), origins: Iterable[str] = ()) -> None:
        self._hosts = tuple(host.lower() for host in hosts)
        self._origins = tuple(origin.lower().rstrip("/") for origin in origins)

    @property
    def is_any_origin_allowed(self) -> bool:
        """Return whether every page may write."""
        return "*" in self._origins

    def is_origin_trusted(self, origin: str) -> bool:
        """Return whether a page of this origin may act as whoever is signed in: somebody named the origin itself.

        Being local is not enough: other programs of the machine, and ports that were forwarded to it, are local, too.
        """
        return not self.is_any_origin_allowed and origin.lower() in self._origins

    def is_host_allowed(self, hosts: list[str]) -> bool:
        """Return whether a request with these headers Host, of which there must be one, is meant for us."""
        if len(hosts) != 1:
            return False
        match = _HOST.fullmatch(hosts[0])
        if match is None:
            return False
        name = match["name"].strip("[]").lower()
        if name in _LOCAL_NAMES or _is_private_address(name):
            return True
        return any(_matches(name, hosts[0].lower(), allowed) for allowed in self._hosts)

    def is_origin_allowed(self, origin: str, host: str) -> bool:
        """Return whether a page of this origin may write to the host that it addressed."""
        return self.is_origin_foreign_but_allowed(origin) or _authority(origin) == _authority(f"http://{host}")

    def is_origin_foreign_but_allowed(self, origin: str) -> bool:
        """Return whether an origin that may be another than ours is one of those that may write."""
        lowered = origin.lower()
        if self.is_any_origin_allowed or lowered in self._origins:
            return True
        authority = _authority(lowered)
        return authority is not None and authority[0] in _LOCAL_NAMES


def _is_private_address(name: str) -> bool:
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        return False
    return any(address in network for network in _PRIVATE_NETWORKS)


def _matches(name: str, host: str, allowed: str) -> bool:
    if allowed == "*" or allowed in {name, host}:
        return True
    return allowed.startswith("*.") and name.endswith(allowed[1:])


def _authority(origin: str) -> tuple[str, int] | None:
    """Return an origin's host and port; None for `null` and for what is not an http(s) origin.

    The scheme is left out because a proxy in front may speak https for us; both default ports count as one.
    """
    try:
        parts = urlsplit(origin.lower())
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path.strip("/"):
        return None
    return parts.hostname, 80 if port in {None, 443} else port or 0
