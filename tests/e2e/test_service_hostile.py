"""Labels from whoever can crash a service, through the real webhook, into rules that act on them.

Every label of the captured post becomes the target of an action, word for word.  Nothing of it is
in the inventory, so nothing runs.  Negative control: the same post with a name that is there.
"""

from __future__ import annotations

import json
import signal
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from interlock.engine.replay import verify
from tests.failure.living import BUNDLE, Living, eventually, living

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

POST = Path(__file__).parents[1] / "data" / "alertmanager" / "hostile_labels.json"
KNOWN = "shop"


def post() -> dict[str, Any]:
    """Return the captured webhook body."""
    (delivery,) = json.loads(POST.read_text())["deliveries"]
    return dict(delivery["body"])


def labels() -> dict[str, str]:
    """Return the hostile labels by name."""
    (alert,) = post()["alerts"]
    return {name: text for name, text in alert["labels"].items() if name != "alertname"}


def bundle() -> dict[str, str]:
    """Return rules that restart whatever a label says, one rule a label."""
    fields = "\n".join(f"      {name}: {{type: string, optional: true}}" for name in labels())
    rules = "\n".join(
        f"""\
  - id: act-on-{name}
    title: Act on {name}
    severity: high
    when: [{{signal: Inject, as: alert, where: has({name})}}]
    then:
      - start: write-once
        incident: {name} ${{alert.{name}}}
        with: {{item: "${{alert.{name}}}"}}
    why: ${{alert.{name}}}"""
        for name in labels()
    )
    signals = f"  Inject:\n    key: [subject]\n    ttl: 1h\n    fields:\n{fields}\n"
    kept = BUNDLE[BUNDLE.index("---\ninterlock: actions/v1") :]
    targeted = kept.replace("    target: none\n", "    target: ${item}\n    target_type: service\n")
    return {
        "signals.yaml": f"interlock: signals/v1\npackage: ledger\nowner: o\nsignals:\n{signals}",
        "rules.yaml": f"interlock: rules/v1\npackage: ledger\nowner: o\nrules:\n{rules}\n",
        "rest.yaml": targeted,
        "inventory.yaml": "interlock: inventory/v1\npackage: ledger\nowner: o\n"
        f"targets: {{{KNOWN}: {{type: service, domain: here}}}}\n",
    }


def send(service: Living, body: dict[str, Any]) -> dict[str, Any]:
    """Post a body as Alertmanager would; return the answer."""
    request = urllib.request.Request(
        f"http://{service.http}/api/v1/alertmanager",
        data=json.dumps(body).encode(),
        headers={"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=20) as answer:
        assert answer.status == 200
        return dict(json.loads(answer.read()))


def test_hostile_labels_open_incidents_that_act_on_nothing(tmp_path: Path) -> None:
    with living(tmp_path, bundle=bundle()) as service:
        answer = send(service, post())
        eventually(
            lambda: list(service.incidents().values()) == ["handed_over"] * len(labels()),
            "every label's incident goes to people",
        )
        acted = service.starts()

        body = post()
        body["alerts"][0]["labels"] = {"alertname": "Inject", "instance": KNOWN}
        body["alerts"][0].pop("fingerprint")
        send(service, body)
        eventually(lambda: service.effects() == [KNOWN], "the known name is acted on")
        assert service.end(signal.SIGTERM) == 0

        assert verify(service.store).is_sound

    assert answer["accepted"] == 1
    assert acted == []
    assert service.starts() == [KNOWN]
    assert len(labels()) >= 12
