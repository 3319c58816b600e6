"""Mails that were taken in: read, listed, put off, called off."""

from typing import Final

from brownout_simulators.account import Account
from brownout_simulators.call import Call, Effect, Reply
from brownout_simulators.vendor import Route
from brownout_simulators.vendors.resend.delivery import plan, references_of
from brownout_simulators.vendors.resend.dialect import reply
from brownout_simulators.vendors.resend.errors import invalid, missing, unknown
from brownout_simulators.vendors.resend.paging import page
from brownout_simulators.vendors.resend.resources import Email, Object, ResendAccount, State
from brownout_simulators.vendors.resend.scheduling import scheduled_s


def fetch(call: Call, account: Account[State]) -> Reply:
    """GET /emails/{id}."""
    email = _of_call(call, account)
    seen = email.seen_by(account)
    if not seen:
        raise unknown("Email")
    return reply(email.rendered_whole(seen))


def list_emails(call: Call, account: Account[State]) -> Reply:
    """GET /emails, newest first."""

    def view(email: Email) -> Object | None:
        seen = email.seen_by(account)
        return email.rendered(seen) if seen else None

    return page(call, account, account.state.emails, lambda email: email.id, view)


def put_off(call: Call, account: Account[State]) -> Reply:
    """PATCH /emails/{id}: another instant, while it waits for one."""
    email = _of_call(call, account)
    if call.data.get("scheduled_at") is None:
        raise missing("scheduled_at")
    at_s = scheduled_s(call.data["scheduled_at"], account.wall_s())
    _require_scheduled(email, "updated")
    email.scheduled_s = at_s
    email.round += 1
    plan(account, email)
    return reply({"object": "email", "id": email.id})


def call_off(call: Call, account: Account[State]) -> Reply:
    """POST /emails/{id}/cancel, while it waits; it can never be scheduled again."""
    email = _of_call(call, account)
    _require_scheduled(email, "canceled")
    email.happened(account.clock(), "canceled")
    effect = Effect("resend.cancellation", email.id, references=references_of(email), fields={"email_id": email.id})
    return reply({"object": "email", "id": email.id}, effects=(effect,))


def _require_scheduled(email: Email, what: str) -> None:
    if email.last_event != "scheduled":
        raise invalid(f"Only scheduled emails can be {what}; this one is {email.last_event}.")


def _of_call(call: Call, account: ResendAccount) -> Email:
    email = account.state.emails.get(call.params["id"])
    if email is None:
        raise unknown("Email")
    return email


ROUTES: Final[tuple[Route[State], ...]] = (
    Route("GET", "/emails", list_emails),
    Route("GET", "/emails/{id}", fetch),
    Route("PATCH", "/emails/{id}", put_off),
    Route("POST", "/emails/{id}/cancel", call_off),
)
