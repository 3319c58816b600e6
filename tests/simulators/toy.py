"""The till: the smallest vendor that has everything an engine must know how to do."""

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from brownout_simulators.account import Account, Aftermath
from brownout_simulators.call import Call, Effect, Notice, Reply
from brownout_simulators.vendor import (
    Credential,
    IdempotencyRules,
    Limit,
    NamedError,
    Refused,
    Route,
    Setup,
    Vendor,
    WebhookRules,
)


class Charges:
    """By id, in all their versions: what a read that lags behind needs."""

    def __init__(self) -> None:
        self._versions: dict[str, list[tuple[float, dict[str, Any]]]] = {}

    def __len__(self) -> int:
        return len(self._versions)

    def put(self, account: "Account[Till]", charge: dict[str, Any]) -> None:
        self._versions.setdefault(charge["id"], []).append((account.clock(), charge))

    def get(self, account: "Account[Till]", charge_id: str) -> dict[str, Any] | None:
        """As this account's reads see it now."""
        versions = self._versions.get(charge_id, [])
        newest = seen = versions[-1][1] if versions else None
        as_of_s = account.as_of_s
        if as_of_s is not None:
            old = [charge for at_s, charge in versions if at_s <= as_of_s]
            seen = (newest if account.hides_new_only else old[-1]) if old else None
        if seen is not newest:
            account.was_stale = True
        return seen


@dataclass
class Till:
    charges: Charges = field(default_factory=Charges)
    endpoints: list[str] = field(default_factory=list)
    settled: int = 0


def reply(status: int, body: Mapping[str, Any], **more: Any) -> Reply:
    return Reply(status, json.dumps(body).encode(), {"content-type": "application/json"}, **more)


def error(status: int, code: str, **headers: str) -> Reply:
    answer = reply(status, {"error": code}, executed=False)
    answer.headers.update(headers)
    return answer


class TillErrors:
    def unknown_route(self, call: Call) -> Reply:
        return error(404, "no_such_route")

    def malformed(self, call: Call, why: str) -> Reply:
        return error(400, f"malformed: {why}")

    def unauthenticated(self, call: Call) -> Reply:
        return error(401, "who_are_you")

    def token_expired(self, call: Call) -> Reply:
        return error(401, "token_expired")

    def throttled(self, call: Call, retry_after_s: float | None, reason: str) -> Reply:
        return error(429, f"slow_down: {reason}")

    def quota_exhausted(self, call: Call) -> Reply:
        return error(403, "quota_exhausted")

    def server_error(self, call: Call, status: int) -> Reply:
        return error(status, "server_error")


def create(call: Call, account: Account[Till]) -> Reply:
    amount = call.data.get("amount")
    if not isinstance(amount, int):
        raise Refused(error(400, "amount_missing"))
    charge_id = f"ch_{account.ids.base62(14)}"
    charge = {
        "id": charge_id,
        **account.setup,
        "amount": amount,
        "created": int(account.wall_s()),
        "metadata": call.data.get("metadata", {}),
    }
    account.state.charges.put(account, charge)
    references = {f"metadata.{name}": value for name, value in call.data.get("metadata", {}).items()}
    if call.data.get("settle_after_s"):
        account.later(call.data["settle_after_s"], lambda: settle(account, charge))
    return reply(
        200,
        charge,
        effects=[Effect("till.charge", charge_id, amount, "usd", references)],
        notices=[Notice("charge.made", charge)],
    )


def settle(account: Account[Till], charge: dict[str, Any]) -> Aftermath:
    account.state.settled += 1
    effect = Effect("till.settlement", f"st_{charge['id']}", charge["amount"])
    return Aftermath(effects=[effect], notices=[Notice("charge.settled", charge)])


def fetch(call: Call, account: Account[Till]) -> Reply:
    charge = account.state.charges.get(account, call.params["id"])
    return reply(200, charge) if charge is not None else error(404, "no_such_charge")


def change(call: Call, account: Account[Till]) -> Reply:
    charge = account.state.charges.get(account, call.params["id"])
    if charge is None:
        return error(404, "no_such_charge")
    charge = {**charge, **call.data}
    account.state.charges.put(account, charge)
    return reply(200, charge)


def listen(call: Call, account: Account[Till]) -> Reply:
    account.state.endpoints.append(call.data["url"])
    return reply(200, {"url": call.data["url"]})


