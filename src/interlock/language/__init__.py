"""What the rule language and the machine language share.

::

    file ─ document.load_documents ─► Document   data + place of everything
                │
                ├─ model.validate(Model, document) ─► Definition    shape
                ├─ expression.parse / check / compile               conditions, templates
                └─ diagnostics                                      file:line:col: error [CODE] …

    values/       types, exact values, the door that admits them
    regex         RE2, the only pattern engine
    diagnostics   located faults
    document      YAML 1.2 with positions (located/ reads it)
    model         pydantic base, shared text types
    fields        the declaration of one field
    constants     what an author gives a field: read or reported
    params        named values, settled for one environment
    expression/   strict typed CEL subset, templates, arguments
    regions/      what a condition can be, whatever comes
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from interlock.language.diagnostics import (
        Diagnostic,
        Span,
        nearest,
        ordered,
        refuse_errors,
    )
    from interlock.language.document import Document, Loc, load_documents
    from interlock.language.fields import FieldDefinition
    from interlock.language.model import (
        DURATION_SCHEMA,
        DateText,
        Definition,
        Duration,
        ExpressionList,
        ExpressionText,
        FieldName,
        Identifier,
        SignalName,
        TemplateText,
        by_key,
        fault,
        validate,
    )
    from interlock.language.values import UNKNOWN, Field, Kind, Type, Unknown, Value, YamlValue

__all__ = [
    "DURATION_SCHEMA",
    "UNKNOWN",
    "DateText",
    "Definition",
    "Diagnostic",
    "Document",
    "Duration",
    "ExpressionList",
    "ExpressionText",
    "Field",
    "FieldDefinition",
    "FieldName",
    "Identifier",
    "Kind",
    "Loc",
    "SignalName",
    "Span",
    "TemplateText",
    "Type",
    "Unknown",
    "Value",
    "YamlValue",
    "by_key",
    "fault",
    "load_documents",
    "nearest",
    "ordered",
    "refuse_errors",
    "validate",
]

_HOMES = {
    "diagnostics": frozenset(["Diagnostic", "Span", "nearest", "ordered", "refuse_errors"]),
    "document": frozenset(["Document", "Loc", "load_documents"]),
    "fields": frozenset(["FieldDefinition"]),
    "model": frozenset(
        [
            "DURATION_SCHEMA",
            "DateText",
            "Definition",
            "Duration",
            "ExpressionList",
            "ExpressionText",
            "FieldName",
            "Identifier",
            "SignalName",
            "TemplateText",
            "by_key",
            "fault",
            "validate",
        ]
    ),
    "values": frozenset(["Field", "Kind", "Type", "UNKNOWN", "Unknown", "Value", "YamlValue"]),
}

if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        """Return what is offered here, loading its module when it is first asked for.

        Who wants one light thing, a diagnostic that was kept, does not wait for all the rest.
        """
        home = next((home for home, names in _HOMES.items() if name in names), None)
        if home is None:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return getattr(import_module(f"{__name__}.{home}"), name)
