"""``interlock serve`` as an operator meets it: starting, refusing to start, stopping."""

from __future__ import annotations

import json
import shutil
import signal
import socket
import subprocess
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from interlock.engine.journal.keys import Signer
from interlock.engine.journal.reader import Reader
from interlock.server.cli.main import run
from tests.e2e.serving import PROGRAM, Served, serve_once, served

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(120)]


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A running service."""
    with served(tmp_path_factory.mktemp("interlock")) as running:
        yield running


def _get(url: str) -> tuple[int, bytes]:
    with urllib.request.urlopen(url, timeout=10) as answer:
        return answer.status, answer.read()


def test_a_start_prints_the_settings_and_where_it_listens_as_json(service: Served) -> None:
    settings = next(line for line in service.log if line["event"] == "settings_read")
    started = next(line for line in service.log if line["event"] == "service_started")

    assert ("both", "127.0.0.1:0") == (settings["engines"], settings["grpc_address"])
    assert not str(started["grpc"]).endswith(":0")
    assert {"at", "level", "logger"} <= started.keys()


def test_it_is_alive_ready_and_measured(service: Served) -> None:
    alive = _get(f"http://{service.http}/livez")
    ready = _get(f"http://{service.http}/readyz")
    metrics = _get(f"http://{service.http}/metrics")

    assert (200, b"ok\n") == alive
    assert {"ready": True, "frozen": False} == json.loads(ready[1])
    assert b"interlock_runtime_ready 1.0" in metrics[1]
    assert b"interlock_server_calls_total" in metrics[1]


def test_an_alert_pushed_by_prometheus_is_journalled(
    service: Served, capfd: pytest.CaptureFixture[str]
) -> None:
    alert = {"labels": {"alertname": "Down", "instance": "web-1"}, "annotations": {}}
    request = urllib.request.Request(
        f"http://{service.http}/api/v2/alerts",
        json.dumps([alert]).encode(),
        {"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        assert answer.status == 200

    run(["history", "export", "--store", service.store])

    assert '"alertname":"Down"' in capfd.readouterr().out


def test_the_private_key_is_for_its_owner_only(service: Served) -> None:
    data = service.folder / "data"

    assert 0o600 == (data / "interlock.key").stat().st_mode & 0o777
    assert 0o700 == data.stat().st_mode & 0o777
    assert "PRIVATE" not in (data / "interlock.pub").read_text()


def test_a_second_service_on_the_same_store_is_refused(service: Served) -> None:
    code, err = serve_once(service.folder)

    assert 3 == code
    assert 1 == err.count("\n")
    assert "is being written by process" in err


def test_an_address_in_use_is_refused(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        http = serve_once(tmp_path, "--http-address", address)
        grpc = serve_once(tmp_path, "--grpc-address", address)

    assert (3, f"error [not_ready]: cannot listen on {address}: Address already in use\n") == http
    assert (3, f"error [not_ready]: cannot listen on {address}; is it in use?\n") == grpc


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--bundle", "/nowhere"], "cannot read /nowhere: No such file or directory"),
        (["--executors", "/nowhere"], "cannot read /nowhere: No such file or directory"),
    ],
    ids=["bundle", "executors"],
)
def test_what_an_operator_gave_wrong_is_one_line_and_code_2(
    tmp_path: Path, arguments: list[str], message: str
) -> None:
    code, err = serve_once(tmp_path, *arguments)

    assert (2, 1) == (code, err.count("\n"))
    assert message in err


def test_a_wrong_bundle_is_refused_with_every_fault(tmp_path: Path) -> None:
    bundle = tmp_path / "bundle"
    bundle.mkdir()
    (bundle / "signals.yaml").write_text("interlock: signals/v1\nsignals: {a.b: {}}\n")

    code, err = serve_once(tmp_path, "--bundle", str(bundle))

    assert 2 == code
    assert "signals.yaml:2:1" in err
    assert "error [definition_error]: " in err.splitlines()[-1]


def test_ctrl_c_ends_it_in_order_whoever_is_still_connected(tmp_path: Path) -> None:
    service = Served(tmp_path)
    service.start()
    host, port = service.http.split(":")
    with socket.create_connection((host, int(port))) as stalled:
        stalled.sendall(b"POST /api/v2/alerts HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n[")
        watching = subprocess.Popen([*PROGRAM, "incidents", "watch", "--server", service.grpc])
        with watching:
            code = service.stop(signal.SIGINT)

    assert 0 == code
    assert 3 == watching.returncode
    assert ["service_stopping", "service_stopped"] == [
        line["event"] for line in service.log if str(line["event"]).startswith("service_stop")
    ]


def test_it_goes_on_where_it_was(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    send = ["signal", "send", "unheard.of", "--id", "one", "-o", "json", "--server"]
    with served(tmp_path) as service:
        assert 0 == run([*send, service.grpc])
    with served(tmp_path) as service:
        assert 0 == run([*send, service.grpc])
        assert 0 == run(["audit", "verify", "--store", service.store])

    assert ["accepted", "duplicate"] == [
        line.split('"')[3] for line in capfd.readouterr().out.splitlines() if "receipt" in line
    ]


@pytest.fixture(scope="module")
def ended(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a service that has run and was told that ``who`` is ``ana``."""
    folder = tmp_path_factory.mktemp("interlock")
    with served(folder) as service:
        run(["signal", "send", "unheard.of", "--label", "who=ana", "--server", service.grpc])
    return folder


