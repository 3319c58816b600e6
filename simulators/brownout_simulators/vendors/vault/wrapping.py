"""Response wrapping: an answer is put away, and its token handed out in its place; whoever unwraps it gets it once."""

from typing import Any, Final

import orjson

from brownout_simulators.account import Account
from brownout_simulators.call import Call, Effect, Reply, trimmed
from brownout_simulators.vendors.vault.access import live, token_of, token_text
from brownout_simulators.vendors.vault.durations import instant, seconds_of
from brownout_simulators.vendors.vault.errors import refuse, under_v1
from brownout_simulators.vendors.vault.names import new_token
from brownout_simulators.vendors.vault.replies import JSON, secret
from brownout_simulators.vendors.vault.resources import State, Wrapped

TTL_HEADER: Final = "x-vault-wrap-ttl"


def wrapped(call: Call, account: Account[State], reply: Reply) -> Reply:
    """The answer, put away. One that is an error, or has no body, goes out as it is."""
    ttl_s = _ttl_s(call)
    if ttl_s <= 0 or reply.status != 200 or not reply.body:
        return reply
    envelope = orjson.loads(reply.body)
    auth = envelope.get("auth")
    accessor = str(auth.get("accessor", "")) if isinstance(auth, dict) else ""
    kept = Wrapped(
        trimmed(reply.body), reply.status, account.ids.base62(24), under_v1(call), ttl_s, account.clock(), accessor
    )
    return _handed_out(account, kept, reply)


def _handed_out(account: Account[State], kept: Wrapped, reply: Reply) -> Reply:
    token = new_token(account)
    account.state.wrapped.add(token, kept, kept.made_s)
    body = {
        "request_id": "",
        "lease_id": "",
        "renewable": False,
        "lease_duration": 0,
        "data": None,
        "wrap_info": {
            "token": token,
            "accessor": kept.accessor,
            "ttl": int(kept.ttl_s),
            "creation_time": instant(account.epoch_s + kept.made_s),
            "creation_path": kept.path,
            **({"wrapped_accessor": kept.wrapped_accessor} if kept.wrapped_accessor else {}),
        },
        "warnings": None,
        "auth": None,
        "mount_type": "",
    }
    effect = Effect("vault.wrapped", kept.accessor, fields={"path": kept.path, "ttl_s": int(kept.ttl_s)})
    return Reply(200, orjson.dumps(body), {"Content-Type": JSON}, effects=(*reply.effects, effect))


def _ttl_s(call: Call) -> float:
    text = call.headers.get(TTL_HEADER, "")
    try:
        return seconds_of(text, "wrap_ttl")
    except ValueError:
        raise refuse("invalid", f"error parsing wrap TTL header: {text[:60]}") from None


def _asked(call: Call, account: Account[State]) -> tuple[str, Wrapped]:
    """The wrapping token: the caller's own, or one that the body names. Raises 400 where it is none (any more)."""
    named = call.data.get("token")
    text: Any = named or token_text(call)
    if named and call.path == "/v1/sys/wrapping/unwrap" and live(account, token_text(call)) is None:
        is_itself = token_text(call) in ("", named)
        if not is_itself and account.state.wrapped.get(token_text(call)) is None:
            token_of(call, account)
    found = account.state.wrapped.get(text) if isinstance(text, str) else None
    if found is None or found.made_s + found.ttl_s <= account.clock():
        raise refuse("wrapping_token")
    return str(text), found


def unwrap(call: Call, account: Account[State]) -> Reply:
    """POST sys/wrapping/unwrap: the answer, once."""
    token, kept = _asked(call, account)
    account.state.wrapped.remove(token)
    effect = Effect("vault.unwrapped", kept.accessor, fields={"path": kept.path})
    return Reply(kept.status, kept.body, {"Content-Type": JSON}, effects=(effect,))


def look_up(call: Call, account: Account[State]) -> Reply:
    """POST sys/wrapping/lookup: what it is, and it stays."""
    _, kept = _asked(call, account)
    data = {
        "creation_path": kept.path,
        "creation_time": instant(account.epoch_s + kept.made_s),
        "creation_ttl": int(kept.ttl_s),
    }
    return secret(call, data, mount_type="system")


def rewrap(call: Call, account: Account[State]) -> Reply:
    """POST sys/wrapping/rewrap: a new token for the same answer; the old one is none any more."""
    token, kept = _asked(call, account)
    account.state.wrapped.remove(token)
    again = Wrapped(
        kept.body,
        kept.status,
        account.ids.base62(24),
        kept.path,
        kept.ttl_s,
        account.clock(),
        kept.wrapped_accessor,
    )
    return _handed_out(account, again, Reply(200))


def wrap(call: Call, account: Account[State]) -> Reply:
    """POST sys/wrapping/wrap: whatever is sent, wrapped. Nothing without the header."""
    del account
    if _ttl_s(call) <= 0:
        raise refuse("wrapping_needed")
    return secret(call, dict(call.data), mount_type="system")
