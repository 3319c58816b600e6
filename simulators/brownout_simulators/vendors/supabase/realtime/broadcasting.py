"""Broadcasts over HTTP: many at once, or one whose body is the payload."""

from typing import Any

from brownout_simulators.account import Account
from brownout_simulators.call import Call, Reply
from brownout_simulators.vendors.supabase.gateway import bearer, key_of
from brownout_simulators.vendors.supabase.identity import Identity
from brownout_simulators.vendors.supabase.realtime.access import BadAccess, access_of
from brownout_simulators.vendors.supabase.realtime.channel import Sent, place_of
from brownout_simulators.vendors.supabase.realtime.errors import told
from brownout_simulators.vendors.supabase.realtime.frames import JSON, RAW, UserBroadcast
from brownout_simulators.vendors.supabase.realtime.setup import RealtimeSetup
from brownout_simulators.vendors.supabase.resources import State
from brownout_simulators.vendors.supabase.setup import setup_of


def many(call: Call, account: Account[State]) -> Reply:
    """POST /realtime/v1/api/broadcast: 202, whether or not anybody listens; 422 where one cannot be."""
    setup = setup_of(account).realtime
    who = _who(call, account)
    if isinstance(who, Reply):
        return who
    messages = call.data.get("messages")
    if not isinstance(messages, list) or not messages:
        return told(422, {"errors": {"messages": ["can't be blank"]}})
    wrong = [_objections(each, setup) for each in messages]
    if any(wrong):
        return told(422, {"errors": {"messages": wrong}})
    for each in messages:
        if not account.state.realtime.messages.passes(account.clock(), setup.messages_per_s):
            return told(429, {"message": "You have exceeded your rate limit"})
        is_private = each.get("private") is True
        if is_private and not setup.may(who.role, each["topic"], "write"):
            continue  # as the service does: the others go out, and nothing is said of this one
        payload = {"type": "broadcast", "event": each["event"], "payload": each["payload"]}
        account.publish(place_of(each["topic"], is_private=is_private), Sent(payload))
    return Reply(202)


def one(call: Call, account: Account[State]) -> Reply:
    """POST /realtime/v1/api/broadcast/{topic}/events/{event}: the body is the payload, JSON or bytes."""
    setup = setup_of(account).realtime
    who = _who(call, account)
    if isinstance(who, Reply):
        return who
    topic, event = call.params["topic"], call.params["event"]
    is_private = "private=true" in call.query
    if is_private and not setup.may(who.role, topic, "write"):
        return told(403, {"message": "You do not have permissions to write to this Channel topic"})
    if not account.state.realtime.messages.passes(account.clock(), setup.messages_per_s):
        return told(429, {"message": "You have exceeded your rate limit"})
    if len(call.body) > setup.payload_kb * 1_000:
        return told(413, {"message": "Payload size exceeds tenant limit"})
    kind = call.headers.get("content-type", "").partition(";")[0].strip().lower()
    encoding = RAW if kind == "application/octet-stream" else JSON
    account.publish(place_of(topic, is_private=is_private), Sent(UserBroadcast(event, encoding, call.body)))
    return Reply(202)


def _who(call: Call, account: Account[State]) -> Identity | Reply:
    token = bearer(call)
    if not token:
        key = key_of(call)
        return Identity(key.role if key is not None else "anon")
    try:
        return access_of(token, account).who
    except BadAccess as bad:
        return told(401, {"message": bad.words})


def _objections(message: Any, setup: RealtimeSetup) -> dict[str, list[str]]:
    if not isinstance(message, dict):
        return {"topic": ["can't be blank"]}
    found: dict[str, list[str]] = {}
    for name in ("topic", "event"):
        value = message.get(name)
        if not isinstance(value, str) or not value:
            found[name] = ["can't be blank" if value in (None, "") else "is invalid"]
    payload = message.get("payload")
    if not isinstance(payload, dict):
        found["payload"] = ["can't be blank" if payload is None else "is invalid"]
    elif len(str(payload)) > setup.payload_kb * 1_000:
        found["payload"] = ["Payload size exceeds tenant limit"]
    return found
