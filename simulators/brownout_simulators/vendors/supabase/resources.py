"""What a project holds: a part for each service, each in its own module."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from brownout_simulators.store import Store
from brownout_simulators.vendors.supabase.auth.state import AuthState
from brownout_simulators.vendors.supabase.database.state import DatabaseState
from brownout_simulators.vendors.supabase.realtime.state import RealtimeState
from brownout_simulators.vendors.supabase.storage.state import StorageState


@dataclass(slots=True)
class State:
    """One project's."""

    database: DatabaseState = field(default_factory=DatabaseState)
    auth: AuthState = field(default_factory=AuthState)
    storage: StorageState = field(default_factory=StorageState)
    realtime: RealtimeState = field(default_factory=RealtimeState)
    webhooks: Store[str] = field(default_factory=lambda: Store(100))
    """Receivers of every change, as `listen` registers them, by their URL."""


def stores(state: State) -> Mapping[str, Store[Any]]:
    """What is counted. Rows are not: none is ever forgotten."""
    return {"database webhook": state.webhooks, **state.auth.stores(), **state.storage.stores()}


EFFECTS: Final[Mapping[str, Sequence[str]]] = {
    # A row that came to be, one that changed, one that went: an upsert that is repeated changes a row that is there.
    # `row` is the whole of it, as it is written.
    "supabase.row": ("table", "command", "key", "owner", "row"),
    "supabase.row_updated": ("table", "command", "key", "owner", "row"),
    "supabase.row_deleted": ("table", "command", "key", "owner", "row"),
    # The same of a table that is an outbox: what is to be told of a row, beside the row.
    "supabase.message": ("table", "command", "key", "owner", "row"),
    "supabase.message_updated": ("table", "command", "key", "owner", "row"),
    "supabase.message_deleted": ("table", "command", "key", "owner", "row"),
    "supabase.user": ("email", "phone", "role", "provider"),
    "supabase.session": ("user", "method"),
    "supabase.factor": ("user", "type", "name"),
    "supabase.factor_deleted": ("user", "type", "name"),
    "supabase.email": ("to", "kind", "user"),
    "supabase.sms": ("to", "kind", "user"),
    "supabase.function": ("name", "status"),
    "supabase.object": ("bucket", "name", "size", "mimetype", "owner", "sha256"),
    "supabase.object_updated": ("bucket", "name", "size", "mimetype", "owner", "sha256"),
    "supabase.object_deleted": ("bucket", "name", "size", "mimetype", "owner", "sha256"),
}
