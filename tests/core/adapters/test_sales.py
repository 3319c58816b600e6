"""The sales system: tokens are shared and renewed once, orders are handed in once."""

import asyncio

import orjson
import pytest

from brownout_core.adapters.sales import Line, SalesClient, Site
from brownout_core.errors import AuthenticationFailed, ServiceError, VendorBusy, VendorRefused, VendorUnavailable
from brownout_core.transport import Lost, NoConnection, was_unsent
from tests.core.fakes import ACCESS, FakeSales, Step, reply, wire
from tests.support.aio import virtually

SITE = Site(line1="1 Main St", city="Springfield", postal_code="12345", country="us")
LINES = (Line(sku="A", quantity=2, unit_price=1050), Line(sku="B", quantity=1, unit_price=1))


def client(fake: FakeSales) -> SalesClient:
    return SalesClient(ACCESS["sales"], wire(fake.transport))


async def submit(sales: SalesClient, order_id: str = "order-1", operation_id: str = "op-1") -> str:
    order = await sales.submit_order(
        operation_id=operation_id,
        idempotency_key=f"place_order-{operation_id}",
        order_id=order_id,
        customer="Ada",
        site=SITE,
        lines=LINES,
        currency="usd",
    )
    return order.id


def test_an_order_is_a_json_document_with_exact_money() -> None:
    fake = FakeSales()
    assert virtually(submit(client(fake))) == "ord_0"
    token, request = fake.requests
    assert token.url == "http://sales.test/oauth2/token"
    assert token.body == b"grant_type=client_credentials&scope=orders.read+orders.write"
    assert (request.method, request.url) == ("POST", "http://sales.test/api/v2/orders/intake")
    assert request.headers["Idempotency-Key"] == '"place_order-op-1"'
    assert request.headers["X-Correlation-ID"] == token.headers["X-Correlation-ID"] == "op-1"
    document = orjson.loads(request.body)
    assert document["lines"][0] == {
        "lineNo": 1,
        "sku": "A",
        "quantity": "2",
        "unitPrice": {"amount": "10.50", "currency": "USD"},
    }
    assert document["lines"][1]["unitPrice"]["amount"] == "0.01"
    assert document["total"] == {"amount": "21.01", "currency": "USD"}
    assert document["metadata"] == {"operation_id": "op-1"}


def test_a_token_is_used_until_eighty_per_cent_of_its_life() -> None:
    async def main() -> None:
        fake = FakeSales()
        sales = client(fake)
        loop = asyncio.get_running_loop()
        asked_at_s = loop.time()
        await submit(sales, "order-1", "op-1")
        await asyncio.sleep(asked_at_s + 0.8 * 900 - 1 - loop.time())
        await submit(sales, "order-2", "op-2")
        assert fake.tokens == 1
        await asyncio.sleep(1)
        await submit(sales, "order-3", "op-3")
        await asyncio.sleep(1)
        assert fake.tokens == 2

    virtually(main())


def test_nobody_waits_for_a_renewal_while_the_old_token_serves() -> None:
    async def main() -> None:
        fake = FakeSales()
        sales = client(fake)
        loop = asyncio.get_running_loop()
        await submit(sales, "order-1", "op-1")
        await asyncio.sleep(0.9 * 900)
        fake.token_hangs = True
        began_s = loop.time()
        await asyncio.gather(*(submit(sales, f"order-{number}", f"op-{number}") for number in range(2, 22)))
        assert loop.time() - began_s == pytest.approx(0.01)
        await asyncio.sleep(1)
        assert fake.tokens == 2

    virtually(main())


def test_orders_that_give_up_one_after_the_other_ask_a_token_endpoint_that_hangs_once() -> None:
    """Each used to take over the renewal as the one before it ran out of time, with little time of its own left."""

    async def main() -> None:
        fake = FakeSales()
        fake.token_hangs = True
        sales = client(fake)

        async def impatient(number: int) -> None:
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(1.0):
                    await submit(sales, f"order-{number}", f"op-{number}")

        orders = []
        for number in range(16):
            orders.append(asyncio.get_running_loop().create_task(impatient(number)))
            await asyncio.sleep(0.25)
        await asyncio.gather(*orders)
        assert fake.tokens == 1

    virtually(main())


def test_a_hundred_at_once_fetch_one_token() -> None:
    async def main() -> None:
        fake = FakeSales()
        sales = client(fake)
        await asyncio.gather(*(submit(sales, f"order-{number}", f"op-{number}") for number in range(100)))
        assert (fake.tokens, len(fake.effects)) == (1, 100)

    virtually(main())


def test_a_hundred_refused_at_once_renew_once_and_each_replays_once() -> None:
    async def main() -> None:
        fake = FakeSales()
        sales = client(fake)
        await submit(sales)
        fake.valid_tokens.clear()  # revoked
        fake.requests.clear()
        await asyncio.gather(*(submit(sales, f"order-{number}", f"op-{number}") for number in range(2, 102)))
        assert fake.tokens == 2
        assert len(fake.sent("POST", "/api/v2/orders/intake")) == 200

    virtually(main())


