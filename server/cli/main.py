"""The program ``interlock``: reads the verb, runs it, turns errors into one line and a code.

Guarantees: an error raised on purpose is one line on standard error, ``error [code]: message``,
and never a traceback; every exit code is one of ``exits.Exit``, or 130 after Ctrl-C, or 141 where
nobody read to the end: what was not seen is no success.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Sequence

from interlock import __version__
from interlock.errors import DefinitionError, InterlockError
from interlock.server.cli import ending

INTERRUPTED = 130
"""What a shell calls a program that Ctrl-C ended."""
UNREAD = 141
"""What a shell calls a program that SIGPIPE ended."""


COLLECTING = gc.get_threshold()
"""How often Python looks for garbage unless it is told otherwise."""


def main() -> None:
    """Run the program and exit."""
    gc.set_threshold(50_000, 10, 10)  # what is loaded stays; `serve` goes back to COLLECTING
    # What is installed beside us has no say in what a document may be, nor need it be looked for.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    ending.begin(sys.argv[1] if len(sys.argv) > 1 else "")
    ending.leave(run(sys.argv[1:]))


def run(arguments: Sequence[str]) -> int:
    """Run one command line and return its exit code.

    Args:
        arguments: what follows the program's name.
    """
    _prepare()
    try:
        code = _run(arguments)
        sys.stdout.flush()  # while it can still be said that nobody reads
    except InterlockError as error:
        return refuse(error)
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read has enough; what is still buffered must not be complained about at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return UNREAD
    except BaseException as bug:  # a compiled library's panic is no Exception, and is not code 1
        import traceback

        traceback.print_exc()  # ours to mend, so show all there is
        complain("internal", f"{type(bug).__name__}; please report it")
        raise SystemExit(3) from bug
    return code


def refuse(error: InterlockError) -> int:
    """Print an error as one line, below the faults it sums up; return its exit code."""
    from interlock.server.cli.exits import exit_code
    from interlock.server.cli.harmless import harmless

    said = str(error)
    if isinstance(error, DefinitionError) and (faults := error.diagnostics):
        for fault in faults:
            print(harmless(str(fault)), file=sys.stderr)
        first = next((one.code for one in faults if one.severity == "error"), faults[0].code)
        count = f"{len(faults)} faults" if len(faults) > 1 else "1 fault"
        said = f"{count}, as above; interlock codes {first} says more about the first"
    complain(error.code, said)
    return exit_code(error)


def complain(code: str, message: str) -> None:
    """Print ``error [code]: message`` on standard error, in one harmless line."""
    from interlock.server.cli.harmless import harmless

    print(f"error [{code}]: {harmless(message)}", file=sys.stderr)


def _run(arguments: Sequence[str]) -> int:
    if list(arguments) == ["--version"]:  # without loading anything
        print(f"interlock {__version__}")
        return 0
    import typer

    from interlock.server.cli.verbs import build

    for argument in arguments:
        if not argument.isprintable() and _is_not_text(argument):
            complain("usage", f"an argument is not UTF-8: {argument!r}")
            return 2
    # Not by calling it: typer would turn what we want to see ourselves into codes of its own.
    program = build()
    try:
        with program.make_context("interlock", list(arguments)) as context:
            program.invoke(context)
    except typer.Exit as end:
        return end.exit_code
    except typer.TyperException as error:
        say = getattr(error, "format_message", error.__str__)
        at = getattr(error, "ctx", None)
        path = "interlock" if at is None else at.command_path
        complain("usage", f"{say()} (see {path} --help)")
        return 2
    return 0


def _is_not_text(argument: str) -> bool:
    try:
        argument.encode()
    except UnicodeEncodeError:
        return True
    return False


def _prepare() -> None:
    """Never fail to print: what an encoding lacks is escaped."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")
    # gRPC's own complaints about a service that is not there say nothing that ours do not.
    os.environ.setdefault("GRPC_VERBOSITY", "NONE")
