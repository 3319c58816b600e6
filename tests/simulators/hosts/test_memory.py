"""The host in memory, in virtual time."""

import asyncio
import json
from dataclasses import replace
from typing import Any

import pytest

from brownout_simulators.agenda import OutgoingWebhook
from brownout_simulators.faults import rule_from_json
from brownout_simulators.hosts.memory import MemoryClosed, MemoryHost, MemoryReset
from brownout_simulators.simulator import Simulator
from brownout_simulators.vendor import Vendor
from tests.simulators.toy import TILL, Till
from tests.support.aio import virtually

HEADERS = {"Authorization": "Bearer till_test_a", "Content-Type": "application/json"}


def host(*rules: dict[str, Any], deliver: Any = None, vendor: Vendor[Till] = TILL) -> MemoryHost:
    loop = asyncio.get_running_loop()
    simulator: Simulator[Till] = Simulator(vendor, clock=loop.time, epoch_s=1.7e9, seed=7)
    simulator.schedule([rule_from_json({"id": f"r{n}", "vendor": "till", **rule}) for n, rule in enumerate(rules)])
    return MemoryHost(simulator, deliver=deliver)


async def charge(till: MemoryHost, **more: Any) -> Any:
    status, headers, body = await till.exchange(
        "POST", "/v1/charges?x=1", HEADERS, json.dumps({"amount": 5, **more}).encode()
    )
    return status, headers, json.loads(body)


def test_a_call_without_waits_is_answered_at_once() -> None:
    async def main() -> None:
        till = host()
        status, headers, body = await charge(till)
        assert (status, body["amount"]) == (200, 5)
        assert "till-request" in headers
        assert asyncio.get_running_loop().time() == 0.0

    virtually(main())


def test_latency_takes_exactly_as_long_as_asked() -> None:
    async def main() -> None:
        till = host({"latency": {"fixed_s": 2.5}})
        await charge(till)
        assert asyncio.get_running_loop().time() == 2.5

    virtually(main())


def test_a_client_that_gives_up_does_not_stop_the_vendor() -> None:
    async def main() -> None:
        till = host({"latency": {"fixed_s": 2.0}})
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(1.0):
                await charge(till)
        assert len(till.simulator.accounts["a"].state.charges) == 0
        await asyncio.sleep(1.5)
        assert len(till.simulator.accounts["a"].state.charges) == 1
        assert [row["entry"] for row in till.simulator.ledger.rows()] == ["effect", "request"]

    virtually(main())


def test_resets_and_closes_are_errors_of_their_own_and_tell_what_had_arrived() -> None:
    async def main() -> None:
        with pytest.raises(MemoryReset) as reset:
            await charge(host({"drop_after_effect": {}}))
        assert reset.value.partial is None
        with pytest.raises(MemoryClosed) as closed:
            await charge(host({"truncate": {}}))
        assert closed.value.partial is not None
        assert closed.value.partial[0] == 200
        with pytest.raises(MemoryClosed):
            await charge(host({"malform": {"how": "chunk"}}))

    virtually(main())


@pytest.mark.parametrize("rule", [{"hang": {}}, {"drop_after_effect": {"ending": "hang"}}])
def test_a_hang_lasts_until_the_client_gives_up(rule: dict[str, Any]) -> None:
    async def main() -> None:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(1_000.0):
                await charge(host(rule))

    virtually(main())


def test_streams_and_drips_take_their_time() -> None:
    async def main() -> None:
        status, _, body = await host().exchange("GET", "/v1/stream", HEADERS)
        assert (status, body, asyncio.get_running_loop().time()) == (200, b"one two three", 1.0)
        assert (await charge(host({"drip": {"over_s": 3.0}})))[0] == 200
        assert asyncio.get_running_loop().time() == pytest.approx(4.0)

    virtually(main())


