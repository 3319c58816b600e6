"""What becomes of a mail: queued, sent, delivered or not, recipient by recipient; when it is scheduled, not before.

scheduled ─▶ queued ─▶ sent ─▶ delivered ─▶ opened, clicked, complained
                │        └──▶ delivery_delayed ─▶ delivered
                │        └──▶ bounced
                └──▶ failed, suppressed
"""

import random
from collections.abc import Sequence
from functools import partial
from typing import Final

from brownout_simulators.account import Aftermath
from brownout_simulators.call import Effect, Notice
from brownout_simulators.vendors.resend.addresses import local_part_of
from brownout_simulators.vendors.resend.magic import FATES, USUAL
from brownout_simulators.vendors.resend.resources import Email, ResendAccount
from brownout_simulators.vendors.resend.suppressing import suppress
from brownout_simulators.vendors.resend.webhooks import email_told

# Seconds from one event to the next. A mail server takes its time, but a test should not have to.
SENT_AFTER_S: Final = 0.2
DELIVERED_AFTER_S: Final = 0.5
DELAYED_FOR_S: Final = 30.0
FOLLOWS_AFTER_S: Final = 2.0
"""Until a mail that was delivered is opened, or complained about."""

_EFFECTS: Final = {"delivered": "resend.delivery", "bounced": "resend.bounce", "complained": "resend.complaint"}
_SUPPRESSES: Final = {"bounced": "bounce", "complained": "complaint"}
_BEFORE: Final = frozenset({"failed", "suppressed"})
"""What happens instead of its being sent."""


def references_of(email: Email, key: str = "") -> dict[str, str]:
    """The caller's own ids that a mail carries."""
    found = {f"tags.{name}": value for name, value in email.tags}
    if email.headers:
        found |= {f"headers.{name}": value for name, value in email.headers.items()}
    if key:
        found["idempotency_key"] = key
    return found


def plan(account: ResendAccount, email: Email) -> None:
    """Arrange that it goes out: now, or when it is scheduled."""
    if email.scheduled_s is None:
        account.later(SENT_AFTER_S, partial(_leave, account, email))
    else:
        account.later(max(0.0, email.scheduled_s - account.wall_s()), partial(_due, account, email, email.round))


def _due(account: ResendAccount, email: Email, of_round: int) -> None:
    """The instant has come for which it was scheduled, unless that was changed."""
    if email.last_event == "scheduled" and email.round == of_round:
        email.happened(account.clock(), "queued")
        account.later(SENT_AFTER_S, partial(_leave, account, email))


def _leave(account: ResendAccount, email: Email) -> Aftermath | None:
    """It is sent to everybody whom it may be sent to; the others are told of, each by what stands in his way."""
    going = _by_fate(account, email)
    notices: list[Notice] = []
    for fate in [fate for fate in going if fate[0] in _BEFORE]:
        addresses = going.pop(fate)
        email.happened(account.clock(), fate[0])
        notices += email_told(account, email, fate[0], addresses)
    if going:
        email.happened(account.clock(), "sent")
        notices += email_told(account, email, "sent", [each for group in going.values() for each in group])
        for fate, addresses in going.items():
            account.later(DELIVERED_AFTER_S, partial(_follow, account, email, fate, addresses))
    return Aftermath(notices=notices) if notices else None


def _by_fate(account: ResendAccount, email: Email) -> dict[tuple[str, ...], Sequence[str]]:
    """What is to happen to it, and at which of its addresses."""
    suppressed, everybody = account.state.suppressed, email.recipients
    fates = [("suppressed",) if each in suppressed else _fate_of(account, email, each) for each in everybody]
    if fates.count(fates[0]) == len(fates):
        return {fates[0]: everybody}
    going: dict[tuple[str, ...], list[str]] = {}
    for fate, address in zip(fates, everybody, strict=True):
        going.setdefault(fate, []).append(address)
    return {**going}


def _fate_of(account: ResendAccount, email: Email, address: str) -> tuple[str, ...]:
    """By the address; where it says nothing, by the share that bounces."""
    fate = FATES.get(local_part_of(address))
    if fate is None:
        share = account.setup.bounce_share
        bounces = share and random.Random(f"{email.id}:{address}").random() < share
        fate = FATES["bounced"] if bounces else USUAL
    return fate


def _follow(account: ResendAccount, email: Email, fate: Sequence[str], addresses: Sequence[str]) -> Aftermath | None:
    """The next of what happens to it at these addresses, and later the rest."""
    event = fate[0]
    email.happened(account.clock(), event)
    if len(fate) > 1:
        after_s = DELAYED_FOR_S if event == "delivery_delayed" else FOLLOWS_AFTER_S
        account.later(after_s, partial(_follow, account, email, fate[1:], addresses))
    effects = _effects(email, event, addresses)
    notices = email_told(account, email, event, addresses)
    if event in _SUPPRESSES:
        notices = list(notices)
        for address in addresses:
            notices += suppress(account, address, _SUPPRESSES[event], email.id)[1]
    return Aftermath(effects, notices) if effects or notices else None


def _effects(email: Email, event: str, addresses: Sequence[str]) -> Sequence[Effect]:
    kind = _EFFECTS.get(event)
    if kind is None:
        return ()
    references = references_of(email)
    return [
        Effect(kind, f"{email.id}:{address}", references=references, fields={"email_id": email.id, "to": address})
        for address in addresses
    ]
