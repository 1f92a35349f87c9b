"""A real worker to be asked from the outside, and short ways to write rules for it."""

import os
import subprocess
import sys
from pathlib import Path

import orjson

from interlock.language.values import INT
from interlock.rules.caged.framing import Progress, frame, read_frame
from interlock.rules.caged.pack import CagedPack
from interlock.rules.model import Evaluation, FactRow
from interlock.rules.network import Comparison, ElementKind, Join, Operator, Pack, Pattern
from tests.property.packs import rule

EQ, NE = Operator.EQ, Operator.NE
RAW = Path(__file__).with_name("raw_durable.py")


class Worker:
    """A real worker, asked one evaluation at a time."""

    def __init__(self):
        self._progress = os.memfd_create("progress")
        os.ftruncate(self._progress, Progress.SIZE)
        self._process = subprocess.Popen(
            [
                *(sys.executable, "-P", "-m", "interlock.rules.caged.worker"),
                *(f"--progress={self._progress}", f"--memory={2**30}", f"--parent={os.getpid()}"),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            pass_fds=[self._progress],
        )
        assert orjson.loads(read_frame(self._process.stdout)) == {"ready": True}

    def matches(self, rules, *facts):
        """Ask about the last of the facts, each (type, fields); return rules and places."""
        caged = CagedPack(Pack("pack-0", tuple(rules)))
        rows = tuple(FactRow(f"s{n}", type_, fields) for n, (type_, fields) in enumerate(facts))
        asked = Evaluation(1, "pack-0", rows, rows[-1].id, ())
        request = {
            "plans": {caged.digest: caged.plan.to_json()},
            "evaluations": [orjson.Fragment(caged.request(asked))],
        }
        self._process.stdin.write(frame(orjson.dumps(request)))
        self._process.stdin.flush()
        body = read_frame(self._process.stdout)
        assert body is not None, f"the worker died: {self._process.wait()}"
        (answer,) = orjson.loads(body)["answers"]
        assert not isinstance(answer, str), answer
        return [
            (rule_id, *(int(id_[1:]) for id_ in ids))
            for rule_id, ids in caged.matches(asked, answer)
        ]

    def close(self):
        self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()
        os.close(self._progress)


def pattern(alias, type_, *tests, joins=()):
    return Pattern(alias, ElementKind.SIGNAL, type_, tests, (), joins)


def where(field, operator, constant, type_=INT):
    return Comparison(field, operator, constant, type_, f"{field} {operator} {constant!r}")


def join(field, operator, alias, other, type_=INT):
    return Join(field, operator, alias, other, type_, f"{field} {operator} {alias}.{other}")


def whenever(*tests):
    """One rule of one pattern."""
    return [rule("r", pattern("a", "alert", *tests))]


def both(*joins):
    """One rule of two patterns with joins between them."""
    return [rule("r", pattern("a", "alert"), pattern("b", "deploy", joins=joins))]


def raw(name, seconds=10):
    """Run one case of the raw engine in a process of its own."""
    return subprocess.run(
        [sys.executable, RAW, name], capture_output=True, text=True, timeout=seconds, check=False
    )
