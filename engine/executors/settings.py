"""Checks the settings an operator gives an executor by name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from interlock.errors import DefinitionError

PLUGIN: Final = "plugin"
"""Setting that names the entry point when the executor has another name."""


def check_settings(executor: str, settings: Mapping[str, str], *known: str) -> None:
    """Refuse settings the executor does not have; a misspelt limit is no limit.

    Raises:
        DefinitionError: names the setting and the ones there are.
    """
    for name in sorted(settings.keys() - set(known)):
        there_are = ", ".join(sorted(known)) or "none"
        raise DefinitionError(f"executor {executor} has no setting {name!r}; it has: {there_are}")


def require_setting(executor: str, settings: Mapping[str, str], name: str) -> str:
    """Return a setting that has no default.

    Raises:
        DefinitionError: it is missing or empty.
    """
    value = settings.get(name, "")
    if not value:
        raise DefinitionError(f"executor {executor} needs the setting {name!r}")
    return value
