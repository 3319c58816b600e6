"""The sales system's contract over real sockets, with a plain HTTP client. `docs/vendors/sales.md` lists the checks."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, suppress
from email.utils import parsedate_to_datetime
from typing import Any

import aiohttp
import pytest

from brownout_simulators.faults import rule_from_json
from brownout_simulators.vendors.sales import VENDOR
from brownout_simulators.vendors.sales.webhooks import plain_signature, timed_signature
from tests.simulators.vendors.sales.bench import ENDPOINTS, INTAKE, ORDERS, SECRET, order
from tests.support.aio import really
from tests.support.served import Received, Served
from tests.support.vendor_bench import Answer, basic

KEY = "idempotency-key-0001"


@pytest.fixture(scope="module")
def serving() -> Iterator[Served]:
    with Served(VENDOR).up() as served:
        yield served


@pytest.fixture
def served(serving: Served) -> Served:
    serving.do(serving.simulator.reset)
    while not serving.received.empty():
        serving.received.get_nowait()
    return serving


class Client:
    """Knows the contract, keeps a token, retries nothing."""

    def __init__(self, session: aiohttp.ClientSession, url: str, client_id: str) -> None:
        self._session = session
        self._url = url
        self._client = basic(client_id, SECRET)
        self.token = ""

    async def log_in(self) -> Answer:
        form = {"grant_type": "client_credentials", "scope": "orders.read orders.write webhooks.manage"}
        answer = await self._send("POST", "/oauth2/token", {"Authorization": self._client}, data=form)
        self.token = answer.json["access_token"] if answer.status == 200 else ""
        return answer

    async def send(self, method: str, target: str, body: Any = None, **headers: str) -> Answer:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.token:
            named.setdefault("Authorization", f"Bearer {self.token}")
        return await self._send(method, target, named, json=body)

    async def take_in(self, body: Any = None, key: str = KEY, **headers: str) -> Answer:
        return await self.send("POST", INTAKE, order() if body is None else body, Idempotency_Key=key, **headers)

    async def _send(self, method: str, target: str, headers: Mapping[str, str], **more: Any) -> Answer:
        async with self._session.request(method, self._url + target, headers=headers, **more) as response:
            found = {name.lower(): value for name, value in response.headers.items()}
            return Answer(response.status, found, await response.read())


@asynccontextmanager
async def _logged_in(served: Served, client_id: str = "shop") -> AsyncIterator[Client]:
    async with aiohttp.ClientSession() as session:
        client = Client(session, served.url, client_id)
        await client.log_in()
        yield client


def _with_client(served: Served, work: Callable[[Client], Awaitable[None]], client_id: str = "shop") -> None:
    async def main() -> None:
        async with _logged_in(served, client_id) as client:
            await work(client)

    really(main())


def _schedule(served: Served, *rules: Mapping[str, Any], **more: Any) -> None:
    made = [rule_from_json({"id": f"r{place}", "vendor": "sales", **rule}) for place, rule in enumerate(rules)]
    served.do(lambda: served.simulator.schedule(made, **more))


def _requests(served: Served) -> list[dict[str, Any]]:
    return [row for row in served.do(lambda: list(served.simulator.ledger.rows())) if row["entry"] == "request"]


def test_01_an_order_is_taken_in_read_and_listed(served: Served) -> None:
    async def work(client: Client) -> None:
        made = await client.take_in()
        assert made.status == 201
        read = await client.send("GET", made.headers["location"])
        assert read.json["id"] == made.json["id"]
        assert read.headers["etag"].startswith('"v')
        listed = await client.send("GET", f"{ORDERS}?orderId=A-1")
        assert [item["id"] for item in listed.json["data"]] == [made.json["id"]]

    _with_client(served, work)


def test_02_every_answer_carries_its_headers_and_is_in_the_books(served: Served) -> None:
    async def work(client: Client) -> None:
        answers = [
            await client.take_in(X_Correlation_ID="op-1"),
            await client.take_in({}, key="idempotency-key-0002", X_Correlation_ID="op-1"),
            await client.send("GET", "/nowhere", X_Correlation_ID="op-1"),
        ]
        assert [answer.status for answer in answers] == [201, 422, 404]
        for answer in answers:
            assert answer.headers["x-correlation-id"] == "op-1"
            assert parsedate_to_datetime(answer.headers["date"]).year == 2025
        ids = [answer.headers["x-request-id"] for answer in answers]
        booked = [row["request_id"] for row in _requests(served) if row["operation_id"] == "op-1"]
        assert set(ids[:2]) <= set(booked)
        assert served.effects()[0]["operation_id"] == "op-1"

    _with_client(served, work)


def test_03_a_repeated_request_is_replayed_byte_by_byte(served: Served) -> None:
    async def work(client: Client) -> None:
        first = await client.take_in()
        again = await client.send("POST", INTAKE, order(), X_Idempotency_Key=f'"{KEY}"')
        assert (again.status, again.body, again.headers["location"]) == (201, first.body, first.headers["location"])
        assert again.headers["idempotency-replayed"] == "true"
        assert "idempotency-replayed" not in first.headers
        other = await client.take_in(order("A-2"))
        assert (other.status, other.json["code"]) == (422, "idempotency-key-reused")
        assert len(served.effects()) == 1

    _with_client(served, work)


def test_04_a_concurrent_repetition_is_told_to_wait(served: Served) -> None:
    async def work(client: Client) -> None:
        _schedule(served, {"match": "POST *", "latency": {"fixed_s": 1.0}})
        answers = await asyncio.gather(*(client.take_in() for _ in range(5)))
        by_status = sorted(answers, key=lambda answer: answer.status)
        assert [answer.status for answer in by_status] == [201, 409, 409, 409, 409]
        for answer in by_status[1:]:
            assert (answer.json["code"], answer.headers["retry-after"]) == ("idempotency-in-progress", "1")
        assert (await client.take_in()).headers["idempotency-replayed"] == "true"
        assert len(served.effects()) == 1

    _with_client(served, work)


def test_05_the_order_id_protects_where_the_key_does_not(served: Served) -> None:
    async def work(client: Client) -> None:
        made = await client.take_in()
        refused = await client.take_in(key="another-key-00001")
        assert (refused.status, refused.json["existingId"]) == (409, made.json["id"])

    _with_client(served, work)


@pytest.mark.parametrize(
    "fault",
    [{"drop_after_effect": {"ending": "reset"}}, {"drop_after_effect": {"ending": "close"}},
     {"fail_after_effect": {"status": 504, "body": "html", "remembered": False}},
     {"fail_after_effect": {"status": 500, "remembered": False}}, {"truncate": {}}],
)  # fmt: skip
def test_06_an_answer_that_is_lost_after_the_commit_is_replayed(served: Served, fault: Mapping[str, Any]) -> None:
    async def work(client: Client) -> None:
        _schedule(served, {"match": f"POST {INTAKE}", "sequence": "F.", **fault})
        with suppress(aiohttp.ClientError):
            assert (await client.take_in()).status >= 500
        again = await client.take_in()
        assert (again.status, again.headers["idempotency-replayed"]) == (201, "true")
        assert len(served.effects()) == 1

    _with_client(served, work)


@pytest.mark.parametrize("fault", [{"drop_before_effect": {}}, {"respond": {"status": 503}}, {"throttle": {}}])
def test_07_what_failed_before_the_commit_left_nothing(served: Served, fault: Mapping[str, Any]) -> None:
    async def work(client: Client) -> None:
        _schedule(served, {"match": f"POST {INTAKE}", "sequence": "F.", **fault})
        with suppress(aiohttp.ClientError):
            assert (await client.take_in()).status in {429, 503}
        assert served.effects() == []
        again = await client.take_in()
        assert again.status == 201
        assert "idempotency-replayed" not in again.headers

    _with_client(served, work)


@pytest.mark.parametrize("form", ["seconds", "date"])
def test_08_a_503_says_when_to_come_back_in_both_forms(served: Served, form: str) -> None:
    async def work(client: Client) -> None:
        _schedule(served, {"respond": {"status": 503, "retry_after_s": 7, "retry_after_form": form}})
        answer = await client.take_in()
        assert answer.json["type"].endswith("#temporary-reduced-capacity")
        given = answer.headers["retry-after"]
        if form == "date":
            wait = parsedate_to_datetime(given) - parsedate_to_datetime(answer.headers["date"])
            assert 6 <= wait.total_seconds() <= 8
        else:
            assert given == "7"

    _with_client(served, work)


def test_09_an_expired_token_is_cured_by_one_refresh(served: Served) -> None:
    async def work(client: Client) -> None:
        assert (await client.send("GET", ORDERS)).status == 200
        _schedule(served, {"expire_tokens": {}})
        refused = await client.send("GET", ORDERS)
        assert (refused.status, refused.json["code"]) == (401, "token-expired")
        assert (await client.log_in()).status == 200
        assert (await client.send("GET", ORDERS)).status == 200

    _with_client(served, work)


def test_10_above_the_rate_the_answer_says_when(served: Served) -> None:
    async def work(client: Client) -> None:
        _schedule(served, limits={"burst": {"burst": 3, "rate_per_s": 1}})
        answers = [await client.send("GET", ORDERS) for _ in range(6)]
        refused = [answer for answer in answers if answer.status == 429]
        assert refused
        for answer in refused:
            reset_s = int(answer.headers["ratelimit"].rpartition("t=")[2])
            assert int(answer.headers["retry-after"]) >= reset_s
            assert answer.json["violated-policies"] == ["burst"]

    _with_client(served, work)


def test_11_above_twenty_at_once_calls_are_refused_and_not_processed(served: Served) -> None:
    async def work(client: Client) -> None:
        _schedule(served, {"match": "POST *", "latency": {"fixed_s": 1.0}}, limits={"concurrency": True})
        answers = await asyncio.gather(
            *(client.take_in(order(f"A-{n}"), key=f"idempotency-key-{n:04d}") for n in range(25))
        )
        statuses = [answer.status for answer in answers]
        assert set(statuses) == {201, 429}
        assert statuses.count(201) == len(served.effects())
        assert {tuple(a.json["violated-policies"]) for a in answers if a.status == 429} == {("concurrency",)}

    _with_client(served, work)


def _sorted(received: list[Received]) -> list[Any]:
    return sorted((json.loads(one.body) for one in received), key=lambda event: event["sequence"])


def test_12_webhooks_tell_every_state_and_verify(served: Served) -> None:
    async def work(client: Client) -> None:
        made = await client.send("POST", ENDPOINTS, {"url": f"{served.receiver_url}/hook"}, Idempotency_Key=KEY)
        await client.take_in()
        received = [await asyncio.to_thread(served.next_webhook) for _ in range(6)]
        assert [event["sequence"] for event in _sorted(received)] == [1, 2, 3, 4, 5, 6]
        secret = made.json["secret"]
        for one in received:
            assert one.headers["X-Signature"] == plain_signature(secret, one.body)
            second = int(one.headers["X-Pyxis-Signature"].split(",")[0].removeprefix("t="))
            assert one.headers["X-Pyxis-Signature"] == timed_signature([secret], second, one.body)

    _with_client(served, work)


def test_13_webhooks_misbehave_on_command(served: Served) -> None:
    async def work(client: Client) -> None:
        fields = {"url": f"{served.receiver_url}/hook", "events": ["order.received"]}
        made = await client.send("POST", ENDPOINTS, fields, Idempotency_Key=KEY)
        _schedule(served, {"webhooks": {"twice": True}})
        await client.take_in()
        first, second = [await asyncio.to_thread(served.next_webhook) for _ in range(2)]
        assert first.headers["X-Pyxis-Event-Id"] == second.headers["X-Pyxis-Event-Id"]
        _schedule(served, {"webhooks": {"bad_signature": True, "signature_age_s": 600}})
        await client.take_in(order("A-2"), key="idempotency-key-0002")
        bad = await asyncio.to_thread(served.next_webhook)
        assert bad.headers["X-Signature"] != plain_signature(made.json["secret"], bad.body)
        sent_at_s = [int(one.headers["X-Pyxis-Signature"].split(",")[0].removeprefix("t=")) for one in (first, bad)]
        assert sent_at_s[1] < sent_at_s[0] - 300

    _with_client(served, work)


def test_14_a_replica_that_lags_answers_404_and_then_knows(served: Served) -> None:
    async def work(client: Client) -> None:
        made = await client.take_in()
        _schedule(served, {"match": "GET *", "read_after_write_lag": {"lag_s": 3600}})
        young = await client.send("GET", made.headers["location"])
        assert (young.status, young.json["retryable"]) == (404, True)
        _schedule(served)
        assert (await client.send("GET", made.headers["location"])).status == 200

    _with_client(served, work)


def test_15_an_order_completes_and_its_events_have_no_gap(served: Served) -> None:
    async def work(client: Client) -> None:
        made = await client.take_in()
        await asyncio.to_thread(served.settle)
        events = await client.send("GET", made.json["links"]["events"])
        assert [event["sequence"] for event in events.json["data"]] == [1, 2, 3, 4, 5, 6]
        assert events.json["data"][-1]["type"] == "order.completed"
        refused = await client.send("POST", made.json["links"]["cancel"], {"reason": "late"}, Idempotency_Key=KEY)
        assert (refused.status, refused.json["code"]) == (409, "order-not-cancellable")

    _with_client(served, work)


def test_16_a_gateway_in_front_answers_in_html(served: Served) -> None:
    async def work(client: Client) -> None:
        for status in (502, 504):
            _schedule(served, {"respond": {"status": status}})
            answer = await client.take_in()
            assert (answer.status, answer.headers["content-type"]) == (status, "text/html")

    _with_client(served, work)


def test_17_health_and_tokens_need_no_token(served: Served) -> None:
    async def work(client: Client) -> None:
        client.token = ""
        assert (await client.send("GET", "/healthz")).json["status"] == "healthy"
        assert (await client.send("GET", ORDERS)).json["code"] == "token-missing"

    _with_client(served, work)
