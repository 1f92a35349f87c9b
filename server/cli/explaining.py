"""The pages of codes on the screen."""

from __future__ import annotations

from interlock.errors import NotFound
from interlock.language.diagnostics import nearest
from interlock.server.cli.options import Form
from interlock.server.cli.printer import Printer
from interlock.server.code_pages import CodePage, code_pages, error_pages


def explain(code: str, form: Form) -> None:
    """Print the page of a code, or a line for each code when none is given.

    Raises:
        NotFound: there is no such code.
    """
    pages = {**code_pages(), **error_pages()}
    printer = Printer(form)
    if not code:
        _list(list(pages.values()), printer)
        return
    page = pages.get(code.upper()) or pages.get(code.lower())
    if page is None:
        hint = nearest(code.upper(), pages) or nearest(code.lower(), pages)
        hint = hint or "interlock codes lists them"
        raise NotFound(f"there is no code {code!r} ({hint})")
    if printer.is_json:
        printer.document(_record(page))
        return
    printer.line((page.code, "bold"), "  ", page.summary)
    printer.line()
    for line in page.text.partition("\n\n")[2].splitlines():
        printer.line(line)


def _list(pages: list[CodePage], printer: Printer) -> None:
    if printer.is_json:
        printer.document([_record(page) for page in pages])
        return
    for page in pages:
        printer.line((page.code, "bold"), "  ", page.summary)


def _record(page: CodePage) -> dict[str, str]:
    return {
        "code": page.code,
        "summary": page.summary,
        "avoid": page.avoid,
        "prefer": page.prefer,
        "markdown": page.markdown,
    }
