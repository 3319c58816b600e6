"""The sales system, with httpx (`python`) and aiohttp (`python async`)."""

import asyncio
import hashlib
import hmac
import json
import time
from contextlib import suppress
from email.utils import parsedate_to_datetime
from typing import Any

from tests.conformance.checking import PATIENCE_S, Arrived, At, check, main
from tests.conformance.sales.clients import LOST, Pyxis, Said, order, pyxis

INTAKE = "POST /api/v2/orders/intake"
ORDERS = "/api/v2/orders"
BOTH = ("python", "python async")


def plain(secret: str, body: bytes) -> str:
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def verifies(secret: str, one: Arrived) -> bool:
    """The versioned signature: any of its `v1` is enough."""
    second, *values = one.headers["x-pyxis-signature"].split(",")
    signed = second.removeprefix("t=").encode() + b"." + one.body
    return f"v1={plain(secret, signed)}" in values


async def becomes(client: Pyxis, at: At, path: str, **wanted: str) -> Said:
    """What is there, as soon as it is so. Each step of an order is put off anew, so the clock goes on in steps."""
    deadline = time.monotonic() + PATIENCE_S
    while not wanted.items() <= (said := await client.ask("GET", path)).json.items():
        assert time.monotonic() < deadline, said.json
        at.control.advance(1)
    return said


async def hook(client: Pyxis, url: str, **more: Any) -> Any:
    return (await client.write("/api/v2/webhook-endpoints", {"url": url, **more})).json


@check(1, "an order is taken in, read with its tag, listed, and in the books once", *BOTH)
async def taken_in(at: At) -> None:
    async with pyxis(at) as client:
        made = await client.take_in(X_Correlation_ID="op-1")
        assert made.status == 201
        read = await client.ask("GET", made.headers["location"])
        assert (read.json["id"], read.headers["etag"][:2]) == (made.json["id"], '"v')
        known = await client.ask("GET", made.headers["location"], If_None_Match=f"W/{read.headers['etag']}, *")
        assert (known.status, known.body) == (304, b"")
        listed = await client.ask("GET", f"{ORDERS}?orderId=A-1")
        assert [one["id"] for one in listed.json["data"]] == [made.json["id"]]
        (effect,) = at.control.effects("sales.order")
        assert (effect["id"], effect["operation_id"], effect["amount"]) == (made.json["id"], "op-1", 2100)


@check(2, "ids and the date are on every answer, and the books know the request by its id", *BOTH)
async def ids(at: At) -> None:
    async with pyxis(at) as client:
        answers = [
            await client.take_in(X_Correlation_ID="op-1"),
            await client.take_in({}, X_Correlation_ID="op-1"),
            await client.ask("GET", "/nowhere", X_Correlation_ID="op-1"),
        ]
        assert [said.status for said in answers] == [201, 422, 404]
        assert {said.headers["x-correlation-id"] for said in answers} == {"op-1"}
        assert all(parsedate_to_datetime(said.headers["date"]) for said in answers)
        booked = {row["request_id"] for row in at.control.requests() if row["operation_id"] == "op-1"}
        assert {said.headers["x-request-id"] for said in answers[:2]} <= booked


@check(3, "a repeated request is replayed byte by byte under either header; another body is refused", *BOTH)
async def replayed(at: At) -> None:
    async with pyxis(at) as client:
        key = client.key()
        first = await client.take_in(key=key)
        again = await client.ask("POST", f"{ORDERS}/intake", order(), X_Idempotency_Key=f'"{key}"')
        assert (again.status, again.body, again.headers["location"]) == (201, first.body, first.headers["location"])
        assert (again.headers["idempotency-replayed"], first.headers.get("idempotency-replayed")) == ("true", None)
        other = await client.take_in(order("A-2"), key)
        assert (other.status, other.json["code"]) == (422, "idempotency-key-reused")
        assert len(at.control.effects("sales.order")) == 1


@check(4, "of five at once one is taken in, four are told to wait", *BOTH)
async def at_once(at: At) -> None:
    async with pyxis(at) as client:
        at.control.fault(match=INTAKE, latency={"fixed_s": 0.5}, sequence="F.")
        key = client.key()
        answers = await asyncio.gather(*(client.take_in(key=key) for _ in range(5)))
        assert sorted(said.status for said in answers) == [201, 409, 409, 409, 409]
        told = {(said.json["code"], said.headers["retry-after"]) for said in answers if said.status == 409}
        assert told == {("idempotency-in-progress", "1")}
        assert (await client.take_in(key=key)).headers["idempotency-replayed"] == "true"
        assert len(at.control.effects("sales.order")) == 1


