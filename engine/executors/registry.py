"""Finds executors by entry point ``interlock.executors`` and makes those an operator configures.

Interlock's own are known without being installed; a package that claims one of their names
is refused, so that installing something can add executors and never replace one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from importlib.metadata import EntryPoint, entry_points
from typing import Final

from interlock.engine.executors.base import Executor
from interlock.engine.executors.settings import PLUGIN
from interlock.errors import DefinitionError
from interlock.language.values import Field

GROUP: Final = "interlock.executors"

_OWN: Final = tuple(
    EntryPoint(name, f"interlock.engine.executors.{name}:create", GROUP)
    for name in ("command", "dry_run", "http", "remote", "supervisord")
)

Factory = Callable[[Mapping[str, str]], Executor]


def discover(installed: Iterable[EntryPoint] | None = None) -> dict[str, EntryPoint]:
    """Return the plugins there are, by name, not yet loaded.

    Args:
        installed: entry points of the group; those of the installed packages by default.

    Raises:
        DefinitionError: two packages claim one name.
    """
    found = {point.name: point for point in _OWN}
    for point in entry_points(group=GROUP) if installed is None else installed:
        known = found.setdefault(point.name, point)
        if known.value != point.value:
            raise DefinitionError(
                f"executor plugin {point.name!r} is claimed by {known.value} and {point.value}; "
                "uninstall one of the packages"
            )
    return dict(sorted(found.items()))


def load_executors(
    configured: Mapping[str, Mapping[str, str]],
    installed: Iterable[EntryPoint] | None = None,
) -> dict[str, Executor]:
    """Make the configured executors.

    Args:
        configured: executor name to its settings.  The plugin has the executor's name unless
            the setting ``plugin`` names another; then the factory is also given ``name``.
        installed: see ``discover``.

    Raises:
        DefinitionError: a plugin is unknown or cannot be loaded, or refuses its settings.
    """
    plugins = discover(installed)
    return {name: _make(name, settings, plugins) for name, settings in sorted(configured.items())}


def probe_fields(executors: Mapping[str, Executor]) -> dict[str, Mapping[str, Field]]:
    """Return what probes observe, by ``executor.operation``; what bundles are checked against."""
    return {
        f"{name}.{operation}": fields
        for name, executor in sorted(executors.items())
        for operation, fields in sorted(executor.probes.items())
    }


def _make(name: str, settings: Mapping[str, str], plugins: Mapping[str, EntryPoint]) -> Executor:
    plugin = settings.get(PLUGIN, name)
    if plugin not in plugins:
        known = ", ".join(plugins)
        raise DefinitionError(f"there is no executor plugin {plugin!r}; there are: {known}")
    given = {key: value for key, value in settings.items() if key != PLUGIN}
    if plugin != name:
        given["name"] = name
    executor = _factory(plugins[plugin])(given)
    if executor.name != name:
        raise DefinitionError(
            f"executor {name!r}: plugin {plugin!r} made one named {executor.name!r}"
        )
    return executor


def _factory(point: EntryPoint) -> Factory:
    try:
        factory: Factory = point.load()
    except (ImportError, AttributeError) as error:
        raise DefinitionError(f"executor plugin {point.value} cannot be loaded: {error}") from error
    return factory
