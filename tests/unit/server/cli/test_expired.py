"""``check`` knows what day it is, and nothing else does."""

from __future__ import annotations

from interlock.engine.bundle import Bundle
from interlock.language.values import parse_timestamp
from interlock.server.cli.checking import find

SIGNALS = "interlock: signals/v1\nsignals: {probe: {ttl: 1h, fields: {service: string}}}\n"
RULES = """\
interlock: rules/v1
package: p
rules:
  - id: down
    title: Down
    when: [{signal: probe, as: look}]
    then: [{advise: "look at ${look.service}"}]
    why: it is down
    except:
      - {id: EX-12, on: look, where: service == "batch", reason: known, expires: 2027-03-31}
"""
FILES = {"rules.yaml": RULES.encode(), "signals.yaml": SIGNALS.encode()}


def found(now: str) -> list[str]:
    return [str(one) for one in find(FILES, None, now=parse_timestamp(now)).diagnostics]


def test_an_exception_counts_through_its_last_day() -> None:
    assert found("2027-03-31T23:59:59Z") == []


def test_an_expired_exception_is_a_warning_at_its_last_day() -> None:
    (warning,) = found("2027-04-01T00:00:00Z")

    assert warning.startswith(
        "rules.yaml:10:82: warning [RV502] exception 'EX-12' of rule 'p/down' counted through"
    )


def test_compiling_does_not_know_what_day_it_is() -> None:
    files = {name: text.decode().replace("2027", "1999") for name, text in FILES.items()}

    assert Bundle.compile(files).warnings == ()
