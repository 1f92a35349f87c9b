"""What tells two bundles apart, for whoever reviews the step from one to the other.

::

    Whole, Whole ─► bundles ─┬─ rules       by meaning: fires for more, for less, for others
                             ├─ structure   everything else, key by key
                             └─ weights     which way a changed key goes: loosened, risk raised

Guarantees: what is called loosened or tightened is so for every signal that may come
(``interlock.language.regions``); what cannot be decided is called changed.  Equal definitions
are not mentioned, however they are written.
"""

from interlock.engine.difference.bundles import differences
from interlock.engine.difference.model import Change, Detail, What

__all__ = ["Change", "Detail", "What", "differences"]