def test_webhooks_go_to_the_callable_and_are_tried_again_where_it_fails() -> None:
    async def main() -> None:
        seen: list[tuple[float, int]] = []

        async def deliver(webhook: OutgoingWebhook) -> int | None:
            seen.append((asyncio.get_running_loop().time(), webhook.attempt))
            if len(seen) == 1:
                raise ConnectionRefusedError
            if len(seen) == 2:
                await asyncio.sleep(3_600.0)
            return 200

        till = host(deliver=deliver)
        await till.exchange("POST", "/v1/endpoints", HEADERS, b'{"url": "http://127.0.0.1:1/"}')
        await charge(till, settle_after_s=1000.0)
        await asyncio.sleep(2_000.0)
        assert seen == [(0.0, 1), (5.0, 2), (60.0, 3), (1000.0, 1)]
        assert till.simulator.agenda.open_webhooks == 0
        await till.close()

    virtually(main())


def test_closing_stops_what_is_being_delivered() -> None:
    async def main() -> None:
        async def deliver(webhook: OutgoingWebhook) -> int | None:
            await asyncio.sleep(5.0)
            return 200

        till = host(deliver=deliver)
        await till.exchange("POST", "/v1/endpoints", HEADERS, b'{"url": "http://127.0.0.1:1/"}')
        await charge(till)
        await asyncio.sleep(1.0)
        await till.close()
        assert till.simulator.outbox.counts()["delivered"] == 0

    virtually(main())


def test_the_control_api_answers_in_memory_too() -> None:
    async def main() -> None:
        status, _, body = await host().exchange("GET", "/_brownout/status", {})
        assert (status, json.loads(body)["vendor"]) == (200, "till")

    virtually(main())


def test_the_same_seed_gives_the_same_books() -> None:
    async def main() -> list[Any]:
        till = host(
            {"latency": {"lognormal": {"p50_s": 0.2, "p99_s": 2.0}}}, {"respond": {"status": 503}, "share": 0.3}
        )

        async def one(number: int) -> None:
            await asyncio.sleep(number * 0.01)
            await till.exchange(
                "POST", "/v1/charges", {**HEADERS, "X-Correlation-ID": f"op-{number}"}, b'{"amount": 1}'
            )

        async with asyncio.TaskGroup() as group:
            for number in range(100):
                group.create_task(one(number))
        return list(till.simulator.ledger.rows())

    assert virtually(main()) == virtually(main())


def test_a_stream_is_under_way_until_its_last_chunk_is_out() -> None:
    async def main() -> None:
        till = host()
        reading = asyncio.get_running_loop().create_task(till.exchange("GET", "/v1/stream", HEADERS))
        await asyncio.sleep(0.25)
        assert (till.simulator.in_flight, till.simulator.accounts["a"].in_flight) == (1, 1)
        assert list(till.simulator.ledger.rows()) == []
        await reading
        (row,) = till.simulator.ledger.rows()
        assert (row["finished_s"], row["ending"], till.simulator.in_flight) == (1.0, "complete", 0)

    virtually(main())


def test_a_stream_holds_its_place_in_a_limit_until_its_last_chunk_is_out() -> None:
    async def main() -> None:
        till = host()
        till.simulator.schedule([], limits={"at-once": {"concurrency": 1}})
        reading = asyncio.get_running_loop().create_task(till.exchange("GET", "/v1/stream", HEADERS))
        await asyncio.sleep(0.25)
        assert (await charge(till))[0] == 429
        await reading
        assert (await charge(till))[0] == 200

    virtually(main())


def test_a_client_that_leaves_a_stream_ends_the_call_and_is_booked_as_left() -> None:
    async def main() -> None:
        till = host()
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.6):
                await till.exchange("GET", "/v1/stream", HEADERS)
        (row,) = till.simulator.ledger.rows()
        assert (row["ending"], row["status"], row["finished_s"]) == ("left", 200, 0.6)
        assert till.simulator.in_flight == 0

    virtually(main())


def test_an_answer_to_a_client_that_had_given_up_is_booked_as_left() -> None:
    async def main() -> None:
        till = host({"latency": {"fixed_s": 2.0}})
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(1.0):
                await charge(till)
        await asyncio.sleep(2.0)
        effect, row = till.simulator.ledger.rows()
        assert (effect["entry"], row["ending"], row["finished_s"]) == ("effect", "left", 2.0)

    virtually(main())


def test_a_hang_is_under_way_until_the_client_gives_up() -> None:
    async def main() -> None:
        till = host({"hang": {}})
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(3.0):
                await charge(till)
        (row,) = till.simulator.ledger.rows()
        assert (row["ending"], row["finished_s"], till.simulator.in_flight) == ("hang", 3.0, 0)

    virtually(main())