@check(5, "the order id protects where the key does not", *BOTH)
async def business_key(at: At) -> None:
    async with pyxis(at) as client:
        made = await client.take_in()
        refused = await client.take_in()
        assert (refused.status, refused.json["existingId"]) == (409, made.json["id"])
        assert refused.headers["location"] == made.headers["location"]
        assert len(at.control.effects("sales.order")) == 1
    async with pyxis(at, "shop.guard-off") as client:
        assert [(await client.take_in()).status for _ in range(2)] == [201, 201]
        assert len(at.control.effects("sales.order")) == 3


@check(6, "answers that are lost after the commit are replayed; one effect", *BOTH)
async def lost_after(at: At) -> None:
    faults: tuple[dict[str, Any], ...] = (
        {"drop_after_effect": {"ending": "reset"}},
        {"drop_after_effect": {"ending": "close"}},
        {"fail_after_effect": {"status": 504, "body": "html", "remembered": False}},
        {"fail_after_effect": {"status": 500, "remembered": False}},
        {"truncate": {}},
    )
    async with pyxis(at) as client:
        for number, fault in enumerate(faults):
            at.control.ask("DELETE", "faults")
            at.control.fault(match=INTAKE, sequence="F.", **fault)
            body, key = order(f"A-{number}"), client.key()
            with suppress(*LOST):
                assert (await client.take_in(body, key)).status >= 500
            again = await client.take_in(body, key)
            assert (again.status, again.headers["idempotency-replayed"]) == (201, "true"), fault
            assert len(at.control.effects("sales.order")) == number + 1, fault


@check(7, "what failed before the commit left nothing and is not remembered", *BOTH)
async def lost_before(at: At) -> None:
    faults: tuple[dict[str, Any], ...] = ({"drop_before_effect": {}}, {"respond": {"status": 503}}, {"throttle": {}})
    async with pyxis(at) as client:
        for number, fault in enumerate(faults):
            at.control.ask("DELETE", "faults")
            at.control.fault(match=INTAKE, sequence="F.", **fault)
            body, key = order(f"A-{number}"), client.key()
            with suppress(*LOST):
                assert (await client.take_in(body, key)).status in {429, 503}
            assert len(at.control.effects("sales.order")) == number
            again = await client.take_in(body, key)
            assert (again.status, "idempotency-replayed" in again.headers) == (201, False)


@check(8, "503 says when to come back, in seconds and as a date", *BOTH)
async def come_back(at: At) -> None:
    async with pyxis(at) as client:
        for form in ("seconds", "date"):
            at.control.ask("DELETE", "faults")
            at.control.fault(respond={"status": 503, "retry_after_s": 7, "retry_after_form": form})
            said = await client.take_in()
            assert said.json["type"].endswith("#temporary-reduced-capacity")
            given = said.headers["retry-after"]
            if form == "seconds":
                assert given == "7"
            else:
                wait = parsedate_to_datetime(given) - parsedate_to_datetime(said.headers["date"])
                assert 6 <= wait.total_seconds() <= 8


@check(9, "an expired token is cured by one refresh", *BOTH)
async def expired(at: At) -> None:
    async with pyxis(at) as client:
        assert (await client.ask("GET", ORDERS)).status == 200
        at.control.fault(expire_tokens={})
        refused = await client.ask("GET", ORDERS)
        assert (refused.status, refused.json["code"]) == (401, "token-expired")
        assert 'error="invalid_token"' in refused.headers["www-authenticate"]
        assert (await client.log_in()).status == 200
        assert (await client.ask("GET", ORDERS)).status == 200


@check(10, "Retry-After is never earlier than t", *BOTH)
async def above_the_rate(at: At) -> None:
    async with pyxis(at) as client:
        at.control.limits(burst={"burst": 3, "rate_per_s": 0.5})
        refused = [said for _ in range(6) if (said := await client.ask("GET", ORDERS)).status == 429]
        assert refused
        for said in refused:
            assert int(said.headers["retry-after"]) >= int(said.headers["ratelimit"].rpartition("t=")[2])
            assert said.json["violated-policies"] == ["burst"]


@check(11, "above twenty at once a call is refused, and not processed", *BOTH)
async def above_twenty(at: At) -> None:
    async with pyxis(at) as client:
        at.control.limits(concurrency=True)
        at.control.fault(match=INTAKE, latency={"fixed_s": 0.5})
        answers = await asyncio.gather(*(client.take_in(order(f"A-{number}")) for number in range(25)))
        taken = [said for said in answers if said.status == 201]
        assert {said.status for said in answers} == {201, 429}
        assert len(taken) == len(at.control.effects("sales.order"))
        assert {tuple(a.json["violated-policies"]) for a in answers if a.status == 429} == {("concurrency",)}


