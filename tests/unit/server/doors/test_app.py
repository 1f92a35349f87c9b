"""The doors over HTTP: answers, bounds, quarantine, probes."""

from __future__ import annotations

import asyncio
from typing import Any

import orjson
import pytest

from interlock.errors import JournalError, NotReady, Overloaded
from interlock.server.doors import app as door_app
from interlock.server.doors import intake
from interlock.server.doors import post as posting
from tests.fakes.asgi import Answer, post, request
from tests.fakes.core import MemoryCore
from tests.fakes.doors import Doors
from tests.unit.server.doors.given import PUSH, WEBHOOK, alert, webhook

pytestmark = pytest.mark.anyio

BOTH = pytest.mark.parametrize(("path", "wrap"), [(WEBHOOK, webhook), (PUSH, lambda *a: list(a))])


@pytest.fixture
def doors(core: MemoryCore) -> Doors:
    return Doors(core)


def alerts(count: int) -> list[dict[str, Any]]:
    return [alert(fingerprint=f"{n:016x}") for n in range(count)]


@BOTH
async def test_alerts_are_journalled_before_they_are_answered(
    core: MemoryCore, doors: Doors, path: str, wrap: Any
) -> None:
    core.hold()
    answering = asyncio.create_task(post(doors.app, path, wrap(alert())))
    for _ in range(50):
        await asyncio.sleep(0)
    assert not answering.done()

    core.release()

    answer = await answering
    assert 200 == answer.status
    assert {
        "accepted": 1,
        "duplicate": 0,
        "conflict": 0,
        "quarantined": 0,
        "problems": [],
    } == answer.json
    assert 1 == len(core.signals)


@BOTH
async def test_a_bad_alert_is_quarantined_and_the_rest_accepted(
    core: MemoryCore, doors: Doors, path: str, wrap: Any
) -> None:
    bad = {"labels": {"alertname": 7}}

    answer = await post(doors.app, path, wrap(alert(), bad, alert(fingerprint="b")))

    assert (200, 2, 1) == (answer.status, answer.json["accepted"], answer.json["quarantined"])
    assert [
        {
            "place": 1,
            "outcome": "quarantined",
            "reason": "labels.alertname: expected a string, found int",
        }
    ] == answer.json["problems"]
    (kept,) = core.quarantine_entries
    assert orjson.dumps(bad).decode() == kept.excerpt
    assert 64 == len(kept.digest)


async def test_what_the_core_rejects_is_quarantined_too(core: MemoryCore, doors: Doors) -> None:
    core.rejects["WebDown"] = "field 'ratio': expected double, found nothing"

    answer = await post(doors.app, WEBHOOK, webhook(alert()))

    assert (200, 0, 1) == (answer.status, answer.json["accepted"], answer.json["quarantined"])
    assert ["field 'ratio': expected double, found nothing"] == [
        one.reason for one in core.quarantine_entries
    ]


async def test_a_retry_is_a_duplicate_and_a_repeat_is_accepted(
    core: MemoryCore, doors: Doors
) -> None:
    first = await post(doors.app, WEBHOOK, webhook(alert()))
    doors.clock.now += 5_000
    retry = await post(doors.app, WEBHOOK, webhook(alert()))
    doors.clock.now += 60_000
    repeat = await post(doors.app, WEBHOOK, webhook(alert()))

    assert [(1, 0), (0, 1), (1, 0)] == [
        (one.json["accepted"], one.json["duplicate"]) for one in (first, retry, repeat)
    ]
    assert 2 == len(core.signals)


async def test_a_sender_may_name_its_source(core: MemoryCore, doors: Doors) -> None:
    await post(doors.app, WEBHOOK, webhook(alert()), query="source=eu1")
    refused = await post(doors.app, WEBHOOK, webhook(alert()), query=f"source={'x' * 257}")

    assert ["eu1"] == [one.signal["source"] for one in core.signals]
    assert 400 == refused.status


async def test_the_door_is_the_source_unless_said(core: MemoryCore, doors: Doors) -> None:
    await post(doors.app, WEBHOOK, webhook(alert()))
    await post(doors.app, PUSH, [alert()])

    assert ["alertmanager", "prometheus"] == [one.signal["source"] for one in core.signals]


