"""Events that a person wants to read, as log lines without secrets.

What happens all the time (an attempt, a call that went well) is not logged: that is what metrics are for.
"""

import sys
from collections.abc import Mapping, MutableMapping
from typing import Any, TextIO

import structlog

from brownout_core.redaction import Redactor
from brownout_core.telemetry import Event, Kind, Sink

LOGGED: Mapping[Kind, str] = {
    Kind.STARTED: "info",
    Kind.BREAKER_TRANSITION: "warning",
    Kind.RETRY_SUPPRESSED: "info",
    Kind.DEAD_LETTERED: "warning",
    Kind.REDRIVEN: "info",
}


def make_logger(redactor: Redactor, stream: TextIO | None = None) -> Any:
    """A structlog logger of its own (nothing global is configured): one JSON object per line, on standard error."""

    def redact(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> Mapping[str, Any]:
        hidden: Mapping[str, Any] = redactor.value(event)
        return hidden

    return structlog.wrap_logger(
        structlog.WriteLogger(stream or sys.stderr),
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            redact,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger("info"),
    )


def log_sink(logger: Any) -> Sink:
    """A sink that logs the kinds in `LOGGED`, and operations whose outcome is unknown."""

    def emit(event: Event) -> None:
        level = LOGGED.get(event.kind)
        if event.kind is Kind.OPERATION_FINISHED and event.outcome == "unknown":
            level = "warning"
        if level is not None:
            told = {name: value for name, value in event._asdict().items() if value and name != "kind"}
            getattr(logger, level)(event.kind.value, **told)

    return emit
