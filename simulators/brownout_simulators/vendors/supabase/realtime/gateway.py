"""The door of the websocket: the key is in the query, and a refusal is realtime's own."""

from urllib.parse import parse_qs

from brownout_simulators.call import Call
from brownout_simulators.vendor import Credential, Refused
from brownout_simulators.vendors.supabase.keys import read_key
from brownout_simulators.vendors.supabase.realtime.errors import refused
from brownout_simulators.vendors.supabase.tokens import unverified


def door(call: Call) -> Credential:
    """The project of the key. Raises `Refused`."""
    text = key_of(call)
    if not text:
        raise Refused(refused(401, "API key is missing"))
    key = read_key(text)
    if key is not None:
        return Credential(key.project, key.role)
    words = "Failed to validate JWT signature" if unverified(text) else "The token provided is not a valid JWT"
    raise Refused(refused(401, words))


def key_of(call: Call) -> str:
    """With which a socket is opened; "" without one."""
    asked = parse_qs(call.query).get("apikey", [""])[0]
    return call.headers.get("x-api-key") or asked or call.headers.get("apikey", "")
