import pytest

from interlock.rules.caged import vocabulary
from interlock.rules.caged.limits import MAX_COLUMNS_OF_KIND, MAX_FACTS, MAX_PATTERNS, Uncageable


def test_the_hash_is_the_engines():
    # Constants of durable-rules' own C code for these property names.
    assert vocabulary.fnv1a("id") == 926444256
    assert vocabulary.fnv1a("sid") == 3593476751


def test_names_that_share_a_hash_are_refused():
    with pytest.raises(Uncageable, match="'costarring' and 'liquid' are one"):
        vocabulary.refuse_collisions(["liquid", "costarring"])


@pytest.mark.parametrize("word", ["id", "sid", "$s", "f0", "k", "n", "w"])
def test_a_name_is_not_a_collision_with_itself(word):
    vocabulary.refuse_collisions([word])


def test_every_name_the_cage_can_hand_out_is_unlike_every_other():
    kinds = 8 * MAX_PATTERNS  # more element types than one ruleset can hold
    vocabulary.refuse_collisions(
        [
            *(vocabulary.column_name(number) for number in range(kinds * MAX_COLUMNS_OF_KIND)),
            *(vocabulary.alias_name(number) for number in range(MAX_PATTERNS)),
            *(vocabulary.rule_name(number) for number in range(8 * MAX_PATTERNS)),
        ]
    )


def test_there_is_a_fact_identifier_for_every_fact():
    assert len(set(vocabulary.FACT_IDS)) == MAX_FACTS
