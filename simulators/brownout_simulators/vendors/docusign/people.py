"""What happens to an envelope: it is sent, opened, signed, declined, voided; its people act, and somebody is told.

    created -> sent -> delivered -> completed        sent | delivered -> declined | voided

Signing goes by routing order: who is next is sent the envelope when everybody before has done his part.
"""

from collections.abc import Callable, Iterable
from functools import partial
from hashlib import sha256
from typing import Any, Final

from brownout_simulators.account import Aftermath
from brownout_simulators.call import Effect, Notice
from brownout_simulators.vendors.docusign.access import SIGNING, labelled
from brownout_simulators.vendors.docusign.instants import written
from brownout_simulators.vendors.docusign.keys import USER_NAME
from brownout_simulators.vendors.docusign.magic import fate_of
from brownout_simulators.vendors.docusign.resources import (
    TRANSITIONS,
    DocusignAccount,
    Envelope,
    Object,
    Version,
    site_of,
)
from brownout_simulators.vendors.docusign.webhooks import told

OPEN: Final = frozenset({"sent", "delivered"})
_COPIES: Final = {"carbonCopies"}
_SEEN: Final = frozenset({"delivered", "completed"})
_DATE_OF: Final = {
    "sent": "sentDateTime",
    "delivered": "deliveredDateTime",
    "completed": "completedDateTime",
    "declined": "declinedDateTime",
    "voided": "voidedDateTime",
    "deleted": "deletedDateTime",
}


class Happening:
    """Something that happens to one envelope now: collects what it comes to, and makes one version of it."""

    __slots__ = ("_now", "_told", "_wall_s", "account", "effects", "envelope", "header", "recipients")

    def __init__(self, account: DocusignAccount, envelope: Envelope) -> None:
        self.account = account
        self.envelope = envelope
        self.effects: list[Effect] = []
        self._told: list[tuple[str, Object | None]] = []
        before = envelope.now
        self.header = before.header.copy()
        """Of the version that this will be."""
        self.recipients = list(before.recipients)
        """The same."""
        self._wall_s = account.wall_s()
        self._now = written(self._wall_s)

    @property
    def status(self) -> str:
        """Of the envelope."""
        status: str = self.header["status"]
        return status

    def recipient(self, recipient_id: str) -> Object | None:
        """One of them, as he is now."""
        return next((one for one in self.recipients if one["recipientId"] == recipient_id), None)

    def change(self, recipient: Object, **changes: Any) -> Object:
        """He is so now."""
        changed = {**recipient, **changes}
        self.recipients[self.recipients.index(recipient)] = changed
        return changed

    def keep(self, recipients: Iterable[Object]) -> None:
        """These are the recipients now."""
        self.recipients = list(recipients)

    def is_seen_by_all(self) -> bool:
        """Everybody who has to open it has done so."""
        acting = [one["status"] for one in self.recipients if one["kind"] != "carbonCopies"]
        return _SEEN.issuperset(acting)

    def note(self, **header: Any) -> None:
        """The envelope says so now."""
        self.header.update(header)

    def move(self, status: str) -> None:
        """The envelope's next state. Raises `ValueError` for one that does not follow."""
        header, now = self.header, self._now
        if status not in TRANSITIONS[header["status"]]:
            raise ValueError(f"an envelope cannot go from {self.status} to {status}")
        header["status"] = status
        header["statusChangedDateTime"] = header[_DATE_OF[status]] = now
        if status == "completed":
            self.effects.append(self.effect("docusign.completion"))
        self.tell(f"envelope-{status}")

    def tell(self, event: str, recipient: Object | None = None) -> None:
        """Somebody may want to hear of it."""
        self._told.append((event, recipient))

    def audit(self, action: str, who: str = USER_NAME) -> None:
        """It is written down."""
        self.envelope.note(self._wall_s, action, who, self.header["status"])

    def effect(self, kind: str, id: str = "", **fields: Any) -> Effect:  # noqa: A002
        """What matters outside, with the caller's own ids."""
        envelope = self.envelope
        fields["envelope_id"] = envelope.id
        return Effect(kind, id or envelope.id, references=envelope.references, fields=fields)

    def send_next(self) -> None:
        """Whose turn it is are sent the envelope; when all have done their part it is completed."""
        while waiting := [one for one in self.recipients if one["status"] != "completed"]:
            order = min([int(one["routingOrder"]) for one in waiting])
            here = [one for one in waiting if int(one["routingOrder"]) == order]
            fresh = [one for one in here if one["status"] == "created"]
            for one in fresh:
                self._send_to(one)
            if not fresh or {one["kind"] for one in here} != _COPIES:
                return
        if self.status in OPEN:
            self.move("completed")
            self.audit("Completed")

    def _send_to(self, one: Object) -> None:
        if one["kind"] == "carbonCopies":
            done = self.change(one, status="completed", sentDateTime=self._now, completedDateTime=self._now)
            self.mail(done)
            self.tell("recipient-sent", done)
            self.tell("recipient-completed", done)
            return
        sent = self.change(one, status="sent", sentDateTime=self._now)
        self.tell("recipient-sent", sent)
        if "clientUserId" not in sent:
            self.mail(sent)
            _plan(self.account, self.envelope, sent)

    def mail(self, one: Object) -> None:
        """A human gets a mail, with a link to where he signs."""
        account = self.account
        ticket = f"{labelled(account.name)}~{account.ids.base62(24)}"
        account.state.links.add(ticket, (self.envelope.id, one["recipientId"], "", None), account.clock())
        sent = self.effect(
            "docusign.email",
            f"mail_{account.ids.hexadecimal(16)}",
            to=one["email"],
            name=one["name"],
            subject=self.header["emailSubject"],
            link=f"{account.base_url}{SIGNING}{ticket}",
        )
        self.effects.append(sent)

    def done(self) -> list[Notice]:
        """It has happened: one new version, and what is told of it."""
        account, envelope = self.account, self.envelope
        self.header["lastModifiedDateTime"] = self._now
        version = Version(account.clock(), self.header, tuple(self.recipients))
        account.state.change(envelope, version)
        return told(account, envelope, version, self._told)

    def aftermath(self) -> Aftermath:
        """The same for a deferred step."""
        notices = self.done()
        return Aftermath(self.effects, notices)


