"""What a project's owner sets for realtime: quotas, what is told of the database, who may be on private channels."""

from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any, Final

from brownout_simulators.vendors.supabase.reading import Fields

ROLES: Final = ("anon", "authenticated")


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivateTopic:
    """A policy on the topics of private channels."""

    topic: str
    """A pattern: `room:*`."""
    read: Sequence[str]
    write: Sequence[str]
    """Roles that may."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RealtimeSetup:
    """A project's settings. Quotas are those of the plan, and none where nothing is said."""

    tables: Sequence[str] | None = None
    """Whose changes are told (the publication `supabase_realtime`); None: of every table."""
    full_identity: Sequence[str] = ()
    """Tables whose old rows are told whole (`replica identity full`), not just their keys."""
    subscribe_delay_s: float = 0.0
    """From the answer to a join until changes are told: what is written in between is never told."""
    private: Sequence[PrivateTopic] = ()
    private_only: bool = False
    messages_per_s: int | None = None
    joins_per_s: int | None = None
    presence_per_s: int | None = None
    channels_per_client: int = 100
    presence_per_client: int | None = None
    """Calls of one client in thirty seconds."""
    payload_kb: int = 3_000
    """A broadcast or a presence that is larger goes nowhere."""

    def may(self, role: str, topic: str, deed: str) -> bool:
        """Whether a role may `read` or `write` on a private channel: nobody may unless a policy lets them."""
        if role == "service_role":
            return True
        return any(role in getattr(each, deed) for each in self.private if fnmatchcase(topic, each.topic))

    def tells(self, table: str) -> bool:
        """Whether changes of a table are told."""
        return self.tables is None or table in self.tables


DEFAULT: Final = RealtimeSetup()


def read(given: Any, place: str) -> RealtimeSetup:
    """JSON to the setup. Raises `ValueError`, whose text begins with the place."""
    fields = Fields(given, place)
    found = RealtimeSetup(
        tables=fields.texts("tables"),
        full_identity=fields.texts("full_identity") or (),
        subscribe_delay_s=fields.number("subscribe_delay_s", 0.0, 0, 600),
        private=[_private(each, where) for each, where in fields.items("private")],
        private_only=fields.flag("private_only", False),
        messages_per_s=_quota(fields, "messages_per_s"),
        joins_per_s=_quota(fields, "joins_per_s"),
        channels_per_client=fields.whole("channels_per_client", DEFAULT.channels_per_client, 0, 10_000),
        presence_per_s=_quota(fields, "presence_per_s"),
        presence_per_client=_quota(fields, "presence_per_client"),
        payload_kb=fields.whole("payload_kb", DEFAULT.payload_kb, 1, 10_000),
    )
    fields.done()
    return found


def _quota(fields: Fields, name: str) -> int | None:
    return None if fields.raw(name) is None else fields.whole(name, 0, 0, 1_000_000)


def _private(given: Any, place: str) -> PrivateTopic:
    fields = Fields(given, place)
    found = PrivateTopic(
        topic=fields.text("topic", "*"), read=_roles(fields, "read", place), write=_roles(fields, "write", place)
    )
    fields.done()
    return found


def _roles(fields: Fields, name: str, place: str) -> Sequence[str]:
    roles = fields.texts(name) or []
    for role in roles:
        if role not in ROLES:
            raise ValueError(f"{place}.{name}: {', '.join(ROLES)}, got {role[:40]!r}")
    return roles
