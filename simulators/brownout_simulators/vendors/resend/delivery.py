"""What becomes of a mail: queued, sent, delivered or not, recipient by recipient; when it is scheduled, not before.

scheduled ─▶ queued ─▶ sent ─▶ delivered ─▶ opened, clicked, complained
                │        └──▶ delivery_delayed ─▶ delivered
                │        └──▶ bounced
                └──▶ failed, suppressed
"""

import random
from collections.abc import Iterable, Sequence
from typing import Final

from brownout_simulators.account import Aftermath
from brownout_simulators.call import Effect, Notice
from brownout_simulators.vendors.resend.addresses import local_part_of
from brownout_simulators.vendors.resend.magic import FATES, fate_of
from brownout_simulators.vendors.resend.resources import Email, Happened, ResendAccount
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
    found = {f"tags.{tag['name']}": tag["value"] for tag in email.tags}
    if email.headers:
        found |= {f"headers.{name}": value for name, value in email.headers.items()}
    if key:
        found["idempotency_key"] = key
    return found


def plan(account: ResendAccount, email: Email) -> None:
    """Arrange that it goes out: now, or when it is scheduled."""
    if email.scheduled_s is None:
        account.later(SENT_AFTER_S, lambda: _leave(account, email))
        return
    this_round = email.round

    def due() -> None:
        if email.last_event == "scheduled" and email.round == this_round:
            _happened(account, email, "queued")
            account.later(SENT_AFTER_S, lambda: _leave(account, email))

    account.later(max(0.0, email.scheduled_s - account.wall_s()), due)


def _leave(account: ResendAccount, email: Email) -> Aftermath | None:
    """It is sent to everybody whom it may be sent to; the others are told of, each by what stands in his way."""
    suppressed = account.state.suppressed
    going: dict[tuple[str, ...], list[str]] = {}
    for address in email.recipients:
        fate = ("suppressed",) if address in suppressed else _fate_of(account, email, address)
        going.setdefault(fate, []).append(address)
    notices: list[Notice] = []
    for fate in [fate for fate in going if fate[0] in _BEFORE]:
        addresses = going.pop(fate)
        _happened(account, email, fate[0])
        notices += email_told(account, email, fate[0], addresses)
    if going:
        _happened(account, email, "sent")
        notices += email_told(account, email, "sent", [each for group in going.values() for each in group])
        for fate, addresses in going.items():
            _follow(account, email, fate, addresses, DELIVERED_AFTER_S)
    return Aftermath(notices=notices) if notices else None


def _fate_of(account: ResendAccount, email: Email, address: str) -> tuple[str, ...]:
    """By the address; where it says nothing, by the share that bounces."""
    local_part = local_part_of(address)
    share = account.setup.bounce_share
    if share and local_part not in FATES and random.Random(f"{email.id}:{address}").random() < share:
        return FATES["bounced"]
    return fate_of(local_part)


def _follow(
    account: ResendAccount, email: Email, fate: Sequence[str], addresses: Sequence[str], after_s: float
) -> None:
    """The next of what happens to it at these addresses, and then the rest."""

    def step() -> Aftermath | None:
        event = fate[0]
        _happened(account, email, event)
        if len(fate) > 1:
            _follow(
                account, email, fate[1:], addresses, DELAYED_FOR_S if event == "delivery_delayed" else FOLLOWS_AFTER_S
            )
        effects = list(_effects(email, event, addresses))
        notices = [*email_told(account, email, event, addresses)]
        if event in _SUPPRESSES:
            for address in addresses:
                notices += suppress(account, address, _SUPPRESSES[event], email.id)[1]
        return Aftermath(effects, notices) if effects or notices else None

    account.later(after_s, step)


def _effects(email: Email, event: str, addresses: Sequence[str]) -> Iterable[Effect]:
    kind = _EFFECTS.get(event)
    if kind is not None:
        references = references_of(email)
        for address in addresses:
            fields = {"email_id": email.id, "to": address}
            yield Effect(kind, f"{email.id}:{address}", references=references, fields=fields)


def _happened(account: ResendAccount, email: Email, event: str) -> None:
    email.history.append(Happened(account.clock(), event))
