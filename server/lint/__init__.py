"""Governance and style of authors' files: who answers, until when, and in which words.

::

    documents ─ governance, style, drafts ─► findings ─ suppressions ─► what is left, and their
    two bundles ─ versions ────────────────►     ''                    faults

Nothing here reads the clock: today is an argument.
"""

from interlock.server.lint.linting import lint
from interlock.server.lint.suppressions import Suppression, find_suppressions, quieted
from interlock.server.lint.versions import unraised_versions

__all__ = ["Suppression", "find_suppressions", "lint", "quieted", "unraised_versions"]
