"""Differences between two bundles, as a list for people, a page for a review, or records."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from interlock.engine.difference import Change, Detail, What, differences
from interlock.server.cli.exits import Exit
from interlock.server.cli.harmless import harmless
from interlock.server.cli.options import Form
from interlock.server.cli.places import whole_of
from interlock.server.cli.printer import Printer, counted

_SIGNS = {
    What.ADDED: ("+", "green"),
    What.REMOVED: ("-", "red"),
    What.LOOSENED: ("<", "bold yellow"),
    What.TIGHTENED: (">", "cyan"),
    What.CHANGED: ("~", "yellow"),
}


def compare(before: str, after: str, *, env: str | None, semantic: bool, form: str) -> Exit:
    """Print what differs.

    Args:
        before: a place, as of ``places.whole_of``.
        after: likewise.
        env: the environment whose parameters count; None: their defaults.
        semantic: whether to say which way each difference goes.
        form: ``text``, ``markdown`` or ``json``.

    Raises:
        InputRejected: one cannot be read.
        DefinitionError: one is no sound bundle.
        NotFound: a store holds no bundle.
    """
    found = differences(whole_of(before, env), whole_of(after, env))
    if not semantic:
        found = [_plain(change) for change in found]
    if form == "json":
        Printer(Form.JSON).document([_record(change) for change in found])
    elif form == "markdown":
        print("\n".join(_markdown(found, semantic=semantic)))
    else:
        _print(found, Printer(Form.TEXT))
    return Exit.FOUND if found else Exit.OK


def _plain(change: Change) -> Change:
    """Return a change without the way it goes."""
    what = change.what if change.what in (What.ADDED, What.REMOVED) else What.CHANGED
    details = [replace(one, what=What.CHANGED, raises_risk=False) for one in change.details]
    return replace(change, what=what, details=tuple(details))


def _print(found: Sequence[Change], printer: Printer) -> None:
    for change in found:
        sign, style = _SIGNS[change.what]
        risk = ("  risk raised", "bold red") if change.raises_risk else ""
        place = (f"  {change.place}" if change.place else "", "dim")
        said = f"{sign} {change.kind} {change.name}"
        printer.line((said, style), f" {change.what.value}", risk, place)
        for detail in change.details:
            printer.line(f"    {detail.key}: ", *_step(detail), *_way(detail))
        for note in change.notes:
            printer.line((f"    {note}", "dim"))
    printer.line(_summary(found))


def _step(detail: Detail) -> tuple[str, ...]:
    if detail.before is None:
        return (f"now {detail.after}",)
    return (f"{detail.before} → {'gone' if detail.after is None else detail.after}",)


def _way(detail: Detail) -> tuple[tuple[str, str], ...]:
    if detail.raises_risk:
        return (("  risk raised", "bold red"),)
    if detail.what is What.CHANGED:
        return ()
    return ((f"  {detail.what.value}", _SIGNS[detail.what][1]),)


def _summary(found: Sequence[Change]) -> str:
    if not found:
        return "no difference"
    counts = [(what, sum(one.what is what for one in found)) for what in What]
    said = ", ".join(f"{count} {what.value}" for what, count in counts if count)
    raised = sum(change.raises_risk for change in found)
    risk = f"; risk raised by {raised}" if raised else ""
    return f"{counted(len(found), 'difference')}: {said}{risk}"


def _record(change: Change) -> dict[str, object]:
    return {
        "kind": change.kind,
        "name": change.name,
        "what": change.what.value,
        "raises_risk": change.raises_risk,
        "place": change.place,
        "details": [
            {
                "key": one.key,
                "before": one.before,
                "after": one.after,
                "what": one.what.value,
                "raises_risk": one.raises_risk,
            }
            for one in change.details
        ],
        "notes": list(change.notes),
    }


def _markdown(found: Sequence[Change], *, semantic: bool) -> list[str]:
    lines = [f"**{_summary(found)}**"]
    for change in found:
        risk = " — **risk raised**" if change.raises_risk else ""
        lines += ["", f"### {change.kind} {_code(change.name)} {change.what.value}{risk}"]
        if change.place:
            lines += ["", _code(change.place)]
        if change.details:
            last = " which way |" if semantic else ""
            lines += ["", f"| key | before | after |{last}", f"|---|---|---|{'---|' * semantic}"]
        for one in change.details:
            way = f" {'risk raised' if one.raises_risk else one.what.value} |" if semantic else ""
            cells = " | ".join(_code(text) for text in (one.key, one.before, one.after))
            lines.append(f"| {cells} |{way}")
        lines += [f"\n{note}." for note in change.notes]
    return lines


def _code(text: str | None) -> str:
    """Return a text as code that cannot leave its cell."""
    if text is None:
        return ""
    # A bar ends a cell even in code; of the backquotes there is a look-alike that ends nothing.
    plain = harmless(text).replace("|", "\\|").replace("`", "\N{MODIFIER LETTER GRAVE ACCENT}")
    return f"`{plain}`" if plain else ""
