"""Law: no executor can turn text into code or into a shell's words.

Read from the syntax tree, so that a comment is no fault and an alias is no way round.
"""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import interlock.engine.executors as room

FILES = sorted(Path(room.__path__[0]).glob("*.py"))

FORBIDDEN_CALLS = {
    "eval",
    "exec",
    "__import__",
    "system",
    "popen",
    "format_map",
    "getoutput",
    "getstatusoutput",
    "create_subprocess_shell",
    "execl",
    "execlp",
    "execvp",
    "spawnl",
    "spawnv",
}
FORBIDDEN_IMPORTS = {"jinja2", "pickle", "marshal", "shelve", "pty", "commands", "string"}


def faults(source: str) -> list[str]:
    """Return what in a module could turn text into code."""
    found = []
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)):
                found += [name] if name in FORBIDDEN_CALLS else []
                found += [f"{k.arg}=" for k in node.keywords if k.arg in ("shell", "preexec_fn")]
                found += ["str.format"] if name == "format" else []
                bare = isinstance(node.func, ast.Name)
                found += ["compile"] if name == "compile" and bare else []  # not re.compile
            case ast.Import(names=names):
                found += [n.name for n in names if n.name.split(".")[0] in FORBIDDEN_IMPORTS]
            case ast.ImportFrom(module=str(module), names=names):
                found += [module] if module.split(".")[0] in FORBIDDEN_IMPORTS else []
                found += [n.name for n in names if n.name in FORBIDDEN_CALLS]
            case ast.Constant(value=str(text)):
                found += ["sh -c"] if "sh -c" in text else []
            case _:
                pass
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_no_executor_turns_text_into_code(path: Path) -> None:
    assert faults(path.read_text()) == []


@pytest.mark.parametrize(
    "source",
    [
        "subprocess.run(x, shell=True)",
        "subprocess.Popen(x, preexec_fn=f)",
        "import os; os.system(x)",
        "from os import popen",
        "asyncio.create_subprocess_shell(x)",
        "eval(x)",
        "exec(x)",
        "builtins.eval(x)",
        "compile(x, '', 'exec')",
        "x.format_map(y)",
        "x.format(y)",
        "import jinja2",
        "from pickle import loads",
        "run(['/bin/sh -c', x])",
    ],
)
def test_each_way_round_is_seen(source: str) -> None:
    assert faults(source) != []


def test_the_room_is_not_empty() -> None:
    assert {"command.py", "http.py", "process.py"} <= {path.name for path in FILES}
