"""Law: no spelling of a forbidden address is connected to, and no host that is not listed."""

from __future__ import annotations

import socket

import pytest

from interlock.engine.executors.egress import Origin, check_egress, forbidden, guarded_socket
from interlock.errors import ExecutionRefused


@pytest.mark.parametrize(
    "address",
    [
        "169.254.169.254",
        "169.254.0.1",
        "::ffff:169.254.169.254",
        "64:ff9b::a9fe:a9fe",
        "2002:a9fe:a9fe::",
        "fe80::1",
        "fe80::1%eth0",
        "fd00:ec2::254",
        "100.100.100.200",
        "168.63.129.16",
        "0.0.0.0",
        "::",
        "224.0.0.1",
        "ff02::1",
    ],
)
def test_a_forbidden_address_is_never_connected_to(address: str) -> None:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET

    with pytest.raises(OSError, match="never connected to"):
        guarded_socket((family, socket.SOCK_STREAM, 0, "", (address, 80)))


@pytest.mark.parametrize("address", ["127.0.0.1", "10.0.0.1", "::1", "fd12::1", "93.184.216.34"])
def test_any_other_address_may_be(address: str) -> None:
    assert forbidden(address) is None


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://Example.ORG", "example.org:80"),
        ("https://example.org/", "example.org:443"),
        ("http://127.0.0.1:8080", "127.0.0.1:8080"),
        ("http://[::1]:8080", "[::1]:8080"),
    ],
)
def test_an_origin_has_one_form(url: str, expected: str) -> None:
    assert Origin.parse(url).authority == expected


@pytest.mark.parametrize(
    "url",
    [
        "",
        "example.org",
        "//example.org",
        "ftp://example.org",
        "file:///etc/passwd",
        "http://",
        "http://user@example.org",
        "http://user:pass@example.org",
        "http://example.org#@evil.org",
        "http://example.org?x",
        "http://example.org\\@evil.org",
        "http://example.org:99999",
        "http://example.org:port",
        "http://example.org/path",
    ],
)
def test_what_is_no_origin_is_refused(url: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  # urllib has its own words
        Origin.parse(url)


@pytest.mark.parametrize(
    "url",
    [
        "http://evil.org:80",
        "http://example.org:81",
        "http://sub.example.org",
        "https://example.org",
    ],
)
def test_only_the_exact_host_and_port_may_be_spoken_to(url: str) -> None:
    allowed = frozenset({"example.org:80"})

    check_egress(Origin.parse("http://example.org"), allowed)
    with pytest.raises(ExecutionRefused, match="egress list"):
        check_egress(Origin.parse(url), allowed)
