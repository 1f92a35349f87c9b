"""One look at a service, as its users see it."""

from __future__ import annotations

import aiohttp

NOTHING = 0
"""What is seen when nothing answers."""

SERVER_ERROR = 500
"""From here on an answer is an error of the service."""

_PATIENCE = aiohttp.ClientTimeout(total=1)


async def look(session: aiohttp.ClientSession, url: str) -> int:
    """Return the HTTP status, ``NOTHING`` when nothing answers within a second."""
    try:
        async with session.get(url, timeout=_PATIENCE) as response:
            return response.status
    except (aiohttp.ClientError, TimeoutError):
        return NOTHING
