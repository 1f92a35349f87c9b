"""Files that somebody wrote to hurt: each must be refused, or taken, in next to no time."""

from __future__ import annotations

from collections.abc import Mapping

MANY = 100_000
LARGE = 10_000_000
FULL = 1_000_000
"""Just below the most a file may have, so that it is read."""

SIGNALS = "interlock: signals/v1\nsignals: {a.b: {ttl: 1m, fields: {x: int}}}\n---\n"


def laughs(levels: int, width: int) -> str:
    """Return aliases of aliases: ``width ** levels`` nodes in a few lines."""
    lines = [
        f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * width)}]"
        for level in range(1, levels)
    ]
    return "\n".join(["interlock: rules/v1", "a0: &a0 [x, x]", *lines, ""])


def signal(ttl: str = "1m", name: str = "a.b") -> str:
    """Return the declaration of one signal."""
    return f"interlock: signals/v1\nsignals: {{{name}: {{ttl: {ttl}}}}}\n"


def misspelt(count: int) -> str:
    """Return as many signals as rules, none of which reads one that is declared."""
    declared = "".join(f"  s.n{n:05}: {{ttl: 1m}}\n" for n in range(count))
    rules = "".join(
        f"  - {{id: r{n}, title: R, when: [{{signal: s.m{n:05}, as: s}}],"
        " then: [{advise: l}], why: so}\n"
        for n in range(count)
    )
    return f"interlock: signals/v1\nsignals:\n{declared}---\ninterlock: rules/v1\nrules:\n{rules}"


def rule(key: str, value: str) -> str:
    """Return a rule over ``a.b`` that says something hostile under a key."""
    keys = {
        "where": '"true"',
        "why": "so",
        "advise": "look",
        key: value,
    }
    return (
        f"{SIGNALS}interlock: rules/v1\nrules:\n  - id: a\n    title: A\n    when:\n"
        f"      - {{signal: a.b, as: s, where: {keys['where']}}}\n"
        f"    then: [{{advise: {keys['advise']}}}]\n    why: {keys['why']}\n"
    )


def field(definition: str) -> str:
    """Return a signal with a hostile field."""
    return f"interlock: signals/v1\nsignals: {{a.b: {{ttl: 1m, fields: {{x: {definition}}}}}}}\n"


def text(value: str) -> bytes:
    """Return a text as a file."""
    return value.encode()


HEAD = "interlock: rules/v1\nrules: "

