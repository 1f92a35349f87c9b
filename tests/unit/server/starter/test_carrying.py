"""Alert rules become a sound bundle whose scenarios pass, and what is lost is told."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from interlock.engine.bundle import Bundle
from interlock.language.document import load_documents
from interlock.rules.wording import worded
from interlock.server.inputs import InputRejected
from interlock.server.starter.carrying import Translation, translate
from interlock.server.starter.prometheus import AlertFile, AlertRule, read_alerts
from interlock.server.starter.quoting import comment, quoted
from interlock.testing.scenario import judge, load_scenarios, play, read_shape
from tests.scale import count

DATA = Path(__file__).parents[3] / "data" / "alert_rules" / "hosts.yml"


def carried(text: str) -> Translation:
    return translate(read_alerts(text, "alerts.yml"), "alerts")


def bundle(translation: Translation) -> Bundle:
    files = {n: t for n, t in translation.files.items() if n.startswith("bundle/")}
    return Bundle.compile(files)


@pytest.fixture(scope="module")
def hosts() -> Translation:
    """Return the translation of a file with everything in it."""
    return carried(DATA.read_text())


def test_what_is_carried_is_a_sound_bundle_without_warnings(hosts: Translation) -> None:
    made = bundle(hosts)

    assert made.warnings == ()
    assert sorted(made.rulebase.rules) == [
        "alerts/host-out-of-memory",
        "alerts/host-out-of-memory-critical",
        "alerts/hostile",
        "alerts/watchdog",
    ]


def test_an_alert_is_a_signal_with_its_labels_and_annotations(hosts: Translation) -> None:
    signal = bundle(hosts).rulebase.signal_types["HostOutOfMemory"]

    assert set(signal.fields) == {
        *("fingerprint", "tier", "instance", "summary", "description", "runbook_url"),
    }
    assert signal.key == ("fingerprint",)


def test_one_name_with_two_severities_is_two_rules_that_tell_them_apart(
    hosts: Translation,
) -> None:
    rules = bundle(hosts).rulebase.rules

    texts = [
        rules[f"alerts/host-out-of-memory{end}"].patterns[0].comparisons
        for end in ("", "-critical")
    ]
    assert [[one.text for one in group] for group in texts] == [
        ['severity == "warning"'],
        ['severity == "critical"'],
    ]


def test_what_cannot_be_carried_is_told_and_stands_in_comments(hosts: Translation) -> None:
    notes = {rule.id: rule.notes for rule in hosts.rules}

    assert notes["hostile"] == [
        "label or annotation '}}' cannot be a field",
        "key 'unknown_key' is none of Prometheus'",
    ]
    assert notes["host-out-of-memory"] == []
    assert (
        "  # Not carried: key 'unknown_key' is none of Prometheus'\n"
        in hosts.files["bundle/rules.yaml"]
    )
    assert hosts.left_out == [
        "group 'node': recording rule 'instance:node_cpu:ratio' stays with Prometheus",
        "group 'node': a rule without a name",
        "group 'node': a rule that is no mapping",
        "alert 'HostOutOfMemory': another of that name and severity stands for it",
        "alert 'Instance down!': a signal cannot be called so; rename the alert",
    ]


def test_a_query_stays_in_a_comment_whatever_it_says(hosts: Translation) -> None:
    text = hosts.files["bundle/rules.yaml"]

    assert "  #   interlock: rules/v1\n" in text
    assert [one.kind for one in load_documents(text, "rules.yaml")] == ["rules/v1"]


ALWAYS = "groups: [{name: g, rules: [{alert: Watchdog, expr: vector(1), labels: {a: b}}]}]\n"


@pytest.mark.parametrize("query", ["vector(1)", " vector( 1 ) ", "vector(1.0)"])
def test_an_alert_that_always_fires_is_listened_for(query: str) -> None:
    made = bundle(carried(ALWAYS.replace("vector(1)", f"'{query}'")))
    (pattern,) = made.rulebase.rules["alerts/watchdog"].patterns

    assert worded(pattern, []) == (
        'no Watchdog by source as _gap where source == "alertmanager" for 5h'
    )
    assert made.rulebase.signal_types["Watchdog"].key == ("source",)
    assert made.warnings == ()


@pytest.mark.parametrize("query", ["vector(0)", "vector(1) > 1", "absent(up)", "up"])
def test_what_only_looks_so_is_carried_as_an_alert(query: str) -> None:
    made = bundle(carried(ALWAYS.replace("vector(1)", f"'{query}'")))

    assert made.rulebase.rules["alerts/watchdog"].patterns[0].alias == "alert"


def test_one_of_two_severities_is_no_beat() -> None:
    other = "{alert: Watchdog, expr: up, labels: {severity: page}}, "

    found = [one.is_beat for one in carried(ALWAYS.replace("rules: [", f"rules: [{other}")).rules]

    assert found == [False, False]


def test_the_scenarios_of_what_is_carried_pass(hosts: Translation) -> None:
    """Negative control: without the rule that listens, that scenario fails."""
    made, text = bundle(hosts), hosts.files["tests/alerts.test.yaml"]
    fewer = {n: t.replace("for: 5h", "for: 6h") for n, t in hosts.files.items() if "bundle/" in n}

    def failed(of: Bundle) -> list[str]:
        (document,) = load_documents(text, "t.yaml")
        scenarios = load_scenarios(document, read_shape(document), of)
        return [one.name for one in scenarios if not judge(play(one, of)).passed]

    assert failed(made) == []
    assert failed(Bundle.compile(fewer)) == ["watchdog tells when the alert comes no more"]


def test_a_rule_of_the_operator_is_read_as_well() -> None:
    text = "kind: PrometheusRule\nspec: {groups: [{name: g, rules: [{alert: A, expr: up}]}]}\n"

    assert [rule.id for rule in carried(text).rules] == ["a"]


@pytest.mark.parametrize("name", ["FALSE", "True", "null"])
def test_an_alert_that_is_called_like_a_truth_value_is_carried(name: str) -> None:
    made = bundle(carried(f"groups: [{{name: g, rules: [{{alert: '{name}', expr: up}}]}}]\n"))

    assert sorted(made.rulebase.rules) == [f"alerts/alert-{name.lower()}"]


def test_a_file_with_nothing_to_carry_makes_no_files() -> None:
    translation = carried("groups: [{name: g, rules: [{record: a, expr: b}]}]\n")

    assert (translation.files, len(translation.left_out)) == ({}, 1)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("groups: []\n", "expected groups with rules"),
        ("a: 1\n", "expected groups with rules"),
        ("", "expected groups with rules"),
        ("groups: [\n", "cannot be read"),
    ],
)
def test_what_is_no_rule_file_is_refused(text: str, said: str) -> None:
    with pytest.raises(InputRejected, match=said):
        read_alerts(text, "alerts.yml")


NAMES = st.text(max_size=12) | st.sampled_from(
    ["Down", "down", "KubePodCrash", "severity", "at", "x"]
)
TEXTS = st.text(max_size=40) | st.sampled_from(
    ["${x}", "{{ $labels.a }}", '"]}', "a\n- b", "\u2028"]
)
ALERTS = st.builds(
    AlertRule,
    NAMES,
    NAMES,
    TEXTS,
    TEXTS,
    st.dictionaries(NAMES, TEXTS, max_size=3),
    st.dictionaries(st.sampled_from(["summary", "message", "x y", "name"]), TEXTS, max_size=3),
    st.lists(TEXTS, max_size=2),
)


@settings(max_examples=count(sample=60, full=2_000))
@given(st.lists(ALERTS, max_size=4))
def test_any_alerts_make_a_sound_bundle(alerts: list[AlertRule]) -> None:
    """For all alert rules: the translation compiles; each alert is carried once or left out."""
    translation = translate(AlertFile(alerts, ()), "alerts")

    made = len(bundle(translation).rulebase.rules) if translation.files else 0
    assert made == len(translation.rules)
    assert len(translation.rules) + len(translation.left_out) == len(alerts)


@given(st.text())
def test_a_quoted_text_reads_as_itself_and_a_comment_as_nothing(text: str) -> None:
    """load(quoted(t)) == t for what UTF-8 can carry; load(comment(t)) is empty."""
    clean = text.encode(errors="replace").decode()
    lines = "\n".join(comment(clean, "# "))
    (document,) = load_documents(f"interlock: {quoted(clean)}\n{lines}\n", "x.yaml")

    assert document.data == {"interlock": clean}
