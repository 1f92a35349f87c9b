"""A rule that is refused because it feeds itself does so, whatever it is given."""

from __future__ import annotations

from hypothesis import assume, given
from hypothesis import strategies as st

from interlock.language import load_documents
from interlock.rules.load import load_rulebase, read_rules
from interlock.rules.memory import WorkingMemory
from interlock.rules.verify.refusals import certain_faults

SIGNALS = """\
interlock: signals/v1
signals: {}
facts:
  down:
    key: [service]
    fields: {service: {type: string, enum: [a, b, c]}, level: {type: int, min: 0, max: 3}}
"""
SERVICES = ["a", '"b"', "${d.service}"]
LEVELS = ["0", "2", '"${d.level}"', '"${d.level + 1}"', '"${3 - d.level}"']
TESTS = ['service == "a"', 'service != "b"', "level > 1", "level <= 2", "level != 0"]


@given(
    st.sampled_from(SERVICES),
    st.sampled_from(LEVELS),
    st.lists(st.sampled_from(TESTS), max_size=2, unique=True),
    st.sampled_from("abc"),
    st.integers(0, 3),
)
def test_what_is_told_to_feed_itself_fires_on_what_it_asserted(
    service: str, level: str, tests: list[str], first: str, height: int
) -> None:
    """refused(rule) and rule asserts y from x → rule fires on y."""
    rule = f"""\
interlock: rules/v1
rules:
  - id: r
    title: A rule
    when: [{{fact: down, as: d, where: {tests}}}]
    then: [{{assert: down, set: {{service: "{service.strip('"')}", level: {level}}}}}]
    why: it is so
"""
    documents = [*load_documents(SIGNALS, "s"), *load_documents(rule, "r")]
    found = [one.code for one in certain_faults(*read_rules(documents))]
    assume("RV340" in found)
    memory = WorkingMemory(load_rulebase(documents))

    memory.assert_fact("down", {"service": first, "level": height}, position=1, now=0)

    (fired, *_) = [*memory.firings(), None]
    assume(fired is not None)
    made = [one for one in memory.facts() if fired.id in one.supports]
    again = [one for one in memory.firings() if {e.id for e in one.elements} & {f.id for f in made}]
    assume(made)  # nothing is, where the fact was said to be otherwise
    assert again
    assert {one.rule for one in again} == {"r"}
