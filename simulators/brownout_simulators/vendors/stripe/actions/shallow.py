"""What is kept and told of, and does nothing more: the billing portal, reports, identity, issuing."""

from typing import Any, Final

from brownout_simulators.account import Aftermath
from brownout_simulators.call import Call, Reply
from brownout_simulators.vendors.stripe import errors
from brownout_simulators.vendors.stripe.actions import balance, crud
from brownout_simulators.vendors.stripe.actions.crud import Given
from brownout_simulators.vendors.stripe.actions.money import check_currency
from brownout_simulators.vendors.stripe.declared.shallow import (
    AUTHORIZATION,
    MERCHANT,
    PORTAL_CONFIGURATION,
    TRANSACTION,
)
from brownout_simulators.vendors.stripe.parameters import PARAMETERS
from brownout_simulators.vendors.stripe.parameters.kinds import parameters
from brownout_simulators.vendors.stripe.resources import RESOURCES
from brownout_simulators.vendors.stripe.state import Object, StripeAccount
from brownout_simulators.vendors.stripe.work import Work, required

SOON_S: Final = 3.0
"""When a report is done; minutes in reality."""
DECIDED_S: Final = 2.0
"""How long an issuing authorization waits for the application's answer to its event."""


def _portal_changed(work: Work, _given: Given, configuration: Object) -> None:
    configuration["updated"] = work.now


def _new_portal_session(work: Work, given: Given, session: Object) -> None:
    id = given.get("configuration")  # noqa: A001
    if not id:
        rows = work.state.of["billing_portal.configuration"]
        default = next((row for row in rows.newest_first() if row["is_default"]), None)
        if default is None:
            default = {**PORTAL_CONFIGURATION, "created": work.now, "updated": work.now, "is_default": True}
            default["id"] = work.id("bpc_")
            work.keep(default)
        id = default["id"]  # noqa: A001
    session["configuration"] = id
    session["url"] = f"{work.account.base_url}/p/session/{session['id']}"


def _plan_report(work: Work, _given: Given, run: Object) -> None:
    account, id = work.account, run["id"]  # noqa: A001
    account.later(SOON_S, lambda: _report_done(account, id))


def _report_done(account: StripeAccount, id: str) -> Aftermath | None:  # noqa: A002
    run = account.state.of["reporting.report_run"].get(id)
    if run is None:
        return None
    work = Work(None, account)
    result = {
        "id": work.id("file_"),
        "object": "file",
        "created": work.now,
        "expires_at": None,
        "filename": f"{id}.csv",
        "links": None,
        "purpose": "finance_report_run",
        "size": 0,
        "title": None,
        "type": "csv",
        "url": None,
    }
    work.change(run, {"result": result, "status": "succeeded", "succeeded_at": work.now})
    work.emit("reporting.report_run.succeeded", run)
    return work.aftermath()


def _new_verification(work: Work, given: Given, session: Object) -> None:
    if given.get("type") is None:
        raise errors.missing(work.call, "type")
    session["client_secret"] = work.id(f"{session['id']}_secret_", 50)
    session["url"] = f"{work.account.base_url}/verify/{session['id']}"
    work.emit("identity.verification_session.requires_input", session)


def _redact(work: Work, _given: Given, session: Object) -> None:
    work.change(session, {"client_secret": None, "redaction": {"status": "redacted"}, "url": None})


def _end_verification(work: Work, _given: Given, session: Object) -> None:
    work.change(session, {"client_secret": None, "url": None})


def _new_card(work: Work, given: Given, card: Object) -> None:
    card["currency"] = check_currency(work.call, given["currency"])
    holder = work.state.of["issuing.cardholder"].get(given.get("cardholder") or "")
    if holder is None:
        raise errors.missing(work.call, "cardholder")
    card["cardholder"] = holder.copy()
    card["last4"] = f"{work.account.random.randrange(10_000):04d}"


FORCE_CAPTURE: Final = PARAMETERS["POST /v1/test_helpers/issuing/transactions/create_force_capture"]


def force_capture(call: Call, account: StripeAccount) -> Reply:
    """POST /v1/test_helpers/issuing/transactions/create_force_capture: a card that was issued here is used to pay."""
    work = Work(call, account)
    given = work.read(FORCE_CAPTURE)
    card = work.find("issuing.card", required(call, given, "card"), "card")
    amount = _positive(call, given)
    transaction = TRANSACTION.copy()
    currency = check_currency(call, given.get("currency") or card["currency"])
    transaction.update(
        id=work.id("ipi_"),
        amount=-amount,
        card=card["id"],
        cardholder=card["cardholder"]["id"],
        created=work.now,
        currency=currency,
        merchant_amount=-amount,
        merchant_currency=currency,
        merchant_data={**MERCHANT, **(given.get("merchant_data") or {})},
    )
    transaction["balance_transaction"] = balance.book(work, "issuing_transaction", transaction, -amount)
    work.keep(transaction)
    work.effect("stripe.issuing_transaction", {**transaction, "amount": amount}, transaction["metadata"])
    work.emit("issuing_transaction.created", transaction)
    if (given.get("purchase_details") or {}).get("receipt"):
        work.emit("issuing_transaction.purchase_details_receipt_updated", transaction)
    return work.reply(transaction)


