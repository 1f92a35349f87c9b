"""Overlays: selective changes to rules that stay where their authors wrote them."""

from __future__ import annotations

import pytest

from interlock.errors import DefinitionError
from interlock.language import load_documents
from interlock.rules.load import load_rulebase
from interlock.rules.rulebase import RuleBase
from tests.unit.rules.given import SIGNALS, World, fired

RULES = """\
interlock: rules/v1
package: shop
rules:
  - id: burning
    title: burning
    severity: high
    when: [{signal: error, as: err}]
    then: [{start: restart, incident: "${err.service}"}]
    why: ${err.service}
    except:
      - {id: EX-1, on: err, where: service == "lab", reason: a lab, expires: 2027-03-31}
"""
OVERLAY = """\
interlock: overlay/v1
owner: team-night
target: shop/burning
add:
  except:
    - {id: EX-2, on: err, where: service == "batch", reason: by design, expires: 2027-06-30}
replace: {severity: low, cooldown: 30m}
"""


def load(*overlays: str, rules: str = RULES) -> RuleBase:
    documents = [*load_documents(SIGNALS, "s"), *load_documents(rules, "r")]
    for number, text in enumerate(overlays):
        documents += load_documents(text, f"o{number}")
    return load_rulebase(documents)


def faults(*overlays: str, rules: str = RULES) -> list[str]:
    with pytest.raises(DefinitionError) as refused:
        load(*overlays, rules=rules)
    return [str(one) for one in refused.value.diagnostics]


def test_an_overlay_replaces_what_it_names_and_leaves_the_rest():
    rule = load(OVERLAY).rules["shop/burning"]

    assert (rule.severity, rule.title, rule.path) == ("low", "burning", "r")
    assert rule.repeats is not None
    assert rule.repeats.cooldown_ms == 30 * 60_000


def test_what_an_overlay_adds_comes_after_what_the_rule_has():
    exceptions = load(OVERLAY).rules["shop/burning"].exceptions

    assert [(one.id, one.path, one.span.line) for one in exceptions] == [
        ("EX-1", "r", 11),
        ("EX-2", "o0", 6),
    ]


def test_a_rule_decides_as_its_overlays_say():
    world = World(load(OVERLAY))

    assert fired(world.error("batch")) == []
    assert fired(world.error("lab")) == []
    assert fired(world.error("web")) == ["shop/burning"]


def test_the_version_covers_overlays_and_is_that_of_the_rule_written_so():
    written = RULES.replace("severity: high", "severity: low\n    cooldown: 30m")
    written += OVERLAY.splitlines()[5].replace("    - {", "      - {") + "\n"

    assert load(OVERLAY).digest != load().digest
    assert load(OVERLAY).digest == load(rules=written).digest


def test_an_overlay_may_turn_a_rule_off():
    off = "interlock: overlay/v1\ntarget: shop/burning\nreplace: {status: disabled}\n"

    assert load(off).rules == {}


def test_several_overlays_may_change_different_things_of_a_rule():
    other = "interlock: overlay/v1\ntarget: shop/burning\nreplace: {owner: team-night}\n"
    rule = load(OVERLAY, other).rules["shop/burning"]

    assert (rule.owner, rule.severity) == ("team-night", "low")


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ("shop/burning", "shop/burned", "o0:3:9: error [RV211] no rule is called 'shop/burned'"),
        ("severity: low", "severity: lowest", "o0:7:21: error [RV113]"),
        ("severity: low", "title: other", "o0:7:11: error [RV112]"),
        ("{severity: low, cooldown: 30m}", "{}", "o0:7:10: error [RV110] replaces nothing"),
        ("EX-2", "EX-1", "o0:6:12: error [RV310] exception 'EX-1' is written already"),
        ("service ==", "revision ==", "o0:6:34: error [RV201]"),
        ("on: err", "on: er", "o0:6:22: error [RV201] no alias is called 'er'"),
        (", reason: by design", "", "o0:6:7: error [RV111]"),
    ],
)
def test_faults_of_an_overlay_are_reported_in_it(old: str, new: str, found: str):
    assert old in OVERLAY

    reported = faults(OVERLAY.replace(old, new))
    assert any(one.startswith(found) for one in reported), reported


def test_two_overlays_that_replace_the_same_are_refused():
    other = "interlock: overlay/v1\ntarget: shop/burning\nreplace: {severity: info}\n"

    assert faults(OVERLAY, other) == [
        "o1:3:11: error [RV216] 'severity' of rule 'shop/burning' is replaced already at o0:7"
    ]


def test_an_overlay_that_changes_nothing_is_refused():
    assert "RV110] changes nothing" in faults("interlock: overlay/v1\ntarget: shop/burning\n")[0]


def test_an_overlay_of_a_rule_nobody_can_read_is_no_fault_of_its_own():
    broken = RULES.replace("title: burning", "titel: burning")

    assert not any("RV211" in one for one in faults(OVERLAY, rules=broken))