async def test_an_empty_post_is_answered(doors: Doors) -> None:
    assert 200 == (await post(doors.app, WEBHOOK, webhook())).status
    assert 200 == (await post(doors.app, PUSH, [])).status


@pytest.mark.parametrize(
    "failure", [JournalError("no space left on device"), Overloaded("full"), NotReady("stopping")]
)
async def test_what_may_pass_is_503_and_says_when_to_come_again(
    core: MemoryCore, doors: Doors, failure: Any
) -> None:
    core.fails = failure

    answer = await post(doors.app, WEBHOOK, webhook(alert()))

    assert 503 == answer.status
    assert "1" == answer.headers["retry-after"]
    assert failure.code == answer.json["error"]


async def test_a_core_that_is_not_ready_reads_nothing(core: MemoryCore, doors: Doors) -> None:
    core.is_ready = False

    answer = await post(doors.app, WEBHOOK, webhook(alert()))

    assert (503, "1") == (answer.status, answer.headers["retry-after"])


async def test_a_full_core_is_503_and_a_later_retry_is_taken() -> None:
    core = MemoryCore(capacity=1)
    doors = Doors(core)
    core.hold()
    first = asyncio.create_task(post(doors.app, WEBHOOK, webhook(alert())))
    for _ in range(50):
        await asyncio.sleep(0)

    second = await post(doors.app, WEBHOOK, webhook(alert(fingerprint="b")))
    core.release()
    await first
    third = await post(doors.app, WEBHOOK, webhook(alert(fingerprint="b")))

    assert (503, 200) == (second.status, third.status)
    assert 1 == third.json["accepted"]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"nonsense",
        b'{"alerts": NaN}',
        b'{"alerts": [1e400]}',
        b'"\xff"',
        b'{"alerts": ["\\ud800"]}',
        b"[" * 100_000,
        b'{"alerts": {}}',
        b"\0",
    ],
)
async def test_a_body_that_cannot_be_read_is_refused_and_kept(
    core: MemoryCore, doors: Doors, body: bytes
) -> None:
    answer = await request(doors.app, "POST", WEBHOOK, chunks=[body])

    assert (400, "request_rejected") == (answer.status, answer.json["error"])
    (kept,) = core.quarantine_entries
    assert len(kept.excerpt) <= 512
    assert "\0" not in kept.excerpt


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"content-type": "text/plain"}, 415),
        ({"content-type": ""}, 415),
        ({"content-type": "application/x-www-form-urlencoded"}, 415),
        ({"content-encoding": "gzip"}, 415),
        ({"content-length": str(8 * 1024 * 1024 + 1)}, 413),
        ({"content-type": "application/json; charset=utf-8"}, 200),
        ({"content-type": "Application/JSON"}, 200),
        ({"content-encoding": "identity"}, 200),
        ({"content-length": "nonsense"}, 200),
    ],
)
async def test_only_plain_json_within_the_bound_is_read(
    doors: Doors, headers: dict[str, str], status: int
) -> None:
    body = orjson.dumps(webhook(alert()))

    answer = await request(doors.app, "POST", WEBHOOK, chunks=[body], headers=headers)

    assert status == answer.status


async def test_a_body_may_have_8_mib_and_not_a_byte_more(core: MemoryCore, doors: Doors) -> None:
    body = orjson.dumps(webhook(alert()))
    spaces = b" " * (posting.MAX_BODY_BYTES - len(body))

    fits = await request(doors.app, "POST", WEBHOOK, chunks=[body, spaces])
    over = await request(doors.app, "POST", WEBHOOK, chunks=[body, spaces, b" "])

    assert (200, 413) == (fits.status, over.status)
    assert 1 == len(core.signals)


async def test_a_body_that_breaks_off_takes_nothing(core: MemoryCore, doors: Doors) -> None:
    answer = await request(doors.app, "POST", WEBHOOK, chunks=[b'{"alerts":'], disconnect=True)

    assert 400 == answer.status
    assert [] == core.journal


