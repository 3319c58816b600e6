"""The table of realtime's routes, and the handshake."""

from typing import Final
from urllib.parse import parse_qs

from brownout_simulators.account import Account
from brownout_simulators.call import Call, Reply
from brownout_simulators.vendor import Route
from brownout_simulators.vendors.supabase.realtime import broadcasting
from brownout_simulators.vendors.supabase.realtime.access import BadAccess, access_of
from brownout_simulators.vendors.supabase.realtime.errors import CONNECT, refused
from brownout_simulators.vendors.supabase.realtime.gateway import key_of
from brownout_simulators.vendors.supabase.realtime.socket import RealtimeSocket
from brownout_simulators.vendors.supabase.resources import State


def connect(call: Call, account: Account[State]) -> Reply:
    """GET /realtime/v1/websocket?apikey=…&vsn=…: version 1.0.0 where none is named."""
    key = key_of(call)
    try:
        access_of(key, account)
    except BadAccess as bad:
        return refused(401, "Token has expired" if "expired" in bad.words else bad.words)
    version = 2 if parse_qs(call.query).get("vsn", [""])[0].startswith("2.") else 1
    return Reply(101, session=RealtimeSocket(version, key, account))


ROUTES: Final[tuple[Route[State], ...]] = (
    Route("GET", CONNECT, connect),
    Route("POST", "/realtime/v1/api/broadcast", broadcasting.many),
    Route("POST", "/realtime/v1/api/broadcast/{topic}/events/{event}", broadcasting.one),
)
