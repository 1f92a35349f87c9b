"""What an editor may ask, each question with its answer in the words of the protocol."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from lsprotocol import types

from interlock.server.lsp.completing import Offer
from interlock.server.lsp.curing import cure
from interlock.server.lsp.desk import Desk
from interlock.server.lsp.finding import Mark
from interlock.server.lsp.outlining import outline
from interlock.server.lsp.positions import Positions
from interlock.server.lsp.publishing import SOURCE

if TYPE_CHECKING:  # the server registers the questions
    from interlock.server.lsp.serving import Server

_KINDS: Final[Mapping[str, types.CompletionItemKind]] = {
    "key": types.CompletionItemKind.Property,
    "value": types.CompletionItemKind.EnumMember,
    "type": types.CompletionItemKind.TypeParameter,
    "field": types.CompletionItemKind.Field,
    "alias": types.CompletionItemKind.Variable,
    "parameter": types.CompletionItemKind.Constant,
    "function": types.CompletionItemKind.Function,
    "method": types.CompletionItemKind.Method,
    "signal": types.CompletionItemKind.Event,
    "fact": types.CompletionItemKind.Struct,
    "machine": types.CompletionItemKind.Module,
    "state": types.CompletionItemKind.Class,
}


def ask_what_comes(server: Server) -> None:
    """Answer what can be written next."""
    options = types.CompletionOptions(trigger_characters=[".", "{", " ", '"', "'"])

    @server.feature(types.TEXT_DOCUMENT_COMPLETION, options)
    async def complete(params: types.CompletionParams) -> types.CompletionList:
        items = await server.answer(_completions, server.desk, params)
        return types.CompletionList(is_incomplete=False, items=items)


def ask_what_is(server: Server) -> None:
    """Answer what something is."""

    @server.feature(types.TEXT_DOCUMENT_HOVER)
    async def hover(params: types.HoverParams) -> types.Hover | None:
        return await server.answer(_hover, server.desk, params)


def ask_where(server: Server) -> None:
    """Answer where something is declared, and where it is named."""

    @server.feature(types.TEXT_DOCUMENT_DEFINITION)
    async def define(params: types.DefinitionParams) -> list[types.Location]:
        return await server.answer(_definitions, server.desk, params)

    @server.feature(types.TEXT_DOCUMENT_REFERENCES)
    async def refer(params: types.ReferenceParams) -> list[types.Location]:
        return await server.answer(_references, server.desk, params)

    @server.feature(types.TEXT_DOCUMENT_DOCUMENT_SYMBOL)
    async def symbols(params: types.DocumentSymbolParams) -> list[types.DocumentSymbol]:
        return await server.answer(_outline, server.desk, params)


def ask_for_cures(server: Server) -> None:
    """Answer what mends a finding."""
    options = types.CodeActionOptions(code_action_kinds=[types.CodeActionKind.QuickFix])

    @server.feature(types.TEXT_DOCUMENT_CODE_ACTION, options)
    async def act(params: types.CodeActionParams) -> list[types.CodeAction]:
        return await server.answer(_cures, server.desk, params)


QUESTIONS: Final = (ask_what_comes, ask_what_is, ask_where, ask_for_cures)


def _completions(desk: Desk, params: types.CompletionParams) -> list[types.CompletionItem]:
    scene = desk.scene(params.text_document.uri)
    if scene is None:
        return []
    positions = Positions(scene.text, desk.encoding)
    offset = positions.offset(params.position)
    found = scene.offers(offset)
    return [_item(one, number, offset, positions) for number, one in enumerate(found)]


def _item(one: Offer, number: int, offset: int, positions: Positions) -> types.CompletionItem:
    written = f"{one.text}: " if one.kind == "key" else one.text
    place = positions.range(offset - one.replaces, offset)
    return types.CompletionItem(
        label=one.text,
        kind=_KINDS.get(one.kind, types.CompletionItemKind.Reference),
        detail=("needed" if one.is_needed else one.detail) or None,
        documentation=_markdown(one.doc) if one.doc else None,
        # What must be there comes first, then all in the order of the models.
        sort_text=f"{int(not one.is_needed)}{number:04}",
        text_edit=types.TextEdit(place, written),
    )


def _hover(desk: Desk, params: types.HoverParams) -> types.Hover | None:
    scene = desk.scene(params.text_document.uri)
    if scene is None:
        return None
    positions = Positions(scene.text, desk.encoding)
    found = scene.explanation(positions.offset(params.position))
    if found is None:
        return None
    return types.Hover(_markdown(found.text), positions.range(found.start, found.end))


def _definitions(desk: Desk, params: types.DefinitionParams) -> list[types.Location]:
    scene = desk.scene(params.text_document.uri)
    if scene is None:
        return []
    offset = Positions(scene.text, desk.encoding).offset(params.position)
    uri = params.text_document.uri
    return [_location(desk, uri, one) for one in scene.declarations(offset)]


def _references(desk: Desk, params: types.ReferenceParams) -> list[types.Location]:
    scene = desk.scene(params.text_document.uri)
    if scene is None:
        return []
    offset = Positions(scene.text, desk.encoding).offset(params.position)
    marks = scene.uses(offset)
    if not params.context.include_declaration:
        marks = [one for one in marks if one not in scene.declarations(offset)]
    return [_location(desk, params.text_document.uri, one) for one in marks]


def _location(desk: Desk, beside: str, mark: Mark) -> types.Location:
    positions = Positions(mark.document.text, desk.encoding)
    place = positions.range(mark.start, mark.end)
    return types.Location(desk.uri_beside(beside, mark.document.path), place)


def _outline(desk: Desk, params: types.DocumentSymbolParams) -> list[types.DocumentSymbol]:
    scene = desk.scene(params.text_document.uri)
    return [] if scene is None else outline(scene.outline(), Positions(scene.text, desk.encoding))


def _cures(desk: Desk, params: types.CodeActionParams) -> list[types.CodeAction]:
    uri = params.text_document.uri
    scene = desk.scene(uri)
    if scene is None:
        return []
    positions = Positions(scene.text, desk.encoding)
    found = []
    for one in params.context.diagnostics:
        if one.source == SOURCE:
            start, end = (positions.offset(at) for at in (one.range.start, one.range.end))
            mended = cure(one.message, scene.text[start:end])
            if mended is not None:
                place = positions.range(start + mended.start, start + mended.end)
                edit = types.WorkspaceEdit({uri: [types.TextEdit(place, mended.word)]})
                title = f"Write {mended.word!r}"
                kind = types.CodeActionKind.QuickFix
                found.append(types.CodeAction(title, kind, [one], is_preferred=True, edit=edit))
    return found


def _markdown(text: str) -> types.MarkupContent:
    return types.MarkupContent(types.MarkupKind.Markdown, text)
