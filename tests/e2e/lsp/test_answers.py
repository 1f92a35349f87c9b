"""Answers: what may be written at a place, what is there, where it comes from, what was meant."""

from __future__ import annotations

import pytest
from lsprotocol import types

from tests.e2e.language_client import Session
from tests.e2e.lsp.given import RULES

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]


# -- completion ------------------------------------------------------------------------------------


def test_what_an_expression_may_read_is_completed_however_little_is_written(
    reader: Session,
) -> None:
    reader.open("rules.yaml")
    head = RULES[: RULES.index("    then:")]

    own = reader.completed("rules.yaml", RULES.replace("value > params", "|@value > params"))
    earlier = reader.completed("rules.yaml", RULES.replace("service == err.service", "err.|@"))
    empty = reader.completed("rules.yaml", head.replace("service == err.service", "|@"))
    parameter = reader.completed("rules.yaml", RULES.replace("params.threshold", "params.|@"))
    template = reader.completed("rules.yaml", f"{head}    why: ${{percent(err.v|@")
    value = reader.completed("rules.yaml", RULES.replace('env == "prod"', "env == |@"))

    assert {"value", "env", "service", "at", "params", "percent", "has"} <= own.keys()
    assert "err" not in own
    assert own["value"].detail == "double, from 0, to 1"
    assert {"value", "env", "service", "at"} <= earlier.keys()
    assert "params" not in earlier
    assert {"service", "err"} <= empty.keys()
    assert parameter.keys() == {"threshold"}
    assert parameter["threshold"].detail == "0.05"
    assert template["value"].text_edit.range.start.character == len("    why: ${percent(err.")
    assert {'"prod"', '"staging"'} <= value.keys()


def test_keys_values_and_names_are_completed(reader: Session) -> None:
    reader.open("rules.yaml")
    reader.open("new.machine.yaml", "")

    keys = reader.completed("rules.yaml", RULES.replace("    severity: high\n", "    |@\n"))
    values = reader.completed("rules.yaml", RULES.replace("severity: high", "severity: |@"))
    signals = reader.completed("rules.yaml", RULES.replace("http.error_ratio", "http.|@"))
    facts = reader.completed(
        "rules.yaml", RULES.replace("advise: look at ${err.service}", "assert: |@")
    )
    fields = reader.completed(
        "rules.yaml",
        RULES.replace(
            "advise: look at ${err.service}", "assert: service.burning\n        set: {|@}"
        ),
    )
    kinds = reader.completed("new.machine.yaml", "interlock: |@")
    begun = reader.completed("new.machine.yaml", "interlock: machine/v1\n|@\n")

    assert {"severity", "cooldown"} <= keys.keys()
    assert "title" not in keys  # it is there already
    assert keys["severity"].text_edit.new_text == "severity: "
    assert values.keys() == {"critical", "high", "medium", "low", "info"}
    assert signals.keys() == {"http.error_ratio"}
    assert signals["http.error_ratio"].text_edit.new_text == "http.error_ratio"
    assert facts.keys() == {"service.burning"}
    assert fields.keys() == {"service"}
    assert {"rules/v1", "machine/v1"} <= kinds.keys()
    assert begun["initial"].detail == "needed"


# -- hover, definition, references, outline, cures -------------------------------------------------


def test_names_are_explained(reader: Session) -> None:
    reader.open("rules.yaml")

    def hover(needle: str, within: int = 0) -> str:
        place = reader.at("rules.yaml", needle, within)
        found = reader.wait(reader.client.text_document_hover_async(types.HoverParams(**place)))
        return "" if found is None else found.contents.value

    assert "Share of requests that failed." in hover("http.error_ratio", 3)
    assert "- `value`: double, min 0, max 1, unit ratio — From none to all." in hover(
        "http.error_ratio"
    )
    assert "double, min 0, max 1, unit ratio" in hover("err.value", 5)
    assert hover("err.service", 1) == "**alias err** signal http.error_ratio"
    assert "- staging: `0.2`" in hover("threshold", 1)
    assert "`percent(double or int) → string`" in hover("percent", 2)
    assert "What follows." in hover("then:")
    assert hover("A service burns") == "**title** What it notices, in one line."
    assert hover("team-shop") == ""


