"""Test documents as text: exact decimals, and nothing that could drive a terminal."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import yaml
from typing_extensions import override


class _Dumper(yaml.SafeDumper):
    """Writes exact decimals as numbers, and equal values each time in full."""

    @override
    def ignore_aliases(self, data: object) -> bool:
        del data
        return True


def _decimal(dumper: yaml.SafeDumper, value: Decimal) -> yaml.ScalarNode:
    text = format(value, "f")
    # A whole number would be written with a tag, which no document may have.
    kind = "float" if "." in text else "int"
    return dumper.represent_scalar(f"tag:yaml.org,2002:{kind}", text)


_Dumper.add_representer(Decimal, _decimal)


def document_text(document: Mapping[str, Any]) -> str:
    """Return a document as YAML."""
    return yaml.dump(
        dict(document),
        Dumper=_Dumper,
        sort_keys=False,
        default_flow_style=None,
        allow_unicode=False,  # all else is escaped, so it cannot drive a terminal
        width=100,
    )
