"""Quotes: drafted, sent, accepted or declined, or expired; what was accepted is ordered, once."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from brownout_simulators.account import Account, Aftermath
from brownout_simulators.call import Call, Effect, Reply
from brownout_simulators.vendors.sales import requests
from brownout_simulators.vendors.sales.actions import effect_lines, intake, minor_units
from brownout_simulators.vendors.sales.conditions import read, require_match, shown
from brownout_simulators.vendors.sales.documents import Document, required, told
from brownout_simulators.vendors.sales.errors import correlation_id, problem, refuse
from brownout_simulators.vendors.sales.ids import rfc3339
from brownout_simulators.vendors.sales.paging import listed, page_asked, page_reply
from brownout_simulators.vendors.sales.resources import State
from brownout_simulators.vendors.sales.shapes import moment_of
from brownout_simulators.vendors.sales.states import QUOTE_TRANSITIONS

VALID_FOR_S: Final = 30 * 86_400.0
LONGEST_S: Final = 366 * 86_400.0


def create(call: Call, account: Account[State]) -> Reply:
    """POST /api/v2/quotes: a draft; one per quoteId, whatever the idempotency key says."""
    request = requests.QUOTE.known(call.data)
    requests.require_sum(call, request["lines"], request["total"])
    until = _valid_until(call, account)
    taken = account.state.quotes.find(request["quoteId"])
    if taken is not None and account.state.options_for(account.name).guard:
        headers = {"Location": f"{taken.kind.path}/{taken.id}"}
        return problem(call, "duplicate-quote", headers=headers, existingId=taken.id)
    body = {"metadata": {}} | request | {"validUntil": until, "status": "draft"}
    document = account.state.quotes.make(account, body, event="draft", correlation=correlation_id(call))
    reply = shown(201, document)
    reply.effects = (_effect(document),)
    reply.notices = told(account, document)
    return reply


def fetch(call: Call, account: Account[State]) -> Reply:
    """GET /api/v2/quotes/{id}."""
    return read(call, account, required(call, account.state.quotes))


def list_quotes(call: Call, account: Account[State]) -> Reply:
    """GET /api/v2/quotes."""
    wanted = {name: call.data[name] for name in ("status", "quoteId") if name in call.data}
    return listed(
        call,
        account,
        account.state.quotes.log,
        lambda _document, edition: all(edition.body.get(name) == value for name, value in wanted.items()),
    )


def list_events(call: Call, account: Account[State]) -> Reply:
    """GET /api/v2/quotes/{id}/events, ascending and without gaps."""
    document = required(call, account.state.quotes)
    newest = document.as_of(account.as_of_s, hides_new_only=account.hides_new_only)
    if newest is not document.now:
        account.was_stale = True
    if newest is None:
        raise refuse(call, "not-found", retryable=True)
    limit, place = page_asked(call, account)
    events = [one for one in document.editions if one.event and one.sequence <= newest.sequence]
    following = place + limit if len(events) > place + limit else None
    return page_reply(call, account, [document.event(one) for one in events[place : place + limit]], place, following)


def patch(call: Call, account: Account[State]) -> Reply:
    """PATCH /api/v2/quotes/{id}: a merge-patch of a draft."""
    document = required(call, account.state.quotes)
    require_match(call, document.now.version)
    if document.now.status != "draft":
        return _not_from(call, document)
    for name in ("lines", "total", "validUntil"):
        if name in call.data and call.data[name] is None:
            raise requests.flawed(call, f"/{name}", "required", "is required")
    changes = {name: call.data[name] for name in requests.QUOTE_PATCH.members if name in call.data}
    if "validUntil" in changes:
        changes["validUntil"] = _valid_until(call, account)
    whole = {**document.now.body, **changes}
    if wrong := requests.QUOTE_PATCH.flaws(whole):
        raise requests.flawed(call, *wrong[0])
    requests.require_sum(call, whole["lines"], whole["total"])
    account.state.quotes.change(account, document, changes)
    return shown(200, document)


def send(call: Call, account: Account[State]) -> Reply:
    """POST /api/v2/quotes/{id}/send: from now on it can be accepted, until it expires."""
    document = required(call, account.state.quotes)
    left_s = _moment_s(document.now.body["validUntil"]) - account.wall_s()
    if document.now.status == "draft" and left_s <= 0:
        return problem(call, "quote-state", f"it was valid until {document.now.body['validUntil']}")
    is_new = document.now.status == "draft"
    reply = _moved(call, account, document, "sent")

    def expire() -> Aftermath | None:
        if document.now.status != "sent":
            return None
        account.state.quotes.change(account, document, {"status": "expired"}, event="expired")
        return Aftermath(notices=told(account, document))

    if is_new:
        account.later(left_s, expire)
    return reply


def accept(call: Call, account: Account[State]) -> Reply:
    """POST /api/v2/quotes/{id}/accept."""
    return _moved(call, account, required(call, account.state.quotes), "accepted")


def decline(call: Call, account: Account[State]) -> Reply:
    """POST /api/v2/quotes/{id}/decline."""
    return _moved(call, account, required(call, account.state.quotes), "declined", call.data["reason"])


def order(call: Call, account: Account[State]) -> Reply:
    """POST /api/v2/quotes/{id}/order: an order with the quote's customer, lines and total."""
    document = required(call, account.state.quotes)
    if document.now.status != "accepted":
        return _not_from(call, document)
    quoted = {name: document.now.body[name] for name in ("customer", "lines", "total")}
    request = {"priority": "normal", "metadata": document.now.body["metadata"]} | requests.QUOTE_ORDER.known(call.data)
    reply, made = intake(call, account, {**request, **quoted, "quoteId": document.id})
    if made:
        account.state.quotes.change(account, document, {"status": "ordered", "order": made}, event="ordered")
        reply.notices = (*reply.notices, *told(account, document))
    return reply


def _moved(call: Call, account: Account[State], document: Document, status: str, reason: str = "") -> Reply:
    """The quote in its next state; as it is where it has that state already."""
    if document.now.status == status:
        return shown(200, document)
    if status not in QUOTE_TRANSITIONS[document.now.status]:
        return _not_from(call, document)
    changes = {"status": status, "statusReason": reason or None}
    account.state.quotes.change(account, document, changes, event=status)
    reply = shown(200, document)
    reply.notices = told(account, document)
    return reply


def _not_from(call: Call, document: Document) -> Reply:
    return problem(call, "quote-state", f"the quote is {document.now.status}")


def _valid_until(call: Call, account: Account[State]) -> str:
    given = call.data.get("validUntil")
    if given is None:
        return rfc3339(account.wall_s() + VALID_FOR_S)
    left_s = _moment_s(given) - account.wall_s()
    if not 0 < left_s <= LONGEST_S:
        raise requests.flawed(call, "/validUntil", "range", "must be in the future, and within 366 days")
    return rfc3339(_moment_s(given))


def _moment_s(text: str) -> float:
    moment = moment_of(text)
    return (moment or datetime(1970, 1, 1, tzinfo=UTC)).timestamp()


def _effect(document: Document) -> Effect:
    body: Mapping[str, Any] = document.now.body
    references = {"quoteId": body["quoteId"]} | {f"metadata.{name}": value for name, value in body["metadata"].items()}
    fields = {
        "quote_id": body["quoteId"],
        "customer": body["customer"]["name"],
        "lines": effect_lines(body["lines"]),
    }
    total = body["total"]
    return Effect("sales.quote", document.id, minor_units(total), total["currency"].lower(), references, fields)
