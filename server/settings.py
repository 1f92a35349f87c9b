"""What an operator sets: environment ``INTERLOCK_*``, overridden on the command line.

Guarantees: an unknown ``INTERLOCK_*`` name is refused, because a misspelt limit is no limit;
every default is safe (loopback, both engines, executors that do nothing); a listener that
others could reach is refused as long as Interlock cannot ask who is calling.  Behaviour
belongs in rules and machines, secrets in files named here, never in a setting.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal, NamedTuple, Self

from pydantic import BaseModel, BeforeValidator, PlainSerializer, ValidationError
from typing_extensions import override

from interlock.language.diagnostics import nearest
from interlock.server.inputs import InputRejected

PREFIX = "INTERLOCK_"
"""What the names of our environment variables begin with."""

MASK = "***"
"""What is shown instead of a secret."""

_NAME = re.compile(r"[!-*,-~]{1,256}")
_SECRETS = ("password", "secret", "token", "credential", "key")


class SettingRejected(InputRejected):
    """A setting is unknown or not what it must be; the message names it and what is expected."""


class Address(NamedTuple):
    """Where a server listens; port 0 lets the system choose one."""

    host: str
    port: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the address of ``host:port`` or ``[v6]:port``.

        Raises:
            ValueError: it has another form, or names what others could reach.
        """
        host, colon, port = text.rpartition(":")
        host = host.removeprefix("[").removesuffix("]") if host.startswith("[") else host
        if not colon or not host or not (port.isascii() and port.isdecimal() and len(port) < 6):
            raise ValueError(f"expected host:port, e.g. 127.0.0.1:7400, found {text!r}")
        if int(port) > 65_535:
            raise ValueError(f"expected a port from 0 to 65535, found {port}")
        if not _is_loopback(host):
            raise ValueError(
                f"expected a loopback address such as 127.0.0.1, found {host}: callers are not"
                " identified and nothing is encrypted yet, so nobody else may reach it"
            )
        return cls(host, int(port))

    @override
    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _read_address(value: object) -> object:
    return Address.parse(value) if isinstance(value, str) else value


def _read_switch(value: object) -> object:
    if isinstance(value, bool):
        return value
    if value not in {"on", "off"}:
        raise ValueError(f"expected on or off, found {value!r}")
    return value == "on"


def _read_name(value: object) -> object:
    if isinstance(value, str) and not _NAME.fullmatch(value):
        raise ValueError(f"expected printable ASCII without spaces and +, found {value!r}")
    return value


Listener = Annotated[Address, BeforeValidator(_read_address), PlainSerializer(str, return_type=str)]
Switch = Annotated[bool, BeforeValidator(_read_switch)]
Name = Annotated[str, BeforeValidator(_read_name)]


class Settings(BaseModel, frozen=True, extra="forbid"):
    """Everything that can be set; reloaded only by a restart."""

    bundle: Path = Path("bundle")
    """Folder of rules, machines, actions and inventory."""
    data_dir: Path = Path("interlock-data")
    """Folder of the store and its key; made when it is missing."""
    grpc_address: Listener = Address("127.0.0.1", 7400)
    """Where gRPC is served."""
    http_address: Listener = Address("127.0.0.1", 7480)
    """Where the HTTP doors, health and metrics are served."""
    env: str | None = None
    """Environment whose parameters count; None: the defaults of all of them."""
    engines: Literal["both", "reference"] = "both"
    """Whether a second engine must agree before anything acts."""
    executors: Path | Mapping[str, Mapping[str, str]] | None = None
    """TOML file with a table for each executor, or what it would say; None: ``dry_run``."""
    origin: Name = "interlock"
    """Name of the log in its checkpoints; fixed when the store is made."""
    reflection: Switch = True
    """Whether gRPC clients may ask for the contract."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    """The least that is logged."""

    @property
    def store(self) -> Path:
        """The database file."""
        return self.data_dir / "interlock.db"

    @property
    def key(self) -> Path:
        """The signing key: only its owner may read it."""
        return self.data_dir / "interlock.key"

    @property
    def public_key(self) -> Path:
        """What an auditor needs to check checkpoints."""
        return self.data_dir / "interlock.pub"

    @classmethod
    def read(cls, environ: Mapping[str, str], overrides: Mapping[str, object]) -> Self:
        """Return the settings of an environment and a command line.

        Args:
            environ: every variable of the process; those of others are ignored.
            overrides: field name to value; a value of None does not override.

        Raises:
            SettingRejected: a name is unknown or a value is not what it must be.
        """
        named = {name: name.removeprefix(PREFIX).lower() for name in environ if _is_ours(name)}
        for name, field in sorted(named.items()):
            if field not in cls.model_fields or name != variable(field):
                raise _unknown(name, cls.model_fields)
        values: dict[str, object] = {field: environ[name] for name, field in named.items()}
        values |= {k: v for k, v in overrides.items() if v is not None}
        try:
            return cls.model_validate(values)
        except ValidationError as error:
            raise _rejected(error) from error

    def printed(self) -> dict[str, object]:
        """Return every setting as it is printed at start, secrets as ``***``."""
        shown = self.model_dump(mode="json")
        if isinstance(self.executors, Mapping):
            shown["executors"] = {name: masked(one) for name, one in self.executors.items()}
        return shown


_OF_AUTHORS = frozenset({"INTERLOCK_NO_CACHE"})
"""What verbs for authors read, and no setting of the service."""


def variable(field: str) -> str:
    """Return the environment variable of a field."""
    return PREFIX + field.upper()


def masked(settings: Mapping[str, object]) -> dict[str, object]:
    """Return an executor's settings as they are printed.

    Secrets are named by file; a value whose name says that it is one is shown as ``***``.
    """
    return {
        name: MASK if name.lower().endswith(_SECRETS) else value
        for name, value in sorted(settings.items())
    }


def _is_ours(name: str) -> bool:
    return name.startswith(PREFIX) and name not in _OF_AUTHORS


def _unknown(name: str, fields: Mapping[str, object]) -> SettingRejected:
    known = [variable(field) for field in fields]
    hint = nearest(name.upper(), known) or f"there are: {', '.join(sorted(known))}"
    return SettingRejected(f"unknown setting {name}; {hint}", field=name)


def _rejected(error: ValidationError) -> SettingRejected:
    """Return the first fault in our words: which setting, expected, found."""
    fault = error.errors(include_url=False)[0]
    field = str(fault["loc"][0])
    if field not in Settings.model_fields:
        return _unknown(variable(field), Settings.model_fields)
    message = fault["msg"].removeprefix("Value error, ")
    if fault["type"] == "literal_error":
        message = f"expected {fault['ctx']['expected']}, found {fault['input']!r}"
    return SettingRejected(f"{variable(field)}: {message}", field=field)
