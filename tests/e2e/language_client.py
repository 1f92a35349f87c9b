"""A real client of the language server: pygls's own, over stdio, for tests that wait."""

from __future__ import annotations

import asyncio
import json
import sys
import threading
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import pytest
from lsprotocol import types
from pygls.exceptions import JsonRpcException, JsonRpcRequestCancelled
from pygls.lsp.client import LanguageClient

PROGRAM = Path(sys.executable).with_name("interlock")
PATIENCE_S = 200
"""After so long a test has failed; nothing is measured by it."""

T = TypeVar("T")


class Session:
    """One editor and the server it has started.

    Attributes:
        said: the diagnostics last published of each file, by URI.
        told: what the server wanted people to read.
        logged: the lines of its standard error.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.said: dict[str, types.PublishDiagnosticsParams] = {}
        self.told: list[str] = []
        self.logged: list[str] = []
        self.capabilities = types.ServerCapabilities()
        self._versions: dict[str, int] = {}
        self._news = threading.Condition()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self.client = LanguageClient("tests", "1")
        self._hear()

    def _hear(self) -> None:
        """Take what the server says by itself."""

        @self.client.feature(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
        def published(params: types.PublishDiagnosticsParams) -> None:
            with self._news:
                self.said[params.uri] = params
                self._news.notify_all()

        @self.client.feature(types.WINDOW_SHOW_MESSAGE)
        def told(params: types.ShowMessageParams) -> None:
            with self._news:
                self.told.append(params.message)
                self._news.notify_all()

        @self.client.feature(types.CLIENT_REGISTER_CAPABILITY)
        def registered(_: types.RegistrationParams) -> None:
            return None

    def start(self, *command: str, encodings: Sequence[str] = ("utf-16",)) -> None:
        """Start the server and agree with it."""
        self.wait(self.client.start_io(*command, cwd=self.root))
        asyncio.run_coroutine_threadsafe(self._listen(), self._loop)
        asked = types.InitializeParams(
            types.ClientCapabilities(
                general=types.GeneralClientCapabilities(position_encodings=[*encodings]),
                workspace=types.WorkspaceClientCapabilities(
                    did_change_watched_files=types.DidChangeWatchedFilesClientCapabilities(
                        dynamic_registration=True
                    )
                ),
            ),
            root_uri=self.root.as_uri(),
        )
        self.capabilities = self.wait(self.client.initialize_async(asked)).capabilities
        self._tell(self.client.initialized, types.InitializedParams())

    @property
    def process(self) -> asyncio.subprocess.Process:
        """The server."""
        assert self.client._server is not None
        return self.client._server

    def open(self, name: str, text: str | None = None) -> str:
        """Open a file, or show it anew; return its URI."""
        path = self.root / name
        if path.as_uri() in self._versions:
            self.change(name, path.read_text() if text is None else text)
            return path.as_uri()
        item = types.TextDocumentItem(
            path.as_uri(), "yaml", 1, path.read_text() if text is None else text
        )
        self._versions[item.uri] = 1
        self._tell(self.client.text_document_did_open, types.DidOpenTextDocumentParams(item))
        return item.uri

    def change(self, name: str, text: str) -> None:
        """Type: the whole text as it is now."""
        uri = (self.root / name).as_uri()
        self._versions[uri] += 1
        place = types.VersionedTextDocumentIdentifier(self._versions[uri], uri)
        whole = types.TextDocumentContentChangeWholeDocument(text)
        self._tell(
            self.client.text_document_did_change, types.DidChangeTextDocumentParams(place, [whole])
        )

    def close(self, name: str) -> None:
        """Close a file without saving it."""
        uri = (self.root / name).as_uri()
        del self._versions[uri]
        self._tell(
            self.client.text_document_did_close,
            types.DidCloseTextDocumentParams(types.TextDocumentIdentifier(uri)),
        )

    def moved(self, *names: str) -> None:
        """Tell that files have changed on disk."""
        events = [
            types.FileEvent((self.root / name).as_uri(), types.FileChangeType.Changed)
            for name in names
        ]
        self._tell(
            self.client.workspace_did_change_watched_files,
            types.DidChangeWatchedFilesParams(events),
        )

    def diagnostics(self, name: str) -> list[types.Diagnostic]:
        """Wait for what is said of an open file as it is now."""
        uri = (self.root / name).as_uri()
        self.until(lambda: self.version(uri) == self._versions[uri])
        self.catch_up()
        return [*self.said[uri].diagnostics]

    def catch_up(self) -> None:
        """Wait until all has been heard that was said before now."""
        with pytest.raises(JsonRpcException):
            self.ask("tests/nothing", {})

    def version(self, uri: str) -> int | None:
        """Return which version of a file diagnostics were published of last."""
        return self.said[uri].version if uri in self.said else None

    def codes(self, name: str) -> list[str]:
        """Return the codes of what was published last of a file, whether open or not."""
        said = self.said.get((self.root / name).as_uri())
        return sorted(str(one.code) for one in said.diagnostics) if said else []

    def until(self, is_so: Callable[[], bool]) -> None:
        """Wait until something is so."""
        with self._news:
            assert self._news.wait_for(is_so, PATIENCE_S), (self.said, self.logged)

    def at(self, name: str, needle: str, within: int = 0) -> dict[str, Any]:
        """Return the place of a text of a file on disk, as requests have it."""
        text = (self.root / name).read_text()
        return self.place(name, text, text.index(needle) + within)

    def place(self, name: str, text: str, offset: int) -> dict[str, Any]:
        """Return a place of a file, as requests have it."""
        start = text.rfind("\n", 0, offset) + 1
        units = len(text[start:offset].encode("utf-16-le")) // 2
        return {
            "text_document": types.TextDocumentIdentifier((self.root / name).as_uri()),
            "position": types.Position(text.count("\n", 0, offset), units),
        }

    def completed(self, name: str, text: str) -> dict[str, types.CompletionItem]:
        """Type a text with ``|@`` where one is; return what is offered there, by label."""
        offset = text.index("|@")
        self.change(name, text.replace("|@", ""))
        place = self.place(name, text, offset)
        found = self.wait(
            self.client.text_document_completion_async(types.CompletionParams(**place))
        )
        return {one.label: one for one in found.items}

    def wait(self, asked: Awaitable[T]) -> T:
        """Wait for an answer."""

        async def answer() -> T:
            return await asked

        return asyncio.run_coroutine_threadsafe(answer(), self._loop).result(PATIENCE_S)

    def ask(self, method: str, params: object) -> Any:
        """Send a request, known or not, and wait for its answer."""

        async def asked() -> Any:
            return await self.client.protocol.send_request_async(method, params)

        return self.wait(asked())

    def taken_back(self, method: str, params: object, times: int) -> str:
        """Ask so often, take the last question back; return how that ended."""

        async def asked() -> str:
            protocol = self.client.protocol
            futures = [protocol.send_request_async(method, params) for _ in range(times)]
            tasks = [asyncio.ensure_future(one) for one in futures]
            await asyncio.sleep(0)  # now they are sent
            last = [*protocol._request_futures][-1]
            protocol.notify(types.CANCEL_REQUEST, types.CancelParams(last))
            *_, end = await asyncio.gather(*tasks, return_exceptions=True)
            is_cancelled = isinstance(end, JsonRpcRequestCancelled)
            return "cancelled" if is_cancelled else "answered"

        return self.wait(asked())

    def goodbye(self) -> int:
        """End the server as an editor does; return its exit code."""
        self.wait(self.client.shutdown_async(None))
        self._tell(self.client.exit, None)
        return self.wait(self.process.wait())

    def stop(self) -> None:
        """End everything."""
        if self.client._server is not None and self.process.returncode is None:
            self.process.kill()
        self.wait(self.client.stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(PATIENCE_S)
        self._loop.close()

    def _tell(self, say: Callable[[Any], object], params: object) -> None:
        async def told() -> None:
            say(params)

        self.wait(told())

    async def _listen(self) -> None:
        assert self.process.stderr
        while line := await self.process.stderr.readline():
            with self._news:
                self.logged.append(line.decode())
                self._news.notify_all()

    def events(self) -> list[str]:
        """Return the names of what the server has logged."""
        return [json.loads(line)["event"] for line in self.logged]


@contextmanager
def session(
    root: Path,
    *arguments: str,
    encodings: Sequence[str] = ("utf-16",),
    program: Sequence[str] = (str(PROGRAM),),
) -> Iterator[Session]:
    """Start a server for a folder, and end it."""
    one = Session(root)
    try:
        one.start(*program, "lsp", *arguments, encodings=encodings)
        yield one
    finally:
        one.stop()
