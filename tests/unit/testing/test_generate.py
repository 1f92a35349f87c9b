"""Laws of generating: it reaches, it says what it cannot reach, and what it makes would notice."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import pytest

from interlock.engine.bundle import Bundle, documents_of
from interlock.engine.probes import MANIFEST, manifest
from interlock.language.document import load_documents
from interlock.server.cli.manifests import stated_probes
from interlock.testing.coverage import Sort
from interlock.testing.generate import Generated, generate
from interlock.testing.generate.probes import expected_probes
from interlock.testing.mutation import Operator
from interlock.testing.mutation.bench import Bench, Fate
from interlock.testing.record.text import document_text
from interlock.testing.scenario import Scenario
from tests import scale
from tests.bundles import asking_bundle, fork_bundle, web_bundle
from tests.starter import MACHINES, RULES
from tests.unit.testing.desk import desk
from tests.unit.testing.given import DOWN, load

OF_MACHINES = (Sort.STATE, Sort.TRANSITION, Sort.RESULT)
UNREACHED = {"deploy"}
"""Domains with a rule that joins two signals by moments of theirs, for which nothing is found."""
LARGE = {"kubernetes"}
"""Domains that take as long as all others together; tried under torture."""
DOMAINS = sorted(
    {path.name for path in RULES.iterdir()} - UNREACHED - (set() if scale.TORTURE else LARGE)
)


@cache
def of_web() -> Generated:
    """Return what is made for a bundle without tests."""
    return generate(web_bundle())


def text_of(found: Generated) -> str:
    """Return everything that was made as one document."""
    return document_text({"interlock": "test/v1", "scenarios": [m.scenario for m in found.made]})


def scenarios_of(found: Generated, bundle: Bundle) -> tuple[Scenario, ...]:
    """Return everything that was made, read again."""
    return load(text_of(found), bundle)


def share(found: Generated, *sorts: Sort) -> float:
    """Return the share of some sorts that is covered."""
    counts = [found.coverage.count(sort) for sort in sorts]
    return sum(covered for covered, _ in counts) / sum(count for _, count in counts)


def test_a_bundle_without_tests_is_covered() -> None:
    assert of_web().coverage.missed() == []
    assert of_web().unreached == []


def test_the_same_comes_out_again() -> None:
    assert text_of(generate(web_bundle())) == text_of(of_web())


def test_names_say_what_is_reached_and_are_unique() -> None:
    names = [made.scenario["name"] for made in of_web().made]

    assert len(set(names)) == len(names)
    assert "restart-service: failed in restarting" in names
    assert "web/site-down: !up is false" in names


LED = {Operator.TARGET, Operator.RESULT}


@pytest.mark.parametrize("bundle", [web_bundle, asking_bundle], ids=["web", "asking"])
def test_a_machine_that_leads_elsewhere_is_noticed(bundle: Callable[[], Bundle]) -> None:
    bench = Bench(bundle(), scenarios_of(generate(bundle()), bundle()))
    led = [n for n, one in enumerate(bench.mutants) if one.operator in LED]
    fates = {n: bench.fate(n)[0] for n in led}

    assert [bench.mutants[n].change for n in led if fates[n] is Fate.SURVIVED] == []
    assert sum(fate is Fate.KILLED for fate in fates.values()) > 5


@pytest.mark.parametrize(
    "change",
    [
        "value > 0.5 dropped",
        "value > 0.5 → value >= 0.5",
        "!up dropped",
        'errors.at - at < duration("10m") → errors.at - at <= duration("10m")',
    ],
)
def test_a_rule_that_is_changed_is_noticed(change: str) -> None:
    bench = Bench(web_bundle(), scenarios_of(of_web(), web_bundle()))
    meant = [n for n, one in enumerate(bench.mutants) if one.change == change]

    assert meant
    assert {bench.fate(number)[0] for number in meant} == {Fate.KILLED}


def test_what_people_have_written_is_left_out() -> None:
    mine = (
        f"given: [{DOWN}]\nexecutors: {{web.restart: {{fails: X}}}}\n"
        "allow: [restart-service, page.on_call]\n"
        "expect: [{action: web.restart, result: failed}]"
    )
    (one,) = load(mine)
    beside = generate(web_bundle(), [one])
    names = {made.scenario["name"] for made in beside.made}

    assert "restart-service: failed in restarting" not in names
    assert "restart-service: timed_out in restarting" in names
    assert beside.coverage.missed() == []


def test_time_numbers_silence_and_exceptions_are_reached() -> None:
    found = generate(desk())
    names = [made.scenario["name"] for made in found.made]

    assert share(found, *OF_MACHINES) > 0.9
    assert {
        "desk/rung: pings >= 3 is false",
        "desk/alone: not repair within keeps it from firing",
        "desk/silent: fires",
        "desk/silent: absent ping is heard",
        "desk/busy: EX-1 keeps it from firing",
        "desk/open: not closed keeps it from firing",
        "tend: answer reject in asking",
        "tend: failed in back",
    } <= set(names)


def test_what_cannot_be_reached_is_listed_with_the_reason() -> None:
    reasons = {(one.item.said, one.way): one.reason for one in generate(desk()).unreached}

    never = "it is never false where it is looked at, whatever comes"
    assert reasons['!(host == "z")', "false"] == never
    assert reasons["share < 0.5 || params.careful", "false"] == never
    assert ("timer @sla in tend", "hit") in reasons  # other timers end it long before


def test_branches_of_a_parallel_state_are_reached() -> None:
    found = generate(fork_bundle())
    names = {made.scenario["name"] for made in found.made}

    assert share(found, *OF_MACHINES) > 0.9
    assert {
        "bring-back: failed in fixing",
        "bring-back: operator.abort in fixing",
        "bring-back/fixing/db: timed_out in starting",
        "bring-back/fixing/web: timer asking@10m in asking",
    } <= names


LONELY = """\
interlock: machine/v1
id: lonely
package: shop
version: 1
title: Nobody starts it
owner: o
outcomes: [over]
initial: over
states:
  over: {final: over}
