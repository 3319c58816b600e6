"""Realtime's limiters at the handshake. What is counted on a socket is a matter of the setup (`setup.py`)."""

from typing import Final

from brownout_simulators.call import Call
from brownout_simulators.vendor import Limit

_CONNECT: Final = "GET /realtime/v1/websocket"


def _handshake(call: Call, account: str) -> str:
    return account if call.route == _CONNECT else ""


LIMITS: Final[tuple[Limit, ...]] = (
    Limit("realtime-connections", concurrency=200, key_of=_handshake),
    Limit("realtime-connects", rate_per_s=100.0, burst=100.0, key_of=_handshake),
)
