"""The universe of random rule bases, and how choices are made in it.

The universe is small so that things collide: three texts, small numbers, two signals that keep
the latest and one that keeps all, facts that lead to facts, one fact that can lead to itself.
"""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import strategies as st

TTL_MS = 60_000
SIGNALS = """
interlock: signals/v1
signals:
  load:
    key: [k]
    correlate: [k]
    ttl: 1m
    fields: &fields {k: string, n: int, m: int, b: bool, o: {type: int, optional: true}}
  error: {key: [k], correlate: [k], ttl: 1m, fields: *fields}
  deploy: {key: [k], correlate: [k], keep: all, ttl: 1m, fields: *fields}
facts:
  suspect: {key: [k], ttl: 1m, fields: {k: string, v: int}}
  blamed: {key: [k], fields: {k: string, v: int}}
  frozen: {key: [k], fields: {k: string, v: int}}
  counted: {key: [k, v], fields: {k: string, v: int}}
"""
KEYS = {"suspect": ("k",), "blamed": ("k",), "frozen": ("k",), "counted": ("k", "v")}
LATEST = {"load", "error"}
TEXTS = ["a", "b", "c"]
NUMBERS = [0, 1, 2, 3, -1]
ORDER = ["==", "!=", "<", "<=", ">", ">="]
LOWER = {
    "suspect": [],
    "blamed": ["suspect"],
    "counted": ["suspect", "blamed"],
    "frozen": ["suspect", "blamed", "counted"],
}
"""Facts that a rule asserting each may read: no circle but counted's own."""

DAY_MS = 86_400_000
TODAY, TOMORROW = DAY_MS, 2 * DAY_MS
"""Ends of the first two days there are; histories may begin shortly before the first ends."""

CHOICES = st.binary(min_size=400, max_size=400)


class Picker:
    """Makes choices by the bytes of one drawn text: quick to draw, even, shrinks to zeros.

    Zero is always the first option.
    """

    def __init__(self, choices: bytes) -> None:
        self._choices = iter(choices)

    def one(self, options: Sequence):
        """Return one of the options."""
        return options[next(self._choices, 0) % len(options)]
