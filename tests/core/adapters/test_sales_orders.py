"""The sales system's adapter as an `OrderService`, against the simulator: what it does, what refusals become."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

import pytest

from brownout_core.adapters.sales import OFF, Line, Order, SalesClient, Site
from brownout_core.errors import (
    AuthenticationFailed,
    ServiceError,
    Throttled,
    VendorBusy,
    VendorError,
    VendorRefused,
    VendorUnavailable,
)
from brownout_core.services.orders import OrderService
from brownout_core.transport import Request, Response
from brownout_core.transports.memory import MemoryTransport
from brownout_simulators.faults import rule_from_json
from brownout_simulators.vendors.sales import VENDOR
from brownout_simulators.vendors.sales.magic import RATE_LIMIT_MODES
from tests.core.fakes import ACCESS, wire
from tests.simulators.vendors.sales.bench import SalesBench
from tests.support.aio import virtually

SITE: Final = Site(line1="1 Main St", city="Springfield", postal_code="12345", country="us")
KIND_OF: Final[Mapping[int, type[VendorError]]] = {401: AuthenticationFailed, 429: Throttled}
OTHERWISE: Final[Mapping[str, type[VendorError]]] = {"idempotency-in-progress": VendorBusy}


def service(bench: SalesBench, client_id: str = "client") -> OrderService:
    async def ask(request: Request) -> Response:
        headers = {name.lower(): value for name, value in request.headers.items()}
        target = request.url.removeprefix("http://sales.test")
        return Response(*_whole(bench, request.method, target, request.body, headers))

    return SalesClient(replace(ACCESS["sales"], client_id=client_id), wire(MemoryTransport(ask)))


def _whole(
    bench: SalesBench, method: str, target: str, body: bytes, headers: Mapping[str, str]
) -> tuple[int, Mapping[str, str], bytes]:
    answer = bench.send(method, target, body, headers=headers)
    return answer.status, answer.headers, answer.body


async def place(orders: OrderService, order_id: str = "A-1", operation_id: str = "op-1", sku: str = "PUMP") -> Order:
    return await orders.submit_order(
        operation_id=operation_id,
        idempotency_key=f"place_order-{operation_id}",
        order_id=order_id,
        customer="Ada",
        site=SITE,
        lines=[Line(sku=sku, quantity=2, unit_price=1050)],
        currency="usd",
    )


async def cancel(orders: OrderService, sales_id: str, key: str = "cancel-op-1-first") -> Order:
    return await orders.cancel_order(sales_id, operation_id="op-1", idempotency_key=key, reason="not wanted")


def test_an_order_is_placed_once_found_followed_and_cancelled_once() -> None:
    bench = SalesBench()

    async def main() -> None:
        orders = service(bench)
        made = await place(orders)
        assert await place(orders) == made
        assert await orders.find_orders("A-1", operation_id="op-1") == [made]
        assert await orders.find_orders("A-2", operation_id="op-1") == []
        bench.pass_time(0.06)
        assert (await orders.fetch_order(made.id, operation_id="op-1")).status == "validated"
        asked = await cancel(orders, made.id)
        assert asked.status == "cancel_requested"
        assert await cancel(orders, made.id) == asked
        bench.pass_time(60)
        assert (await cancel(orders, made.id, "cancel-op-1-again")).status == "cancelled"
        assert {asked.status, "cancelled"} <= OFF

    virtually(main())
    assert bench.kinds() == ["sales.order", "sales.order_cancellation"]


def test_an_order_whose_key_was_forgotten_is_the_same_order_by_its_business_key() -> None:
    bench = SalesBench()

    async def main() -> None:
        made = await place(service(bench))
        bench.pass_time(86_401)
        again = await place(service(bench))
        assert again.id == made.id
        with pytest.raises(VendorRefused) as caught:
            await place(service(bench), operation_id="op-2")
        assert caught.value.code == "duplicate-order"

    virtually(main())
    assert len(bench.effects()) == 1


def test_what_has_begun_is_not_cancelled() -> None:
    bench = SalesBench()

    async def main() -> None:
        orders = service(bench)
        made = await place(orders, sku="PYX-CANCELRACE")
        bench.pass_time(60)
        with pytest.raises(VendorRefused) as caught:
            await cancel(orders, made.id)
        assert (caught.value.code, caught.value.may_have_effect) == ("order-not-cancellable", False)

    virtually(main())


@pytest.mark.parametrize("code", sorted(VENDOR.named_errors))
def test_each_of_the_systems_errors_becomes_one_of_ours(code: str) -> None:
    bench = SalesBench()
    bench.is_described = False
    status = VENDOR.named_errors[code].status
    kind = OTHERWISE.get(code) or KIND_OF.get(status) or (VendorUnavailable if status >= 500 else VendorRefused)
    rule = {"id": "r", "vendor": "sales", "match": "POST /api/*", "respond": {"error": code}}
    bench.simulator.schedule([rule_from_json(rule)])
    with pytest.raises(ServiceError) as caught:
        virtually(place(service(bench)))
    assert type(caught.value) is kind
    assert caught.value.code == code
    # Only what may have been done is in doubt; a refusal is one.
    assert caught.value.may_have_effect is (kind in {VendorUnavailable, VendorBusy})
    assert bench.effects() == []


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_failure_from_the_edge_is_one_though_it_is_no_problem_document(status: int) -> None:
    bench = SalesBench()
    rule = {"id": "r", "vendor": "sales", "match": "POST /api/*", "respond": {"status": status}}
    bench.simulator.schedule([rule_from_json(rule)])
    with pytest.raises(VendorUnavailable) as caught:
        virtually(place(service(bench)))
    assert (caught.value.retryable, caught.value.status) == (True, status)


@pytest.mark.parametrize("mode", RATE_LIMIT_MODES)
def test_whatever_a_limits_headers_say_it_is_retry_after_that_is_believed(mode: str) -> None:
    """Of a draft, of an older one, of none, malformed, or that promise a full bucket while they refuse."""
    bench = SalesBench()
    bench.simulator.schedule([], limits={"burst": {"burst": 1, "rate_per_s": 0.2}})

    async def main() -> None:
        orders = service(bench, f"shop.ratelimit-{mode}")
        await place(orders)
        with pytest.raises(Throttled) as caught:
            await place(orders, "A-2", "op-2")
        assert caught.value.retry_after_s == 5.0

    virtually(main())
    assert len(bench.effects()) == 1


@pytest.mark.parametrize(
    ("fault", "wish_s"),
    [
        ({"retry_after_s": 7}, 7.0),
        ({"retry_after_s": 7, "retry_after_form": "date"}, 7.0),
        ({"headers": {"retry-after": "soon"}}, None),
        ({"headers": {"retry-after": "-1"}}, None),
        ({"headers": {"retry-after": "Sun, 06 Nov 1994 08:49:37 GMT"}}, 0.0),
        ({"headers": {"retry-after": "9" * 400}}, 365 * 86_400.0),
        ({"retry_after_s": 1, "means_s": 5}, 1.0),
    ],
    ids=["seconds", "date", "malformed", "negative", "past", "huge", "lying"],
)
def test_a_wish_is_read_in_either_form_and_one_that_is_none_is_no_wish(fault: Any, wish_s: float | None) -> None:
    bench = SalesBench()
    bench.simulator.schedule(
        [rule_from_json({"id": "r", "vendor": "sales", "match": "POST /api/*", "throttle": fault})]
    )
    with pytest.raises(Throttled) as caught:
        virtually(place(service(bench)))
    assert caught.value.retry_after_s == wish_s
