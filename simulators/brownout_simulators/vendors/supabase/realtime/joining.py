"""A join: who may, as what, and why not (supabase/realtime channels/realtime_channel.ex)."""

from collections.abc import Mapping
from typing import Any, Final

from brownout_simulators.account import Account
from brownout_simulators.vendors.supabase.realtime.access import BadAccess, access_of
from brownout_simulators.vendors.supabase.realtime.bindings import Binding, binding_of, id_of
from brownout_simulators.vendors.supabase.realtime.channel import PREFIX, Channel
from brownout_simulators.vendors.supabase.realtime.frames import Frame
from brownout_simulators.vendors.supabase.realtime.setup import RealtimeSetup
from brownout_simulators.vendors.supabase.realtime.state import new_key
from brownout_simulators.vendors.supabase.resources import State

REFUSALS: Final[Mapping[str, str]] = {
    "ChannelRateLimitReached": "Too many channels",
    "ClientJoinRateLimitReached": "Too many joins per second",
    "ConnectionRateLimitReached": "Too many connected users",
    "DatabaseConnectionRateLimitReached": "Too many database connections attempts per second",
    "DatabaseLackOfConnections": "Database can't accept more connections, Realtime won't connect",
    "IncreaseConnectionPool": "Please increase your connection pool size",
    "InitializingProjectConnection": "Realtime is initializing the project connection",
    "PrivateOnly": "This project only allows private channels",
    "RealtimeDisabledForTenant": "Realtime disabled for this tenant",
    "RealtimeRestarting": "Realtime is restarting, please standby",
    "TimeoutOnRpcCall": "Node request timeout",
    "TopicNameRequired": "You must provide a topic name",
    "UnableToConnectToProject": "Realtime was unable to connect to the project database",
}
ALWAYS: Final = "refused-"
ONCE: Final = "refused-once-"


class JoinRefused(Exception):
    """Why a channel was not joined."""

    def __init__(self, code: str, words: str = "", *, disconnects: bool = False) -> None:
        self.reason = f"{code}: {words or REFUSALS[code]}"
        self.disconnects = disconnects
        super().__init__(self.reason)


def join(
    frame: Frame, key: str, account: Account[State], setup: RealtimeSetup, joined: int
) -> tuple[Channel, list[dict[str, Any]], list[str]]:
    """The channel, the subscriptions as the reply lists them, and what is wrong with some. Raises `JoinRefused`."""
    params = frame.payload if isinstance(frame.payload, dict) else {}
    config = _mapping(params, "config")
    name = frame.topic.removeprefix(PREFIX)
    if not name:
        raise JoinRefused("TopicNameRequired")
    _check_magic(name, account.state)
    is_private = config.get("private") in (True, "true")
    if setup.private_only and not is_private:
        raise JoinRefused("PrivateOnly")
    if not account.state.realtime.joins.passes(account.clock(), setup.joins_per_s):
        raise JoinRefused("ClientJoinRateLimitReached", disconnects=True)
    if joined >= setup.channels_per_client:
        raise JoinRefused("ChannelRateLimitReached")
    token = token_of(params, key)
    try:
        access = access_of(token, account)
    except BadAccess as bad:
        raise JoinRefused(bad.code, bad.words) from None
    if is_private and not setup.may(access.who.role, name, "read"):
        raise JoinRefused("Unauthorized", f"You do not have permissions to read from this Channel topic: {name}")
    broadcast, presence = _mapping(config, "broadcast"), _mapping(config, "presence")
    shown, bindings, wrong = _subscriptions(config.get("postgres_changes"))
    channel = Channel(
        number=account.state.realtime.number(),
        topic=frame.topic,
        join_ref=frame.join_ref or frame.ref,
        token=token,
        access=access,
        is_private=is_private,
        bindings=bindings,
        echoes=broadcast.get("self") in (True, "true"),
        acks=broadcast.get("ack") in (True, "true"),
        presence_key=str(presence.get("key") or new_key(account.ids)),
    )
    return channel, shown, wrong


def wants_presence(frame: Frame) -> bool:
    """Whether a join asks to be told who is there."""
    params = frame.payload if isinstance(frame.payload, dict) else {}
    return _mapping(_mapping(params, "config"), "presence").get("enabled", True) in (True, "true")


def token_of(params: Mapping[str, Any], key: str) -> str:
    """The join's own token; the socket's where it has none, or an opaque key."""
    for name in ("access_token", "user_token"):
        token = params.get(name)
        if isinstance(token, str) and token:
            return key if token.startswith("sb_") else token
    return key


def _check_magic(name: str, state: State) -> None:
    """Topics that refuse whoever joins: documented test inputs."""
    code = name.removeprefix(ONCE)
    if code != name:
        if code in REFUSALS and state.realtime.refuses(name):
            raise JoinRefused(code, disconnects=code == "ClientJoinRateLimitReached")
    elif name.startswith(ALWAYS) and name.removeprefix(ALWAYS) in REFUSALS:
        raise JoinRefused(name.removeprefix(ALWAYS), disconnects=name.endswith("ClientJoinRateLimitReached"))


def _subscriptions(asked: Any) -> tuple[list[dict[str, Any]], list[Binding], list[str]]:
    shown, bindings, wrong = [], [], []
    for params in asked if isinstance(asked, list) else ():
        if not isinstance(params, dict):
            continue
        shown.append({**params, "id": id_of(params)})
        found = binding_of(params)
        if isinstance(found, str):
            wrong.append(found)
        else:
            bindings.append(found)
    return shown, bindings, wrong


def _mapping(of: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = of.get(name)
    return value if isinstance(value, dict) else {}
