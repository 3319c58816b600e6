"""Webhooks: late, twice, out of order, lost, or with a signature that does not verify."""

import fnmatch
from dataclasses import dataclass
from typing import Any, ClassVar

from brownout_simulators.faults.fault import Fault, Stage, require_seconds
from brownout_simulators.vendor import Vendor


@dataclass(slots=True)
class Mail:
    """What the faults that strike one notice do to its delivery, together."""

    delay_s: float = 0.0
    extra_copies: int = 0
    copies_apart_s: float = 0.0
    copies_are_new: bool = False
    lost: bool = False
    bad_signature: bool = False
    signature_age_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhooks(Fault):
    """What happens to the notices that match; several fields may be given, and several rules add up.

    The rule's match looks at the call that caused the notice (a later change keeps the call that set it off), its
    key is the operation with the notice's type.
    """

    stage: ClassVar[Stage] = Stage.NOTICE
    draws: ClassVar[bool] = True

    event: str = "*"
    """Only notices whose type matches this glob."""
    late_s: float = 0.0
    """Every attempt comes this much later."""
    twice: bool = False
    """Sent again under the same event id, `copies_apart_s` after the first."""
    copies_apart_s: float = 0.0
    as_new_event: bool = False
    """With `twice`: the copy is an event of its own, with another id, as some vendors tell one change."""
    out_of_order_s: float = 0.0
    """Each notice is held back for a random part of this span, so that later ones overtake it."""
    lost: bool = False
    """Never sent."""
    bad_signature: bool = False
    """Signed with a secret that is not the endpoint's."""
    signature_age_s: float = 0.0
    """Signed as of this long ago: a replayed delivery, for vendors that sign the time."""

    def __post_init__(self) -> None:
        for name in ("late_s", "copies_apart_s", "out_of_order_s", "signature_age_s"):
            require_seconds(f"webhooks.{name}", getattr(self, name))
        if self.as_new_event and not self.twice:
            raise ValueError("webhooks.as_new_event goes with twice: true")

    def objection(self, vendor: Vendor[Any]) -> str:
        """Only some vendors tell one change by two events."""
        if not self.as_new_event or (vendor.webhooks is not None and vendor.webhooks.anew is not None):
            return ""
        return f"webhooks.as_new_event: {vendor.name} tells a change by one event; it can only be sent twice"

    def wants(self, event: str) -> bool:
        """Whether a notice of this type is meant."""
        return self.event == "*" or fnmatch.fnmatchcase(event, self.event)

    def deliver(self, mail: Mail, chance: float) -> bool:
        """Change the delivery; whether anything was changed."""
        before = (mail.delay_s, mail.extra_copies, mail.lost, mail.bad_signature, mail.signature_age_s)
        mail.delay_s += self.late_s + self.out_of_order_s * chance
        mail.extra_copies += 1 if self.twice else 0
        mail.copies_apart_s = max(mail.copies_apart_s, self.copies_apart_s)
        mail.copies_are_new = mail.copies_are_new or (self.twice and self.as_new_event)
        mail.lost = mail.lost or self.lost
        mail.bad_signature = mail.bad_signature or self.bad_signature
        mail.signature_age_s += self.signature_age_s
        return before != (mail.delay_s, mail.extra_copies, mail.lost, mail.bad_signature, mail.signature_age_s)
