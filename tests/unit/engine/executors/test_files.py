"""The operators' files: each fault is refused with its place."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from interlock.engine.executors.command_file import read_operations
from interlock.engine.executors.egress import Origin
from interlock.engine.executors.http import create
from interlock.engine.executors.http_file import read_endpoints
from interlock.engine.executors.placeholders import Literal, Placeholder
from interlock.engine.executors.remote_file import read_manifests
from interlock.errors import DefinitionError
from interlock.language.values import BOOL, INT, STRING, Field

COMMAND = """\
interlock: command/v1
operations:
  greet:
    doc: Say it.
    argv: [/bin/echo, --, "{name}"]
    inputs: {name: {type: string, pattern: "[a-z]+"}}
    env: {LANG: C}
    cwd: /tmp
    timeout: 2s
    memory_mib: 64
probes:
  look:
    argv: [/bin/true]
    outputs: {exit: int}
    success: [0, 1]
"""

HTTP = """\
interlock: http/v1
egress: ["deploy.internal:8443", "127.0.0.1:80"]
operations:
  roll_back:
    method: POST
    url: https://deploy.internal:8443
    path: /services/{service}/rollback
    query: {dry: "no"}
    body: {revision: "{revision}", force: true, all: ["{service}"]}
    inputs: {service: string, revision: int}
    outputs: {job: {pointer: /job/id, type: string}}
    success: [202]
probes:
  get:
    url: "{target.url}"
    path: /healthz
"""

REMOTE = """\
interlock: remote/v1
operations:
  drain:
    inputs: {node: string}
    outputs: {moved: int}
probes:
  node:
    outputs: {ready: bool}
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "operator.yaml"
    path.write_text(text)
    return path


def test_programs_are_read(tmp_path: Path) -> None:
    operations, probes = read_operations(written(tmp_path, COMMAND))

    greet = operations["greet"]
    name = Field(STRING, pattern="[a-z]+")
    assert greet.program == "/bin/echo"
    assert greet.arguments == (Literal("--"), Placeholder("name", name))
    assert (greet.timeout_ms, greet.cwd, greet.memory_bytes) == (2_000, "/tmp", 64 << 20)
    assert greet.manifest.doc == "Say it."
    assert probes["look"].success == (0, 1)
    assert probes["look"].outputs == {"exit": Field(INT)}


def test_endpoints_are_read(tmp_path: Path) -> None:
    operations, probes = read_endpoints(written(tmp_path, HTTP))

    roll_back = operations["roll_back"]
    service = Placeholder("service", Field(STRING))
    assert roll_back.origin == Origin("https", "deploy.internal", 8443)
    assert roll_back.path == (Literal("services"), service, Literal("rollback"))
    assert roll_back.body == {
        "revision": Placeholder("revision", Field(INT)),
        "force": True,
        "all": [service],
    }
    assert roll_back.success == {202}
    assert probes["get"].origin == Placeholder("url", None)


