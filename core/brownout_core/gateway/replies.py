"""What the gateway answers: one shape for every error, with a public face only.

The internal face (the error's class, its cause, where) goes to the log under the same request id, through the
redactor, and never to the caller.
"""

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import orjson
from aiohttp import web
from pydantic import BaseModel, ConfigDict

from brownout_core.clock import WallClock
from brownout_core.errors import Severity
from brownout_core.flows.outcome import Outcome, OutcomeStatus
from brownout_core.records import DeadLetter
from brownout_core.redaction import Redactor


class ErrorResponse(BaseModel):
    """The body of every answer that is an error."""

    model_config = ConfigDict(frozen=True)

    code: str
    message: str
    details: tuple[Mapping[str, Any], ...] = ()
    request_id: str
    severity: Severity
    timestamp: str


class Replies:
    """Makes answers. Knows the clock, and what must not leave."""

    def __init__(self, wall_clock: WallClock, redactor: Redactor) -> None:
        self._wall_clock = wall_clock
        self._redactor = redactor

    def json(self, data: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> web.Response:
        """A JSON answer."""
        return web.Response(
            body=orjson.dumps(data), status=status, headers=dict(headers or {}), content_type="application/json"
        )

    def error(
        self,
        status: int,
        code: str,
        message: str,
        request_id: str,
        *,
        details: tuple[Mapping[str, Any], ...] = (),
        more: Mapping[str, Any] | None = None,
        retry_after_s: float | None = None,
    ) -> web.Response:
        """An error answer; `more` is added to the body as it is."""
        body = ErrorResponse(
            code=code,
            message=self._redactor.text(message),
            details=details,
            request_id=request_id,
            severity=Severity.ERROR if status >= 500 else Severity.WARNING,
            timestamp=datetime.fromtimestamp(self._wall_clock(), UTC).isoformat(timespec="milliseconds"),
        )
        headers = {} if retry_after_s is None else {"Retry-After": str(max(1, math.ceil(retry_after_s)))}
        return self.json({**body.model_dump(), **(more or {})}, status, headers)

    def outcome(self, outcome: Outcome, request_id: str) -> web.Response:
        """An operation's end."""
        if outcome.status in {OutcomeStatus.DONE, OutcomeStatus.ACCEPTED}:
            return self.json(outcome.body(), outcome.http_status)
        retry_after_s = outcome.retry_after_s
        if retry_after_s is None and outcome.http_status in {409, 503}:
            retry_after_s = 1.0
        return self.error(
            outcome.http_status,
            outcome.code,
            outcome.message,
            request_id,
            more={"status": outcome.status.value, "operation_id": outcome.operation_id},
            retry_after_s=retry_after_s,
        )


def letter_json(letter: DeadLetter) -> dict[str, Any]:
    """A dead letter as an operator sees it. The payload is the request; it holds no credential."""
    return {
        "id": letter.id,
        "flow": letter.flow,
        "state": letter.state.value,
        "operation_id": letter.correlation_id,
        "idempotency_key": letter.idempotency_key,
        "payload": orjson.loads(letter.payload),
        "payload_hash": letter.payload_hash,
        "error_class": letter.error_class,
        "reason": letter.reason,
        "first_attempt_at": letter.first_attempt_at,
        "last_attempt_at": letter.last_attempt_at,
        "attempts": letter.attempts,
        "generation": letter.generation,
        "resolved_at": letter.resolved_at,
        "outcome": letter.outcome,
    }