def test_a_second_refusal_is_final_for_this_attempt() -> None:
    async def main() -> None:
        fake = FakeSales()
        fake.always = reply(401, {"code": "token-invalid"})
        with pytest.raises(AuthenticationFailed):
            await submit(client(fake))
        assert (fake.tokens, len(fake.sent("POST", "/api/v2/orders/intake"))) == (2, 2)

    virtually(main())


def test_a_failed_renewal_is_shared_and_says_that_nothing_was_ordered() -> None:
    async def main() -> None:
        fake = FakeSales()
        fake.token_answer = reply(503, {"code": "maintenance"}, retry_after="3")
        sales = client(fake)
        results = await asyncio.gather(
            *(submit(sales, f"order-{number}") for number in range(20)), return_exceptions=True
        )
        assert fake.tokens == 1
        for error in results:
            assert isinstance(error, VendorUnavailable)
            assert (error.may_have_effect, error.retry_after_s) == (False, 3)
        # Each has an error of its own: what becomes of one operation is not told of the others.
        assert len({id(error) for error in results}) == 20
        assert len({str(error) for error in results}) == 1

    virtually(main())


def test_who_is_cancelled_while_a_token_is_renewed_has_sent_nothing() -> None:
    async def main() -> None:
        fake = FakeSales()
        sales = client(fake)
        loop = asyncio.get_running_loop()
        first = loop.create_task(submit(sales, "order-1", "op-1"))
        await asyncio.sleep(0.01)
        waiting = loop.create_task(submit(sales, "order-2", "op-2"))
        await asyncio.sleep(0.01)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError) as caught:
            await waiting
        assert was_unsent(caught.value)
        assert await first == "ord_0"

    virtually(main())


@pytest.mark.parametrize("step", [NoConnection(), Lost(), reply(503, {})], ids=["no connection", "lost", "503"])
def test_an_order_that_is_there_and_could_not_be_seen_may_be_this_one(step: Step) -> None:
    """The vendor has forgotten the key and says that the order exists: whose it is, only a look can tell."""

    async def main() -> None:
        fake = FakeSales()
        sales = client(fake)
        await submit(sales)
        fake.saved.clear()
        fake.script.extend([None, step])
        with pytest.raises(ServiceError) as caught:
            await submit(sales)
        assert caught.value.may_have_effect

    virtually(main())


def test_when_an_early_renewal_fails_the_old_token_serves_until_its_end() -> None:
    async def main() -> None:
        fake = FakeSales()
        sales = client(fake)
        await submit(sales, "order-1", "op-1")
        await asyncio.sleep(0.9 * 900)
        fake.token_answer = reply(500, {})
        await submit(sales, "order-2", "op-2")
        await asyncio.sleep(0.2 * 900)
        with pytest.raises(VendorUnavailable):
            await submit(sales, "order-3", "op-3")

    virtually(main())


def test_when_the_one_that_asked_for_a_renewal_is_cancelled_the_others_get_its_token() -> None:
    async def main() -> None:
        fake = FakeSales()
        sales = client(fake)
        loop = asyncio.get_running_loop()
        first = loop.create_task(submit(sales, "order-1", "op-1"))
        second = loop.create_task(submit(sales, "order-2", "op-2"))
        await asyncio.sleep(0.01)
        first.cancel()
        assert await second == "ord_0"
        assert (fake.effects, fake.tokens) == (["op-2"], 1)

    virtually(main())


def test_the_order_that_exists_for_the_same_operation_is_this_order() -> None:
    async def main() -> None:
        fake = FakeSales()
        sales = client(fake)
        first = await submit(sales)
        fake.saved.clear()  # the vendor has forgotten its keys
        assert await submit(sales) == first
        assert fake.effects == ["op-1"]

    virtually(main())


def test_the_order_of_somebody_else_under_the_same_business_key_is_a_refusal() -> None:
    async def main() -> None:
        fake = FakeSales()
        sales = client(fake)
        await submit(sales, "order-1", "op-1")
        with pytest.raises(VendorRefused) as caught:
            await submit(sales, "order-1", "op-2")
        assert (caught.value.status, caught.value.code) == (409, "duplicate-order")

    virtually(main())


def test_an_order_is_found_by_its_business_key() -> None:
    async def main() -> None:
        sales = client(FakeSales())
        sales_id = await submit(sales)
        (order,) = await sales.find_orders("order-1", operation_id="op-1")
        assert (order.id, order.operation_id) == (sales_id, "op-1")
        assert await sales.find_orders("order-2", operation_id="op-1") == []

    virtually(main())


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (409, "idempotency-in-progress", VendorBusy),
        (409, "order-not-cancellable", VendorRefused),
        (422, "idempotency-key-reused", VendorRefused),
        (502, None, VendorUnavailable),
    ],
)
def test_a_problem_document_becomes_its_error(status: int, code: str | None, kind: type[ServiceError]) -> None:
    fake = FakeSales()
    fake.always = reply(status, {"code": code, "title": "no", "detail": "because"}, retry_after="1")
    with pytest.raises(ServiceError) as caught:
        virtually(submit(client(fake)))
    assert type(caught.value) is kind
    assert (caught.value.code, caught.value.text) == (code, "because")
