"""Why something happened: the whole tree, read from the decisions in the journal.

::

    action ← verdict of the gate, what was checked before and after
           ← transition ← firing ← elements ← signals
                        ← an earlier action's result ← …

Every node names the entry it comes from, so each can be proved on its own.

``reason``      a node of the tree.
``explainer``   who is asked.
``telling``     actions, transitions and incidents.
``grounds``     firings, facts and signals.
``reading``     what is read of the history, and how much of it is opened.
"""

from interlock.engine.explain.explainer import Explainer
from interlock.engine.explain.reason import Reason

__all__ = ["Explainer", "Reason"]
