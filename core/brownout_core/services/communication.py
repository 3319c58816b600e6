"""Telling somebody something, whoever carries it: a mail, a text message.

    sent = await mail.send(message, operation_id="order-7", idempotency_key="k")
    sent = await search(lambda further: mail.find(message, operation_id="order-7", ago_s=90_000, further=further))

What is sent ends with a short reference to its operation. So it is told from every other message, also by a vendor that
takes no key, or has forgotten it: whoever may have sent it before looks for it first.
"""

import hashlib
from collections.abc import Awaitable, Callable
from typing import NamedTuple, Protocol

from brownout_core.errors import VendorBusy


class SentOtherwise(VendorBusy):
    """Under this key another message was sent: mostly this one, written from another address. Look for it."""

    retryable = False


class Message(NamedTuple):
    """What somebody is to be told."""

    to: str
    """An address, as the one who carries it needs it."""
    text: str
    subject: str = ""
    """Of a mail."""
    html: str = ""
    """Of a mail, beside its text."""


class Sent(NamedTuple):
    """A message that was taken in. That it bounces, or is never read, makes it no less sent."""

    id: str
    """The vendor's."""
    status: str
    """The vendor's word for how far it has come."""


class Further(NamedTuple):
    """Where a search goes on that is not at its end."""

    cursor: str
    since_s: float
    """By the vendor's clock."""
    pages: int
    """Looked at so far."""


class Looked(NamedTuple):
    """What one look came to."""

    sent: Sent | None
    further: Further | None = None
    """None: there is nothing left to look at."""


class CommunicationService(Protocol):
    """What mails and text messages have in common."""

    takes_keys: bool
    """A repetition under the same key is no second message, as long as the vendor knows the key. Else a message that
    may have been sent is never sent again unlooked."""

    async def send(self, message: Message, *, operation_id: str, idempotency_key: str) -> Sent:
        """Hand it over. Raises what the vendor's answer, or the lack of one, means."""
        ...

    async def find(
        self, message: Message, *, operation_id: str, ago_s: float, further: Further | None = None
    ) -> Looked:
        """The message of this operation among those of the last so many seconds, counted by the vendor's clock: one
        request, one page of them. Raises where there are more pages than are read."""
        ...


async def search(look: Callable[[Further | None], Awaitable[Looked]]) -> Sent | None:
    """Look, page by page, until it is found; None only where all of them were looked at."""
    looked = await look(None)
    while looked.sent is None and looked.further is not None:
        looked = await look(looked.further)
    return looked.sent


def reference(operation_id: str) -> str:
    """What stands in a message for its operation: short, and no other's."""
    return hashlib.sha256(operation_id.encode()).hexdigest()[:10]
