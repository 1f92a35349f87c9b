"""What stands in the journal, in the words people read."""

from __future__ import annotations

from interlock import digest
from interlock.machines.definition import BREACH


def due(timer: str) -> str:
    """Return what it means that a timer was due."""
    if timer.endswith(BREACH):
        return f"the service level of {timer.removesuffix(BREACH) or 'the machine'} was breached"
    return f"{timer} was due"


def shown(value: object) -> str:
    """Return a journalled value as people read it: decimals as decimals."""
    if isinstance(value, list) and len(value) == 2:
        units, scale = value
        text = f"{abs(units):0{scale + 1}d}"
        number = f"{text[:-scale]}.{text[-scale:]}".rstrip("0").rstrip(".") if scale else text
        return f"-{number}" if units < 0 else number
    match value:
        case {"list": list() as items}:
            return f"[{', '.join(map(shown, items))}]"
        case dict():
            return digest.canonical(value).decode()
        case _:
            return str(value)
