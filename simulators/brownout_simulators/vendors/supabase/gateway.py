"""The door: the API key tells the project, hence the account. Who the caller is within it, each service asks itself.

On supabase.co the host names the project; here every project is behind one address and its key names it.
"""

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import parse_qs

import orjson

from brownout_simulators.account import Account
from brownout_simulators.call import Call, Reply
from brownout_simulators.vendor import Credential, Refused
from brownout_simulators.vendors.supabase.auth.gateway import keyless as auth_keyless
from brownout_simulators.vendors.supabase.functions.gateway import keyless as functions_keyless
from brownout_simulators.vendors.supabase.keys import Key, read_key
from brownout_simulators.vendors.supabase.realtime.errors import CONNECT
from brownout_simulators.vendors.supabase.realtime.gateway import door
from brownout_simulators.vendors.supabase.replies import BAD_KEY, NO_KEY, of_gateway
from brownout_simulators.vendors.supabase.resources import State
from brownout_simulators.vendors.supabase.storage.gateway import keyless as storage_keyless
from brownout_simulators.vendors.supabase.storage.gateway import takes_a_file

_KEYLESS: Final = (storage_keyless, functions_keyless, auth_keyless)
"""(call) to the project, for the few paths that are open without a key: a signed link names its project itself."""


def authenticate(call: Call) -> Credential:
    """The project of the key. 401 without a key, and with one that is none."""
    if call.path == CONNECT:
        return door(call)
    key = key_of(call)
    if key is not None:
        return Credential(key.project, key.role)
    for keyless in _KEYLESS:
        project = keyless(call)
        if project is not None:
            return Credential(project)
    raise Refused(of_gateway(401, NO_KEY))


def key_of(call: Call) -> Key | None:
    """What the call's `apikey` opens, in its header or its query; None without one. Raises `Refused` for a bad one."""
    text = call.headers.get("apikey", "")
    if not text and "apikey=" in call.query:
        text = parse_qs(call.query).get("apikey", [""])[0]
    if not text:
        return None
    key = read_key(text)
    if key is None:
        raise Refused(of_gateway(401, BAD_KEY))
    return key


def bearer(call: Call) -> str:
    """The token of the Authorization header; empty without one."""
    kind, _, token = call.headers.get("authorization", "").partition(" ")
    return token.strip() if kind.lower() == "bearer" else ""


def never_expires(call: Call) -> bool:
    """Whether the caller is a key of the project's and no user: those last longer than any run."""
    token = bearer(call)
    return not token or read_key(token) is not None


def admit(call: Call, account: Account[State]) -> None:
    """A bearer that is an opaque key must be one of the same project: the gateway turns it into the role's token."""
    token = bearer(call)
    if token.startswith("sb_"):
        key = read_key(token)
        if key is None or key.project != account.name:
            raise Refused(of_gateway(401, BAD_KEY))


def parse(call: Call) -> Mapping[str, Any]:
    """A JSON object as it is; of anything else nothing is read here, for each service has formats of its own."""
    kind = call.headers.get("content-type", "application/json").partition(";")[0].strip().lower()
    if not call.body or not kind.endswith("json") or takes_a_file(call) or call.path.startswith("/functions/"):
        return {}
    body = orjson.loads(call.body)
    return body if isinstance(body, dict) else {"": body}


def decorate(call: Call, account: Account[State] | None, reply: Reply) -> None:
    """The headers that the gateway puts on every answer."""
    headers = reply.headers
    headers["sb-request-id"] = call.request_id
    if account is not None:
        headers["sb-project-ref"] = account.name
    headers.setdefault("access-control-allow-origin", "*")