@pytest.mark.parametrize("latency", [[], [{"latency": {"fixed_s": 1.0}}]])
def test_a_defect_of_the_simulator_is_a_problem_a_500_and_a_row_whenever_it_happens(
    latency: list[dict[str, Any]],
) -> None:
    def broken(*_given: Any) -> None:
        raise KeyError("a defect outside of any action")

    async def main() -> None:
        till = host(*latency, vendor=replace(TILL, decorate=broken))
        async with asyncio.timeout(10.0):
            status, _, body = await till.exchange("POST", "/v1/charges", HEADERS, b'{"amount": 5}')
        assert (status, b"defect" in body) == (500, True)
        (problem,) = till.simulator.problems
        assert "KeyError" in problem
        assert [row["status"] for row in till.simulator.ledger.rows() if row["entry"] == "request"] == [500]
        assert till.simulator.in_flight == 0

    virtually(main())


def test_a_receiver_that_breaks_is_a_problem_and_no_answer() -> None:
    async def main() -> None:
        async def deliver(webhook: OutgoingWebhook) -> int | None:
            raise KeyError("the receiver has a defect")

        till = host(deliver=deliver)
        await till.exchange("POST", "/v1/endpoints", HEADERS, b'{"url": "http://127.0.0.1:1/"}')
        await charge(till)
        await asyncio.sleep(1.0)
        (problem,) = till.simulator.problems
        assert "KeyError" in problem
        await till.close()

    virtually(main())


# -- a queue ---------------------------------------------------------------------------------------------------------


def test_who_queues_is_answered_in_turn_and_who_gave_up_is_served_all_the_same() -> None:
    async def main() -> None:
        till = host({"serve": {"at_once": 1, "each": {"fixed_s": 2.0}}})
        loop = asyncio.get_running_loop()

        async def impatient() -> None:
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(1.0):
                    await charge(till)

        async def patient() -> float:
            assert (await charge(till))[0] == 200
            return loop.time()

        first, *_, last = await asyncio.gather(patient(), impatient(), impatient(), patient())
        assert (first, last) == (2.0, 8.0)
        books = list(till.simulator.ledger.rows())
        assert sum(row["entry"] == "effect" for row in books) == 4
        requests = [row for row in books if row["entry"] == "request"]
        assert [(row["ending"], row["queued_s"]) for row in requests] == [
            ("complete", 0.0), ("left", 2.0), ("left", 4.0), ("complete", 6.0),
        ]  # fmt: skip

    virtually(main())


def test_a_place_that_a_window_gives_back_is_taken_once() -> None:
    """Who looks whether there is one, and finds that it is his own, is not woken beside."""
    unheard: list[str] = []

    async def main() -> None:
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda _loop, context: unheard.append(str(context)))
        few = {"serve": {"at_once": 1, "each": {"fixed_s": 3.0}}, "window": {"start_s": 0.0, "end_s": 5.0}}
        till = host({"serve": {"at_once": 3, "each": {"fixed_s": 3.0}}}, few)
        await asyncio.gather(*(charge(till) for _ in range(6)))
        requests = [row for row in till.simulator.ledger.rows() if row["entry"] == "request"]
        assert [row["queued_s"] for row in requests] == pytest.approx([0, 3, 5, 5, 6, 8])
        assert [row["given_work_s"] for row in requests] == pytest.approx([3.0] * 6)

    virtually(main())
    assert unheard == []


def test_a_reset_closes_the_connections_of_those_who_wait_and_leaves_no_timer() -> None:
    async def main() -> None:
        till = host({"serve": {"at_once": 1, "each": {"fixed_s": 2.0}}})
        asked = [asyncio.ensure_future(charge(till)) for _ in range(5)]
        await asyncio.sleep(1.0)
        till.simulator.reset()
        assert [type(each) for each in await asyncio.gather(*asked, return_exceptions=True)] == [MemoryClosed] * 5
        assert till.simulator.in_flight == 0
        await asyncio.sleep(100.0)
        assert list(till.simulator.ledger.rows()) == []
        assert till.simulator.problems == []

    virtually(main())