def _positive(call: Call, given: Given, name: str = "amount") -> int:
    amount = int(required(call, given, name))
    if amount < 1:
        raise errors.invalid(call, name, "This value must be greater than or equal to 1.")
    return amount


HELD: Final = parameters(integers="held_amount", texts="authorization_method held_currency", arrays="expand")
AUTHORIZE: Final = PARAMETERS["POST /v1/test_helpers/issuing/authorizations"]


def authorize(call: Call, account: StripeAccount) -> Reply:
    """POST /v1/test_helpers/issuing/authorizations, and the older way by the card's own path: somebody wants to pay
    with a card that was issued here, and the application is asked."""
    work = Work(call, account)
    is_older = "id" in call.params
    given = work.read(HELD if is_older else AUTHORIZE)
    if is_older:
        card = work.find("issuing.card", call.params["id"], "id", in_path=True)
    else:
        card = work.find("issuing.card", required(call, given, "card"), "card")
    amount = _positive(call, given, "held_amount" if is_older else "amount")
    if card["status"] != "active":
        message = f"The card has a status of {card['status']}: only an active card can be used."
        raise errors.wrong_state(call, message, "card_inactive")
    currency = check_currency(call, given.get("held_currency") or given.get("currency") or card["currency"])
    authorization = AUTHORIZATION.copy()
    pending: dict[str, Any] = {
        "amount": amount,
        "amount_details": None,
        "currency": currency,
        "is_amount_controllable": False,
        "merchant_amount": amount,
        "merchant_currency": currency,
        "network_risk_score": None,
    }
    authorization.update(
        id=work.id("iauth_"),
        authorization_method=given.get("authorization_method") or "online",
        card=card.copy(),
        cardholder=card["cardholder"]["id"],
        created=work.now,
        currency=currency,
        merchant_currency=currency,
        pending_request=pending,
    )
    work.keep(authorization)
    work.emit("issuing_authorization.request", authorization)
    id = authorization["id"]  # noqa: A001
    account.later(DECIDED_S, lambda: _decide(account, id))
    return work.reply(authorization)


def _decide(account: StripeAccount, id: str) -> Aftermath | None:  # noqa: A002
    """Nobody answered in time: the account's default approves."""
    authorization = account.state.of["issuing.authorization"].get(id)
    if authorization is None or authorization["pending_request"] is None:
        return None
    work = Work(None, account)
    _answer(work, authorization, approved=True, reason="webhook_timeout")
    return work.aftermath()


def _answer(work: Work, authorization: Object, *, approved: bool, reason: str) -> None:
    asked = authorization["pending_request"]
    if asked is None:
        message = "This authorization does not wait for an answer."
        raise errors.wrong_state(work.call, message, "authorization_not_pending")
    answered = {**asked, "approved": approved, "created": work.now, "reason": reason}
    amount = asked["amount"] if approved else 0
    changes = {
        "amount": amount,
        "approved": approved,
        "merchant_amount": amount,
        "pending_request": None,
        "request_history": [*authorization["request_history"], answered],
        "status": "pending" if approved else "closed",
    }
    work.change(authorization, changes)
    work.emit("issuing_authorization.created", authorization)


def _answering(*, approved: bool) -> Any:
    def answer(call: Call, account: StripeAccount) -> Reply:
        work = Work(call, account)
        work.read(parameters(integers="amount", hashes="metadata", arrays="expand"))
        authorization = crud.by_path(work, RESOURCES["issuing.authorization"])
        _answer(work, authorization, approved=approved, reason="webhook_approved" if approved else "webhook_declined")
        return work.reply(authorization)

    return answer


ROUTES: Final = (
    *crud.routes("billing_portal.configuration", prepare=_portal_changed, check=_portal_changed),
    *crud.routes("billing_portal.session", prepare=_new_portal_session),
    *crud.routes("reporting.report_run", after=_plan_report),
    *crud.routes(
        "identity.verification_session",
        prepare=_new_verification,
        then={"redact": _redact, "cancel": _end_verification},
    ),
    *crud.routes("issuing.cardholder"),
    *crud.routes("issuing.card", prepare=_new_card),
    *crud.routes("issuing.authorization"),
    *crud.routes("issuing.transaction"),
    crud.route("POST", "/v1/test_helpers/issuing/transactions/create_force_capture", force_capture),
    crud.route("POST", "/v1/test_helpers/issuing/authorizations", authorize),
    crud.route("POST", "/v1/issuing/cards/{id}/test/authorizations", authorize),
    crud.route("POST", "/v1/issuing/authorizations/{id}/approve", _answering(approved=True)),
    crud.route("POST", "/v1/issuing/authorizations/{id}/decline", _answering(approved=False)),
)
