"""Contracts that people sign, whoever sends them.

    sent = await signing.send(contract, reference="8a0b…", operation_id="order-7")     # each sending mails a human
    known = await signing.find("8a0b…", operation_id="order-7")                       # before any second one

There is no idempotency: what was sent is found by its reference, a GUID of the caller's own, as soon as the vendor's
list shows it. Who was not answered looks first, and not before an earlier sending can have shown up.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol


class Signer(NamedTuple):
    """Somebody who is to sign."""

    name: str
    email: str


class Paper(NamedTuple):
    """What is to be signed."""

    name: str
    """With its ending: `contract.txt`."""
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Contract:
    """Papers, and who is to sign them, one after the other."""

    subject: str
    """Of the mail."""
    papers: Sequence[Paper]
    signers: Sequence[Signer]


class Sent(NamedTuple):
    """A contract as the vendor has it."""

    id: str
    status: str
    """As the vendor writes it: `sent`, `completed`."""
    operation_id: str = ""
    """As stored with it; empty where that was not asked for."""

    @property
    def is_out(self) -> bool:
        """People have been asked to sign it, whatever came of that."""
        return self.status not in {"created", "deleted"}


class SigningService(Protocol):
    """What the adapters of such vendors have in common."""

    async def send(self, contract: Contract, *, reference: str, operation_id: str) -> Sent:
        """Send it to be signed. Not idempotent."""
        ...

    async def find(self, reference: str, *, operation_id: str) -> Sequence[Sent]:
        """Those that were sent under a reference, as far as the vendor's list shows them by now."""
        ...

    async def status(self, id: str, *, operation_id: str) -> Sent:  # noqa: A002
        """One by the vendor's id. Vendors ration this: to hear of changes there are their webhooks."""
        ...

    async def void(self, id: str, *, reason: str, operation_id: str) -> None:  # noqa: A002
        """Nobody can sign it any more. Done where it is voided already; refused where it is completed."""
        ...