---
interlock: machine/v1
id: idle
package: shop
version: 1
title: Nobody starts it either
owner: o
outcomes: [over]
initial: asking
states:
  asking:
    approve: {role: r, ask: "?", choices: {approve: over}, expires: 1m, on_expire: over}
  over: {final: over}
"""


def test_a_machine_that_no_rule_starts_is_not_reached() -> None:
    found = generate(Bundle.compile({"a.yaml": LONELY}))

    assert found.made == []
    assert {one.reason for one in found.unreached} == {"nothing was found to lead there"}
    assert len(found.unreached) == 2


@pytest.mark.parametrize("folder", DOMAINS)
def test_runbooks_of_the_library_are_covered_without_their_tests(folder: str) -> None:
    """Law: more than 95 % of a domain is reached from nothing, all its rules."""
    files, stated = _of_domain(folder)
    found = generate(Bundle.compile({**files, MANIFEST: stated}))

    assert share(found, *OF_MACHINES) > 0.95
    assert share(found, Sort.RULE) == 1.0


def _of_domain(folder: str) -> tuple[dict[str, str], str]:
    """Return what the test documents of a domain use, and what its probes see."""
    tests = sorted((MACHINES / folder).glob("*.test.yaml"))
    used = {
        (path.parent / name).resolve()
        for path in tests
        for document in load_documents(path.read_text(), path.name)
        for name in document.data["uses"]
    }
    written = sorted(path for path in used if path.is_file())
    files = {f"{path.parent.name}/{path.name}": path.read_text() for path in written}
    return files, stated_probes(written, None) or ""


def test_what_probes_see_is_taken_from_what_is_expected_of_them() -> None:
    files = {name: text for name, text in web_bundle().files.items() if name.endswith(".yaml")}
    probes = expected_probes(documents_of(files))

    assert manifest(probes) == manifest(expected_probes(documents_of(files)))
    assert {n: sorted(fields) for n, fields in probes.items()} == {
        "command.linked": ["to"],
        "http.look": ["status"],
        "supervisord.process": ["found"],
    }
    assert generate(Bundle.compile({**files, "executors.json": manifest(probes)})).unreached == []


COMPARING = """\
interlock: signals/v1
signals:
  volume.full:
    correlate: [volume]
    key: [volume]
    ttl: 10m
    fields: {volume: string, size: {type: int, min: 8}, most: {type: int, min: 1, max: 500}}
---
interlock: rules/v1
package: shop
rules:
  - id: full
    title: A volume is full
    when: [{signal: volume.full, as: seen}]
    then:
      - start: grow
        incident: ${seen.volume}
        with: {volume: "${seen.volume}", size: "${seen.size}", most: "${seen.most}"}
    why: ${seen.volume} is full
---
interlock: machine/v1
id: grow
package: shop
version: 1
title: Let it grow
owner: o
context: {volume: string, size: int, most: int}
outcomes: [grown, left]
sla: {resolve_within: 70m, on_breach: left}
initial: deciding
states:
  deciding:
    choose:
      - {if: size >= most, to: left}
      - {else: first}
  first:
    approve: {role: r, ask: "?", choices: {approve: second}, expires: 30m, on_expire: left}
  second:
    wait: {signal: volume.full, where: volume == ctx.volume && size < most, hold: 10m}
    on: {met: third}
    after: {30m: left}
  third:
    approve: {role: r, ask: "?", choices: {approve: grown}, expires: 30m, on_expire: left}
  grown: {final: grown}
  left: {final: left}
"""


def test_a_choice_that_compares_two_fields_comes_out_each_way() -> None:
    """Law: size and most are each tried at the level of the other; their own ranges are kept."""
    found = generate(Bundle.compile({"a.yaml": COMPARING}))

    assert share(found, *OF_MACHINES) == 1.0
    given = [one["data"] for made in found.made for one in made.scenario["given"]]
    assert all(8 <= one["size"] and 1 <= one["most"] <= 500 for one in given)


def test_what_a_later_branch_reads_is_no_matter_for_an_earlier_one() -> None:
    """Law: only guards up to the wanted branch are asked; what the second reads no rule says."""
    second = "      - {if: size < most, to: first}\n      - {if: steps.size() > 0, to: left}\n"
    text = COMPARING.replace("      - {if: size >= most, to: left}\n", second)
    found = generate(Bundle.compile({"a.yaml": text.replace("{else: first}", "{else: left}")}))

    assert [one.item.said for one in found.unreached] == ["choose in grow"]


def test_a_service_level_runs_out_though_every_timer_in_it_is_shorter() -> None:
    """Law: 30 and 20 minutes pass before the last question, so that 70 are over while it stands."""
    found = generate(Bundle.compile({"a.yaml": COMPARING}))

    assert share(found, Sort.TIMER) == 1.0
    (breach,) = [m.scenario for m in found.made if "sla" in m.scenario["name"]]
    assert [one["on"] for one in breach["humans"]] == ["first"]
    whose = {"machine": "grow", "incident": "web"}
    assert {"at": "1h9m59s999ms", "state": "third", **whose} in breach["expect"]


def test_a_service_level_that_nothing_can_outlast_is_not_reached() -> None:
    """The control: all timers together are shorter."""
    found = generate(Bundle.compile({"a.yaml": COMPARING.replace("within: 70m", "within: 91m")}))

    assert [one.item.said for one in found.unreached] == ["timer @sla in grow"]