def test_a_code_in_a_comment_is_explained(reader: Session) -> None:
    text = f"# interlock: off RV504 because no page yet\n{RULES}"
    reader.open("rules.yaml", text)

    place = reader.place("rules.yaml", text, text.index("RV504"))
    found = reader.wait(reader.client.text_document_hover_async(types.HoverParams(**place)))

    assert "**RV504**" in found.contents.value
    assert "Prefer" in found.contents.value


def test_definitions_are_found_in_every_file_and_in_expressions(reader: Session) -> None:
    reader.open("rules.yaml")

    def line(needle: str, within: int = 0) -> list[tuple[str, int]]:
        place = reader.at("rules.yaml", needle, within)
        found = reader.wait(
            reader.client.text_document_definition_async(types.DefinitionParams(**place))
        )
        return [(one.uri.rpartition("/")[2], one.range.start.line) for one in found]

    assert line("http.error_ratio", 2) == [("signals.yaml", 4)]
    assert line("service.burning", 2) == [("signals.yaml", 15)]
    assert line("threshold", 2) == [("params.yaml", 3)]
    assert line("err.service", 1) == [("rules.yaml", 10)]
    assert line("err.service", 6) == [("signals.yaml", 11)]
    assert line("value >", 1) == [("signals.yaml", 13)]
    assert line("A service burns") == []


def test_uses_are_found_in_every_file(reader: Session) -> None:
    reader.open("params.yaml")
    reader.open("rules.yaml")

    def lines(name: str, needle: str) -> list[tuple[str, int]]:
        place = reader.at(name, needle, 1)
        context = types.ReferenceContext(include_declaration=True)
        found = reader.wait(
            reader.client.text_document_references_async(
                types.ReferenceParams(context=context, **place)
            )
        )
        return sorted((one.uri.rpartition("/")[2], one.range.start.line) for one in found)

    assert lines("params.yaml", "threshold") == [
        ("params.yaml", 3),
        ("params.yaml", 5),
        ("rules.yaml", 13),
    ]
    assert lines("rules.yaml", "err\n") == [
        ("rules.yaml", 10),
        ("rules.yaml", 16),
        ("rules.yaml", 18),
        ("rules.yaml", 19),
        ("rules.yaml", 19),
    ]


def test_a_file_has_an_outline(reader: Session) -> None:
    uri = reader.open("signals.yaml")

    found = reader.wait(
        reader.client.text_document_document_symbol_async(
            types.DocumentSymbolParams(types.TextDocumentIdentifier(uri))
        )
    )

    assert [(one.name, one.range.start.line) for one in found] == [
        ("http.error_ratio", 4),
        ("service.burning", 15),
    ]


@pytest.mark.parametrize(
    ("written", "meant"),
    [("wehre:", "where:"), ("valeu >", "value >"), ("severity: hihg", "severity: high")],
)
def test_what_was_meant_is_written_at_one_stroke(reader: Session, written: str, meant: str) -> None:
    text = RULES.replace(meant, written, 1)
    uri = reader.open("rules.yaml", text)
    faults = [one for one in reader.diagnostics("rules.yaml") if "did you mean" in one.message]

    (action,) = reader.wait(
        reader.client.text_document_code_action_async(
            types.CodeActionParams(
                types.TextDocumentIdentifier(uri),
                faults[0].range,
                types.CodeActionContext(faults),
            )
        )
    )
    (edit,) = action.edit.changes[uri]
    line = text.split("\n")[edit.range.start.line]
    mended = line[: edit.range.start.character] + edit.new_text + line[edit.range.end.character :]
    reader.change("rules.yaml", text.replace(line, mended))

    assert meant in mended
    assert text.replace(line, mended) == RULES
    assert not [o for o in reader.diagnostics("rules.yaml") if "did you mean" in o.message]
