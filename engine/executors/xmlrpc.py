"""Calls XML-RPC methods over a unix socket or loopback HTTP, on the event loop.

The transport is aiohttp's, so a call ends when its task is cancelled; only the encoding is
the standard library's.  One connection a call: a supervisor that was restarted is found
again without a stale connection in between.
"""

from __future__ import annotations

import ipaddress
import xmlrpc.client
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit
from xml.parsers.expat import ExpatError

import aiohttp

from interlock.engine.executors.bounded import read_bounded
from interlock.errors import DefinitionError, ExecutionError

ANSWER_BYTES = 1 << 20
"""The longest answer that is read."""


class RpcFault(ExecutionError):
    """The other side answered with a fault; ``number`` is its code."""

    code = "rpc_fault"

    def __init__(self, number: int, text: str) -> None:
        super().__init__(f"fault {number}: {text}", reason=f"fault_{number}")
        self.number = number


@dataclass(frozen=True, slots=True)
class Address:
    """Where the server listens.

    Attributes:
        url: what is posted to.
        socket: path of the unix socket; None for TCP.
    """

    url: str
    socket: str | None

    @classmethod
    def parse(cls, text: str) -> Address:
        """Return the address ``unix:///path`` or ``http://127.0.0.1:port`` names.

        Raises:
            DefinitionError: it is neither; XML-RPC is spoken to this machine only.
        """
        parts = urlsplit(text)
        if parts.scheme == "unix" and not parts.netloc and parts.path.startswith("/"):
            return cls("http://localhost/RPC2", parts.path)
        if parts.scheme == "http" and _is_loopback(parts.hostname) and parts.path in ("", "/RPC2"):
            return cls(f"http://{parts.netloc}/RPC2", None)
        raise DefinitionError(
            f"{text!r} is not an address of a supervisor; "
            "write unix:///path/to/socket or http://127.0.0.1:9001"
        )


class XmlRpc:
    """A client of one server; for one event loop.

    Args:
        address: where it listens.
        headers: sent with every call, e.g. authorization.
    """

    def __init__(self, address: Address, headers: Mapping[str, str] | None = None) -> None:
        self._address = address
        self._headers = {"Content-Type": "text/xml", **(headers or {})}
        self._session: aiohttp.ClientSession | None = None

    async def call(self, method: str, *params: str | int | bool) -> object:
        """Call a method and return what it answers.

        Raises:
            RpcFault: it answered with a fault.
            ExecutionError: it could not be reached, or answered no XML-RPC.
        """
        body = xmlrpc.client.dumps(params, method).encode()
        try:
            async with self._open().post(
                self._address.url, data=body, headers=self._headers, allow_redirects=False
            ) as response:
                answer = await read_bounded(response.content, ANSWER_BYTES)
                status = response.status
        except (aiohttp.ClientError, OSError) as error:
            raise ExecutionError(f"no answer: {error}", reason="unavailable") from error
        if status != 200:
            raise ExecutionError(f"HTTP status {status}", reason=f"http_{status}")
        return _decoded(answer)

    async def close(self) -> None:
        """Close the client."""
        if self._session is not None:
            await self._session.close()

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            socket = self._address.socket
            connector: aiohttp.BaseConnector = (
                aiohttp.TCPConnector(force_close=True)
                if socket is None
                else aiohttp.UnixConnector(socket, force_close=True)
            )
            # No total timeout: the caller's deadline is the only one.
            timeout = aiohttp.ClientTimeout(total=None)
            self._session = aiohttp.ClientSession(connector=connector, timeout=timeout)
        return self._session


def _decoded(answer: bytes) -> object:
    try:
        values, _ = xmlrpc.client.loads(answer)
    except xmlrpc.client.Fault as fault:
        raise RpcFault(fault.faultCode, fault.faultString) from None
    except (ExpatError, xmlrpc.client.ResponseError, ValueError, TypeError, LookupError) as error:
        raise ExecutionError("the answer is not XML-RPC", reason="bad_answer") from error
    return values[0]


def _is_loopback(host: str | None) -> bool:
    if host == "localhost":
        return True
    try:
        return host is not None and ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
