"""What scenarios cover, on the screen: a count of each sort, and every miss at its place."""

from __future__ import annotations

from interlock.server.cli.printer import Printer
from interlock.testing.coverage import Coverage, Item, Sort


def print_coverage(coverage: Coverage, printer: Printer) -> None:
    """Print counts, then misses by place."""
    counts = [(sort, *coverage.count(sort)) for sort in Sort]
    shown = [f"{sort} {covered}/{count}" for sort, covered, count in counts if count]
    printer.line(f"covered {coverage.percent} %: ", "  ".join(shown))
    for item, ways in coverage.missed():
        printer.line(f"  {item.place}: {item.said}: {_missed(item, ways)}")


def record(coverage: Coverage) -> dict[str, object]:
    """Return the same for programs."""
    counts = {str(sort): coverage.count(sort) for sort in Sort}
    return {
        "percent": coverage.percent,
        "sorts": {
            name: {"covered": covered, "count": count} for name, (covered, count) in counts.items()
        },
        "missed": [
            {
                "sort": str(item.sort),
                "path": item.path,
                "line": item.span.line,
                "col": item.span.col,
                "said": item.said,
                "never": ways,
            }
            for item, ways in coverage.missed()
        ],
    }


def _missed(item: Item, ways: list[str]) -> str:
    if item.sort is Sort.CONJUNCT and len(ways) == len(item.ways):
        return "never looked at"
    if item.sort in {Sort.CONJUNCT, Sort.ABSENCE}:
        return f"never {' nor '.join(ways)}"
    return {
        Sort.RULE: "never fired",
        Sort.NEGATION: "never forbade",
        Sort.EXCEPTION: "never kept it from firing",
        Sort.STATE: "never entered",
    }.get(item.sort, "never taken")
