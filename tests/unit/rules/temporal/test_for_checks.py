"""What the loader finds about ``for``."""

from __future__ import annotations

import pytest

from tests.unit.rules.given import SIGNALS, findings

RULE = """\
interlock: rules/v1
rules:
  - id: restart
    title: errors
    when:
      - signal: deploy
        as: dep
      - signal: error
        as: err
        where:
          - service == dep.service
          - value > 5
        for: 2m
    then:
      - start: restart
        incident: ${err.service}
    why: ${dep.revision} ${err.since}
"""


def test_a_good_rule_has_no_findings():
    assert findings(RULE) == []


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        pytest.param(
            "for: 2m",
            "for: 2",
            "r:13:14: error [RV120] expected a duration such as 5m (write 2s)",
            id="no duration",
        ),
        pytest.param(
            "for: 2m",
            "for: 0s",
            "r:13:14: error [RV110] value should be greater than 0",
            id="no time at all",
        ),
        pytest.param(
            "for: 2m",
            "for: 5m",
            "r:13:14: warning [RV322] lasts only if 'error' is said again within its ttl of 5m"
            " (make sure that it is, or raise the ttl)",
            id="a state must be said again",
        ),
        pytest.param(
            "as: dep\n",
            "as: dep\n        for: 1h\n",
            "r:8:14: error [RV322] an occurrence of 'deploy' is gone after its ttl of 1h"
            " (write a shorter for, or raise the ttl)",
            id="an occurrence is gone",
        ),
        pytest.param("as: dep\n", "as: dep\n        for: 59m\n", None, id="an occurrence"),
        pytest.param(
            "value > 5",
            "value > size(dep.revision)",
            "r:12:13: warning [RV325] 'value > size(dep.revision)' need not have held for 2m,"
            " only now: it reads dep (assert a fact from it, and let that last)",
            id="a test of two",
        ),
        pytest.param(
            "value > 5",
            "since < dep.at",
            "r:12:13: error [RV201] unknown field 'since' (did you mean 'service'?)",
            id="since is not there before it lasts",
        ),
        pytest.param(
            "${err.since}",
            "${dep.since}",
            "r:17:32: error [RV201] 'dep' has no field 'since' (did you mean 'service'?)",
            id="since of what need not last",
        ),
    ],
)
def test_faults_of_what_lasts(old, new, found):
    assert old in RULE
    assert findings(RULE.replace(old, new)) == ([found] if found else [])


def test_what_lasts_has_no_field_since_of_its_own():
    signals = SIGNALS.replace("limit: int,", "limit: int, since: int,")

    (found,) = findings(RULE, signals=signals)

    assert found.startswith("r:9:13: error [RV214] what lasts has a field 'since', and this has")


def test_an_undeclared_signal_that_should_last_is_one_fault():
    assert findings(RULE.replace("signal: error", "signal: eror")) == [
        "r:8:17: error [RV210] undeclared signal 'eror' (did you mean 'error'?)"
    ]
