"""Which hosts and addresses Interlock may be made to speak to.

Two fences: the operator's exact list of ``host:port``, checked on the URL, and a check of the
address that is really connected to, which no DNS answer and no odd spelling of an address
(``0xa9fea9fe``, ``::ffff:169.254.169.254``) goes round.

Source: OWASP Server-Side Request Forgery Prevention; RFC 3927, RFC 6052.
"""

from __future__ import annotations

import errno
import ipaddress
import socket
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from typing_extensions import override

from interlock.errors import ExecutionRefused

_DEFAULT_PORTS: Final = {"http": 80, "https": 443}

_METADATA: Final = {
    ipaddress.ip_address("100.100.100.200"): "a cloud's metadata service",
    ipaddress.ip_address("fd00:ec2::254"): "a cloud's metadata service",
    ipaddress.ip_address("168.63.129.16"): "a cloud's metadata service",
}
_NAT64: Final = ipaddress.ip_network("64:ff9b::/96")

AddressInfo = tuple[int, int, int, str, tuple[Any, ...]]
"""What getaddrinfo answers."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Scheme, host and port of a URL, in one form."""

    scheme: str
    host: str
    port: int

    @classmethod
    def parse(cls, url: str) -> Origin:
        """Return the origin a URL names.

        Args:
            url: ``http://host:port`` or ``https://host:port``; nothing after it but ``/``.

        Raises:
            ValueError: it is something else, or holds credentials.
        """
        parts = urlsplit(url)
        plain = not (parts.query or parts.fragment or "@" in parts.netloc or "\\" in url)
        if parts.scheme not in _DEFAULT_PORTS or not parts.hostname or not plain:
            raise ValueError(f"{url!r} is not http://host:port or https://host:port")
        if parts.path not in ("", "/"):
            raise ValueError(f"{url!r} holds a path; write it under `path`")
        port = parts.port if parts.port is not None else _DEFAULT_PORTS[parts.scheme]
        return cls(parts.scheme, parts.hostname.lower(), port)

    @property
    def authority(self) -> str:
        """Host and port as the allow-list writes them."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"

    @override
    def __str__(self) -> str:
        """Return the origin as a URL."""
        return f"{self.scheme}://{self.authority}"


def check_egress(origin: Origin, allowed: frozenset[str]) -> None:
    """Check an origin against the exact list of ``host:port``.

    Raises:
        ExecutionRefused: it is not listed.
    """
    if origin.authority not in allowed:
        raise ExecutionRefused(
            f"nothing was sent: {origin.authority} is not on the egress list", reason="egress"
        )


def forbidden(address: str) -> str | None:
    """Return what makes an IP address one never to be connected to; None when nothing does."""
    ip = _unwrapped(ipaddress.ip_address(address.partition("%")[0]))
    if ip in _METADATA:
        return _METADATA[ip]
    for word in ("link_local", "multicast", "unspecified"):
        if getattr(ip, f"is_{word}"):
            return word.replace("_", "-")
    return None


def guarded_socket(info: AddressInfo) -> socket.socket:
    """Make the socket for an address that may be connected to; for aiohttp's connector.

    Raises:
        OSError: the address is a forbidden one.
    """
    family, kind, protocol, _, address = info
    reason = forbidden(str(address[0]))
    if reason is not None:
        raise OSError(errno.EACCES, f"{address[0]} is {reason} and never connected to")
    return socket.socket(family, kind, protocol)


def _unwrapped(
    ip: ipaddress.IPv4Address | ipaddress.IPv6Address,
) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    """Return the IPv4 address that an IPv6 address stands for, or the address itself."""
    if isinstance(ip, ipaddress.IPv6Address):
        if ip in _NAT64:
            return ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        return ip.ipv4_mapped or ip.sixtofour or ip
    return ip
