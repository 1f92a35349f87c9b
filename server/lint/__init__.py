"""Governance and style of authors' files: who answers, until when, and in which words.

::

    documents ─ governance, style, drafts ─► findings ─ suppressions ─► what is left, and their
    two bundles ─ versions ────────────────►     ''                    faults

Nothing here reads the clock: today is an argument.  ``versions`` compares bundles, which takes more
to load than all else, so who needs it asks it by itself.
"""

from interlock.server.lint.linting import lint
from interlock.server.lint.suppressions import Suppression, find_suppressions, quieted

__all__ = ["Suppression", "find_suppressions", "lint", "quieted"]
