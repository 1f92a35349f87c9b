"""How rules are dealt into packs, and by what field their patterns are linked."""

from interlock.rules.packs import MAX_PATTERNS, deal, linking_fields
from tests.unit.rules.given import rulebase


def rules(count: int, *, signal: str = "error", start: int = 0) -> str:
    return "".join(
        f"""
  - id: r{number:03}
    title: a rule
    when:
      - {{signal: {signal}, as: err}}
      - {{signal: deploy, as: dep, where: service == err.service}}
    then: [{{advise: "${{err.service}} ${{dep.revision}}"}}]
    why: because
"""
        for number in range(start, start + count)
    )


def test_a_pack_holds_at_most_sixty_patterns_and_no_rule_is_split():
    packs = rulebase(rules(70)).packs

    assert [sum(len(r.patterns) for r in pack.rules) for pack in packs] == [60, 60, 20]
    assert MAX_PATTERNS == 60


def test_every_rule_is_in_one_pack():
    base = rulebase(rules(70))

    dealt = [rule.id for pack in base.packs for rule in pack.rules]
    assert sorted(dealt) == sorted(base.rules)
    assert base.pack_of["r000"] == base.packs[0].id


def test_rules_that_look_at_the_same_things_come_together():
    base = rulebase(
        rules(20, signal="slow") + rules(20, start=20) + rules(8, signal="slow", start=40)
    )

    together = [{r.patterns[0].type for r in pack.rules} for pack in base.packs]
    assert together == [{"error", "slow"}, {"slow"}]
    assert len(base.packs[1].rules) == 18


def test_packs_do_not_depend_on_the_order_of_the_rules():
    base = rulebase(rules(70))

    assert deal(reversed(list(base.rules.values()))) == base.packs


def test_a_pack_is_named_after_what_its_patterns_say_and_nothing_else():
    one = rulebase(rules(3)).packs[0].id
    same = rulebase(rules(3).replace("why: because", "why: so")).packs[0].id
    other = rulebase(rules(3).replace("as: err}", "as: err, where: value > 5}")).packs[0].id

    assert one == same
    assert one != other
    assert one.startswith("pack-")


def linked(when: str) -> tuple[str, ...]:
    base = rulebase("  - {id: r, title: r, when: [" + when + "], then: [{advise: x}], why: x}")
    correlates = {name: declared.correlate for name, declared in base.signal_types.items()}
    return linking_fields(base.rules["r"], correlates)


def test_patterns_equated_through_others_are_linked():
    assert linked(
        "{signal: error, as: a}, {signal: deploy, as: b, where: service == a.service},"
        " {signal: slow, as: c, where: service == b.service}"
    ) == ("service", "service", "service")


def test_the_correlation_key_links_before_another_field_that_also_does():
    assert linked(
        "{signal: error, as: a},"
        " {signal: error, as: b, where: [limit == a.limit, service == a.service]}"
    ) == ("service", "service")
    assert linked("{signal: error, as: a}, {signal: error, as: b, where: limit == a.limit}") == (
        "limit",
        "limit",
    )


def test_patterns_are_not_linked_by_inequalities_nor_when_one_stands_alone():
    assert (
        linked("{signal: error, as: a}, {signal: error, as: b, where: service != a.service}") == ()
    )
    assert linked(
        "{signal: error, as: a}, {signal: deploy, as: b, where: service == a.service},"
        " {signal: slow, as: c}"
    ) == ()  # fmt: skip
