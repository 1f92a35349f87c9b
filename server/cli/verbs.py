"""Every verb of the program, in the order one meets them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from inspect import cleandoc
from typing import Annotated, Any

import typer
from typer.core import TyperGroup
from typing_extensions import override

from interlock import __version__
from interlock.server.cli import (
    audit,
    check,
    codes,
    demo,
    diff,
    docs,
    facts,
    fmt,
    freeze,
    gate,
    graph,
    history,
    incidents,
    init,
    lint,
    schema,
    serve,
    signals,
    simulate,
    test,
    thaw,
    verify,
    why,
    why_not,
)
from interlock.server.cli.options import Form

HELP = """\
Rules decide, state machines advance, one gate lets actions out.

See it work     interlock demo
Run it          interlock check rules/ && interlock serve --bundle rules/
Send a signal   interlock signal send site.probe --value up=false
Look            interlock incidents list
Ask why         interlock why INCIDENT
Stop it         interlock freeze global --reason "looking first"

Exit codes: 0 done; 1 something was found or refused; 2 the command or its
input cannot be used; 3 not available, or Interlock itself is at fault.
"""

_AS_IT_IS = "\b"
"""Begins a paragraph that typer must not wrap."""

Verb = Callable[..., None]

VERBS: Mapping[str, Verb | tuple[str, Mapping[str, Verb]]] = {
    "demo": demo.demo,
    "init": init.init,
    "check": check.check,
    "verify": verify.verify,
    "lint": lint.lint,
    "fmt": fmt.fmt,
    "codes": codes.codes,
    "test": test.run,
    "schema": schema.schema,
    "diff": diff.diff,
    "docs": docs.docs,
    "simulate": simulate.simulate,
    "serve": serve.serve,
    "signal": ("Send signals by hand.", {"send": signals.send}),
    "incidents": (
        "See what is going on and say what is to happen.",
        {
            "list": incidents.list_incidents,
            "show": incidents.show,
            "watch": incidents.watch,
            "abort": incidents.abort,
            "acknowledge": incidents.acknowledge,
            "annotate": incidents.annotate,
            "answer": incidents.answer,
        },
    ),
    "why": why.why,
    "why-not": why_not.why_not,
    "graph": (
        "Draw rules, machines and what an incident went through.",
        {"rules": graph.rules, "machine": graph.machine, "flow": graph.flow},
    ),
    "gate": gate.gate,
    "facts": (
        "Say what is the case.",
        {"set": facts.set_fact, "retract": facts.retract, "list": facts.list_facts},
    ),
    "freeze": freeze.freeze,
    "thaw": thaw.thaw,
    "audit": ("Prove the history.", {"verify": audit.verify, "checkpoint": audit.checkpoint}),
    "history": ("Take the history away.", {"export": history.export}),
}
"""Name to what it runs, or to what a group is for and its own verbs."""


def build() -> typer.Typer:
    """Return the program."""
    program = _typer(HELP)
    program.callback(cls=_InOrder, invoke_without_command=True)(_root)
    for name, verb in VERBS.items():
        if isinstance(verb, tuple):
            text, verbs = verb
            group = _typer(text)
            group.callback(invoke_without_command=True)(_group)
            for subname, subverb in verbs.items():
                group.command(subname, help=_help(subverb.__doc__))(subverb)
            program.add_typer(group, name=name)
        else:
            program.command(name, help=_help(verb.__doc__))(verb)
    return program


def _help(text: str | None) -> str:
    """Return a text for typer: paragraphs are wrapped, examples and lines with gaps are not."""
    return "\n\n".join(_paragraph(one) for one in cleandoc(text or "").split("\n\n"))


def _paragraph(text: str) -> str:
    if text.startswith("interlock "):
        lines = text.splitlines()
        name = "Example" if len(lines) == 1 else "Examples"
        return "\n".join([_AS_IT_IS, f"{name}:", *(f"  {line}" for line in lines)])
    return f"{_AS_IT_IS}\n{text}" if "   " in text else text


class _InOrder(TyperGroup):
    """Lists verbs as one meets them, not commands before groups."""

    @override
    def list_commands(self, ctx: Any) -> list[str]:  # the base's Context has no public name
        return sorted(super().list_commands(ctx), key=[*VERBS].index)


def _typer(text: str) -> typer.Typer:
    settings: dict[str, Any] = {"help_option_names": ["-h", "--help"], "max_content_width": 88}
    return typer.Typer(
        help=_help(text),
        add_completion=False,
        context_settings=settings,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,  # help is plain: it comes at once and reads the same everywhere
    )


def _root(
    context: typer.Context,
    output: Annotated[  # noqa: ARG001  # options.Output looks here
        Form, typer.Option("--output", "-o", help="For people or for programs.")
    ] = Form.TEXT,
    version: Annotated[bool, typer.Option("--version", help="Print the version and exit.")] = False,
) -> None:
    if version:
        print(f"interlock {__version__}")
    elif context.invoked_subcommand is None:
        print(context.get_help())


def _group(context: typer.Context) -> None:
    if context.invoked_subcommand is None:
        print(context.get_help())
