"""Ports that stay free until their program takes them."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from interlock.server.demo.ports import HOST, free_ports


def test_they_are_different_and_can_be_listened_on() -> None:
    ports = free_ports(5)

    assert 5 == len(set(ports))
    for port in ports:
        socket.create_server((HOST, port)).close()


RANGE = Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()


@pytest.mark.skipif(int(RANGE[0]) < 32_000, reason="this system gives clients nearly every port")
def test_they_are_not_among_those_the_system_gives_to_clients() -> None:
    assert max(free_ports(5)) < int(RANGE[0])


def test_one_that_is_taken_is_passed_over() -> None:
    [taken] = free_ports(1)

    with socket.create_server((HOST, taken)):
        assert taken not in free_ports(3)
