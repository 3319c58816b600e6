"""A realtime socket: its channels, what its client says, what it is told (supabase/realtime channels/)."""

from collections.abc import Iterable, Iterator
from typing import Any, Final

import orjson

from brownout_simulators.account import Account
from brownout_simulators.session import Close, Message, Said, Session
from brownout_simulators.vendors.supabase import changes
from brownout_simulators.vendors.supabase.realtime import frames, telling
from brownout_simulators.vendors.supabase.realtime.access import CONFIRM_S, BadAccess, access_of
from brownout_simulators.vendors.supabase.realtime.channel import PREFIX, Channel, Due, Present, Sent
from brownout_simulators.vendors.supabase.realtime.frames import BadFrame, Frame, UserBroadcast
from brownout_simulators.vendors.supabase.realtime.joining import JoinRefused, join, wants_presence
from brownout_simulators.vendors.supabase.realtime.setup import RealtimeSetup
from brownout_simulators.vendors.supabase.resources import State
from brownout_simulators.vendors.supabase.setup import setup_of

HEARTBEAT: Final = "phoenix"
PRESENCE_WINDOW_S: Final = 30.0
CRASHED: Final = Close(1011, "")


class RealtimeSocket(Session):
    """One client's, with all its channels."""

    def __init__(self, version: int, key: str, account: Account[State]) -> None:
        self._version = version
        self._key = key
        """With which it connected: good for channels that bring no token of their own."""
        self._own = f"socket {account.state.realtime.number()}"
        self._channels: dict[str, Channel] = {}
        self.topics = {self._own}

    # -- what the client says -------------------------------------------------------------------------------------

    def received(self, message: Message, account: Account[State]) -> Iterable[Said]:
        """One frame of the client's."""
        try:
            frame = frames.read(message, self._version)
        except BadFrame:
            return [CRASHED]
        if frame.topic == HEARTBEAT:
            return [frames.reply(self._version, frame, "ok", {})]
        if frame.event == "phx_join" and frame.topic.startswith(PREFIX):
            return self._join(frame, account)
        channel = self._channels.get(frame.topic)
        return [self._refusal(frame, "unmatched topic")] if channel is None else self._hear(channel, frame, account)

    def _hear(self, channel: Channel, frame: Frame, account: Account[State]) -> Iterable[Said]:
        """Something said to a channel that was joined. What it does not know, the service notes in its log."""
        hearing = {
            "phx_leave": self._leave,
            "broadcast": self._broadcast,
            "presence": self._presence,
            "access_token": self._access_token,
        }.get(frame.event)
        return () if hearing is None else hearing(channel, frame, account)

    def _join(self, frame: Frame, account: Account[State]) -> Iterator[Said]:
        setup = setup_of(account).realtime
        before = self._channels.get(frame.topic)
        if before is not None:  # the newer one takes its place
            yield from self._close(before, account)
        try:
            channel, shown, wrong = join(frame, self._key, account, setup, len(self._channels))
        except JoinRefused as refused:
            yield self._refusal(frame, refused.reason)
            if refused.disconnects:
                yield CRASHED
            return
        self._channels[frame.topic] = channel
        self._listen()
        yield frames.reply(self._version, frame, "ok", {"postgres_changes": shown})
        if wants_presence(frame):
            yield self._push(channel, "presence_state", account.state.realtime.presences_of(channel.place).shown())
            account.state.realtime.forget(channel.place)
        for words in wrong:
            yield self._system(channel, "postgres_changes", "error", words)
        if channel.bindings:
            channel.told_from_s = account.clock() + setup.subscribe_delay_s
            if setup.subscribe_delay_s:
                self._later(account, setup.subscribe_delay_s, Due(channel.number, "subscribed"))
            else:
                yield from self._subscribed(channel, account)
        self._confirm_later(channel, account)

    def _leave(self, channel: Channel, frame: Frame, account: Account[State]) -> Iterator[Said]:
        yield frames.reply(self._version, frame, "ok", {})
        yield from self._close(channel, account)

    def _broadcast(self, channel: Channel, frame: Frame, account: Account[State]) -> Iterator[Said]:
        setup = setup_of(account).realtime
        if not account.state.realtime.messages.passes(account.clock(), setup.messages_per_s):
            yield from self._shut(channel, "Too many messages per second", account)
            return
        if channel.is_private and not setup.may(channel.access.who.role, channel.name, "write"):
            return  # as the service does: nothing is sent, and nothing said
        fits = _size_of(frame.payload) <= setup.payload_kb * 1_000
        if fits:
            account.publish(channel.place, Sent(frame.payload, channel.number))
        if channel.acks:
            yield frames.reply(self._version, frame, "ok" if fits else "error", {} if fits else _TOO_LARGE)

    def _presence(self, channel: Channel, frame: Frame, account: Account[State]) -> Iterator[Said]:
        setup = setup_of(account).realtime
        said = frame.payload if isinstance(frame.payload, dict) else {}
        if not self._may_say(channel, account, setup):
            yield from self._shut(channel, "Client presence rate limit exceeded", account)
            return
        event, payload = str(said.get("event", "")).lower(), said.get("payload", {})
        if event == "untrack":
            self._untrack(channel, account)
        elif event != "track" or (channel.is_private and not setup.may(channel.access.who.role, channel.name, "write")):
            yield frames.reply(self._version, frame, "error", {})
            return
        elif not isinstance(payload, dict):
            yield self._refusal(frame, "Presence track payload must be a map")
            return
        elif _size_of(payload) > setup.payload_kb * 1_000:
            yield from self._shut(channel, "Track message size exceeded", account)
            return
        elif payload != channel.said and not account.state.realtime.presence.passes(
            account.clock(), setup.presence_per_s
        ):
            yield from self._shut(channel, "Too many presence messages per second", account)
            return
        elif payload != channel.said:
            channel.said = payload
            presences = account.state.realtime.presences_of(channel.place)
            diff = presences.track(channel.presence_key, channel.number, payload, account.ids)
            account.publish(channel.place, Present(diff))
        yield frames.reply(self._version, frame, "ok", {})

    def _access_token(self, channel: Channel, frame: Frame, account: Account[State]) -> Iterator[Said]:
        token = frame.payload.get("access_token") if isinstance(frame.payload, dict) else None
        if not isinstance(token, str) or token == channel.token or token.startswith("sb_"):
            return
        try:
            channel.access = access_of(token, account)
        except BadAccess as bad:
            yield from self._shut(channel, bad.words, account)
            return
        channel.token = token
        setup = setup_of(account).realtime
        if channel.is_private and not setup.may(channel.access.who.role, channel.name, "read"):
            words = f"You do not have permissions to read from this Channel topic: {channel.name}"
            yield from self._shut(channel, words, account)
            return
        if channel.bindings and not setup.subscribe_delay_s:
            yield from self._subscribed(channel, account)
        self._confirm_later(channel, account)

    # -- what is published ----------------------------------------------------------------------------------------

    def published(self, topic: str, message: Any, account: Account[State]) -> Iterator[Said]:
        """What somebody else did, and what falls due."""
        if isinstance(message, Due):
            yield from self._due(message, account)
            return
        for channel in list(self._channels.values()):
            if topic == changes.TOPIC:
                data = telling.told(message, channel, account)
                if data is not None:
                    yield self._push(channel, "postgres_changes", data)
            elif topic == channel.place:
                if isinstance(message, Present):
                    yield self._push(channel, "presence_diff", message.diff.shown())
                elif isinstance(message, Sent) and (message.sender != channel.number or channel.echoes):
                    said = frames.broadcast(self._version, channel.topic, message.payload)
                    if said:
                        yield said

    def closed(self, account: Account[State]) -> None:
        """Whoever was there is not there any more."""
        for channel in list(self._channels.values()):
            self._untrack(channel, account)

    def _due(self, due: Due, account: Account[State]) -> Iterator[Said]:
        channel = next((each for each in self._channels.values() if each.number == due.channel), None)
        if channel is None:
            return
        if due.what == "subscribed":
            yield from self._subscribed(channel, account)
            return
        try:
            channel.access = access_of(channel.token, account)
        except BadAccess as bad:
            yield from self._shut(channel, bad.words, account)
        else:
            self._confirm_later(channel, account)

    # -- what it does ---------------------------------------------------------------------------------------------

    def _subscribed(self, channel: Channel, account: Account[State]) -> Iterator[Said]:
        wrong = telling.objection(channel, account)
        if wrong:
            yield self._system(channel, "postgres_changes", "error", wrong)
        else:
            yield self._system(channel, "postgres_changes", "ok", "Subscribed to PostgreSQL")

    def _confirm_later(self, channel: Channel, account: Account[State]) -> None:
        """Look at the token again, when it expires or after five minutes."""
        left_s = channel.access.expires_s - account.wall_s()
        self._later(account, min(CONFIRM_S, left_s), Due(channel.number, "confirm"))

    def _later(self, account: Account[State], delay_s: float, due: Due) -> None:
        account.later(delay_s, lambda: account.publish(self._own, due))

    def _shut(self, channel: Channel, words: str, account: Account[State]) -> Iterator[Said]:
        """The service ends a channel, and says why."""
        yield self._system(channel, "system", "error", words)
        yield from self._close(channel, account)

    def _close(self, channel: Channel, account: Account[State]) -> Iterator[Said]:
        self._untrack(channel, account)
        self._channels.pop(channel.topic, None)
        self._listen()
        ref = channel.join_ref
        yield frames.text(self._version, channel.topic, "phx_close", {}, ref=ref, join_ref=ref)

    def _untrack(self, channel: Channel, account: Account[State]) -> None:
        if channel.said is None:
            return
        channel.said = None
        realtime = account.state.realtime
        diff = realtime.presences_of(channel.place).untrack(channel.presence_key, channel.number)
        realtime.forget(channel.place)
        if diff is not None:
            account.publish(channel.place, Present(diff))

    def _may_say(self, channel: Channel, account: Account[State], setup: RealtimeSetup) -> bool:
        if setup.presence_per_client is None:
            return True
        now_s = account.clock()
        channel.presence_calls = [at_s for at_s in channel.presence_calls if now_s - at_s < PRESENCE_WINDOW_S]
        channel.presence_calls.append(now_s)
        return len(channel.presence_calls) <= setup.presence_per_client

    def _listen(self) -> None:
        hears = {changes.TOPIC} if any(channel.bindings for channel in self._channels.values()) else set()
        self.topics = {self._own, *hears, *(channel.place for channel in self._channels.values())}

    def _push(self, channel: Channel, event: str, payload: Any) -> str:
        return frames.text(self._version, channel.topic, event, payload, join_ref=channel.join_ref)

    def _system(self, channel: Channel, extension: str, status: str, words: str) -> str:
        payload = {"message": words, "status": status, "extension": extension, "channel": channel.name}
        return self._push(channel, "system", payload)

    def _refusal(self, frame: Frame, reason: str) -> str:
        return frames.reply(self._version, frame, "error", {"reason": reason})


_TOO_LARGE: Final = {"reason": "payload_size_exceeded"}


def _size_of(payload: Any) -> int:
    return len(payload.payload) if isinstance(payload, UserBroadcast) else len(orjson.dumps(payload))
