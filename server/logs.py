"""Logs: one JSON object a line on standard output, one line for each thing that happened.

What libraries log goes the same way.  The journal is the audit trail; logs never are.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Sequence
from typing import TextIO

import structlog
from structlog.typing import Processor


def configure_logs(level: str, stream: TextIO | None = None) -> None:
    """Send everything that is logged to a stream as JSON lines.

    Args:
        level: the least that is logged: ``debug``, ``info``, ``warning`` or ``error``.
        stream: standard output by default.
    """
    least = logging.getLevelNamesMapping()[level.upper()]
    shared = _shared()
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(least),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.JSONRenderer(),
        ],
    )
    handler = logging.StreamHandler(stream or sys.stdout)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    # Of libraries, what needs a look; the rest only for who debugs.
    root.setLevel(least if least == logging.DEBUG else max(least, logging.WARNING))
    logging.getLogger("interlock").setLevel(least)


def _shared() -> Sequence[Processor]:
    return (
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
        structlog.processors.format_exc_info,
    )
