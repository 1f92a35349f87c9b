"""Plays a page of the documentation: its blocks must run, load, or print what the page says.

From top to bottom, in an empty folder:

* ``python`` blocks share names within their page;
* ``console`` blocks run with the project's programs on the path; ``...`` and ``…`` in what they
  print stand for anything;
* ``yaml`` blocks that begin with ``interlock:`` are read by the real loaders, and those of one
  page must make one sound bundle; other ``yaml``, and ``json`` and ``toml``, must parse;
* a block after a line that ends with ```name.ext``:`` is first saved under that name;
* ``sh`` and ``text`` blocks are for the reader and are not run;
* ``serve()`` in a block that is not shown starts a service for the commands after it.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Mapping
from contextlib import ExitStack, chdir
from pathlib import Path

import yaml
from sybil import Document, Example, Sybil
from sybil.parsers.markdown import CodeBlockParser, PythonCodeBlockParser

from interlock.engine.bundle import Bundle
from interlock.engine.executors.command_file import CommandFile
from interlock.engine.executors.http_file import HttpFile
from interlock.engine.executors.remote_file import RemoteFile
from interlock.errors import DefinitionError
from interlock.language.document import load_documents
from interlock.language.model import Definition, validate

ROOT = Path(__file__).parents[1]
OPERATOR_FILES: Mapping[str | None, type[Definition]] = {
    "command/v1": CommandFile,
    "http/v1": HttpFile,
    "remote/v1": RemoteFile,
}
GRPC, HTTP = "127.0.0.1:7400", "127.0.0.1:7480"
"""Where pages say that the service listens; ``serve()`` takes free ports in their place."""


class Page:
    """What one page has made so far."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.bundle: dict[str, str] = {}
        self.addresses: dict[str, str] = {}
        self.ended = ExitStack()

    def serve(self) -> None:
        """Start a service; it ends with the page."""
        from tests.e2e.serving import served  # noqa: PLC0415  # few pages need it

        service = self.ended.enter_context(served(self.folder / "served"))
        self.addresses = {GRPC: service.grpc, HTTP: service.http}

    def real(self, text: str) -> str:
        """Return a text with the addresses of the running service in it."""
        for said, real in self.addresses.items():
            text = text.replace(said, real)
        return text

    def environment(self) -> dict[str, str]:
        """Return the variables commands run with."""
        path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
        grpc = {"INTERLOCK_GRPC_ADDRESS": self.addresses[GRPC]} if self.addresses else {}
        return {**os.environ, **grpc, "PATH": path, "COLUMNS": "100"}


def play(path: Path, folder: Path) -> None:
    """Run every block of a page.

    Raises:
        Exception: of whatever kind a block raises; SybilFailure says what differs.
    """
    document = SYBIL.parse(path)
    page = Page(folder)
    document.namespace.update(page=page, serve=page.serve, real=page.real)
    with page.ended, chdir(folder):
        for example in document.examples():
            _save(document, example, page)
            example.evaluate()
        _compile(page)


def _save(document: Document, example: Example, page: Page) -> None:
    """Write a block to the file that the line before it names, if it names one."""
    name = _name(document, example)
    if name is not None:
        path = page.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(str(example.parsed))


def _name(document: Document, example: Example) -> str | None:
    before = document.text[: example.start].rstrip().rpartition("\n")[2]
    named = re.search(r"`([\w./-]+\.[a-z]+)`:$", before)
    return named[1] if named else None


def _run_console(example: Example) -> str | None:
    """Run the commands of a block; say what differs from the page."""
    page: Page = example.namespace["page"]
    commands = re.findall(r"^\$ (.*)\n?", example.parsed, re.MULTILINE)
    expected = re.sub(r"^\$ .*\n?", "", example.parsed, flags=re.MULTILINE).rstrip()
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", page.real("\n".join(commands))],
        cwd=page.folder,
        env=page.environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=50,
        check=False,
    )
    printed = "\n".join(line.rstrip() for line in done.stdout.rstrip().split("\n"))
    pattern = re.escape(expected).replace(r"\.\.\.", ".*").replace("…", ".*")
    if re.fullmatch(pattern, printed, re.DOTALL):
        return None
    return f"{commands} printed\n{printed}\nand the page says\n{expected}"


def _load_yaml(example: Example) -> str | None:
    """Load a block as what it is: one of our documents, or any YAML; say what is wrong."""
    text, page = example.parsed, example.namespace["page"]
    if not text.startswith("interlock:"):
        yaml.safe_load(text)
        return None
    documents = load_documents(text, example.path)
    for document in documents:
        if document.kind in OPERATOR_FILES:
            validate(OPERATOR_FILES[document.kind], document)
        else:
            name = _name(example.document, example) or f"line-{example.line}.yaml"
            page.bundle[name] = text
    found = [str(fault) for document in documents for fault in document.diagnostics]
    return "\n".join(found) or None


def _load_json(example: Example) -> None:
    json.loads(example.parsed)


def _load_toml(example: Example) -> None:
    tomllib.loads(example.parsed)


def _leave(_: Example) -> None:
    """Leave a block to the reader; it may have been saved."""


def _compile(page: Page) -> None:
    """Compile what a page shows as one bundle; what probes see is not the page's business."""
    if page.bundle:
        try:
            Bundle.compile(page.bundle)
        except DefinitionError as refused:
            found = [str(one) for one in refused.diagnostics if one.code != "RV710"]
            assert not found, "\n".join(found)


SYBIL = Sybil(
    parsers=[
        PythonCodeBlockParser(),
        CodeBlockParser("console", _run_console),
        CodeBlockParser("yaml", _load_yaml),
        CodeBlockParser("json", _load_json),
        CodeBlockParser("toml", _load_toml),
        CodeBlockParser("text", _leave),
    ],
    pattern="*.md",
    path=str(ROOT),
)
