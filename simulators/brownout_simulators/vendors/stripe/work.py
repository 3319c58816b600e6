"""One call's work in progress: what was given, what happens, whom it will be told.

An action reads its parameters through `read`, changes the account's objects, and collects effects and notices here;
`reply` ends it. A deferred step (no call behind it) works the same way and ends with `aftermath`.
"""

from collections.abc import Mapping
from typing import Any, Final

import orjson

from brownout_simulators.account import Aftermath
from brownout_simulators.call import Call, Effect, Notice, Reply, trimmed
from brownout_simulators.vendors.stripe import errors
from brownout_simulators.vendors.stripe.expand import expanded
from brownout_simulators.vendors.stripe.parameters import Kind, Parameters
from brownout_simulators.vendors.stripe.state import Object, State, StripeAccount
from brownout_simulators.vendors.stripe.versions import API_VERSION

TEXT, INTEGER, BOOLEAN, HASH, ARRAY = Kind.TEXT, Kind.INTEGER, Kind.BOOLEAN, Kind.HASH, Kind.ARRAY

MAX_METADATA_KEYS: Final = 50
MAX_METADATA_KEY: Final = 40
MAX_METADATA_VALUE: Final = 500

_AUTOMATIC: Final[Mapping[str, None]] = {"id": None, "idempotency_key": None}


class Work:
    """What one call, or one deferred step, does to an account."""

    __slots__ = ("_printed", "account", "at_s", "call", "effects", "notices", "now", "request", "state")

    def __init__(self, call: Call | None, account: StripeAccount) -> None:
        self.call = call if call is not None else _NO_CALL
        self.account = account
        self.state: State = account.state
        self.at_s = at_s = account.clock()
        """The one instant of all this work, on the simulator's clock."""
        self.now = int(account.epoch_s + at_s)
        """Seconds since 1970: what Stripe prints."""
        self.effects: list[Effect] = []
        self.notices: list[Notice] = []
        self._printed: tuple[Object, bytes] | None = None
        """What the latest event was about, as it was printed."""
        self.request: Mapping[str, str | None] = (
            _AUTOMATIC if call is None else {"id": errors.request_id(call), "idempotency_key": call.idempotency_key}
        )

    def id(self, prefix: str, length: int = 24) -> str:
        """A new id: `prefix` and `length` characters of base62."""
        return prefix + self.account.ids.base62(length)

    def keep(self, made: Object) -> Object:
        """Put a new object into its collection."""
        self.state.of[made["object"]].keep(made, self.at_s)
        return made

    def before_change(self, kept: Object) -> None:
        """To be called before an object changes that an earlier call kept: some readers are behind."""
        self.state.of[kept["object"]].before_change(kept, self.at_s)

    def seen(self, row: Object) -> Object | None:
        """A row as this call reads it: older, or not there yet, where a lag has struck it."""
        account = self.account
        if account.as_of_s is None:
            return row
        version = self.state.of[row["object"]].as_of(row, account.as_of_s)
        if account.hides_new_only and version is not None:
            version = row
        if version is not row:
            account.was_stale = True
        return version

    def change(self, kept: Object, changes: Mapping[str, Any]) -> dict[str, Any]:
        """Change fields of a kept object; returns the old values of those that differ, as events print them."""
        self.before_change(kept)
        previous = {name: kept.get(name) for name, value in changes.items() if kept.get(name) != value}
        kept.update(changes)
        return previous

    def emit(self, type: str, about: Object, previous: Mapping[str, Any] | None = None) -> None:  # noqa: A002
        """Record an event about an object as it is now, and tell the endpoints that listen."""
        state = self.state
        listeners = state.listeners
        # The object is printed at once: an event never changes, its object does. Bytes, texts and numbers are all
        # that is kept of the event, which costs the garbage collector nothing.
        printed = trimmed(orjson.dumps(about))
        event = {
            "id": "evt_" + self.account.ids.base62(24),
            "created": self.now,
            "type": type,
            "about": printed,
            "previous": None if previous is None else trimmed(orjson.dumps(previous)),
            "pending_webhooks": sum(hears(endpoint, type) for endpoint in listeners) if listeners else 0,
            "request_id": self.request["id"],
            "idempotency_key": self.request["idempotency_key"],
        }
        state.events.keep(event, self.at_s)
        if listeners:
            self.notices.append(Notice(type, orjson.loads(printed_event(event))))
        self._printed = (about, printed)

    def effect(self, kind: str, moved: Object, metadata: Mapping[str, str]) -> None:
        """Record that money moved, by a charge or a refund, under the caller's own ids."""
        references = {"metadata." + name: value for name, value in metadata.items()}
        self.effects.append(Effect(kind, moved["id"], moved["amount"], moved["currency"], references, moved))

    def reply(self, body: Object, status: int = 200) -> Reply:
        """The answer: an object or a list, with what the caller asked to see expanded."""
        paths = self.call.data.get("expand")
        if paths:
            body = expanded(self.call, self.account, body, paths)
        return Reply(status, orjson.dumps(body), {"Content-Type": errors.JSON}, self.effects, self.notices)

    def reply_as_told(self, body: Object) -> Reply:
        """The same with an object that has not changed since the last event, where that was about it: printed once,
        and kept once, for the event and for whoever repeats the call."""
        printed = self._printed
        if printed is None or printed[0] is not body or "expand" in self.call.data:
            return self.reply(body)
        headers = {"Content-Type": errors.JSON}
        return Reply(200, printed[1], headers, self.effects, self.notices, body_is_trimmed=True)

    def refuse(self, reply: Reply) -> Reply:
        """A refusal that comes after things have happened: its events are told all the same."""
        reply.effects = self.effects
        reply.notices = self.notices
        return reply

    def aftermath(self) -> Aftermath:
        """The end of a deferred step."""
        return Aftermath(self.effects, self.notices)

    def find(self, kind: str, id: str, param: str, noun: str | None = None, *, in_path: bool = False) -> Object:  # noqa: A002
        """The object of that id; refuses with `resource_missing` where there is none."""
        found = self.state.of[kind].get(id)
        if found is None:
            raise errors.no_such(self.call, noun or kind, id, param, in_path=in_path)
        return found

    def read(self, allowed: Parameters) -> dict[str, Any]:
        """The call's parameters as what they stand for; refuses what the endpoint does not take, or cannot read.

        An empty text means "unset this" and reads as None.
        """
        given: dict[str, Any] = {}
        call = self.call
        for name, value in call.data.items():
            kind = allowed.get(name)
            if kind is TEXT:
                if type(value) is not str:
                    raise errors.invalid(call, name, f"Invalid string: {value}")
                given[name] = value or None
            elif kind is INTEGER:
                given[name] = integer(call, name, value)
            elif kind is BOOLEAN:
                given[name] = boolean(call, name, value)
            elif kind is None:
                raise errors.unknown(call, name)
            elif name == "metadata":
                given[name] = value and metadata_of(call, value)
            else:
                given[name] = _nested(call, name, kind, value)
        return given


