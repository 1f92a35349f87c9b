"""``approve`` states: what they compile to, what they ask of the engine, and what is refused."""

import pytest

from interlock.machines import Ask, MachineRuntime, Notify, SetTimer, mermaid
from interlock.machines.answers import Given, chosen, objection
from tests.unit.machines.given import EVERY_RESULT, machine, machine_faults

ASKING = """
first:
  approve:
    role: on-call
    quorum: 2
    not: [rule-author]
    ask: May I touch ${service}?
    show: [service, why, tries + 1]
    choices: {approve: acting, reject: handed, later: waiting}
    remind: [2m, 1m]
    expires: 10m
    on_expire: {to: handed, why: nobody was there}
  enter: [{notify: page.send, with: {text: "${question.text} ${from}"}}]
acting:
  run: svc.switch
  with: {service: "${service}", release: r1}
  on: {done: ok, failed: handed, timed_out: handed, refused: handed, unverified: handed}
waiting:
  wait: {signal: http.error_ratio}
  on: {met: first}
  after: {1h: handed}
"""
ROW = {"service": "shop", "tries": 2}


class Incident:
    state = ""


def faults_of(old: str, new: str) -> list[str]:
    assert old in ASKING
    return machine_faults(ASKING.replace(old, new))


def test_the_machine_asks_with_values_filled_in_and_sets_its_timer() -> None:
    runtime, incident = MachineRuntime(machine(ASKING)), Incident()

    _, effects = runtime.start(incident, {"ctx": ROW})

    assert effects == [
        SetTimer("first@10m", 600_000),
        Ask(
            "first",
            "May I touch shop?",
            ("service: shop", "why: ", "tries + 1: 3"),
            (Notify("page.send", {"text": "May I touch shop? start"}),),
        ),
    ]


def test_what_is_asked_can_be_read_from_the_definition() -> None:
    question = MachineRuntime(machine(ASKING)).question("first")

    assert question is not None
    assert (question.role, question.quorum, question.excluded) == ("on-call", 2, ("rule-author",))
    assert question.choices == ("approve", "reject", "later")
    assert question.reminders_ms == (60_000, 120_000)
    assert question.expires_ms == 600_000
    assert MachineRuntime(machine(ASKING)).question("acting") is None


def test_an_answer_moves_the_machine_and_says_who_and_why() -> None:
    runtime, incident = MachineRuntime(machine(ASKING)), Incident()
    runtime.start(incident, {"ctx": ROW})
    event = {"by": "ana, ben", "choice": "approve", "text": "seen it"}

    step = runtime.send(incident, "answer:approve", {"ctx": ROW, "event": event})

    assert step is not None
    assert [(m.dest, m.why) for m in step[0]] == [("acting", "approve by ana, ben: seen it")]


def test_a_choice_nobody_offers_means_nothing() -> None:
    runtime, incident = MachineRuntime(machine(ASKING)), Incident()
    runtime.start(incident, {"ctx": ROW})

    assert runtime.send(incident, "answer:perhaps", {"ctx": ROW}) is None


def test_the_diagram_shows_who_is_asked_and_where_each_answer_leads() -> None:
    picture = mermaid(machine(ASKING))

    assert 'state "first<br/>ask on-call" as first' in picture
    assert "first --> handed: after 10m | answer reject" in picture
    assert "first --> acting: answer approve" in picture


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("    expires: 10m\n", "", "RV606 at `role: on-call"),
        (
            "    on_expire: {to: handed, why: nobody was there}\n",
            "",
            "RV606 at `role: on-call",
        ),
        (
            "    expires: 10m\n    on_expire: {to: handed, why: nobody was there}\n",
            "",
            "RV606 at `role: on-call",
        ),
        ("{to: handed, why: nobody was there}", "acting", "RV606 at `acting`: silence leads to"),
        ("not: [rule-author]", "not: [on-call]", "RV110 at `role: on-call"),
        ("remind: [2m, 1m]", "remind: [10m]", "RV120 at `role: on-call"),
        ("remind: [2m, 1m]", "remind: [soon]", "RV120 at `soon`"),
        ("quorum: 2", "quorum: 0", "RV110 at `0`"),
        ("quorum: 2", "quorum: 11", "RV110 at `11`"),
        ("role: on-call", 'role: "on call"', 'RV121 at `"on call"`'),
        ("approve: acting", "approve: nowhere", "RV604 at `nowhere`"),
        ("approve: acting", "approve: stay", "RV603 at `stay`"),
        ("approve: acting", "approve: {if: tries > 1, to: acting}", "RV612 at `{if: tries"),
        ("show: [service", "show: [sevice", "RV201 at `sevice`"),
        ("May I touch ${service}?", "May I ${sevice}?", "RV201 at `sevice`"),
        ("${question.text} ${from}", "${question.txt}", "RV201 at `txt`"),
        ("notify: page.send", "notify: page.sent", "RV211 at `page.sent`"),
        ("    expires: 10m", "    expires: 10m\n    quorom: 1", "RV112 at `quorom`"),
    ],
)
def test_a_faulty_question_is_refused_where_it_is_faulty(old: str, new: str, fault: str) -> None:
    found = faults_of(old, new)

    assert [one.startswith(fault) for one in found] == [True], found


def test_a_sound_question_has_no_fault() -> None:
    assert machine_faults(ASKING) == []


def test_silence_may_not_act_through_a_choice_either() -> None:
    text = ASKING.replace("{to: handed, why: nobody was there}", "deciding")
    deciding = "deciding:\n  choose: [{if: tries > 1, to: acting}, else: ok]\n"
    [fault] = machine_faults(text + deciding)

    assert fault.startswith("RV606 at `deciding`: silence leads to 'acting', which runs")


def test_silence_may_look() -> None:
    """Negative control of the above: an action without risk changes nothing."""
    looking = f"looking:\n  run: svc.look\n  on: {EVERY_RESULT}\n"
    text = ASKING.replace("{to: handed, why: nobody was there}", "looking")

    assert machine_faults(text + looking) == []


def test_a_timer_of_the_same_delay_is_found() -> None:
    [fault] = machine_faults(ASKING.replace("  enter:", "  after: {10m: ok}\n  enter:"))

    assert fault.startswith("RV610 at `expires`: there is another timer of 10m")


def test_a_result_never_reaches_a_question() -> None:
    [fault] = machine_faults(ASKING.replace("  enter:", "  on: {done: ok}\n  enter:"))

    assert fault.startswith("RV613 at `done`: 'done' never reaches state 'first'")


QUESTION = MachineRuntime(machine(ASKING)).question("first")


@pytest.mark.parametrize(
    ("given", "choice"),
    [
        ([], None),
        (["approve"], None),
        (["approve", "later"], None),
        (["approve", "later", "approve"], "approve"),
        (["reject"], "reject"),
        (["approve", "reject"], "reject"),
    ],
)
def test_a_choice_is_made_when_enough_people_chose_alike(
    given: list[str], choice: str | None
) -> None:
    assert QUESTION is not None
    answers = [Given(f"p{n}", ("on-call",), one) for n, one in enumerate(given)]

    assert chosen(QUESTION, answers) == choice


def test_an_answer_that_counts_meets_no_objection() -> None:
    assert QUESTION is not None
    before = [Given("ana", ("on-call",), "approve")]

    assert objection(QUESTION, before, Given("ben", ("on-call", "dba"), "approve")) is None
