"""The official Python SDK, blocking and asynchronous, over real sockets, cannot tell the simulator from Twilio.

Each test is one of the conformance checks; `docs/vendors/twilio.md` lists them.
"""

import re
import time
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

import pytest
from twilio.base.exceptions import TwilioRestException  # type: ignore[import-untyped]
from twilio.request_validator import RequestValidator  # type: ignore[import-untyped]

from brownout_simulators.faults import rule_from_json
from brownout_simulators.vendors.twilio import VENDOR, calls, delivery, senders
from brownout_simulators.vendors.twilio.owned import default_service_sid
from tests.simulators.vendors.twilio.sdk import SID, TOKEN, Sdk
from tests.support.served import PATIENCE_S, Served

# The SDK's own doing, on its asynchronous side.
pytestmark = [
    pytest.mark.filterwarnings("ignore:BasicAuth is deprecated:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:The 'auth' parameter is deprecated:DeprecationWarning"),
]

FROM = "+15005550006"
TO = "+12025550123"
SERVICE = default_service_sid(SID)
TWILIO_VERIFY = "VA" + SID[2:]


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with Served(VENDOR).up() as served:
        yield served


@pytest.fixture(autouse=True)
def quick(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """A clean simulator whose carriers are fast."""
    for name in ("ACCEPTED_FOR_S", "SENDING_FOR_S", "RECEIPT_AFTER_S"):
        monkeypatch.setattr(delivery, name, 0.1)
    monkeypatch.setattr(senders, "QUEUED_FOR_S", 0.1)
    for name in ("QUEUED_FOR_S", "RINGING_FOR_S", "TALKING_FOR_S"):
        monkeypatch.setattr(calls, name, 0.1)
    served.do(served.simulator.reset)
    assert served.received.empty()


@pytest.fixture(params=["sync", "async"])
def sdk(served: Served, request: pytest.FixtureRequest) -> Iterator[Sdk]:
    sdk = Sdk(served.url, asynchronous=request.param == "async")
    yield sdk
    sdk.close()


def _send(sdk: Sdk, **fields: Any) -> Any:
    return sdk(sdk.client.messages, "create", **{"to": TO, "from_": FROM, "body": "hello", **fields})


def _until(look: Callable[[], Any], final: set[str]) -> list[str]:
    """The different statuses seen, up to a final one."""
    deadline_s = time.monotonic() + PATIENCE_S
    seen: list[str] = []
    while time.monotonic() < deadline_s:
        status = look().status
        if not seen or seen[-1] != status:
            seen.append(status)
        if status in final:
            return seen
    raise AssertionError(f"never final: {seen}")


def _code(work: Callable[[], Any]) -> tuple[int, int]:
    with pytest.raises(TwilioRestException) as caught:
        work()
    return caught.value.status, caught.value.code


def test_01_a_message_is_created_queued(sdk: Sdk) -> None:
    message = _send(sdk)
    assert sdk.exchanges[-1].status == 201
    assert re.fullmatch(r"SM[0-9a-f]{32}", message.sid)
    assert (message.status, message.date_sent, message.num_segments, message.price) == ("queued", None, "1", None)
    assert message.date_created.year == 2025


def test_02_a_status_only_moves_forward(sdk: Sdk) -> None:
    message = _send(sdk)
    seen = _until(lambda: sdk(sdk.client.messages(message.sid), "fetch"), {"delivered"})
    order = ["queued", "sending", "sent", "delivered"]
    assert all(order.index(before) < order.index(after) for before, after in pairwise(seen))


@pytest.mark.parametrize(
    ("to", "code"),
    [("+15005550001", 21211), ("+15005550002", 21612), ("+15005550003", 21408), ("+15005550004", 21610),
     ("+15005550009", 21614)],
)  # fmt: skip
def test_03_magic_recipients_are_refused(sdk: Sdk, to: str, code: int) -> None:
    assert _code(lambda: _send(sdk, to=to)) == (400, code)


def test_04_wrong_token_unknown_sid_and_empty_body(sdk: Sdk) -> None:
    _send(sdk)
    stranger = sdk.aimed(SID, "wrong")
    assert _code(lambda: sdk(stranger.messages, "create", to=TO, from_=FROM, body="x")) == (401, 20003)
    assert _code(lambda: sdk(sdk.client.messages("SM" + "0" * 32), "fetch")) == (404, 20404)
    assert _code(lambda: _send(sdk, body="")) == (400, 21602)


def test_05_lists_are_paged_newest_first(sdk: Sdk) -> None:
    sids = [_send(sdk).sid for _ in range(23)]
    before = len(sdk.exchanges)
    listed = [message.sid for message in sdk(sdk.client.messages, "list", page_size=10)]
    assert listed == sids[::-1]
    assert len(sdk.exchanges) - before == 3
    assert len(sdk(sdk.client.messages, "list", limit=5)) == 5
    assert len(sdk.exchanges) - before == 4
    assert sdk.exchanges[-1].params["PageSize"] == 5


def test_06_paging_links_never_leave_the_simulator(sdk: Sdk) -> None:
    for number in range(5):
        sdk(sdk.client.verify.v2.services, "create", friendly_name=f"service {number}")
    listed = sdk(sdk.client.verify.v2.services, "list", page_size=3)
    assert [service.friendly_name for service in listed] == [f"service {number}" for number in (4, 3, 2, 1, 0)]
    assert all(exchange.url.startswith(sdk.url) for exchange in sdk.exchanges)


def test_07_a_message_is_called_back_for_sent_and_delivered(served: Served, sdk: Sdk) -> None:
    message = _send(sdk, status_callback=f"{served.receiver_url}/status?operation_id=op-1")
    callbacks = [served.next_webhook() for _ in range(2)]
    assert [callback.form["MessageStatus"] for callback in callbacks] == ["sent", "delivered"]
    validator = RequestValidator(TOKEN)
    for callback in callbacks:
        assert callback.form["MessageSid"] == message.sid
        given = callback.headers["X-Twilio-Signature"]
        assert validator.validate(callback.url, callback.form, given)
        assert not validator.validate(callback.url, {**callback.form, "MessageStatus": "read"}, given)
        assert callback.headers["I-Twilio-Idempotency-Token"]
    served.settle()
    assert served.received.empty()


def test_08_a_messaging_service_accepts_first(served: Served, sdk: Sdk) -> None:
    message = sdk(
        sdk.client.messages,
        "create",
        to=TO,
        messaging_service_sid=SERVICE,
        body="x",
        status_callback=f"{served.receiver_url}/status",
    )
    assert (message.status, message.from_) == ("accepted", None)
    statuses = [served.next_webhook().form["MessageStatus"] for _ in range(3)]
    assert statuses == ["queued", "sent", "delivered"]


def test_09_a_deleted_message_is_gone(sdk: Sdk) -> None:
    message = _send(sdk)
    _until(lambda: sdk(sdk.client.messages(message.sid), "fetch"), {"delivered"})
    assert sdk(sdk.client.messages(message.sid), "delete") is True
    assert _code(lambda: sdk(sdk.client.messages(message.sid), "fetch")) == (404, 20404)


@pytest.mark.thorough
def test_10_above_the_ceiling_calls_are_refused_and_not_processed(served: Served, sdk: Sdk) -> None:
    slow = rule_from_json({"id": "slow", "vendor": "twilio", "match": "POST *", "latency": {"fixed_s": 0.8}})
    served.do(lambda: served.simulator.schedule([slow], limits={"concurrency": {"concurrency": 5}}))
    results = sdk.at_once(20, sdk.client.messages, "create", to=TO, from_=FROM, body="x")
    refused = [result for result in results if isinstance(result, TwilioRestException)]
    assert refused
    assert {(error.status, error.code) for error in refused} == {(429, 20429)}
    assert len(refused) < len(results)
    created = [exchange for exchange in sdk.exchanges if exchange.status == 201]
    assert len(created) + len(refused) == len(results)
    served.do(lambda: served.simulator.schedule([], limits={}))
    assert len(sdk(sdk.client.messages, "list")) == len(created) == len(served.effects())
    assert all(int(exchange.headers["twilio-concurrent-requests"]) >= 1 for exchange in sdk.exchanges)
    assert max(int(exchange.headers["twilio-concurrent-requests"]) for exchange in sdk.exchanges) > 1
    assert len({exchange.headers["twilio-request-id"] for exchange in sdk.exchanges}) == len(sdk.exchanges)


def test_11_a_429_fails_at_once(served: Served, sdk: Sdk) -> None:
    throttle = rule_from_json({"id": "t", "vendor": "twilio", "sequence": "FFF.", "throttle": {}})
    served.do(lambda: served.simulator.schedule([throttle]))
    for _ in range(3):
        assert _code(lambda: _send(sdk)) == (429, 20429)
    assert "retry-after" not in sdk.exchanges[-1].headers
    assert len(sdk.exchanges) == 3
    assert served.effects() == []


def test_12_a_code_is_verified_once(sdk: Sdk) -> None:
    sid = sdk(sdk.client.verify.v2.services, "create", friendly_name="shop").sid
    service = sdk.client.verify.v2.services(sid)
    started = sdk(service.verifications, "create", to=TO, channel="sms")
    assert (started.status, started.valid) == ("pending", False)
    wrong = sdk(service.verification_checks, "create", to=TO, code="000000")
    assert (wrong.status, wrong.valid) == ("pending", False)
    right = sdk(service.verification_checks, "create", to=TO, code=TO[-6:])
    assert (right.status, right.valid) == ("approved", True)
    again = _code(lambda: sdk(service.verification_checks, "create", to=TO, code=TO[-6:]))
    assert again == (404, 20404)


@pytest.mark.thorough
def test_13_a_call_completes_and_its_callbacks_are_numbered(served: Served, sdk: Sdk) -> None:
    fields = {"to": TO, "from_": FROM, "twiml": "<Response/>", "status_callback": f"{served.receiver_url}/call"}
    events = ["initiated", "ringing", "answered", "completed"]
    call = sdk(sdk.client.calls, "create", **fields, status_callback_event=events)
    assert call.status == "queued"
    callbacks = [served.next_webhook().form for _ in range(4)]
    assert [callback["SequenceNumber"] for callback in callbacks] == ["0", "1", "2", "3"]
    assert sdk(sdk.client.calls(call.sid), "fetch").status == "completed"
    sdk(sdk.client.calls, "create", **fields)
    assert served.next_webhook().form["CallStatus"] == "completed"
    served.settle()
    assert served.received.empty()


def test_14_a_number_is_looked_up(sdk: Sdk) -> None:
    numbers = sdk.client.lookups.v2.phone_numbers
    assert sdk(numbers("+15005550006"), "fetch").valid is True
    invalid = sdk(numbers("123"), "fetch")
    assert sdk.exchanges[-1].status == 200
    assert (invalid.valid, invalid.validation_errors) == (False, ["TOO_SHORT"])


def test_15_a_messaging_service_is_a_resource_with_numbers_in_its_pool(sdk: Sdk) -> None:
    services = sdk.client.messaging.v1.services
    sid = sdk(services, "create", friendly_name="shop", sticky_sender=True).sid
    pool = sdk.client.messaging.v1.services(sid).phone_numbers
    numbers = ["+12025550100", "+12025550101"]
    for number in numbers:
        bought = sdk(sdk.client.incoming_phone_numbers, "create", phone_number=number)
        sdk(pool, "create", phone_number_sid=bought.sid)
    listed = sdk(pool, "list", page_size=1)
    assert [number.phone_number for number in listed] == numbers[::-1]
    assert _code(lambda: sdk(pool, "create", phone_number_sid=listed[0].sid)) == (409, 21710)
    message = sdk(sdk.client.messages, "create", to=TO, messaging_service_sid=sid, body="x")
    assert message.status == "accepted"
    _until(lambda: sdk(sdk.client.messages(message.sid), "fetch"), {"delivered"})
    assert sdk(sdk.client.messages(message.sid), "fetch").from_ in numbers
    assert sdk(services(sid), "update", sticky_sender=False).sticky_sender is False
    for number in listed:
        assert sdk(pool(number.sid), "delete") is True
    empty = {"to": TO, "messaging_service_sid": sid, "body": "x"}
    assert _code(lambda: sdk(sdk.client.messages, "create", **empty)) == (400, 21704)
    assert sdk(services(sid), "delete") is True
    assert _code(lambda: sdk(services(sid), "fetch")) == (404, 20404)


def test_16_a_sender_sends_at_its_rate_and_its_queue_can_be_full(served: Served, sdk: Sdk) -> None:
    setup = {"segments_per_s": {"+12025550100": 0.1}, "queue_s": 30}
    served.do(lambda: served.simulator.schedule([], setup=setup))
    sids = [_send(sdk, from_="+12025550100").sid for _ in range(3)]
    assert _code(lambda: _send(sdk, from_="+12025550100")) == (400, 21611)
    assert len(served.effects()) == 3
    served.do(lambda: served.simulator.advance(12))
    assert sdk(sdk.client.messages(sids[2]), "fetch").status == "queued"
    assert _send(sdk, from_="+12025550100").status == "queued"
    served.do(lambda: served.simulator.schedule([], setup={}))


def test_17_a_callback_urls_fragment_asks_for_retries(served: Served, sdk: Sdk) -> None:
    refused = f"{served.receiver_url}/status"
    _send(sdk, to="+15005520001", status_callback=f"{refused}#rc=2&rp=all")
    assert served.next_webhook().url == refused


@pytest.mark.parametrize(
    ("fields", "code"),
    [({"to": FROM}, 21266), ({"media_url": ["cat.png"]}, 21620), ({"media_url": ["http://a.example/1"] * 11}, 21623),
     ({"messaging_service_sid": SERVICE, "schedule_type": "fixed", "send_at": "2025-10-09T09:00:00Z"}, 35114)],
)  # fmt: skip
def test_18_what_cannot_be_sent_is_refused_with_its_code(sdk: Sdk, fields: dict[str, Any], code: int) -> None:
    assert _code(lambda: _send(sdk, **fields)) == (400, code)
    service = sdk.client.verify.v2.services(TWILIO_VERIFY)
    assert _code(lambda: sdk(service.verification_checks, "create", to=TO, code="123")) == (400, 60200)


def test_19_a_second_secret_of_an_api_key_is_none(sdk: Sdk) -> None:
    key = "SK" + SID[2:]
    for secret, expected in (("first", None), ("second", (401, 20003)), ("first", None)):
        keyed = sdk.aimed(key, secret, SID)
        if expected is None:
            assert sdk(keyed.messages, "create", to=TO, from_=FROM, body="x").status == "queued"
        else:
            assert _code(lambda: sdk(keyed.messages, "create", to=TO, from_=FROM, body="x")) == expected  # noqa: B023


def test_an_answer_that_is_lost_hides_a_message_that_was_sent(served: Served, sdk: Sdk) -> None:
    lost = rule_from_json({"id": "l", "vendor": "twilio", "match": "POST *", "drop_after_effect": {}})
    served.do(lambda: served.simulator.schedule([lost]))
    with pytest.raises(Exception, match=r"(?i)reset|disconnected|aborted"):
        _send(sdk)
    served.do(lambda: served.simulator.schedule([]))
    assert [message.to for message in sdk(sdk.client.messages, "list", to=TO)] == [TO]
    assert len(served.effects()) == 1