def send(happening: Happening) -> None:
    """A draft, or a new envelope, goes out."""
    envelope, account = happening.envelope, happening.account
    happening.move("sent")
    happening.audit("Sent Invitations")
    account.state.sent += 1
    if days := happening.header.get("expireAfter"):
        happening.note(expireDateTime=expire_later(account, envelope, int(days)))
    sent = happening.effect(
        "docusign.envelope",
        subject=happening.header["emailSubject"],
        recipients=", ".join([one["email"] for one in envelope.now.recipients]),
        names=[one["name"] for one in envelope.now.recipients],
        documents=[one.name for one in envelope.documents],
        sha256=[sha256(one.content).hexdigest() for one in envelope.documents],
        transaction_id=envelope.transaction_id,
    )
    happening.effects.append(sent)
    happening.send_next()


def void(happening: Happening, reason: str, who: str = USER_NAME) -> None:
    """It is over, and nobody can sign any more."""
    happening.move("voided")
    happening.note(voidedReason=reason)
    happening.audit("Voided", who)
    happening.effects.append(happening.effect("docusign.void", reason=reason))


def open_by(happening: Happening, one: Object) -> Object:
    """A recipient looks at it. It is delivered once everybody who has to has done so."""
    now = written(happening.account.wall_s())
    opened = happening.change(one, status="delivered", deliveredDateTime=now)
    happening.audit("Viewed", one["name"])
    happening.tell("recipient-delivered", opened)
    if happening.status == "sent" and happening.is_seen_by_all():
        happening.move("delivered")
    if one["kind"] == "certifiedDeliveries":  # opening is all that he has to do
        return _completed(happening, opened)
    return opened


def sign_by(happening: Happening, one: Object) -> None:
    """A recipient signs, having opened it."""
    if one["status"] == "sent":
        one = open_by(happening, one)
    if one["status"] == "delivered":
        _completed(happening, one)