def test_what_workers_do_is_read(tmp_path: Path) -> None:
    actions, probes = read_manifests(written(tmp_path, REMOTE))

    assert actions["drain"].outputs == {"moved": Field(INT)}
    assert probes["node"].outputs == {"ready": Field(BOOL)}


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("/bin/echo", "/bin/nonexistent", "is not a program"),
        ("/bin/echo", '"{name}"', "never an input"),
        ('"{name}"', '"--x={name}"', "must be the whole text"),
        ('"{name}"', '"{nmae}"', "there is no input"),
        ("cwd: /tmp", "cwd: tmp", "absolute path"),
        ("LANG: C", "INTERLOCK_KEY: C", "Interlock's"),
        ("timeout: 2s", "timeout: 2", "expected a duration"),
        ("type: string", "type: text", "text"),
        ("doc:", "shell:", "shell"),
        ("memory_mib: 64", "memory_mib: 1", ":10:17: .* greater than or equal to 16"),
        ("command/v1", "http/v1", "command/v1"),
        ("[0, 1]", "[0, 256]", ":15:18: .* less than or equal to 255"),
    ],
)
def test_a_fault_in_the_programs_is_refused_with_its_place(
    tmp_path: Path, old: str, new: str, message: str
) -> None:
    path = written(tmp_path, COMMAND.replace(old, new, 1))

    with pytest.raises(DefinitionError, match=message) as refused:
        read_operations(path)

    assert str(path) in str(refused.value)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('"deploy.internal:8443", ', "", "egress"),
        ("https://deploy.internal:8443", "ftp://deploy.internal", "http"),
        ("https://deploy.internal:8443", "https://user@deploy.internal:8443", "http"),
        ("https://deploy.internal:8443", "https://deploy.internal:8443/x", "holds a path"),
        ("https://deploy.internal:8443", '"{service}"', "never an input"),
        ("/services/{service}/rollback", "services", "does not begin"),
        ("/services/{service}/rollback", "/services/../x", "not a segment"),
        ("/services/{service}/rollback", "/services//x", "not a segment"),
        ("/services/{service}/rollback", "/a?b", "not a segment"),
        ("/services/{service}/rollback", "/s-{service}", "segment"),
        ("force: true", "force: 1.5", "not exact"),
        ("/job/id", "job", "JSON pointer"),
        ("method: POST", "method: TRACE", "expected one of GET"),
        ("path: /healthz", "path: /healthz\n    method: POST", "could change"),
        ("path: /healthz", "headers: {Host: x}", "cannot be set"),
        ("path: /healthz", 'headers: {X: "a\\nb"}', "characters"),
        ("path: /healthz", "headers: {X: file:/nonexistent}", "cannot be read"),
        ("success: [202]", "success: [99]", ":12:15: .* greater than or equal to 100"),
    ],
)
def test_a_fault_in_the_endpoints_is_refused_with_its_place(
    tmp_path: Path, old: str, new: str, message: str
) -> None:
    path = written(tmp_path, HTTP.replace(old, new, 1))

    with pytest.raises(DefinitionError, match=message) as refused:
        read_endpoints(path)

    assert str(path) in str(refused.value)


def test_a_header_may_come_from_a_file(tmp_path: Path) -> None:
    secret = tmp_path / "token"
    secret.write_text("Bearer abc\n")
    text = HTTP.replace("path: /healthz", f"headers: {{Authorization: file:{secret}}}")

    _, probes = read_endpoints(written(tmp_path, text))

    assert probes["get"].headers == {"Authorization": "Bearer abc"}


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DefinitionError, match="cannot be read"):
        read_operations(tmp_path / "none.yaml")


@pytest.mark.parametrize("text", ["", "interlock: [", COMMAND + "---\n" + COMMAND, "a: 1"])
def test_a_file_that_is_not_one_document_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(DefinitionError):
        read_operations(written(tmp_path, text))


READERS = {
    "command/v1": read_operations,
    "http/v1": read_endpoints,
    "remote/v1": read_manifests,
}
PAGES = Path(__file__).parents[4] / "docs" / "how-to"


@pytest.mark.parametrize("page", ["let-executors-act.md", "let-a-worker-act.md"])
def test_the_files_the_documentation_shows_are_read(tmp_path: Path, page: str) -> None:
    shown = re.findall(
        r"```yaml\n(interlock: (\S+)\n.*?)```", (PAGES / page).read_text(), re.DOTALL
    )

    read = [READERS[kind](written(tmp_path, text)) for text, kind in shown]

    assert read


def test_the_http_executor_is_made_from_its_file(tmp_path: Path) -> None:
    executor = create({"operations": str(written(tmp_path, HTTP)), "name": "deploy"})

    assert ("deploy", ["roll_back"], ["get"]) == (
        executor.name,
        list(executor.actions),
        list(executor.probes),
    )
    assert executor.probes["get"].keys() == {"status", "ok", "latency"}
