"""Every verb of the command line against a real service."""

from __future__ import annotations

import json
import select
from collections.abc import Callable
from signal import SIGINT
from subprocess import PIPE, Popen
from typing import Any

import pytest

from tests.e2e.conftest import Ran
from tests.e2e.serving import PROGRAM, Served

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(120)]

Run = Callable[..., Ran]
Begin = Callable[..., dict[str, Any]]


def test_a_signal_is_taken_once_and_its_place_is_printed(interlock: Run) -> None:
    send = ("signal", "send", "unheard.of", "--id", "one", "--label", "a=b")

    first, again = interlock(*send, "-o", "json"), interlock(*send, "-o", "json")

    assert (0, 0) == (first.code, again.code)
    assert ("accepted", "duplicate") == (first.json["receipt"], again.json["receipt"])
    assert first.json["position"] == again.json["position"]


def test_another_signal_under_the_same_id_is_refused(interlock: Run) -> None:
    interlock("signal", "send", "unheard.of", "--id", "two", "--label", "a=b")

    refused = interlock("signal", "send", "unheard.of", "--id", "two", "--label", "a=c")

    assert (1, "") == (refused.code, refused.out)
    assert refused.err.startswith("error [signal_rejected]: this id was taken before")


def test_a_signal_that_breaks_its_declaration_is_refused_with_the_field(interlock: Run) -> None:
    refused = interlock("signal", "send", "site.probe", "--value", "service=x", "--value", "up=3")

    assert (1, "") == (refused.code, refused.out)
    assert "'up': expected bool, found int 3" in refused.err


def test_an_outage_is_healed_and_the_story_can_be_read(
    interlock: Run, incident: Begin, service: Served
) -> None:
    broken = incident("shop", state="watching")
    interlock("signal", "send", "site.probe", "--value", "service=shop", "--value", "up=true")

    watched = interlock("incidents", "watch", broken["id"])
    shown = interlock("incidents", "show", broken["id"], "-o", "json").json

    assert 0 == watched.code
    assert ["restarting", "watching", "resolved"] == [
        move["destination"] for move in shown["transitions"]
    ]
    assert (False, "resolved") == (shown["open"], shown["outcome"])
    assert (service.folder / "marks" / "shop").exists()


def test_why_leads_from_the_incident_to_the_action_and_the_signal(
    interlock: Run, incident: Begin
) -> None:
    broken = incident("api", state="watching")

    text = interlock("why", broken["id"])
    tree = interlock("why", broken["id"], "-o", "json").json

    assert text.code == 0
    assert "web.restart on api: done" in text.out
    assert "signal look: site.probe from cli" in text.out
    assert {"incident", "transition", "firing", "signal", "action", "verdict"} <= _kinds(tree)


def test_why_not_is_answered_by_the_service_as_by_its_store(
    interlock: Run, service: Served
) -> None:
    interlock("signal", "send", "site.probe", "--value", "service=mail", "--value", "up=true")
    ask = ("why-not", "site-down", "--where", "service=mail", "-o", "json")

    served = interlock(*ask)
    stored = interlock(*ask, "--store", service.store)

    assert (0, 0) == (served.code, stored.code), served.err
    assert ("e2e/site-down", 1, None) == tuple(served.json[k] for k in ("rule", "missed", "fired"))
    # The store may have grown in between, so only what was found is held against it.
    assert stored.json["conditions"] == served.json["conditions"]


