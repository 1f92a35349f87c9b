"""``codes``: the page of a code, offline and the same as in the documentation."""

from __future__ import annotations

import json
from collections.abc import Callable

from interlock.server.cli import sarif
from interlock.server.code_pages import code_pages, error_pages, read_pages
from tests.unit.server.cli.conftest import Ran
from tests.unit.server.cli.test_findings import fault

Run = Callable[..., Ran]

PAGE = """\
# Codes

### RV900

Something is
wrong.

Avoid:

```text
x: 1
```

Prefer:

```{code-block} yaml
x: 2

y: 3
```

Why: so.

Fix: write 2.

## Next

### RV901

Other.

Files: `a.py`.
"""


def test_a_page_ends_where_the_next_heading_or_the_list_of_files_begins() -> None:
    first, second = read_pages(PAGE).values()

    assert (first.summary, first.avoid, first.prefer) == (
        "Something is wrong.",
        "x: 1\n",
        "x: 2\n\ny: 3\n",
    )
    assert first.markdown.endswith("Fix: write 2.\n")
    assert (second.code, second.markdown, second.prefer) == ("RV901", "Other.\n", "")


def test_examples_are_indented_on_a_terminal() -> None:
    assert "\nPrefer:\n\n    x: 2\n\n    y: 3\n\nWhy: so.\n" in read_pages(PAGE)["RV900"].text


def test_a_code_is_explained_whatever_its_case(interlock: Run) -> None:
    code, out, err = interlock("codes", "rv201")

    assert (code, err) == (0, "")
    assert out.startswith("RV201  A name that is not there.\n\nAvoid:\n\n    where: sevice ==")
    assert "\nFix: " in out
    assert out == interlock("codes", "RV201").out


def test_every_code_is_listed_with_what_it_means(interlock: Run) -> None:
    lines = interlock("codes").out.splitlines()

    assert [line.split()[0] for line in lines] == [*code_pages(), *error_pages()]
    assert lines[0] == "RV001  The text is not YAML."


def test_the_code_of_an_error_has_a_page_as_well(interlock: Run) -> None:
    code, out, err = interlock("codes", "request_rejected")

    assert (code, err) == (0, "")
    assert out.startswith("request_rejected  A question or command is malformed")
    assert "\n## Cure\n" in out
    assert "(did you mean 'not_ready'?)" in interlock("codes", "not_redy").err
    assert "index" not in interlock("codes").out.split()


def test_programs_get_pages_as_json(interlock: Run) -> None:
    one = json.loads(interlock("codes", "RV002", "-o", "json").out)

    assert one["summary"] == "A key stands twice in one mapping."
    assert one in json.loads(interlock("codes", "-o", "json").out)


def test_a_code_that_is_not_there_is_refused_with_the_nearest(interlock: Run) -> None:
    assert interlock("codes", "RV7011") == (
        1,
        "",
        "error [not_found]: there is no code 'RV7011' (did you mean 'RV711'?)\n",
    )
    assert "(interlock codes lists them)" in interlock("codes", "help").err


def test_a_log_for_code_scanning_carries_the_page() -> None:
    log = json.dumps(sarif.log([fault()]))

    assert '"shortDescription": {"text": "A name that is not there."}' in log
    assert "Avoid:" in log


def test_a_code_without_a_page_is_still_named(monkeypatch) -> None:
    monkeypatch.setattr("interlock.server.cli.sarif.code_pages", dict)

    assert '"rules": [{"id": "RV201"}]' in json.dumps(sarif.log([fault()]))