FILES: Mapping[str, bytes] = {
    # YAML
    "laughs": text(laughs(12, 9)),
    "quadratic": text(f"interlock: rules/v1\na: &a [{'x,' * 1_000}]\nb: [{'*a,' * 20_000}]\n"),
    "own-anchor": text("interlock: rules/v1\na: &a [*a, *a]\n"),
    "many-anchors": text(
        "interlock: rules/v1\na: [" + ",".join(f"&a{n} x" for n in range(90_000)) + "]\n"
    ),
    "deep-brackets": text(HEAD + "[" * MANY),
    "deep-braces": text(HEAD + "{a: " * MANY),
    "deep-dashes": text(HEAD + "\n" + "- " * MANY),
    "deep-questions": text(HEAD + "\n" + "? " * MANY),
    "deep-lines": text("interlock: rules/v1\n" + "".join(" " * n + "a:\n" for n in range(1_300))),
    "deep-closed": text(HEAD + "[" * MANY + "]" * MANY),
    "wide-list": text(HEAD + "[" + "x," * 300_000 + "]"),
    "wide-map": text("interlock: rules/v1\n" + "".join(f"k{n}: x\n" for n in range(90_000))),
    "same-keys": text("interlock: rules/v1\n" + "a: x\n" * 40_000),
    "documents": text("---\ninterlock: rules/v1\n" * 40_000),
    "unclosed-quote": text(HEAD + '"' + "x" * FULL),
    "tabs": text(HEAD + "\n" + "\t" * FULL),
    "tags": text(HEAD + "[" + "!!str x," * 40_000 + "]"),
    "merge-keys": text("interlock: rules/v1\na: &a {b: c}\n" + "d: {<<: *a}\n" * 30_000),
    "comments": text("interlock: rules/v1\n" + "# x\n" * 250_000),
    "huge-plain": text(HEAD + "x" * LARGE),
    "huge-quoted": text(HEAD + '"' + "x" * LARGE + '"'),
    "huge-block": text(HEAD + "|\n" + "  x\n" * (LARGE // 4)),
    "huge-key": text("interlock: rules/v1\n" + "k" * LARGE + ": x\n"),
    "huge-comment": text("# " + "x" * LARGE + "\ninterlock: rules/v1\n"),
    "full-plain": text(HEAD + "x" * FULL),
    "full-quoted": text(HEAD + '"' + "\\u202e" * (FULL // 6) + '"'),
    "full-folded": text(HEAD + ">\n" + "  x\n\n" * (FULL // 5)),
    "full-key": text("interlock: rules/v1\n" + "k" * FULL + ": x\n"),
    "full-digits": text("interlock: rules/v1\nrules: " + "9" * FULL + "\n"),
    "full-decimal": text("interlock: rules/v1\nrules: 0." + "9" * FULL + "\n"),
    "full-exponent": text("interlock: rules/v1\nrules: 1e" + "9" * FULL + "\n"),
    # encodings
    "utf-16": HEAD.encode("utf-16"),
    "utf-16-no-mark": HEAD.encode("utf-16-le"),
    "utf-32": HEAD.encode("utf-32"),
    "latin-1": b"interlock: rules/v1\ndoc: \xfc\n",
    "overlong": b"interlock: rules/v1\ndoc: \xc0\xaf\n",
    "surrogate": b"interlock: rules/v1\ndoc: \xed\xa0\x80\n",
    "cut-off": b"interlock: rules/v1\ndoc: \xe2\x82",
    "nul": b"interlock: rules/v1\ndoc: a\0b\n",
    "escape": b"interlock: rules/v1\ndoc: a\x1b[2Jb\n",
    "c1": "interlock: rules/v1\ndoc: a\x9bb\n".encode(),
    "non-character": "interlock: rules/v1\ndoc: a\ufffeb\n".encode(),
    "binary": bytes(range(256)) * 4_000,
    # shape
    "full-duration": text(
        f"interlock: signals/v1\nsignals: {{a.b: {{ttl: {'1m' * (FULL // 2)}}}}}\n"
    ),
    "full-name": text(signal(name="a." * (FULL // 2))),
    "full-type": text(field('"' + "list<" * (FULL // 5) + '"')),
    "many-values": text(field("{type: int, enum: [" + "1," * 90_000 + "]}")),
    "unknown-keys": text(
        "interlock: signals/v1\nsignals: {a.b: {"
        + ", ".join(f"key{n}: x" for n in range(30_000))
        + "}}\n"
    ),
    # expressions
    "full-and": text(rule("where", '"' + "x == 1 && " * (FULL // 10) + 'x == 1"')),
    "deep-parentheses": text(rule("where", '"' + "(" * MANY + 'x"')),
    "deep-not": text(rule("where", '"' + "!" * MANY + 'x"')),
    "deep-minus": text(rule("where", '"' + "-" * MANY + 'x == 1"')),
    "deep-choice": text(rule("where", '"' + "x == 1 ? " * (MANY // 10) + 'true"')),
    "long-names": text(rule("where", '"' + "x" * 19_000 + ' == 1"')),
    "many-unknown": text(rule("where", '"' + " && ".join(["y == 1"] * 2_000) + '"')),
    "templates": text(rule("why", '"' + "${s.x}" * (FULL // 6) + '"')),
    "open-templates": text(rule("why", '"' + "${" * (FULL // 2) + '"')),
    "nested-templates": text(rule("why", '"' + "${'" * (FULL // 3) + '"')),
    "exponential": text(field('{type: string, pattern: "(a+)+$"}')),
    "repetition": text(field('{type: string, pattern: "((((a{1,99}){1,99}){1,99}){1,99})"}')),
    "full-pattern": text(field(f'{{type: string, pattern: "{"(a|b)*" * (FULL // 6)}"}}')),
    "deep-pattern": text(field(f'{{type: string, pattern: "{"(" * MANY}{")" * MANY}"}}')),
    "matches": text(rule("where", '\'"a".matches("' + "(x*)*" * 3_000 + "\")'")),
}
"""What is wrong with it, and the file."""

SOUND = frozenset({"many-values", "exponential", "matches"})
"""Those that look hostile and may be taken."""
