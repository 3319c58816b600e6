"""What stands in front of a site, whoever runs it: names that lead to it, copies of its pages, small values.

    found = await edge.records("shop.site.test", operation_id="o")                 # before anything is made
    match standing(found, wanted := Record(name="shop.site.test", target="pages.test")):
        case Standing.THERE: …
        case Standing.FREE: made = await edge.create(wanted, operation_id="o")
        case Standing.ELSEWHERE: made = await edge.change(found[0].id, wanted, operation_id="o")
    await edge.purge(["shop.site.test"], operation_id="o")                          # after it, never before

There are no idempotency keys. A name leads to one target, so a second making of the same is refused, and means: look
again. A change is last come, last served: one that may still be under way must be over before anybody makes another.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from brownout_core.errors import VendorContended


class RecordContended(VendorContended):
    """The name has a record, perhaps the very one that was wanted, or has none any more: look again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A name that leads to another one (CNAME)."""

    name: str
    target: str
    id: str = ""
    """The vendor's; empty: it is only wanted."""
    type: str = "CNAME"
    note: str = ""
    """What its maker has written beside it."""


class Standing(StrEnum):
    """How a name stands to what it is to be."""

    FREE = "free"
    THERE = "there"
    ELSEWHERE = "elsewhere"  # it leads to another target, and can be changed
    TAKEN = "taken"  # it is something else, which nobody may overwrite unasked: an address, a mail server


def standing(found: Sequence[Record], wanted: Record) -> Standing:
    """What the records of a name, all of them, say of the wanted one."""
    if not found:
        return Standing.FREE
    if len(found) > 1 or found[0].type != wanted.type:
        return Standing.TAKEN
    return Standing.THERE if found[0].target == wanted.target else Standing.ELSEWHERE


class EdgeService(Protocol):
    """What the adapters of such vendors have in common."""

    async def records(self, name: str, *, operation_id: str) -> Sequence[Record]:
        """All records of a name, of whatever type, as far as the vendor shows them by now. As all the others it refuses
        a name that is none of its own, and sends nothing."""
        ...

    async def create(self, record: Record, *, operation_id: str) -> Record:
        """Make it. Raises `RecordContended` where the name has one that it cannot stand beside, also where an earlier
        sending of the same has made it."""
        ...

    async def change(self, record_id: str, record: Record, *, operation_id: str) -> Record:
        """Let a record lead elsewhere, whatever it said before."""
        ...

    async def purge(self, hosts: Sequence[str], *, operation_id: str) -> str:
        """Forget the copies of all pages of these hosts; the id of what was accepted. That is all that can be known of
        it. Doing it twice does no harm."""
        ...

    async def get(self, key: str, *, operation_id: str) -> bytes:
        """A value; refused with a code of its own where there is none. It may be a minute old, and so may be that there
        is none."""
        ...

    async def put(self, key: str, value: bytes, *, operation_id: str, ttl_s: int | None = None) -> None:
        """Keep a value, for so long. The last one stays: nothing for locks, and nothing to count with."""
        ...
