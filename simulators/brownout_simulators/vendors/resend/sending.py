"""Mails taken in: one, or a hundred at once."""

from collections.abc import Sequence
from typing import Any, Final

import orjson

from brownout_simulators.account import Account
from brownout_simulators.call import Call, Effect, Notice, Reply
from brownout_simulators.vendor import Refused, Route
from brownout_simulators.vendors.resend.delivery import plan, references_of
from brownout_simulators.vendors.resend.dialect import BATCH, reply
from brownout_simulators.vendors.resend.errors import JSON, invalid, missing
from brownout_simulators.vendors.resend.message import made
from brownout_simulators.vendors.resend.resources import Email, ResendAccount, State
from brownout_simulators.vendors.resend.webhooks import email_told

MOST: Final = 100
"""Mails in one batch."""
_MODES: Final = ("strict", "permissive")


def send(call: Call, account: Account[State]) -> Reply:
    """POST /emails."""
    if BATCH in call.data and call.body.lstrip()[:1] == b"[":
        raise invalid("The request body must be an object.")
    email = made(account, call.data)
    notices = _keep(account, email)
    body = b'{"id":"%s"}' % email.id.encode()
    return Reply(200, body, {"Content-Type": JSON}, (_effect(email, call),), notices, body_is_trimmed=True)


def send_batch(call: Call, account: Account[State]) -> Reply:
    """POST /emails/batch. Strict: all or none. Permissive: those that are good, and what is wrong with the others."""
    given = call.data.get(BATCH)
    if not isinstance(given, list) or not given:
        raise invalid("The request body must be an array of emails.")
    if len(given) > MOST:
        raise invalid(f"The request body must have at most {MOST} emails.")
    mode = call.headers.get("x-batch-validation", "strict")
    if mode not in _MODES:
        raise invalid('The `x-batch-validation` header must be "strict" | "permissive".')
    emails, errors = [], []
    for place, each in enumerate(given):
        try:
            emails.append(_one_of_batch(account, each))
        except Refused as refused:
            if mode == "strict":
                raise
            errors.append({"index": place, "message": orjson.loads(refused.reply.body)["message"]})
    notices = [notice for email in emails for notice in _keep(account, email)]
    effects = [_effect(email, call) for email in emails]
    body: dict[str, Any] = {"data": [{"id": email.id} for email in emails]}
    if mode == "permissive":
        body["errors"] = errors
    return reply(body, effects=effects, notices=notices)


def _one_of_batch(account: ResendAccount, given: Any) -> Email:
    if not isinstance(given, dict):
        raise missing("from")
    if given.get("attachments"):
        raise invalid("The `attachments` field is not supported in batches.")
    return made(account, given)


def _keep(account: ResendAccount, email: Email) -> Sequence[Notice]:
    account.state.keep(email, account.clock())
    plan(account, email)
    return () if email.scheduled_s is None else email_told(account, email, "scheduled", email.to)


def _effect(email: Email, call: Call) -> Effect:
    fields = {
        "from": email.sender,
        "to": email.to,
        "cc": email.cc,
        "bcc": email.bcc,
        "subject": email.subject,
        "html": email.html,
        "text": email.text,
        "recipients": email.recipients,
    }
    return Effect("resend.email", email.id, references=references_of(email, call.idempotency_key or ""), fields=fields)


ROUTES: Final[tuple[Route[State], ...]] = (
    Route("POST", "/emails", send),
    Route("POST", "/emails/batch", send_batch),
)
