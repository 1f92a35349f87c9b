"""Every verb of the program, in the order one meets them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from importlib import import_module
from inspect import cleandoc
from typing import Annotated, Any, cast

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command
from typing_extensions import override

from interlock import __version__
from interlock.server.cli.options import Form

HELP = """\
Rules decide, state machines advance, one gate lets actions out.

See it work     interlock demo
Begin           interlock init shop && cd shop && interlock test
Run it          interlock serve --bundle bundle --executors executors.toml
Send a signal   interlock signal send site.probe --value up=false
Look            interlock incidents list
Ask why         interlock why INCIDENT
Stop it         interlock freeze global --reason "looking first"

Exit codes: 0 done; 1 something was found or refused; 2 the command or its
input cannot be used; 3 not available, or Interlock itself is at fault.
"""

_AS_IT_IS = "\b"
"""Begins a paragraph that typer must not wrap."""

VERBS: Mapping[str, str | tuple[str, Mapping[str, str]]] = {
    "demo": "demo.demo",
    "init": "init.init",
    "check": "check.check",
    "verify": "verify.verify",
    "lint": "lint.lint",
    "fmt": "fmt.fmt",
    "codes": "codes.codes",
    "test": "test.run",
    "schema": "schema.schema",
    "lsp": "lsp.lsp",
    "diff": "diff.diff",
    "docs": "docs.docs",
    "simulate": "simulate.simulate",
    "serve": "serve.serve",
    "signal": ("Send signals by hand.", {"send": "signals.send"}),
    "incidents": (
        "See what is going on and say what is to happen.",
        {
            "list": "incidents.list_incidents",
            "show": "incidents.show",
            "watch": "incidents.watch",
            "abort": "incidents.abort",
            "acknowledge": "incidents.acknowledge",
            "annotate": "incidents.annotate",
            "answer": "incidents.answer",
        },
    ),
    "why": "why.why",
    "why-not": "why_not.why_not",
    "graph": (
        "Draw rules, machines and what an incident went through.",
        {"rules": "graph.rules", "machine": "graph.machine", "flow": "graph.flow"},
    ),
    "gate": "gate.gate",
    "facts": (
        "Say what is the case.",
        {"set": "facts.set_fact", "retract": "facts.retract", "list": "facts.list_facts"},
    ),
    "freeze": "freeze.freeze",
    "thaw": "thaw.thaw",
    "audit": ("Prove the history.", {"verify": "audit.verify", "checkpoint": "audit.checkpoint"}),
    "history": ("Take the history away.", {"export": "history.export"}),
}
"""Name to the module and function that it runs, or to what a group is for and its own verbs.

By name, so that a module is loaded only when its verb is run or its help is printed."""


def build() -> TyperGroup:
    """Return the program; a verb is loaded when it is asked for."""
    return _group_of(())


def _group_of(names: Iterable[str]) -> TyperGroup:
    """Return the program with some of its verbs."""
    program = _typer(HELP)
    program.callback(cls=_Verbs, invoke_without_command=True)(_root)
    for name in names:
        verb = VERBS[name]
        if isinstance(verb, tuple):
            text, verbs = verb
            group = _typer(text)
            group.callback(invoke_without_command=True)(_group)
            for subname, subverb in verbs.items():
                function = _loaded(subverb)
                group.command(subname, help=_help(function.__doc__))(function)
            program.add_typer(group, name=name)
        else:
            function = _loaded(verb)
            program.command(name, help=_help(function.__doc__))(function)
    return cast("TyperGroup", get_command(program))


def _loaded(verb: str) -> Callable[..., None]:
    module, _, name = verb.partition(".")
    function: Callable[..., None] = getattr(import_module(f"interlock.server.cli.{module}"), name)
    return function


def _help(text: str | None) -> str:
    """Return a text for typer: paragraphs are wrapped, examples and lines with gaps are not."""
    return "\n\n".join(_paragraph(one) for one in cleandoc(text or "").split("\n\n"))


def _paragraph(text: str) -> str:
    if text.startswith("interlock "):
        lines = text.splitlines()
        name = "Example" if len(lines) == 1 else "Examples"
        return "\n".join([_AS_IT_IS, f"{name}:", *(f"  {line}" for line in lines)])
    return f"{_AS_IT_IS}\n{text}" if "   " in text else text


class _Verbs(TyperGroup):
    """Loads a verb when it is asked for; lists them as one meets them."""

    # The base's Context and HelpFormatter have no public names.

    @override
    def list_commands(self, ctx: Any) -> list[str]:
        return [*VERBS]

    @override
    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name in VERBS and cmd_name not in self.commands:
            self.commands[cmd_name] = _group_of([cmd_name]).commands[cmd_name]
        return self.commands.get(cmd_name)

    @override
    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        if args[0] not in VERBS:  # what is nearest is sought among those that are loaded
            self.commands.update(_group_of(VERBS).commands)
        return super().resolve_command(ctx, args)

    @override
    def format_commands(self, ctx: Any, formatter: Any) -> None:
        shown = TyperGroup(commands={name: _listed(name) for name in VERBS})
        shown.format_commands(ctx, formatter)


def _listed(name: str) -> TyperCommand:
    """Return a verb with no more than a list of verbs shows: its options take time to read."""
    verb = VERBS[name]
    text = verb[0] if isinstance(verb, tuple) else _loaded(verb).__doc__
    return TyperCommand(name, help=_help(text))


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