@check(12, "webhooks tell every state, and both signatures verify", *BOTH)
async def webhooks(at: At) -> None:
    async with pyxis(at) as client:
        with at.receiver() as receiver:
            secret = (await hook(client, receiver.url))["secret"]
            await client.take_in(X_Correlation_ID="op-1")
            at.control.advance(60)
            arrived = await asyncio.to_thread(receiver.wait_for, 6)
        assert sorted(json.loads(one.body)["sequence"] for one in arrived) == [1, 2, 3, 4, 5, 6]
        for one in arrived:
            assert one.headers["x-signature"] == plain(secret, one.body)
            assert verifies(secret, one)
            assert one.headers["x-correlation-id"] == "op-1"


@check(
    13, "webhooks come twice, forged, with an old timestamp; during a rotation nothing of a forged one verifies", *BOTH
)
async def bad_webhooks(at: At) -> None:
    async with pyxis(at) as client:
        with at.receiver() as receiver:
            made = await hook(client, receiver.url, events=["order.received"])
            at.control.fault(webhooks={"twice": True})
            await client.take_in()
            first, second = await asyncio.to_thread(receiver.wait_for, 2)
            assert first.headers["x-pyxis-event-id"] == second.headers["x-pyxis-event-id"]
            rotated = (await client.write(f"/api/v2/webhook-endpoints/{made['id']}/rotate-secret")).json
            at.control.ask("DELETE", "faults")
            await client.take_in(order("A-2"))
            (*_, good) = await asyncio.to_thread(receiver.wait_for, 3)
            secrets = (made["secret"], rotated["secret"])
            assert all(verifies(secret, good) for secret in secrets)
            at.control.fault(webhooks={"bad_signature": True, "signature_age_s": 600})
            await client.take_in(order("A-3"))
            (*_, bad) = await asyncio.to_thread(receiver.wait_for, 4)
            assert not any(verifies(secret, bad) for secret in secrets)
            assert bad.headers["x-signature"] not in {plain(secret, bad.body) for secret in secrets}
            sent_s = [int(one.headers["x-pyxis-signature"].split(",")[0].removeprefix("t=")) for one in (good, bad)]
            assert sent_s[1] < sent_s[0] - 300


@check(14, "a replica that lags answers 404, then knows", *BOTH)
async def lags(at: At) -> None:
    async with pyxis(at) as client:
        made = await client.take_in()
        at.control.fault(match="GET *", read_after_write_lag={"lag_s": 3600})
        young = await client.ask("GET", made.headers["location"])
        assert (young.status, young.json["retryable"]) == (404, True)
        at.control.ask("DELETE", "faults")
        assert (await client.ask("GET", made.headers["location"])).status == 200


@check(15, "an order completes, its events have no gap; then it cannot be cancelled", *BOTH)
async def completes(at: At) -> None:
    async with pyxis(at) as client:
        made = await client.take_in()
        await becomes(client, at, made.headers["location"], status="completed")
        events = (await client.ask("GET", made.json["links"]["events"])).json["data"]
        assert [event["sequence"] for event in events] == [1, 2, 3, 4, 5, 6]
        assert events[-1]["type"] == "order.completed"
        refused = await client.write(made.json["links"]["cancel"], {"reason": "late"})
        assert (refused.status, refused.json["code"]) == (409, "order-not-cancellable")


@check(16, "502 and 504 are HTML, from the edge", *BOTH)
async def from_the_edge(at: At) -> None:
    async with pyxis(at) as client:
        for status in (502, 504):
            at.control.ask("DELETE", "faults")
            at.control.fault(respond={"status": status})
            said = await client.take_in()
            assert (said.status, said.headers["content-type"]) == (status, "text/html")


@check(17, "health and the description need no token, everything else does", *BOTH)
async def public(at: At) -> None:
    async with pyxis(at) as client:
        client.token = ""
        assert (await client.ask("GET", "/healthz")).json["status"] == "healthy"
        description = await client.ask("GET", "/api/v2/openapi.json")
        assert description.json["openapi"] == "3.1.0"
        for path, methods in description.json["paths"].items():
            for method, operation in methods.items():
                if operation["security"] == [] or path.startswith("/oauth2/"):
                    continue
                said = await client.ask(method.upper(), path.replace("{id}", "x").replace("{sku}", "x"))
                assert (said.status, said.json["code"]) == (401, "token-missing"), (method, path)
                assert "error=" not in said.headers["www-authenticate"]