def stream(call: Call, account: Account[Till]) -> Reply:
    return Reply(200, headers={"content-type": "text/plain"}, stream=[(0.0, b"one "), (0.5, b"two "), (0.5, b"three")])


def clumsy(call: Call, account: Account[Till]) -> Reply:
    raise KeyError("a defect")


def authenticate(call: Call) -> Credential:
    scheme, _, key = call.headers.get("authorization", "").partition(" ")
    if scheme != "Bearer" or not key.startswith("till_test_"):
        raise Refused(error(401, "who_are_you"))
    return Credential(account=key.removeprefix("till_test_"))


def parse(call: Call) -> Mapping[str, Any]:
    if not call.body:
        return {}
    data = json.loads(call.body)
    if not isinstance(data, dict):
        raise ValueError("an object is needed")  # noqa: TRY004  what a vendor raises for a bad body
    return data


def decorate(call: Call, account: Account[Till] | None, answer: Reply) -> None:
    answer.headers["till-request"] = call.request_id
    limits = account.limits(call) if account is not None else {}
    if "per-second" in limits:
        answer.headers["till-left"] = str(int(limits["per-second"].remaining))


def key_of(call: Call) -> str | None:
    key = call.headers.get("idempotency-key")
    if key == "bad":
        raise Refused(error(400, "bad_key"))
    return key if call.method == "POST" else None


def replayed(call: Call, first: Reply, request_id: str) -> Reply:
    return Reply(first.status, first.body, {**first.headers, "replayed": "true", "first-request": request_id})


def sign(  # noqa: PLR0917  as the engine calls it
    notice: Notice, url: str, body: bytes, secret: str, wall_s: float, attempt: int
) -> Mapping[str, str]:
    stamp = str(int(wall_s))
    mac = hmac.new(secret.encode(), stamp.encode() + body, hashlib.sha256).hexdigest()
    return {"till-signature": mac, "till-stamp": stamp, "till-attempt": str(attempt)}


def read_setup(given: Mapping[str, Any]) -> Mapping[str, Any]:
    if not isinstance(given.get("shop", ""), str):
        raise ValueError("shop: a name is needed")  # noqa: TRY004  what a vendor raises
    return dict(given)


TILL: Vendor[Till] = Vendor(
    name="till",
    port=12999,
    routes=[
        Route("POST", "/v1/charges", create),
        Route("GET", "/v1/charges/{id}", fetch),
        Route("POST", "/v1/charges/{id}", change),
        Route("POST", "/v1/endpoints", listen),
        Route("POST", "/v1/token", lambda _call, _account: reply(200, {"token": "new"}), grants=True),
        Route("GET", "/v1/stream", stream),
        Route("POST", "/v1/clumsy", clumsy),
        Route("GET", "/health", lambda _call, _account: reply(200, {"ok": True}), public=True),
    ],
    new_state=Till,
    authenticate=authenticate,
    parse=parse,
    errors=TillErrors(),
    decorate=decorate,
    environment=lambda url, key: {"TILL_URL": url, "TILL_KEY": key},
    test_key=lambda name: f"till_test_{name}",
    named_errors={"broke": NamedError(402, "There is no money", lambda _call: error(402, "broke"))},
    idempotency=IdempotencyRules(
        key_of=key_of,
        fingerprint=lambda call: call.route.encode() + call.body,
        in_progress=lambda _call: error(409, "in_progress"),
        mismatch=lambda _call: error(400, "other_parameters"),
        saved=lambda answer: answer.executed,
        replayed=replayed,
        ttl_s=60.0,
    ),
    webhooks=WebhookRules(
        serialise=lambda notice: ("application/json", json.dumps({"type": notice.type, **notice.payload}).encode()),
        headers=sign,
        endpoints=lambda account, _notice: [(url, "shh") for url in account.state.endpoints],
        schedule_s=(0.0, 5.0, 60.0),
    ),
    limits=[
        Limit("per-second", rate_per_s=10, burst=5),
        Limit("at-once", concurrency=2),
    ],
    correlate=("header.x-correlation-id", "body.metadata.operation_id"),
    setup=Setup(read_setup, {"shop": "whose till it is, on each charge"}),
    effects={"till.charge": ("amount", "currency", "card"), "till.settlement": ("amount",)},
)
