"""What is declared of a kind of object: its endpoints, and what they do, follow from it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final


def words(text: str) -> frozenset[str]:
    """Names separated by spaces."""
    return frozenset(text.split())


PLAIN: Final = words("create retrieve update list")


@dataclass(frozen=True, slots=True)
class Verb:
    """An endpoint that takes an object from one status to another: `POST …/{id}/cancel`."""

    name: str
    may: frozenset[str]
    """The statuses that it may start from."""
    to: str
    told: str = ""
    """What the event says, after the dot; none where empty."""
    stamp: str = ""
    """A field that gets the instant."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """A kind of object whose plain endpoints (create, read, update, list, delete, search) follow from this."""

    kind: str
    path: str
    prefix: str
    noun: str
    """As in "No such customer: 'cus_x'"."""
    template: Mapping[str, Any]
    param: str = "id"
    """What `error.param` says when the id in the path names nothing."""
    stored: frozenset[str] = frozenset()
    """Parameters that become the field of the same name, as they are."""
    filters: frozenset[str] = frozenset()
    """Parameters of the list that must equal the field of the same name."""
    searchable: frozenset[str] = frozenset()
    deletable: bool = False
    does: frozenset[str] = PLAIN
    """Which of the plain endpoints there are."""
    required: tuple[str, ...] = ()
    """Parameters without which none is made."""
    names: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """Parameters that name another object, and its kind; an id that names none is refused."""
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    """Parameters that must be one of several words."""
    verbs: tuple[Verb, ...] = ()
    event: str = ""
    """What its events are called, before the last dot, where that is not its kind."""

    @property
    def told_as(self) -> str:
        """What its events are called, before the last dot."""
        return self.event or self.kind
