"""What the front door answers: one shape for every error, with a public face only.

The internal face (the error's class, its cause, where) goes to the log under the same request id, through the
redactor, and never to the caller.
"""

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

import orjson

from brownout_core.clock import WallClock
from brownout_core.errors import Severity
from brownout_core.flows.ending import Ending, EndingStatus
from brownout_core.redaction import Redactor

REQUEST_ID_HEADER: Final = "X-Request-Id"
CORRELATION_HEADER: Final = "X-Correlation-ID"
JSON_TYPE: Final = "application/json"
GOOD_ENDS: Final = frozenset({EndingStatus.DONE, EndingStatus.ACCEPTED})


class Answer(NamedTuple):
    """One answer. Whoever puts it on a wire adds what belongs there (length, date)."""

    status: int
    headers: dict[str, str]
    body: bytes


class Refusal(Exception):
    """A request that is not what it should be; `details` says where, never what it was."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        details: tuple[Mapping[str, Any], ...] = (),
        *,
        allow: str = "",
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.details = details
        self.allow = allow
        """The methods that would do, for a 405."""


class Answers:
    """Makes answers. Knows the clock, and what must not leave."""

    def __init__(self, wall_clock: WallClock, redactor: Redactor) -> None:
        self._wall_clock = wall_clock
        self._redactor = redactor

    def json(self, request_id: str, data: Any, status: int = 200) -> Answer:
        """A JSON answer."""
        return Answer(status, {"Content-Type": JSON_TYPE, REQUEST_ID_HEADER: request_id}, orjson.dumps(data))

    def error(
        self,
        request_id: str,
        status: int,
        code: str,
        message: str,
        *,
        details: tuple[Mapping[str, Any], ...] = (),
        more: Mapping[str, Any] | None = None,
        retry_after_s: float | None = None,
    ) -> Answer:
        """An error answer; `more` is added to the body as it is."""
        body = {
            "code": code,
            "message": self._redactor.text(message),
            "details": details,
            "request_id": request_id,
            "severity": (Severity.ERROR if status >= 500 else Severity.WARNING).value,
            "timestamp": datetime.fromtimestamp(self._wall_clock(), UTC).isoformat(timespec="milliseconds"),
            **(more or {}),
        }
        answer = self.json(request_id, body, status)
        if retry_after_s is not None:
            answer.headers["Retry-After"] = str(max(1, math.ceil(retry_after_s)))
        return answer

    def refusal(self, request_id: str, refusal: Refusal) -> Answer:
        """The answer to what should not have been asked."""
        answer = self.error(request_id, refusal.status, refusal.code, str(refusal), details=refusal.details)
        if refusal.allow:
            answer.headers["Allow"] = refusal.allow
        return answer

    def ending(self, request_id: str, ending: Ending) -> Answer:
        """An operation's end."""
        if ending.status in GOOD_ENDS:
            answer = self.json(request_id, ending.body(), ending.http_status)
        else:
            retry_after_s = ending.retry_after_s
            if retry_after_s is None and ending.http_status in {409, 503}:
                retry_after_s = 1.0
            answer = self.error(
                request_id,
                ending.http_status,
                ending.code,
                ending.message,
                more={"status": ending.status.value, "operation_id": ending.operation_id},
                retry_after_s=retry_after_s,
            )
        answer.headers[CORRELATION_HEADER] = ending.operation_id
        return answer
