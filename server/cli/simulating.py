"""A simulation one talks to: a prompt on a terminal, else a script on standard input."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

from interlock.engine.explain import Explainer
from interlock.engine.history import History
from interlock.engine.journal.reader import Reader
from interlock.engine.whynot import why_not
from interlock.errors import InterlockError, RequestRejected
from interlock.language.values import parse_timestamp
from interlock.server.cli import reasons, silences
from interlock.server.cli.compiling import compiled
from interlock.server.cli.main import complain
from interlock.server.cli.manifests import stated_probes
from interlock.server.cli.options import Form
from interlock.server.cli.pairs import read_pairs
from interlock.server.cli.printer import Printer
from interlock.server.inputs import InputRejected
from interlock.server.live.nearness import nearness
from interlock.server.live.reasons import explanation
from interlock.server.views import Explanation
from interlock.testing import simulation
from interlock.testing.keeping import keep
from interlock.testing.simulation import Simulation

T = TypeVar("T")


def simulate(
    paths: Iterable[Path], executors: Path | None, env: str | None, start: str, form: Form
) -> None:
    """Run a simulation until its commands end.

    Raises:
        InputRejected: a file or the time cannot be read, or a line of a script cannot be done.
        DefinitionError: the files are no sound bundle.
    """
    try:
        parse_timestamp(start)
    except ValueError as error:
        raise InputRejected(f"--start: {error}") from error
    paths = list(paths)
    probes = stated_probes(paths, executors)
    simulated = Simulation(compiled(paths, probes=probes, env=env), start=start)
    _Talk(simulated, Printer(form), is_person=sys.stdin.isatty()).run()


class _Talk:
    """Commands in, what came of them out.

    Args:
        simulated: what they are about.
        printer: where answers go.
        is_person: whether somebody can mend a mistake; a script ends with its first.
    """

    def __init__(self, simulated: Simulation, printer: Printer, *, is_person: bool) -> None:
        self._simulated = simulated
        self._printer = printer
        self._is_person = is_person
        self._asked: Mapping[str, Callable[[Sequence[str]], object]] = {
            "show": self._show,
            "why": self._why,
            "why-not": self._why_not,
            "help": self._help,
        }

    def run(self) -> None:
        """Do every command, to the end or ``quit``."""
        for number, line in enumerate(self._lines(), 1):
            if line.strip() == "quit":
                return
            try:
                self._do(line.strip())
            except InterlockError as error:
                if not self._is_person:
                    raise InputRejected(f"line {number}: {error}") from error
                complain(error.code, str(error))

    def _lines(self) -> Iterator[str]:
        if not self._is_person:
            yield from sys.stdin
            return
        import readline  # noqa: F401  # lets a person edit and repeat lines

        shows = self._printer.is_terminal  # else the answers go to a file, and the prompt is none
        if shows and not self._printer.is_json:
            self._printer.line(("help lists the commands; Ctrl-D or quit ends", "dim"))
        while True:
            try:
                line = input(f"{self._simulated.clock}> " if shows else "")
            except EOFError:
                print("\n" if shows else "", end="")
                return
            except KeyboardInterrupt:  # while nothing happens it only drops the line
                print("\n" if shows else "", end="")
            else:
                yield line

    def _do(self, line: str) -> None:
        if not line or line.startswith("#"):
            return
        if not self._is_person and not self._printer.is_json:
            self._printer.line((f"> {line}", "bold"))
        word, *rest = line.split()
        if word in self._asked:
            answer = self._asked[word](rest)
            if self._printer.is_json:
                self._printer.json_line({"command": line, "answer": answer})
            return
        happened = self._simulated.do(line)
        if self._printer.is_json:
            at = self._simulated.clock
            self._printer.json_line({"command": line, "at": at, "happened": happened})
        else:
            for one in happened:
                self._printer.line(one)

    def _show(self, _: Sequence[str]) -> object:
        lines = [self._simulated.clock, *self._simulated.show()]
        if not self._printer.is_json:
            for line in lines:
                self._printer.line(line)
        return lines

    def _why(self, words: Sequence[str]) -> object:
        incident = self._simulated.incident(words[0] if words else "")
        record = reasons.of_view(self._kept(lambda reader: _explained(reader, incident)))
        if not self._printer.is_json:
            self._printer.tree(reasons.tree(record))
        return record

    def _why_not(self, words: Sequence[str]) -> object:
        if not words:
            raise RequestRejected("expected why-not RULE [field=value …]")
        where = read_pairs("why-not", words[1:])
        now = self._simulated.harness.now
        silence = self._kept(
            lambda reader: nearness(why_not(reader, words[0], at=now, where=where))
        )
        if not self._printer.is_json:
            self._printer.tree(silences.tree(silence))
        return silences.record(silence)

    def _help(self, _: Sequence[str]) -> object:
        block = (simulation.__doc__ or "").partition("::\n\n")[2].partition("\n\n")[0]
        said = [line.strip() for line in block.splitlines()]
        if not self._printer.is_json:
            for line in said:
                self._printer.line(line)
        return said

    def _kept(self, ask: Callable[[Reader], T]) -> T:
        """Ask what has happened so far, as a store that was kept."""
        with TemporaryDirectory() as folder:
            path = keep(self._simulated.harness.store, Path(folder, "simulated.db"))
            with Reader(path) as reader:
                return ask(reader)


def _explained(reader: Reader, subject: str) -> Explanation:
    return explanation(Explainer(History(reader.engine)).explain(subject))
