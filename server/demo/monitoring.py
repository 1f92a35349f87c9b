"""A monitoring system as it is found in the field: Prometheus and Alertmanager.

::

    exporter ◄── scrapes ── Prometheus ─┬─► Alertmanager ─► /api/v1/alertmanager ─┐
    (visits)                alerts.yml  └─────────────────► /api/v2/alerts ───────┴► Interlock

Trouble comes through Alertmanager, as on any site.  Good news comes from Prometheus alone,
which repeats it every second: nobody wants to be paged for it, and machines need to hear that
a service is good, because an alert that is resolved may only mean that nobody looks any more.

Source: https://prometheus.io/docs/prometheus/latest/configuration/configuration/ and
https://prometheus.io/docs/alerting/latest/configuration/
"""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from importlib import resources
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import aiohttp

from interlock.server.demo.exporter import Exporter
from interlock.server.demo.ports import HOST, free_ports
from interlock.server.demo.programs import READY_S, CannotPlay, Program, running
from interlock.server.demo.site import SERVICES, Site

EVERY = "500ms"
"""How often Prometheus scrapes and evaluates."""

_ANSWER = aiohttp.ClientTimeout(total=2)
_SETTLED = 'count(ALERTS{alertname="SiteServing",alertstate="firing"})'


class Monitoring:
    """Prometheus and Alertmanager in a folder.

    Args:
        site: what they watch.
        address: where Interlock takes alerts, ``host:port``.
        folder: an empty or missing folder.

    Raises:
        CannotPlay: they are not installed.

    Attributes:
        prometheus: URL of Prometheus.
        alertmanager: URL of Alertmanager.
    """

    def __init__(self, site: Site, address: str, folder: Path) -> None:
        self._programs = find_programs()
        self._exporter = Exporter(site)
        self._interlock = address
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        ports = free_ports(2)
        self.prometheus, self.alertmanager = (f"http://{HOST}:{port}" for port in ports)

    @asynccontextmanager
    async def watching(self) -> AsyncIterator[None]:
        """Watch while the block runs, which begins when every service is known to be good.

        Raises:
            CannotPlay: one of the two does not start or does not see the services.
        """
        async with self._exporter.serving() as metrics:
            self._configure(metrics)
            prometheus, alertmanager = self._commands()
            async with (
                running(alertmanager, self._folder, "alertmanager.log") as second,
                running(prometheus, self._folder, "prometheus.log") as first,
            ):
                await self._until_settled((first, second))
                yield

    def _commands(self) -> tuple[list[str], list[str]]:
        prometheus, alertmanager = self._programs
        return [
            prometheus,
            "--config.file=prometheus.yml",
            "--storage.tsdb.path=prometheus",
            f"--web.listen-address={_address(self.prometheus)}",
            "--rules.alert.resend-delay=1s",
            "--log.level=warn",
        ], [
            alertmanager,
            "--config.file=alertmanager.yml",
            "--storage.path=alertmanager",
            f"--web.listen-address={_address(self.alertmanager)}",
            "--cluster.listen-address=",
            "--log.level=warn",
        ]

    def _configure(self, metrics: str) -> None:
        """Write what an operator would write; JSON is YAML."""
        alerts = resources.files("interlock.server.demo") / "alerts.yml"
        (self._folder / "alerts.yml").write_text(alerts.read_text())
        sinks = [_address(self.alertmanager), self._interlock]
        prometheus = {
            "global": {"scrape_interval": EVERY, "evaluation_interval": EVERY},
            "rule_files": ["alerts.yml"],
            "scrape_configs": [{"job_name": "visits", "static_configs": [{"targets": [metrics]}]}],
            "alerting": {
                "alertmanagers": [{"static_configs": [{"targets": [sink]}]} for sink in sinks]
            },
        }
        (self._folder / "prometheus.yml").write_text(json.dumps(prometheus, indent=2))
        webhook = {"url": f"http://{self._interlock}/api/v1/alertmanager", "send_resolved": True}
        alertmanager = {
            "route": {
                "receiver": "interlock",
                "group_by": ["alertname", "service"],
                "group_wait": "0s",
                "group_interval": "1s",
                "repeat_interval": "1m",
                "routes": [{"receiver": "nobody", "matchers": ['alertname="SiteServing"']}],
            },
            "receivers": [{"name": "interlock", "webhook_configs": [webhook]}, {"name": "nobody"}],
        }
        (self._folder / "alertmanager.yml").write_text(json.dumps(alertmanager, indent=2))

    async def _until_settled(self, programs: tuple[Program, Program]) -> None:
        """Wait until Prometheus sees every service and knows both ways to Interlock."""
        try:
            async with asyncio.timeout(READY_S), aiohttp.ClientSession(timeout=_ANSWER) as session:
                while not await self._is_settled(session):
                    for program in programs:
                        program.check()
                    await asyncio.sleep(0.1)
        except TimeoutError as error:
            said = " ".join(f"{each.name}: {each.last_words()}" for each in programs)
            raise CannotPlay(f"Prometheus sees no site within {READY_S:.0f} s; {said}") from error

    async def _is_settled(self, session: aiohttp.ClientSession) -> bool:
        api = f"{self.prometheus}/api/v1"
        try:
            sinks = await _read(session, f"{api}/alertmanagers")
            good = await _read(session, f"{api}/query?{urlencode({'query': _SETTLED})}")
            async with session.get(f"{self.alertmanager}/-/ready") as answer:
                ready = answer.status == 200
        except (aiohttp.ClientError, TimeoutError):
            return False
        counts = [sample["value"][1] for sample in good["result"]]
        return ready and len(sinks["activeAlertmanagers"]) == 2 and counts == [str(len(SERVICES))]


async def _read(session: aiohttp.ClientSession, url: str) -> Mapping[str, Any]:
    """Return what Prometheus' API answers."""
    async with session.get(url, raise_for_status=True) as response:
        answer: Mapping[str, Mapping[str, Any]] = await response.json()
        return answer["data"]


def _address(url: str) -> str:
    return url.removeprefix("http://")


def find_programs() -> tuple[str, str]:
    """Return where Prometheus and Alertmanager are.

    Raises:
        CannotPlay: one is not installed.
    """
    prometheus = shutil.which("prometheus")
    # Debian's name, then that of everyone else
    alertmanager = shutil.which("prometheus-alertmanager") or shutil.which("alertmanager")
    if prometheus is None or alertmanager is None:
        raise CannotPlay(
            "Prometheus and Alertmanager are not both installed: on Debian, as root,"
            " apt-get install prometheus prometheus-alertmanager"
        )
    return prometheus, alertmanager
