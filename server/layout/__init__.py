"""The canonical layout of authors' files: one way to write what means the same.

::

    text ─ language.load_documents ─► Place tree ─ block ─► Block of Entry, comments attached
                                                              │  order, conjuncts, quotes
                                                              ▼
                                                    printing ─► text, loaded again and compared

Guarantees: laid out twice is laid out once; every comment is kept; what the documents say is
equal before and after, or nothing is changed.  Flow collections stay as they are, but for quotes.
"""

from interlock.server.layout.block import Unusual
from interlock.server.layout.canonical import laid_out

__all__ = ["Unusual", "laid_out"]
