"""Starts, stops and restarts processes by asking the supervisor that is their parent.

Every operation is idempotent by design: it states what should be and accepts that it
already is.  Starting what runs and stopping what stands are successes; a restart that is
repeated leaves a running process again.  Interlock never becomes the parent of a service.

Source: http://supervisord.org/api.html
"""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from typing_extensions import override

from interlock.engine.executors.base import Attempt, AttemptResult, Manifest, ProbeRequest
from interlock.engine.executors.plugin import Plugin
from interlock.engine.executors.settings import check_settings, require_setting
from interlock.engine.executors.xmlrpc import Address, RpcFault, XmlRpc
from interlock.errors import DefinitionError, ExecutionError
from interlock.language.values import BOOL, INT, STRING, Field, Value
from interlock.ledger import Ledger

NAME: Final = "supervisord"

_BAD_NAME: Final = 10
_ALREADY_STARTED: Final = 60
_NOT_RUNNING: Final = 70
_STOPPING: Final = 40  # ProcessStates.STOPPING
_POLL_S: Final = 0.1

_INPUTS: Final = {
    # No `*`: an action is for one process, never for all of them.
    "name": Field(
        STRING,
        pattern="[A-Za-z0-9_.-]{1,100}(:[A-Za-z0-9_.-]{1,100})?",
        doc="process or group:process",
    )
}
_OUTPUTS: Final = {"state": Field(STRING, doc="state name, e.g. RUNNING"), "pid": Field(INT)}
_SEEN: Final = {
    "found": Field(BOOL, doc="whether the supervisor knows the process"),
    "state": Field(STRING, doc="state name, e.g. RUNNING; empty when not found"),
    "pid": Field(INT, doc="process id; 0 when it does not run"),
    "uptime": Field(INT, doc="seconds since it started; 0 when it does not run"),
}


class SupervisordExecutor(Plugin):
    """Operations ``start``, ``stop``, ``restart`` and the probe ``process``; input ``name``.

    Args:
        rpc: client of the supervisor.
        ledger: where effects are remembered; in memory by default.
        name: what contracts write in ``executor:``.
    """

    def __init__(self, rpc: XmlRpc, ledger: Ledger | None = None, name: str = NAME) -> None:
        def manifest(doc: str) -> Manifest:
            return Manifest(inputs=_INPUTS, outputs=_OUTPUTS, doc=doc)

        super().__init__(
            name,
            actions={
                "start": manifest("Start a process, unless it runs."),
                "stop": manifest("Stop a process, if it runs."),
                "restart": manifest("Stop a process, if it runs, and start it."),
            },
            probes={"process": Manifest(_INPUTS, _SEEN, "What the supervisor says of a process.")},
            ledger=ledger,
        )
        self._rpc = rpc

    @override
    async def close(self) -> None:
        await self._rpc.close()

    @override
    async def _perform(self, attempt: Attempt) -> AttemptResult:
        name = str(attempt.inputs["name"])
        if attempt.operation in ("stop", "restart"):
            await self._unless(_NOT_RUNNING, "supervisor.stopProcess", name)
        if attempt.operation == "restart":
            await self._until_stopped(name)
        if attempt.operation in ("start", "restart"):
            await self._unless(_ALREADY_STARTED, "supervisor.startProcess", name)
        seen = _observation(await self._process(name))
        return AttemptResult("ok", outputs={"state": seen["state"], "pid": seen["pid"]})

    @override
    async def _observe(self, request: ProbeRequest) -> Mapping[str, Value]:
        try:
            return _observation(await self._process(str(request.inputs["name"])))
        except RpcFault as fault:
            if fault.number != _BAD_NAME:
                raise
            return {"found": False, "state": "", "pid": 0, "uptime": 0}

    async def _unless(self, already: int, method: str, name: str) -> None:
        """Call a method; a fault that says it is already so is success."""
        try:
            await self._rpc.call(method, name, True)  # noqa: FBT003  # wait until it is so
        except RpcFault as fault:
            if fault.number != already:
                raise

    async def _until_stopped(self, name: str) -> None:
        """Wait for a stop that somebody else began; the API has nothing to wait on."""
        while (await self._process(name)).get("state") == _STOPPING:  # noqa: ASYNC110
            await asyncio.sleep(_POLL_S)

    async def _process(self, name: str) -> dict[str, object]:
        answer = await self._rpc.call("supervisor.getProcessInfo", name)
        if not isinstance(answer, dict):
            raise ExecutionError("the supervisor answered no process", reason="bad_answer")
        return answer


def create(settings: Mapping[str, str]) -> SupervisordExecutor:
    """Make the executor.

    Args:
        settings: ``address`` (``unix:///path`` or ``http://127.0.0.1:9001``); optional
            ``username`` with ``password_file``; optional ``ledger``, a file, and ``name``.

    Raises:
        DefinitionError: a setting is missing, unknown or wrong.
    """
    check_settings(NAME, settings, "address", "username", "password_file", "ledger", "name")
    address = Address.parse(require_setting(NAME, settings, "address"))
    ledger = Ledger(Path(settings["ledger"])) if settings.get("ledger") else None
    rpc = XmlRpc(address, _authorization(settings))
    return SupervisordExecutor(rpc, ledger, settings.get("name", NAME))


def _authorization(settings: Mapping[str, str]) -> dict[str, str]:
    if "username" not in settings:
        return {}
    path = Path(require_setting(NAME, settings, "password_file"))
    try:
        password = path.read_text().strip()
    except OSError as error:
        raise DefinitionError(f"password file {path} cannot be read: {error.strerror}") from error
    pair = base64.b64encode(f"{settings['username']}:{password}".encode()).decode()
    return {"Authorization": f"Basic {pair}"}


def _observation(process: Mapping[str, object]) -> dict[str, Value]:
    match process:
        case {"statename": str(state), "pid": int(pid), "start": int(start), "now": int(now)}:
            uptime = max(0, now - start) if pid else 0
            return {"found": True, "state": state, "pid": pid, "uptime": uptime}
        case _:
            raise ExecutionError("the supervisor answered no process", reason="bad_answer")