@check(18, "an order is changed by whoever knows its version, and by nobody else", *BOTH)
async def changed(at: At) -> None:
    async with pyxis(at) as client:
        path = (await client.take_in(order(sku="PYX-STUCK"))).headers["location"]
        tag = (await becomes(client, at, path, status="validated")).headers["etag"]
        kind = "application/merge-patch+json"

        async def patch(**headers: str) -> Said:
            return await client.ask("PATCH", path, {"notes": "ring twice"}, Content_Type=kind, **headers)

        assert (await patch()).status == 428
        assert (await patch(If_Match=f"W/{tag}")).status == 412
        changed = await patch(If_Match=f'"v99", {tag}')
        assert (changed.status, changed.json["notes"]) == (200, "ring twice")
        assert (await patch(If_Match=tag)).json["currentVersion"] == changed.json["version"]


@check(19, "a cancelled order is cancelled once, and is in the books as such", *BOTH)
async def cancelled(at: At) -> None:
    async with pyxis(at) as client:
        made = (await client.take_in(order(sku="PYX-STUCK"))).json
        answers = [await client.write(made["links"]["cancel"], {"reason": "no"}) for _ in range(2)]
        await becomes(client, at, made["links"]["self"], status="cancelled")
        answers.append(await client.write(made["links"]["cancel"], {"reason": "no"}))
        assert [said.status for said in answers] == [202, 200, 200]
        assert answers[-1].json["status"] == "cancelled"
        assert len(at.control.effects("sales.order_cancellation")) == 1


@check(20, "a quote goes from draft to order, once, and what is not in the table is refused", *BOTH)
async def quoted(at: At) -> None:
    async with pyxis(at) as client:
        body = {name: order()[name] for name in ("customer", "lines", "total")}
        made = await client.write("/api/v2/quotes", {"quoteId": "Q-1", **body})
        path = made.headers["location"]
        assert (await client.write(f"{path}/accept")).json["code"] == "quote-state"
        assert [(await client.write(f"{path}/{step}")).status for step in ("send", "accept", "accept")] == [200] * 3
        wanted = {"orderId": "A-1", "site": order()["site"]}
        ordered = [await client.write(f"{path}/order", wanted) for _ in range(2)]
        assert [said.status for said in ordered] == [201, 409]
        assert (await client.ask("GET", path)).json["order"] == ordered[0].json["id"]
        assert [row["route"] for row in at.control.effects()] == ["sales.quote", "sales.order"]


@check(21, "stock is reserved by an order, and given back by its cancel; what is only held expires", *BOTH)
async def reserved(at: At) -> None:
    at.control.setup(stock={"PUMP": 5})
    async with pyxis(at) as client:
        stock = "/api/v2/inventory/PUMP"
        made = (await client.take_in(order(reserve=True))).json
        lines = [{"sku": "PUMP", "quantity": "3"}]
        held = await client.write("/api/v2/reservations", {"lines": lines, "expiresInSeconds": 30})
        assert (held.status, (await client.ask("GET", stock)).json["available"]) == (201, "0")
        refused = await client.write("/api/v2/reservations", {"lines": lines})
        assert refused.json["shortages"] == [{"sku": "PUMP", "requested": "3", "available": "0"}]
        assert (await client.write(made["links"]["cancel"], {"reason": "no"})).status == 202
        assert (await client.ask("GET", stock)).json["available"] == "2"
        at.control.advance(29)
        await becomes(client, at, stock, available="5")
        assert len(at.control.effects("sales.reservation_release")) == 2


@check(22, "an e-mail address is entered once, whatever its case", *BOTH)
async def customers(at: At) -> None:
    async with pyxis(at) as client:
        made = await client.write("/api/v2/customers", {"name": "Ada", "email": "ada@sim.test"})
        again = await client.write("/api/v2/customers", {"name": "Ada", "email": "Ada@Sim.test"})
        assert (made.status, again.status, again.json["existingId"]) == (201, 409, made.json["id"])


@check(23, "a list is walked to its end, and a cursor is of its own list", *BOTH)
async def walked(at: At) -> None:
    async with pyxis(at) as client:
        for number in range(5):
            made = await client.take_in(order(f"A-{number}", "PYX-STUCK"))
            await becomes(client, at, made.headers["location"], status="validated")
        seen, cursor = [], ""
        while True:
            page = (await client.ask("GET", f"{ORDERS}?limit=2{cursor}")).json
            seen += [one["orderId"] for one in page["data"]]
            if not page["page"]["hasMore"]:
                break
            cursor = f"&cursor={page['page']['nextCursor']}"
        assert seen == [f"A-{number}" for number in range(5)]
        assert (await client.ask("GET", f"{ORDERS}?status=validated{cursor}")).json["code"] == "cursor-mismatch"


if __name__ == "__main__":
    main()
