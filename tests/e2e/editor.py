"""A language server over stdio, and as much of an editor as a test needs.

Source: the Language Server Protocol 3.17, base protocol.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

Message = dict[str, Any]


class Editor:
    """Opens files in a language server and asks it about them."""

    def __init__(self, server: subprocess.Popen[bytes]) -> None:
        self._server = server
        self._asked = 0
        self._diagnostics: dict[str, list[Message]] = {}

    def open(self, path: Path, language: str = "yaml") -> None:
        """Open a file."""
        document = {
            "uri": path.as_uri(),
            "languageId": language,
            "version": 1,
            "text": path.read_text(),
        }
        self.tell("textDocument/didOpen", {"textDocument": document})

    def diagnostics(self, path: Path) -> list[Message]:
        """Wait for what the server finds wrong with an open file, by place."""
        while path.as_uri() not in self._diagnostics:
            self._take(self._receive())
        found = self._diagnostics[path.as_uri()]
        return sorted(found, key=lambda one: (*one["range"]["start"].values(), one["message"]))

    def at(self, method: str, path: Path, line: int, character: int) -> Any:
        """Ask about a place of an open file; lines and characters from 0."""
        place = {"line": line, "character": character}
        return self.ask(method, {"textDocument": {"uri": path.as_uri()}, "position": place})

    def ask(self, method: str, params: object) -> Any:
        """Send a request and wait for its answer."""
        self._asked += 1
        self._send({"id": self._asked, "method": method, "params": params})
        while True:
            message = self._receive()
            if message.get("id") == self._asked and "method" not in message:
                assert "error" not in message, message
                return message["result"]
            self._take(message)

    def tell(self, method: str, params: object) -> None:
        """Send a notification."""
        self._send({"method": method, "params": params})

    def _take(self, message: Message) -> None:
        if message.get("method") == "textDocument/publishDiagnostics":
            params = message["params"]
            self._diagnostics[params["uri"]] = params["diagnostics"]
        elif "id" in message and "method" in message:
            items = message.get("params", {}).get("items", [])
            self._send({"id": message["id"], "result": [None for _ in items] or None})

    def _send(self, message: Mapping[str, object]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        assert self._server.stdin
        self._server.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        self._server.stdin.flush()

    def _receive(self) -> Message:
        assert self._server.stdout
        length = 0
        while line := self._server.stdout.readline().strip():
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        assert length, "the language server has ended"
        message: Message = json.loads(self._server.stdout.read(length))
        return message


@contextmanager
def editing(command: Sequence[str], root: Path) -> Iterator[Editor]:
    """Start a language server for a folder, and end it."""
    with subprocess.Popen(
        command, cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as server:
        editor = Editor(server)
        try:
            editor.ask(
                "initialize",
                {
                    "processId": None,
                    "rootUri": root.as_uri(),
                    "capabilities": {"textDocument": {"hover": {"contentFormat": ["plaintext"]}}},
                },
            )
            editor.tell("initialized", {})
            yield editor
            editor.ask("shutdown", None)
            editor.tell("exit", None)
        finally:
            server.kill()
