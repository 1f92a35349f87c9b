"""What durable-rules does when nothing stands around it: the controls of test_durable_killers.

``python raw_durable.py NAME`` feeds the raw engine one input and prints what came of it, if it
lives.  Everything here is what the cage must never let happen.
"""

import json
import sys

import durable_rules_engine as engine


def ruleset(**rules):
    everything = {name: {"all": patterns} for name, patterns in rules.items()}
    everything["opening"] = {"all": [{"m": {"opening": 1}}]}
    return engine.create_ruleset("raw", json.dumps(everything))


def fired(handle, *facts, sid="w"):
    """Assert facts, given as objects or as JSON, and return the rules that fired."""
    _, state = engine.assert_fact(handle, json.dumps({"id": "opening", "sid": sid, "opening": 1}))
    engine.start_action_for_state(handle, state)
    engine.complete_and_start_action(handle, state)
    for number, fact in enumerate(facts):
        named = {"id": f"f{number}", "sid": sid}
        engine.assert_fact(handle, fact if isinstance(fact, str) else json.dumps(named | fact))
    found = engine.start_action_for_state(handle, state)
    activation = found and found[1]
    names = []
    while activation:
        names += json.loads(activation).keys()
        activation = engine.complete_and_start_action(handle, state)
    return names


def one(condition, *facts):
    return fired(ruleset(r=[{"m": condition}]), *facts)


def two(first, second, *facts):
    return fired(ruleset(r=[{"a": first}, {"b": second}]), *facts)


CASES = {
    # It dies.
    "a fact without fields": lambda: engine.assert_facts(ruleset(r=[{"m": {"v": 1}}]), "[{}]"),
    "a session name of 4 MB": lambda: fired(
        ruleset(r=[{"m": {"v": 1}}]), {"v": 1}, sid="k" * 4_000_000
    ),
    "a field name of 9 MB": lambda: one({"v": 1}, {"v": 1, "k" * 9_000_000: {"a": 1}}),
    "a division by a field that is 0": lambda: two(
        {"k": 1},
        {"$gt": {"x": {"$div": {"$l": {"a": "x"}, "$r": {"a": "y"}}}}},
        {"k": 1, "x": 1, "y": 0},
        {"x": 1},
    ),
    "256 equal conditions": lambda: engine.assert_fact(
        engine.create_ruleset(
            "raw", json.dumps({f"r{n}": {"all": [{"m": {"k": 1}}]} for n in range(256)})
        ),
        '{"k":1}',
    ),
    # It never returns.
    "513 distinct conditions": lambda: ruleset(**{f"r{n}": [{"m": {"k": n}}] for n in range(513)}),
    # It fails and the fact is lost.
    "65 patterns met at once": lambda: fired(
        ruleset(**{f"r{n}": [{"m": {"$gte": {"severity": n}}}] for n in range(65)}),
        {"severity": 100},
    ),
    "null in a joined field": lambda: two(
        {"k": 1}, {"$and": [{"k": 2}, {"v": {"a": "v"}}]}, {"k": 1, "v": None}, {"k": 2, "v": 1}
    ),
    # It answers wrongly.
    "liquid and costarring": lambda: one({"liquid": 1}, {"costarring": 1}),
    "two sessions of one hash": lambda: fired(
        ruleset(r=[{"a": {"k": 1}}, {"b": {"k": 2}}]),
        '{"id": "f0", "sid": "liquid", "k": 1}',
        '{"id": "f1", "sid": "costarring", "k": 2}',
        sid="liquid",
    ),
    "a text and 65,536 more": lambda: one({"x": "prod"}, {"x": "prod" + "A" * 65_536}),
    "2^63 and 2^70": lambda: one({"x": 2**63}, {"x": 2**70}),
    "true and 1": lambda: one({"x": 1}, {"x": True}),
    "true and 'true'": lambda: one({"x": True}, {"x": "true"}),
    "a join that looks forward": lambda: two(
        {"$and": [{"k": 1}, {"v": {"b": "v"}}]}, {"k": 2}, {"k": 1, "v": 1}, {"k": 2, "v": 2}
    ),
    "an or of two truths": lambda: one({"$or": [{"a": 1}, {"b": 1}]}, {"a": 1, "b": 1}),
    "a text that goes on": lambda: one({"$lt": {"x": "abc "}}, {"x": "abc"}),
    "not equal to null": lambda: one({"$neq": {"x": 5}}, {"x": None}),
    "the first of two keys": lambda: one({"a": 1, "b": 2}, {"a": 1, "b": 999}),
    "a state that is no state": lambda: one({"$and": [{"v": 1}, {"$s": 1}]}, {"v": 1, "$s": 1}),
    "a negation that is blocked": lambda: fired(
        ruleset(
            r=[
                {"a": {"k": 1}},
                {"n$not": {"$and": [{"k": 2}, {"v": {"a": "v"}}]}},
                {"c": {"k": 3}},
            ]
        ),
        {"k": 1, "v": 1},
        {"k": 2, "v": 1},
        {"k": 3},
    ),
}

if __name__ == "__main__":
    sys.stdout.write(json.dumps(CASES[sys.argv[1]]()))
