"""Vault's envelope, and its other answers: 204 without a body, 404 with an envelope."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import orjson

from brownout_simulators.call import Call, Effect, Reply

JSON: Final = "application/json"
"""Without a charset: hvac compares the whole header, and reads neither errors nor body where it differs."""


def request_id(call: Call) -> str:
    """The call's id, as Vault writes one."""
    text = call.request_id
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def secret(
    call: Call,
    data: Any = None,
    *,
    status: int = 200,
    lease_id: str = "",
    renewable: bool = False,
    lease_duration: int = 0,
    auth: Mapping[str, Any] | None = None,
    warnings: Sequence[str] | None = None,
    mount_type: str = "",
    effects: Sequence[Effect] = (),
    beside: Mapping[str, Any] | None = None,
) -> Reply:
    """An answer in the envelope. `beside`: what `sys/` repeats next to it."""
    body = {
        "request_id": request_id(call),
        "lease_id": lease_id,
        "renewable": renewable,
        "lease_duration": lease_duration,
        "data": data,
        "wrap_info": None,
        "warnings": warnings or None,
        "auth": auth,
        "mount_type": mount_type,
    }
    if beside:
        body = {**beside, **body}
    return Reply(status, orjson.dumps(body), {"Content-Type": JSON}, effects=effects)


def bare(body: Any, *, status: int = 200, effects: Sequence[Effect] = ()) -> Reply:
    """JSON without the envelope: `sys/health`, `sys/seal-status`."""
    return Reply(status, orjson.dumps(body), {"Content-Type": JSON}, effects=effects)


def done(*effects: Effect) -> Reply:
    """204."""
    return Reply(204, effects=effects)


def done_with(call: Call, warnings: Sequence[str], *effects: Effect, mount_type: str = "") -> Reply:
    """What would be a 204 is a 200 where there is something to warn of."""
    if not warnings:
        return done(*effects)
    return secret(call, warnings=warnings, mount_type=mount_type, effects=effects)
