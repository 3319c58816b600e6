"""One channel of one socket: what it joined as, and what is published in the project that it is told of."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from brownout_simulators.vendors.supabase.realtime.access import Access
from brownout_simulators.vendors.supabase.realtime.bindings import Binding
from brownout_simulators.vendors.supabase.realtime.presence import Diff

PREFIX: Final = "realtime:"


@dataclass(slots=True)
class Channel:
    """From a join to its end."""

    number: int
    """Never given twice in a project."""
    topic: str
    """With the prefix, as it travels."""
    join_ref: str | None
    token: str
    access: Access
    is_private: bool
    bindings: Sequence[Binding]
    echoes: bool
    """It is told its own broadcasts, too."""
    acks: bool
    presence_key: str
    told_from_s: float = 0.0
    """Changes are told from this instant on."""
    said: dict[str, Any] | None = None
    """What it says of itself, where it is present."""
    presence_calls: list[float] = field(default_factory=list)
    """When it last said so, of late."""

    @property
    def name(self) -> str:
        """The topic without its prefix."""
        return self.topic.removeprefix(PREFIX)

    @property
    def place(self) -> str:
        """Where its broadcasts are published: private and public channels of one name do not hear each other."""
        return place_of(self.name, is_private=self.is_private)


def place_of(name: str, *, is_private: bool) -> str:
    """The topic under which a project publishes for a channel's name."""
    return f"{'private' if is_private else 'public'} {name}"


class Sent(NamedTuple):
    """A broadcast, published."""

    payload: Any
    """JSON, or a `UserBroadcast`."""
    sender: int = 0
    """The channel's number; 0 where it came over HTTP."""


class Present(NamedTuple):
    """A difference in who is there, published."""

    diff: Diff


class Due(NamedTuple):
    """Something falls due for one channel of one socket."""

    channel: int
    what: str
    """`confirm`: its token is looked at again; `subscribed`: it is told of changes from now on."""