@pytest.fixture
def data(ended: Path, tmp_path: Path) -> Path:
    """A copy of its data, to be spoilt."""
    return Path(shutil.copytree(ended / "data", tmp_path / "data"))


def test_a_key_that_others_may_read_is_refused(data: Path) -> None:
    (data / "interlock.key").chmod(0o644)

    code, err = serve_once(data.parent)

    assert 3 == code
    assert err.startswith("error [journal_unsafe]: others may read the signing key")


def test_a_store_without_its_key_is_refused(data: Path) -> None:
    (data / "interlock.key").unlink()

    code, err = serve_once(data.parent)

    assert 3 == code
    assert "is there without its signing key" in err


def test_a_store_under_another_name_is_refused(data: Path) -> None:
    code, err = serve_once(data.parent, "--origin", "another")

    assert 3 == code
    assert err.startswith("error [journal_error]: the log of this store is called interlock")


def test_what_was_changed_afterwards_is_refuted(
    data: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    store = data / "interlock.db"
    content = store.read_bytes()
    assert content.count(b'"who":"ana"') == 1
    store.write_bytes(content.replace(b'"who":"ana"', b'"who":"bob"'))

    code = run(["audit", "verify", "--store", f"sqlite:///{store}"])

    assert 1 == code
    assert "history refuted (" in capfd.readouterr().out


def test_what_was_not_changed_is_verified(data: Path, capfd: pytest.CaptureFixture[str]) -> None:
    code = run(["audit", "verify", "--store", f"sqlite:///{data}/interlock.db"])

    assert 0 == code
    assert "history verified (" in capfd.readouterr().out


def test_another_key_refutes_every_checkpoint(
    data: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    other = tmp_path / "other.pub"
    other.write_text(Signer.generate("interlock").verifier.text + "\n")

    code = run(["audit", "verify", "--store", f"{data}/interlock.db", "--key", str(other)])

    assert 1 == code
    assert "checkpoint" in capfd.readouterr().out


def test_a_checkpoint_kept_elsewhere_is_held_against_the_history(
    data: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with Reader(data / "interlock.db") as reader:
        (data / "kept.txt").write_text(reader.checkpoint() or "")

    code = run(
        [
            *("audit", "verify", "--store", f"{data}/interlock.db"),
            *("--checkpoint", f"{data}/kept.txt"),
        ]
    )

    assert 0 == code
    assert " by the checkpoint file)" in capfd.readouterr().out


def test_a_checkpoint_that_is_none_is_a_fault(
    data: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (data / "checkpoint.txt").write_text("not a checkpoint\n")

    code = run(["audit", "verify", "--store", f"{data}/interlock.db"])

    assert 1 == code
    assert "your checkpoint" in capfd.readouterr().out