def test_an_action_of_an_incident_is_asked_about_over_the_wire(
    interlock: Run, incident: Begin, service: Served
) -> None:
    broken = incident("warehouse", state="watching")
    ask = ("why-not", "web.restart", "--incident", broken["id"], "-o", "json")

    served = interlock(*ask)

    assert served.json == interlock(*ask, "--store", service.store).json
    assert "web.restart was wanted" in served.json["title"]


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (("no-such-rule",), "error [not_found]: no active or shadow rule is called"),
        (("site-down", "--where", "x=1"), "error [request_rejected]: where: nothing that"),
        (("site-down", "--at", "2001-01-01T00:00:00Z"), "error [not_found]: there is no bundle"),
        (("web.restart", "--incident", "inc-0"), "error [not_found]: no incident is called"),
        (("x" * 257,), "error [request_rejected]: rule: expected 1 to 256 characters"),
    ],
)
def test_what_cannot_be_told_is_one_line_with_the_cause(
    interlock: Run, asked: tuple[str, ...], said: str
) -> None:
    refused = interlock("why-not", *asked)

    assert (1, "") == (refused.code, refused.out)
    assert refused.err.startswith(said)
    assert refused.err.count("\n") == 1


def test_an_action_has_reasons_of_its_own(interlock: Run, incident: Begin) -> None:
    broken = incident("cart", state="watching")
    tree = interlock("why", broken["id"], "-o", "json").json
    action = next(node for node in _nodes(tree) if node["kind"] == "action")

    assert action == interlock("why", action["id"], "-o", "json").json


def test_a_store_beside_the_running_service_gives_the_same_reasons(
    interlock: Run, incident: Begin, service: Served
) -> None:
    broken = incident("mail", state="watching")

    asked = interlock("why", broken["id"], "-o", "json").json
    read = interlock("why", broken["id"], "-o", "json", "--store", service.store).json

    assert asked == read


def test_a_responder_takes_notice_remarks_and_aborts(interlock: Run, incident: Begin) -> None:
    broken = incident("auth", state="watching")["id"]

    notice = interlock("incidents", "acknowledge", broken, "--actor", "ana", "-o", "json")
    remark = interlock("incidents", "annotate", broken, "seen before", "--actor", "ana")
    abort = interlock("incidents", "abort", broken, "--reason", "enough", "--actor", "ana")
    ended = interlock("incidents", "watch", broken)
    shown = interlock("incidents", "show", broken, "-o", "json").json
    again = interlock("incidents", "abort", broken, "--reason", "enough")

    assert [0, 0, 0, 0, 1] == [r.code for r in (notice, remark, abort, ended, again)]
    assert "acknowledged" == notice.json["order"]
    assert ("aborted", "ana") == (shown["outcome"], shown["acknowledged_by"])
    assert "ana" == shown["transitions"][-1]["actor"]
    assert again.err.startswith("error [not_permitted]: ")


def _watching(interlock: Run, service: Served, incident: str, *options: str) -> Popen[str]:
    """Start a watch of an incident; return it when it has shown a first change."""
    verb = [*PROGRAM, "incidents", "watch", *options, "--server", service.grpc]
    watch = Popen(verb, stdout=PIPE, stderr=PIPE, text=True)
    for _ in range(200):  # nobody is told when a watch begins; until then it misses changes
        interlock("incidents", "acknowledge", incident, "--actor", "ana")
        if select.select([watch.stdout], [], [], 0.1)[0]:
            return watch
    raise AssertionError("the watch showed nothing")


def test_a_watch_shows_changes_as_they_happen_and_ends_with_its_incident(
    interlock: Run, incident: Begin, service: Served
) -> None:
    broken = incident("cms", state="watching")["id"]

    with _watching(interlock, service, broken, broken) as watch:
        interlock("incidents", "abort", broken, "--reason", "enough", "--actor", "ana")
        out, err = watch.communicate(timeout=30)

    first, *_, last = out.splitlines()
    assert (0, "") == (watch.returncode, err)
    assert first.endswith(f" restart-service cms {broken} acknowledged by ana")
    assert f"{broken} watching → aborted on operator.abort" in last


def test_a_watch_for_programs_is_one_document_a_line_until_ctrl_c(
    interlock: Run, incident: Begin, service: Served
) -> None:
    broken = incident("wiki", state="watching")["id"]

    with _watching(interlock, service, broken, "-o", "json", "--machine", "restart-service") as it:
        assert it.stdout is not None
        change = json.loads(it.stdout.readline())
        it.send_signal(SIGINT)
        _, err = it.communicate(timeout=30)

    assert (130, "") == (it.returncode, err)
    assert (broken, None) == (change["incident"]["id"], change["transition"])


