"""Acme, simulated: one file, and one line in the table of vendors.

POST /payments               takes money, once per Idempotency-Key, and tells everybody who looks on
GET  /payments?reference=…   those of a reference
GET  /receipt?reference=…    the receipt as it is printed, three pieces, half a second apart
GET  /live                   a websocket: every payment as it is taken; asked for `total`, it says so
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from brownout_simulators.account import Account
from brownout_simulators.call import Call, Effect, Reply
from brownout_simulators.session import Close, Message, Said, Session
from brownout_simulators.store import Store
from brownout_simulators.vendor import Credential, IdempotencyRules, Limit, Refused, Route, Vendor

PRINTED_AT_S = 0.5
KEY = "acme_test_"


@dataclass
class State:
    """What an account has."""

    payments: Store[list[dict[str, Any]]] = field(default_factory=lambda: Store(10_000))
    """Those of a reference, by it."""
    total: int = 0


def answer(status: int, fields: Mapping[str, Any], **more: Any) -> Reply:
    return Reply(status, json.dumps(fields).encode(), {"content-type": "application/json"}, **more)


def no(status: int, code: str, message: str) -> Reply:
    return answer(status, {"code": code, "message": message}, executed=False)


class Errors:
    """How Acme says no."""

    def unknown_route(self, call: Call) -> Reply:
        return no(404, "no_such_path", "there is nothing here")

    def malformed(self, call: Call, why: str) -> Reply:
        return no(400, "malformed", why)

    def unauthenticated(self, call: Call) -> Reply:
        return no(401, "unknown_key", "who are you?")

    def token_expired(self, call: Call) -> Reply:
        return no(401, "key_expired", "this key is too old")

    def throttled(self, call: Call, retry_after_s: float | None, reason: str) -> Reply:
        return no(429, "slow_down", reason)

    def quota_exhausted(self, call: Call) -> Reply:
        return no(402, "quota", "no more today")

    def server_error(self, call: Call, status: int) -> Reply:
        return no(status, "internal", "that is on us")


ERRORS = Errors()


class LookingOn(Session):
    """Somebody who is told of every payment."""

    topics = ("payments",)

    def opened(self, account: Account[State]) -> Iterable[Said]:
        return ["welcome"]

    def received(self, message: Message, account: Account[State]) -> Iterable[Said]:
        return [str(account.state.total) if message == "total" else Close(1008, "ask for total")]


def take(call: Call, account: Account[State]) -> Reply:
    amount, reference = call.data.get("amount"), str(call.data.get("reference", ""))
    if not isinstance(amount, int) or amount < 1:
        raise Refused(no(422, "amount", "must be a whole number of cents"))
    payment_id = f"acme_{account.ids.base62(12)}"
    payment = {"id": payment_id, "amount": amount, "reference": reference}
    account.state.payments.put(reference, [*(account.state.payments.get(reference) or ()), payment])
    account.state.total += amount
    account.publish("payments", f"{payment_id} {amount}")
    references = {"reference": reference}
    return answer(201, payment, effects=[Effect("acme.payment", payment_id, amount, "usd", references, references)])


def listed(call: Call, account: Account[State]) -> Reply:
    return answer(200, {"data": found(call, account)})


def receipt(call: Call, account: Account[State]) -> Reply:
    payments = found(call, account)
    if not payments:
        raise Refused(no(404, "no_such_payment", "nothing was taken"))
    total = sum(payment["amount"] for payment in payments)
    printed = (f"{total / 100:.2f} ", "USD, ", "paid")
    stream = [(PRINTED_AT_S, piece.encode()) for piece in printed]
    return Reply(200, headers={"content-type": "text/plain"}, stream=stream)


def found(call: Call, account: Account[State]) -> list[dict[str, Any]]:
    return account.state.payments.get(str(call.data.get("reference"))) or []


def authenticate(call: Call) -> Credential:
    key = call.headers.get("authorization", "").removeprefix("Bearer ")
    if not key.startswith(KEY):
        raise Refused(ERRORS.unauthenticated(call))
    return Credential(account=key.removeprefix(KEY))


def parse(call: Call) -> Mapping[str, Any]:
    if not call.body:
        return dict(parse_qsl(call.query))
    data = json.loads(call.body)
    if not isinstance(data, dict):
        raise ValueError("an object is needed")  # noqa: TRY004  what a vendor raises for a bad body
    return data


VENDOR: Vendor[State] = Vendor(
    name="acme",
    port=12120,
    routes=[
        Route("POST", "/payments", take),
        Route("GET", "/payments", listed),
        Route("GET", "/receipt", receipt),
        Route("GET", "/live", lambda _call, _account: Reply(101, session=LookingOn())),
    ],
    new_state=State,
    authenticate=authenticate,
    parse=parse,
    errors=ERRORS,
    decorate=lambda call, _account, reply: reply.headers.__setitem__("acme-request", call.request_id),
    environment=lambda url, key: {"ACME_API_BASE": url, "ACME_API_KEY": key},
    test_key=lambda name: f"{KEY}{name}",
    stores=lambda state: {"payment": state.payments},
    idempotency=IdempotencyRules(
        key_of=lambda call: call.headers.get("idempotency-key") if call.method == "POST" else None,
        fingerprint=lambda call: call.body,
        in_progress=lambda _call: no(409, "in_progress", "the first one is not through"),
        mismatch=lambda _call: no(422, "other_parameters", "the key was used for something else"),
        saved=lambda reply: reply.executed,
        replayed=lambda _call, first, _request_id: first,
    ),
    limits=[Limit("per-second", rate_per_s=100, burst=100)],
    effects={"acme.payment": ("amount", "currency", "reference")},
)