def _completed(happening: Happening, one: Object) -> Object:
    now = written(happening.account.wall_s())
    dates = {"signedDateTime": now} if one["kind"] == "signers" else {}
    done = happening.change(one, status="completed", completedDateTime=now, **dates)
    if one["kind"] == "signers":
        happening.audit("Signed", one["name"])
    happening.tell("recipient-completed", done)
    happening.send_next()
    return done


def decline_by(happening: Happening, one: Object, reason: str) -> None:
    """A recipient will not sign: nobody has to any more. Where opening is all that he has to do he does not do it."""
    if one["status"] == "sent" and one["kind"] != "certifiedDeliveries":
        one = open_by(happening, one)
    now = written(happening.account.wall_s())
    declined = happening.change(one, status="declined", declinedDateTime=now, declinedReason=reason)
    happening.audit("Declined", one["name"])
    happening.tell("recipient-declined", declined)
    happening.move("declined")


def fail_to_prove(happening: Happening, one: Object) -> None:
    """A recipient could not show who he is; he may try again."""
    failed = happening.change(one, recipientAuthenticationStatus={"accessCodeResult": {"status": "Failed"}})
    happening.audit("Authentication failed", one["name"])
    happening.tell("recipient-authenticationfailed", failed)


def bounce(happening: Happening, one: Object) -> None:
    """His mailbox says no."""
    bounced = happening.change(one, status="autoresponded")
    happening.audit("Autoresponded", one["name"])
    happening.tell("recipient-autoresponded", bounced)


Deed = Callable[[Happening, Object], None]
"""What a recipient does."""


def _plan(account: DocusignAccount, envelope: Envelope, one: Object) -> None:
    """Arrange what a recipient does by himself."""
    fate, site = fate_of(one["email"]), site_of(account)
    if fate.deed == "never" or (site.opens_after_s is None and fate.after_s is None):
        return
    opens_s, signs_s = site.opens_after_s, site.signs_after_s
    first_s = account.random.uniform(*(opens_s or (0.0, 0.0)))
    second_s = account.random.uniform(*(signs_s or (0.0, 0.0)))
    if fate.after_s is not None:
        first_s = second_s = fate.after_s
    recipient_id = one["recipientId"]
    if fate.deed in {"auth_failed", "bounce"}:
        deed = fail_to_prove if fate.deed == "auth_failed" else bounce
        account.later(first_s, partial(_act, account, envelope, recipient_id, deed))
        return
    stays_open = fate.deed == "open" or (signs_s is None and fate.after_s is None)
    ends = _declines if fate.deed == "decline" else sign_by
    account.later(
        first_s, partial(_act, account, envelope, recipient_id, _opens, None if stays_open else second_s, ends)
    )


def _opens(happening: Happening, recipient: Object, ends_in_s: float | None, ends: Deed) -> None:
    if recipient["status"] == "sent":
        open_by(happening, recipient)
    if ends_in_s is not None:
        account, envelope = happening.account, happening.envelope
        account.later(ends_in_s, partial(_act, account, envelope, recipient["recipientId"], ends))


def _declines(happening: Happening, recipient: Object) -> None:
    decline_by(happening, recipient, "declined by the recipient")


def _act(
    account: DocusignAccount, envelope: Envelope, recipient_id: str, deed: Callable[..., None], *terms: Any
) -> Aftermath | None:
    """A recipient does something by himself, if by now it is still his turn."""
    if envelope.status not in OPEN:
        return None  # voided, or declined by somebody else
    happening = Happening(account, envelope)
    one = happening.recipient(recipient_id)
    if one is None or one["status"] not in OPEN:
        return None  # he has done it by other means
    deed(happening, one, *terms)
    return happening.aftermath()


def expire_later(account: DocusignAccount, envelope: Envelope, days: int) -> str:
    """The envelope is voided after so many days, unless it is over by then, or this is set anew. When that is."""
    envelope.expiry += 1
    account.later(days * 86_400.0, partial(_expire, account, envelope, envelope.expiry))
    return written(account.wall_s() + days * 86_400.0)


def _expire(account: DocusignAccount, envelope: Envelope, mark: int) -> Aftermath | None:
    if envelope.expiry != mark or envelope.status not in OPEN:
        return None
    happening = Happening(account, envelope)
    void(happening, "Envelope has expired.", "DocuSign")
    return happening.aftermath()
