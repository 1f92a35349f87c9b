"""``schema``: the JSON Schema of a kind, or of all."""

from __future__ import annotations

import json
from collections.abc import Callable

from interlock.server.kinds import known_kinds
from tests.unit.server.cli.conftest import Ran


def test_a_schema_is_printed_for_a_kind_and_for_all(interlock: Callable[..., Ran]) -> None:
    code, out, err = interlock("schema", "rules")

    assert (code, err) == (0, "")
    assert json.loads(out)["title"] == "Interlock rules/v1"
    assert out == interlock("schema", "rules/v1").out
    assert json.loads(interlock("schema").out)["properties"]["interlock"]["enum"] == [
        *known_kinds()
    ]


def test_a_kind_that_is_not_there_is_refused_with_the_nearest(
    interlock: Callable[..., Ran],
) -> None:
    assert interlock("schema", "ruls/v1") == (
        1,
        "",
        "error [not_found]: there is no kind 'ruls/v1' (did you mean 'rules/v1'?)\n",
    )
    assert "one of actions/v1" in interlock("schema", "x").err
