"""Things with versions, of which a tenant keeps collections: customers, quotes, reservations, stock."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from brownout_simulators.account import Account
from brownout_simulators.call import Call, Notice
from brownout_simulators.store import Store
from brownout_simulators.vendors.sales.changes import ChangeLog
from brownout_simulators.vendors.sales.errors import refuse
from brownout_simulators.vendors.sales.ids import crockford, new_id, rfc3339

KEEP_EDITIONS: Final = 100
"""Of one document."""


class Kind(NamedTuple):
    """What a collection is of."""

    noun: str
    """What its events call it."""
    prefix: str
    """Of ids, three letters; empty where they are the caller's."""
    path: str
    links: tuple[str, ...] = ()
    """Beside `self`."""
    named: str = "id"
    """The member that its id is."""


class Edition(NamedTuple):
    """A document as it was from one instant on."""

    version: int
    sequence: int
    """Of the newest event about it."""
    event: str
    """What it is called in that event's type; empty where this change was none."""
    at_s: float
    """On the simulator's clock."""
    wall_s: float
    body: Mapping[str, Any]

    @property
    def status(self) -> str:
        """Of a document that has states."""
        return str(self.body.get("status", ""))


@dataclass(slots=True)
class Document:
    """One of them. `editions` is never empty: reads that lag find what they should see."""

    kind: Kind
    id: str
    correlation: str
    editions: list[Edition]
    touched: int = -1
    """Its place in the log of changes; -1: it has none."""

    @property
    def now(self) -> Edition:
        """The newest edition."""
        return self.editions[-1]

    def as_of(self, at_s: float | None, *, hides_new_only: bool = False) -> Edition | None:
        """The newest edition that a read as of that instant sees; None if there is none yet."""
        if at_s is None or (hides_new_only and self.editions[0].at_s <= at_s):
            return self.now
        return next((edition for edition in reversed(self.editions) if edition.at_s <= at_s), None)

    def rendered(self, edition: Edition) -> dict[str, Any]:
        """As the system writes it."""
        path = f"{self.kind.path}/{self.id}"
        return {
            self.kind.named: self.id,
            **edition.body,
            "version": edition.version,
            "createdAt": rfc3339(self.editions[0].wall_s),
            "updatedAt": rfc3339(edition.wall_s),
            "links": {"self": path, **{name: f"{path}/{name}" for name in self.kind.links}},
        }

    def event(self, edition: Edition) -> dict[str, Any]:
        """The event of an edition."""
        return {
            "id": f"evt_{self.id[4:-2]}{crockford(edition.sequence, 2)}",
            "type": f"{self.kind.noun}.{edition.event}",
            "apiVersion": "2",
            "createdAt": rfc3339(edition.wall_s),
            "sequence": edition.sequence,
            self.kind.noun: self.rendered(edition),
            "correlationId": self.correlation,
        }


class Collection:
    """A tenant's documents of one kind: by id, by the caller's own key where they have one, in order of change."""

    def __init__(
        self,
        kind: Kind,
        limit: int,
        *,
        key_of: Callable[[Mapping[str, Any]], str] | None = None,
        is_settled: Callable[[Mapping[str, Any]], bool] | None = None,
    ) -> None:
        self.kind = kind
        self.log: ChangeLog[Document] = ChangeLog()
        self.store: Store[Document] = Store(
            limit,
            is_settled=lambda document: is_settled is None or is_settled(document.now.body),
            on_forgotten=self._forget,
        )
        self._key_of = key_of
        self._by_key: dict[str, Document] = {}

    def find(self, key: str) -> Document | None:
        """The one that has the caller's own key."""
        return self._by_key.get(key)

    def make(
        self,
        account: Account[Any],
        body: Mapping[str, Any],
        *,
        event: str = "",
        correlation: str = "",
        id: str = "",  # noqa: A002
        since_s: float | None = None,
    ) -> Document:
        """A new one; `since_s` is from when on reads see it, where that is not now."""
        at_s = account.clock()
        edition = Edition(
            1, 1, event, at_s if since_s is None else since_s, account.epoch_s + at_s, _without_nulls(body)
        )
        document = Document(self.kind, id or new_id(account, self.kind.prefix), correlation, [edition])
        self.store.add(document.id, document)
        if self._key_of is not None:
            self._by_key.setdefault(self._key_of(body), document)
        self.log.note(document)
        return document

    def change(
        self, account: Account[Any], document: Document, changes: Mapping[str, Any], *, event: str = ""
    ) -> Edition:
        """The document's next edition: `changes` are merged in, null takes a member away."""
        now, at_s = document.now, account.clock()
        body = _without_nulls({**now.body, **changes})
        sequence = now.sequence + 1 if event else now.sequence
        edition = Edition(now.version + 1, sequence, event, at_s, account.epoch_s + at_s, body)
        if self._key_of is not None and (before := self._key_of(now.body)) != (after := self._key_of(body)):
            if self._by_key.get(before) is document:
                del self._by_key[before]
            self._by_key.setdefault(after, document)
        document.editions.append(edition)
        if len(document.editions) > KEEP_EDITIONS:
            del document.editions[1]  # when it was made stays known
        if document.id in self.store:
            self.log.note(document)
        return edition

    def _forget(self, _id: str, document: Document) -> None:
        self.log.drop(document)
        if self._key_of is not None and self._by_key.get(key := self._key_of(document.now.body)) is document:
            del self._by_key[key]


def required(call: Call, collection: Collection) -> Document:
    """The one that the path names, as it is now; raises `Refused` with 404."""
    document = collection.store.get(call.params[collection.kind.named])
    if document is None:
        raise refuse(call, "not-found")
    return document


def told(account: Account[Any], document: Document) -> tuple[Notice, ...]:
    """The newest edition's event, where anybody listens."""
    kind = f"{document.kind.noun}.{document.now.event}"
    return (Notice(kind, document.event(document.now)),) if account.state.is_heard(kind) else ()


def _without_nulls(body: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in body.items() if value is not None}