async def test_a_body_that_does_not_arrive_in_time_is_refused(
    core: MemoryCore, doors: Doors, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(posting, "BODY_SECONDS", 0.01)

    async def stall(scope: Any, receive: Any, send: Any) -> None:
        async def never() -> Any:
            await asyncio.Event().wait()

        await doors.app(scope, never, send)

    answer = await request(stall, "POST", WEBHOOK)

    assert 408 == answer.status
    assert [] == core.journal


async def test_bodies_held_at_a_time_are_bounded() -> None:
    held = posting.Held(limit=10)

    with held.body() as first, held.body() as second:
        held.grow(8)
        first.data += b"x" * 8
        with pytest.raises(Overloaded):
            held.grow(3)
        held.grow(2)
        second.data += b"x" * 2
    with held.body():
        held.grow(10)


async def test_more_alerts_than_a_post_may_hold_are_refused(
    core: MemoryCore, doors: Doors, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door_app, "MAX_ALERTS", 3)

    assert 413 == (await post(doors.app, PUSH, alerts(4))).status
    assert 200 == (await post(doors.app, PUSH, alerts(3))).status


async def test_a_post_of_thousands_needs_room_for_one_chunk_and_keeps_its_order() -> None:
    core = MemoryCore(capacity=intake.CHUNK)
    count = 3 * intake.CHUNK + 7

    answer = await post(Doors(core).app, PUSH, alerts(count))

    assert (200, count) == (answer.status, answer.json["accepted"])
    assert [f"{n:016x}" for n in range(count)] == [
        one.signal["values"]["fingerprint"] for one in core.signals
    ]


async def test_a_flood_of_bad_alerts_is_counted_and_not_kept_one_by_one(
    core: MemoryCore, doors: Doors
) -> None:
    answer = await post(doors.app, PUSH, [{}] * 1000)

    assert (200, 1000) == (answer.status, answer.json["quarantined"])
    assert intake.MAX_PROBLEMS == len(answer.json["problems"])
    assert intake.MAX_PROBLEMS + 1 == len(core.quarantine_entries)
    assert "900 more bad alerts in the same post, not kept" == core.quarantine_entries[-1].reason


async def test_a_conflict_is_told(
    core: MemoryCore, doors: Doors, monkeypatch: pytest.MonkeyPatch
) -> None:
    await post(doors.app, WEBHOOK, webhook(alert()))
    (known,) = core._known
    core._known[known] = (0, b"another body")

    answer = await post(doors.app, WEBHOOK, webhook(alert()))

    assert (200, 1) == (answer.status, answer.json["conflict"])
    assert ["conflict"] == [one["outcome"] for one in answer.json["problems"]]


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
async def test_a_door_takes_posts_only(doors: Doors, method: str) -> None:
    assert 405 == (await request(doors.app, method, WEBHOOK)).status


async def test_what_is_no_door_is_not_found(doors: Doors) -> None:
    assert 404 == (await request(doors.app, "POST", "/api/v3/alerts")).status


async def get(doors: Doors, path: str) -> Answer:
    return await request(doors.app, "GET", path)


async def test_the_process_is_alive_whatever_the_core_does(core: MemoryCore, doors: Doors) -> None:
    core.is_ready = False

    assert 200 == (await get(doors, "/livez")).status


async def test_readiness_follows_the_core(core: MemoryCore, doors: Doors) -> None:
    ready = await get(doors, "/readyz")
    core.is_ready = False
    unready = await get(doors, "/readyz")

    assert (200, {"ready": True, "frozen": False}) == (ready.status, ready.json)
    assert (503, {"ready": False, "frozen": False}) == (unready.status, unready.json)


async def test_posts_and_alerts_are_counted_by_what_became_of_them(doors: Doors) -> None:
    await post(doors.app, WEBHOOK, webhook(alert(), {}))
    await post(doors.app, WEBHOOK, webhook(alert()))
    await request(doors.app, "POST", WEBHOOK, chunks=[b"{"])

    shown = (await get(doors, "/metrics")).body.decode()

    assert 'interlock_server_alerts_total{door="alertmanager",outcome="accepted"} 1.0' in shown
    assert 'interlock_server_alerts_total{door="alertmanager",outcome="duplicate"} 1.0' in shown
    assert 'interlock_server_alerts_total{door="alertmanager",outcome="quarantined"} 1.0' in shown
    assert 2.0 == doors.count("interlock_server_posts_total", door="alertmanager", status="200")
    assert 1.0 == doors.count("interlock_server_posts_total", door="alertmanager", status="400")
