"""A scenario from history: what a journal says of one incident, written as a test document.

``journal``  the entries that belong to an incident, and the bundle that was active.
``redact``   secrets are taken out, by name of the field and by look.
``write``    the document: what happened, who answered how, what came of it; ``text`` of it.
"""

from interlock.testing.record.journal import Source, Told, read_incident
from interlock.testing.record.redact import Redaction
from interlock.testing.record.write import scenario_of

__all__ = ["Redaction", "Source", "Told", "read_incident", "scenario_of"]