_NO_CALL: Final = Call("", "", "", {}, b"", 0.0)


def printed_event(kept: Object) -> bytes:
    """An event as Stripe prints it, from what `Work.emit` keeps of it."""
    data = {"object": orjson.Fragment(kept["about"])}
    if kept["previous"] is not None:
        data["previous_attributes"] = orjson.Fragment(kept["previous"])
    event = {
        "id": kept["id"],
        "object": "event",
        "api_version": API_VERSION,
        "created": kept["created"],
        "data": data,
        "livemode": False,
        "pending_webhooks": kept["pending_webhooks"],
        "request": {"id": kept["request_id"], "idempotency_key": kept["idempotency_key"]},
        "type": kept["type"],
    }
    return orjson.dumps(event)


def hears(endpoint: Object, type: str) -> bool:  # noqa: A002
    """Whether a webhook endpoint asked for events of this type."""
    wanted = endpoint["enabled_events"]
    return "*" in wanted or type in wanted


def integer(call: Call, name: str, value: object) -> int | None:
    """A text of decimal digits, perhaps signed, as a number; empty is None."""
    if type(value) is str:
        if value.isdecimal() and value.isascii() and len(value) < 19:
            return int(value)
        if not value:
            return None
        if value[0] in "-+" and value[1:].isdecimal() and value.isascii() and len(value) < 19:
            return int(value)
    raise errors.bad_integer(call, name, value)


def boolean(call: Call, name: str, value: object) -> bool | None:
    """`true` or `false`; empty is None."""
    if value == "true":
        return True
    if value == "false":
        return False
    if value == "":
        return None
    raise errors.invalid(call, name, f"Invalid boolean: {value}")


def metadata_of(call: Call, value: object) -> Mapping[str, str]:
    """Metadata within its limits: 50 keys of 40 characters, values of 500. An empty value unsets its key."""
    if type(value) is not dict:
        raise errors.invalid(call, "metadata", "Invalid hash")
    if len(value) > MAX_METADATA_KEYS:
        raise errors.invalid(call, "metadata", f"You can only specify up to {MAX_METADATA_KEYS} metadata keys.")
    for key, text in value.items():
        if type(text) is not str:
            raise errors.invalid(call, f"metadata[{key}]", "Metadata values must be strings.")
        if len(key) > MAX_METADATA_KEY:
            message = f"Invalid metadata key: keys must be under {MAX_METADATA_KEY} characters"
            raise errors.invalid(call, f"metadata[{key}]", message)
        if len(text) > MAX_METADATA_VALUE:
            message = f"Metadata values can have up to {MAX_METADATA_VALUE} characters, but you passed in {len(text)}."
            raise errors.invalid(call, f"metadata[{key}]", message)
    return value


def merged(old: Mapping[str, str], new: Mapping[str, str] | str | None) -> Mapping[str, str]:
    """Metadata after an update: keys merge, an empty value removes its key, empty metadata removes all."""
    if not new or isinstance(new, str):
        return {}
    return {key: value for key, value in {**old, **new}.items() if value}


def required(call: Call, given: Mapping[str, Any], name: str) -> Any:
    """A parameter that must be there and not empty."""
    value = given.get(name)
    if value is None:
        raise errors.empty(call, name) if name in given else errors.missing(call, name)
    return value


def _nested(call: Call, name: str, kind: Kind, value: object) -> Any:
    if value == "":
        return None
    if kind is ARRAY and type(value) is not list:
        raise errors.invalid(call, name, "Invalid array")
    if kind is HASH and type(value) is not dict:
        raise errors.invalid(call, name, "Invalid hash")
    return value