def test_a_frozen_scope_keeps_its_action_until_it_is_thawed(
    interlock: Run, incident: Begin, service: Served
) -> None:
    frozen = interlock("freeze", "target:docs", "--reason", "new disk", "--actor", "ana")
    held = incident("docs", state="restarting")
    gate = interlock("gate", "-o", "json").json
    shown = interlock("gate")
    thawed = interlock("thaw", "target:docs", "--reason", "done")
    incident("docs", state="watching")
    again = interlock("thaw", "target:docs", "--reason", "done")

    assert [0, 0, 1] == [frozen.code, thawed.code, again.code]
    assert [("target:docs", "ana", "new disk")] == [
        (f["scope"], f["actor"], f["reason"]) for f in gate["freezes"]
    ]
    assert "target:docs" in shown.out
    assert held["state"] == "restarting"
    assert again.err == "error [not_permitted]: target:docs is not frozen\n"


def test_a_scope_the_gate_does_not_know_is_refused(interlock: Run) -> None:
    refused = interlock("freeze", "everything", "--reason", "x")

    assert (1, "") == (refused.code, refused.out)
    assert refused.err.startswith("error [request_rejected]: 'everything' is no scope")


@pytest.mark.parametrize(
    "arguments", [("incidents", "show"), ("why",), ("incidents", "acknowledge")]
)
def test_what_does_not_exist_is_not_found(interlock: Run, arguments: tuple[str, ...]) -> None:
    missing = interlock(*arguments, "inc-nothing")

    assert (1, "") == (missing.code, missing.out)
    assert missing.err.startswith("error [not_found]: ")


def test_a_list_is_filtered(interlock: Run) -> None:
    none = interlock("incidents", "list", "--machine", "another", "--closed", "-o", "json")

    assert (0, []) == (none.code, none.json)


def test_text_of_strangers_cannot_drive_the_terminal(interlock: Run, incident: Begin) -> None:
    broken = incident("evil\x1b[2J\u202e", state="handed_over")["id"]

    printed = [
        interlock(*arguments).out
        for arguments in [
            ("incidents", "list"),
            ("incidents", "list", "-o", "json"),
            ("incidents", "show", broken),
            ("why", broken),
            ("why", broken, "-o", "json"),
        ]
    ]

    assert all("evil" in text for text in printed)
    assert all(line.isprintable() for text in printed for line in text.splitlines())


def test_the_history_is_exported_entry_by_entry(interlock: Run, service: Served) -> None:
    interlock("signal", "send", "unheard.of")

    exported = interlock("history", "export", "--store", service.store)

    lines = [json.loads(line) for line in exported.out.splitlines()]
    assert exported.code == 0
    assert list(range(len(lines))) == [line["seq"] for line in lines]
    assert {"bundle", "started", "signal"} <= {line["entry"]["kind"] for line in lines}


def test_an_export_can_begin_anywhere(interlock: Run, service: Served) -> None:
    exported = interlock("history", "export", "--store", service.store, "--from", "1")

    assert 1 == json.loads(exported.out.splitlines()[0])["seq"]


def test_the_moves_are_exported_as_a_table(interlock: Run, service: Served) -> None:
    exported = interlock("history", "export", "-o", "csv", "--store", service.store)

    assert exported.code == 0
    assert exported.out.startswith("at,seq,incident,n,machine,source,trigger,dest,actor,why\n")


def test_the_history_is_verified_beside_the_running_service(
    interlock: Run, service: Served
) -> None:
    verified = interlock("audit", "verify", "--store", service.store)

    assert (0, "") == (verified.code, verified.err), verified.out
    assert verified.out.startswith("history verified (")


def _nodes(tree: dict[str, Any]) -> list[dict[str, Any]]:
    return [tree, *(node for child in tree["children"] for node in _nodes(child))]


def _kinds(tree: dict[str, Any]) -> set[str]:
    return {node["kind"] for node in _nodes(tree)}
