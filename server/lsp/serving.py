"""The language server: what an editor asks, on its way to the answer.

Guarantees: what is looked at is looked at beside the event loop, so that it goes on hearing; a
fault of ours is logged, answered as an error or told, and ends nothing.  Nothing listens on a
network.
"""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import BinaryIO, Final, TypeVar

import structlog
from lsprotocol import types
from pygls.lsp.server import LanguageServer

from interlock import __version__
from interlock.errors import DefinitionError
from interlock.server.inputs import InputRejected
from interlock.server.logs import configure_logs
from interlock.server.lsp.desk import Desk, Options
from interlock.server.lsp.files import Place
from interlock.server.lsp.questions import QUESTIONS
from interlock.server.lsp.reviews import Reviews

log = structlog.get_logger(__name__)

NAME: Final = "interlock"
T = TypeVar("T")

_WATCHED: Final = ("**/*.yaml", "**/*.yml", "**/executors.json", "**/executors.toml")
"""Files whose change on disk may change what is wrong."""


class Server(LanguageServer):
    """One editor's server.

    Attributes:
        desk: what the editor has open.
        has_ended: whether it said that it is done.
    """

    def __init__(self, options: Options) -> None:
        super().__init__(NAME, __version__, text_document_sync_kind=types.TextDocumentSyncKind.Full)
        self.desk = Desk(options)
        self.has_ended = False
        self._reviews = Reviews[Place](self._review)
        self._told: dict[Place, str] = {}
        # One thread for reviews, one for answers: a question need not wait for a review.
        self._reviewer = ThreadPoolExecutor(1, "review")
        self._answerer = ThreadPoolExecutor(1, "answer")

    async def answer(self, work: Callable[..., T], *given: object) -> T:
        """Return what some work comes to, done beside the event loop."""
        return await asyncio.get_running_loop().run_in_executor(self._answerer, work, *given)

    def look_at(self, *places: Place | None) -> None:
        """Review bundles, soon."""
        for place in places:
            if place is not None:
                self._reviews.ask(place)

    def look_at_all(self) -> None:
        """Review every bundle, soon."""
        self.look_at(*self.desk.open_places())

    def close(self) -> None:
        """Begin nothing more."""
        self._reviews.stop()
        for pool in (self._reviewer, self._answerer):
            pool.shutdown(wait=False, cancel_futures=True)

    async def _review(self, place: Place) -> None:
        loop = asyncio.get_running_loop()
        try:
            said = await loop.run_in_executor(self._reviewer, self.desk.reviewed, place)
            if not self._reviews.is_stale(place):
                for news in self.desk.news(place, said):
                    self.text_document_publish_diagnostics(news)
                self._told.pop(place, None)
        except (InputRejected, DefinitionError) as refused:
            log.warning("bundle_not_reviewed", folder=str(place.base), reason=str(refused))
            self._tell(place, types.MessageType.Warning, str(refused))
        except BrokenPipeError:
            pass  # the editor has gone; reading will say so
        except Exception as bug:  # ours: told and logged, and writing goes on
            log.exception("review_failed", folder=str(place.base))
            message = f"Interlock is at fault: {type(bug).__name__}; see its log"
            self._tell(place, types.MessageType.Error, message)

    def _tell(self, place: Place, kind: types.MessageType, message: str) -> None:
        """Tell people something about a bundle, once until it is reviewed again."""
        if self._told.get(place) != message:
            self._told[place] = message
            self.window_show_message(types.ShowMessageParams(kind, message))


def build(options: Options) -> Server:
    """Return a server that knows every question."""
    server = Server(options)

    @server.feature(types.INITIALIZE)
    def initialize(_: types.InitializeParams) -> None:
        encoding = server.workspace.position_encoding
        server.desk.encoding = types.PositionEncodingKind(encoding).value
        _arrange(server)

    @server.feature(types.INITIALIZED)
    def initialized(_: types.InitializedParams) -> None:
        _watch(server)
        server.look_at_all()

    @server.feature(types.SHUTDOWN)
    def shutdown(_: None) -> None:
        server.has_ended = True
        server.close()

    _hear_of_files(server)
    for question in QUESTIONS:
        question(server)
    return server


def _hear_of_files(server: Server) -> None:
    """Take what the editor tells of files."""

    @server.feature(types.TEXT_DOCUMENT_DID_OPEN)
    def opened(params: types.DidOpenTextDocumentParams) -> None:
        one = params.text_document
        server.look_at(server.desk.put(one.uri, one.text, one.version))

    @server.feature(types.TEXT_DOCUMENT_DID_CHANGE)
    def changed(params: types.DidChangeTextDocumentParams) -> None:
        one = params.text_document
        for change in params.content_changes:
            server.look_at(server.desk.put(one.uri, change.text, one.version))

    @server.feature(types.TEXT_DOCUMENT_DID_CLOSE)
    def closed(params: types.DidCloseTextDocumentParams) -> None:
        server.look_at(server.desk.drop(params.text_document.uri))

    @server.feature(types.TEXT_DOCUMENT_DID_SAVE)
    def saved(_: types.DidSaveTextDocumentParams) -> None:
        server.look_at_all()

    @server.feature(types.WORKSPACE_DID_CHANGE_WATCHED_FILES)
    def moved(_: types.DidChangeWatchedFilesParams) -> None:
        server.look_at_all()

    @server.feature(types.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS)
    def rearranged(_: types.DidChangeWorkspaceFoldersParams) -> None:
        before = server.desk.open_places()
        _arrange(server)
        server.look_at(*dict.fromkeys([*before, *server.desk.open_places()]))


def _arrange(server: Server) -> None:
    workspace = server.workspace
    root = [workspace.root_uri] if workspace.root_uri else []
    server.desk.arrange([*workspace.folders] or root)


def _watch(server: Server) -> None:
    """Ask the editor to tell when files change on disk, if it can."""
    workspace = server.client_capabilities.workspace
    watched = workspace.did_change_watched_files if workspace else None
    if watched and watched.dynamic_registration:
        watchers = [types.FileSystemWatcher(pattern) for pattern in _WATCHED]
        one = types.Registration(
            "files",
            types.WORKSPACE_DID_CHANGE_WATCHED_FILES,
            types.DidChangeWatchedFilesRegistrationOptions(watchers),
        )
        server.client_register_capability(types.RegistrationParams([one]))


def serve(options: Options, stdin: BinaryIO, stdout: BinaryIO) -> bool:
    """Answer one editor until it is done.

    Args:
        options: what the command line said.
        stdin: what the editor writes.
        stdout: what it reads; nothing else may write there.

    Returns:
        Whether it said that it is done; otherwise it has just gone.
    """
    configure_logs("info", sys.stderr)
    logging.getLogger("pygls").setLevel(logging.ERROR)
    server = build(options)
    log.info("language_server_started", version=__version__)
    try:
        server.start_io(stdin, stdout)
    finally:
        server.close()
    log.info("language_server_ended", said_goodbye=server.has_ended)
    return server.has_ended
