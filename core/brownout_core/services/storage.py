"""Rows and files, whoever keeps them.

    page = await storage.select("jobs", where=[eq("status", "queued")], order=[Order("created_at")], operation_id="o")
    row = await storage.upsert("jobs", {"business_key": "J-7", "status": "done"}, on=["business_key"], operation_id="o")

What is written under a key of the caller's own may be written again: an `upsert` changes the row that is there, and an
`insert` that finds its own row is done. An update and a delete are told by their filters, and may be repeated, too.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, Protocol

Row = Mapping[str, Any]
Operator = Literal["eq", "neq", "gt", "gte", "lt", "lte", "like", "ilike", "in", "is"]


class Filter(NamedTuple):
    """One condition on a column; several of them all hold."""

    column: str
    operator: Operator
    value: Any


def eq(column: str, value: Any) -> Filter:
    """It is that value."""
    return Filter(column, "eq", value)


def one_of(column: str, values: Sequence[Any]) -> Filter:
    """It is one of these."""
    return Filter(column, "in", tuple(values))


class Order(NamedTuple):
    """By a column, empty ones last."""

    column: str
    descending: bool = False


class Page(NamedTuple):
    """Some rows."""

    rows: Sequence[Row]
    total: int | None = None
    """How many there are in all, where that was asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFile:
    """One file."""

    content: bytes
    content_type: str


class Change(NamedTuple):
    """A row that was told of."""

    kind: Literal["insert", "update", "delete", "found"]
    """`found`: it was read, and what was done to it is not known."""
    row: Row
    """As it is now; of a deleted one its key."""
    is_whole: bool = True
    """Whether all its values are there: a large row is told without the large ones."""


class Listening(Protocol):
    """One session that tells of a table's changes while it lives. It tells each at most once, and never again."""

    async def heard(self) -> Change | None:
        """The next word of the vendor's; None where it is no change, and shows that the session lives. Raises
        `ServiceError` where the session is over. Whoever gives up waiting loses nothing."""
        ...

    async def ask(self) -> None:
        """Make the vendor say something."""
        ...


class StorageService(Protocol):
    """Tables, and files in buckets."""

    vendor: str
    """As errors name it."""

    async def select(
        self,
        table: str,
        *,
        operation_id: str,
        columns: Sequence[str] = (),
        where: Sequence[Filter] = (),
        order: Sequence[Order] = (),
        limit: int | None = None,
        offset: int = 0,
        count: bool = False,
    ) -> Page:
        """The rows that the filters leave."""
        ...

    def every(
        self, table: str, *, operation_id: str, key: str = "id", where: Sequence[Filter] = (), size: int = 500
    ) -> AsyncIterator[Row]:
        """All of them, page by page, by a column that no two share: a row that comes or goes meanwhile moves no other
        one out of the way."""
        ...

    async def count(self, table: str, *, operation_id: str, where: Sequence[Filter] = ()) -> int:
        """How many rows the filters leave."""
        ...

    async def insert(self, table: str, row: Row, *, key: str, operation_id: str, through: str = "") -> Row:
        """A new row, or the same one where an earlier sending made it: told by `key`, a unique column of the caller's
        own. `through` is a function of the database's that takes the row and may write others with it, all or none."""
        ...

    async def upsert(self, table: str, row: Row, *, on: Sequence[str], operation_id: str) -> Row:
        """The row of these unique columns, new or changed."""
        ...

    async def update(self, table: str, changes: Row, *, where: Sequence[Filter], operation_id: str) -> Sequence[Row]:
        """The rows that were changed."""
        ...

    async def delete(self, table: str, *, where: Sequence[Filter], operation_id: str) -> Sequence[Row]:
        """The rows that went."""
        ...

    def listen(self, table: str, *, where: Filter | None = None) -> AbstractAsyncContextManager[Listening]:
        """Be told of changes, from the moment on in which it is entered. What survives a session's end is a
        `subscription.Subscriber`."""
        ...

    async def upload(self, bucket: str, path: str, file: StoredFile, *, operation_id: str) -> None:
        """Put a file there, in the place of one that is."""
        ...

    async def download(self, bucket: str, path: str, *, operation_id: str) -> StoredFile:
        """The file of that path."""
        ...

    async def remove(self, bucket: str, paths: Sequence[str], *, operation_id: str) -> None:
        """Take files away; those that are not there, too."""
        ...
