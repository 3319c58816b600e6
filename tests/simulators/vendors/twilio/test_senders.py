"""Senders: each at its own rate, and one of a service's numbers for each message."""

from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from brownout_simulators.vendors.twilio.senders import QUEUED_FOR_S
from brownout_simulators.vendors.twilio.settings import QUEUE_S
from tests.simulators.vendors.twilio.bench import ACCOUNT, CALLBACK, FROM, MESSAGES, TO, TwilioBench
from tests.support.examples import examples

LONG_CODE = "+12025550100"
OTHER = "+13105550100"
GERMAN = "+4915112345678"


def _status(bench: TwilioBench, sid: str) -> dict[str, Any]:
    message: dict[str, Any] = bench.send("GET", f"{ACCOUNT}/Messages/{sid}.json").json
    return message


def test_a_long_code_sends_a_segment_a_second_and_the_rest_stay_queued() -> None:
    bench = TwilioBench()
    sids = [bench.message(From=LONG_CODE).json["sid"] for _ in range(5)]
    left = []
    for _ in range(6):
        left.append(sum(_status(bench, sid)["status"] == "queued" for sid in sids))
        bench.pass_time(1.0)
    assert left == [5, 4, 3, 2, 1, 0]
    bench.pass_time(2.0)
    assert [_status(bench, sid)["status"] for sid in sids] == ["delivered"] * 5


def test_a_message_of_three_segments_takes_three_places() -> None:
    bench = TwilioBench()
    bench.message(From=LONG_CODE, Body="x" * 400)
    second = bench.message(From=LONG_CODE).json["sid"]
    bench.pass_time(3.1)
    assert _status(bench, second)["status"] == "queued"
    bench.pass_time(0.2)
    assert _status(bench, second)["status"] == "sending"


def test_an_idle_sender_sends_at_once_and_the_magic_one_sends_all_at_once() -> None:
    bench = TwilioBench()
    bench.message(From=LONG_CODE)
    bench.pass_time(60)
    sids = [bench.message(From=sender).json["sid"] for sender in (LONG_CODE, *[FROM] * 20)]
    bench.pass_time(0.3)
    assert {_status(bench, sid)["status"] for sid in sids} == {"sending"}


def test_a_full_queue_refuses_and_nothing_is_in_the_books() -> None:
    bench = TwilioBench()
    bench.use(queue_s=3)
    answers = [bench.message(From=LONG_CODE) for _ in range(5)]
    assert [answer.status for answer in answers] == [201, 201, 201, 400, 400]
    assert answers[-1].json["code"] == 21611
    assert len(bench.effects()) == 3
    assert bench.message(From=OTHER).status == 201
    bench.pass_time(2.0)
    assert bench.message(From=LONG_CODE).status == 201


def test_a_queue_holds_ten_hours_unless_it_is_set_up() -> None:
    bench = TwilioBench()
    bench.use(segments_per_s={LONG_CODE: 10 / QUEUE_S})
    answers = [bench.message(From=LONG_CODE).status for _ in range(11)]
    assert answers == [201] * 10 + [400]


def test_by_a_service_a_message_that_finds_the_queue_full_is_taken_and_fails_later() -> None:
    bench = TwilioBench()
    bench.use(queue_s=1)
    service = bench.messaging_service(LONG_CODE)
    fields = {"To": TO, "MessagingServiceSid": service, "Body": "x", "StatusCallback": CALLBACK}
    sids = [bench.form("POST", MESSAGES, **fields).json["sid"] for _ in range(3)]
    bench.pass_time(60)
    ended = [_status(bench, sid) for sid in sids]
    assert [(one["status"], one["error_code"]) for one in ended] == [("delivered", None)] + [("failed", 30001)] * 2
    assert ended[1]["error_message"] == "Queue overflow"
    assert sum(b"MessageStatus=failed" in webhook.body for webhook in bench.webhooks) == 2


def test_a_message_whose_validity_ends_in_the_queue_fails_and_takes_no_place() -> None:
    bench = TwilioBench()
    bench.message(From=LONG_CODE, Body="x" * 1600)
    late = bench.message(From=LONG_CODE, ValidityPeriod="5").json["sid"]
    patient = bench.message(From=LONG_CODE).json["sid"]
    bench.pass_time(5.1)
    assert (_status(bench, late)["status"], _status(bench, late)["error_code"]) == ("failed", 30036)
    bench.pass_time(6.5)
    assert _status(bench, patient)["status"] == "sent"


def test_each_callback_goes_back_to_its_own_call_though_they_share_a_queue() -> None:
    bench = TwilioBench()
    for operation in ("op-1", "op-2", "op-3"):
        bench.message(From=LONG_CODE, StatusCallback=f"http://127.0.0.1:9/?id={operation}")
    bench.pass_time(60)
    told = {row.url.partition("=")[2]: row.request_id for row in bench.simulator.outbox.book.page(0, 100)}
    assert len(set(told.values())) == 3
    assert list(told) == ["op-1", "op-2", "op-3"]


@given(
    st.lists(st.tuples(st.floats(0, 4), st.integers(1, 4)), min_size=1, max_size=8),
    st.sampled_from([0.5, 1.0, 3.0]),
    st.sampled_from([1.0, 5.0, 36_000.0]),
)
@examples(50)
def test_whatever_comes_goes_out_in_its_order_no_faster_than_the_rate_and_never_refused_while_there_is_room(
    coming: list[tuple[float, int]], rate: float, queue_s: float
) -> None:
    bench = TwilioBench()
    bench.use(segments_per_s={LONG_CODE: rate}, queue_s=queue_s)
    taken: list[tuple[str, float]] = []
    free_at_s = 0.0
    for gap_s, segments in coming:
        bench.pass_time(gap_s)
        assume(abs(free_at_s - bench.now_s - queue_s) > 0.001)
        answer = bench.message(From=LONG_CODE, Body="x" * (153 * segments if segments > 1 else 1))
        has_room = free_at_s - bench.now_s < queue_s
        assert (answer.status == 201) is has_room
        if has_room:
            begins_s = max(bench.now_s + QUEUED_FOR_S, free_at_s)
            free_at_s = begins_s + segments / rate
            taken.append((answer.json["sid"], begins_s))
    for sid, begins_s in taken:
        if begins_s - bench.now_s > 0.01:
            bench.pass_time(begins_s - bench.now_s - 0.01)
            assert _status(bench, sid)["status"] == "queued"
        bench.pass_time(max(0.0, begins_s - bench.now_s + 0.01))
        assert _status(bench, sid)["status"] != "queued"
    assert len(bench.effects()) == len(taken)


@pytest.mark.parametrize(
    ("to", "sender"), [("+12025550199", LONG_CODE), ("+13105550199", OTHER), ("+4915100000000", GERMAN)]
)
def test_a_service_picks_the_number_nearest_to_the_recipient(to: str, sender: str) -> None:
    bench = TwilioBench()
    assert bench.sent_by(bench.messaging_service(GERMAN, OTHER, LONG_CODE), to)["from"] == sender


def test_a_service_takes_its_numbers_in_turn_for_strangers_and_stays_with_whom_it_wrote_to() -> None:
    bench = TwilioBench()
    numbers = ["+12025550100", "+12025550101", "+12025550102"]
    service = bench.messaging_service(*numbers)
    strangers = [f"+1202555{place:04d}" for place in range(200, 206)]
    first = {to: bench.sent_by(service, to)["from"] for to in strangers}
    assert sorted(first.values()) == sorted(numbers * 2)
    assert {to: bench.sent_by(service, to)["from"] for to in strangers} == first


def test_a_number_that_left_the_pool_is_stuck_to_no_longer() -> None:
    bench = TwilioBench()
    service = bench.messaging_service("+12025550100", "+12025550101")
    earlier = bench.sent_by(service)["from"]
    for number in bench.send("GET", f"/v1/Services/{service}/PhoneNumbers").json["phone_numbers"]:
        if number["phone_number"] == earlier:
            assert bench.send("DELETE", f"/v1/Services/{service}/PhoneNumbers/{number['sid']}").status == 204
    assert bench.sent_by(service)["from"] not in (earlier, None)


def test_without_sticking_the_number_with_the_shortest_queue_is_picked() -> None:
    bench = TwilioBench()
    service = bench.messaging_service("+12025550100", "+12025550101", StickySender="false")
    for _ in range(9):
        bench.message(From="+12025550100")
    assert {bench.sent_by(service)["from"] for _ in range(1)} == {"+12025550101"}


def test_a_service_that_lost_its_last_number_fails_what_it_had_accepted() -> None:
    bench = TwilioBench()
    service = bench.messaging_service(LONG_CODE)
    sid = bench.form("POST", MESSAGES, To=TO, MessagingServiceSid=service, Body="x").json["sid"]
    bench.send("DELETE", f"/v1/Services/{service}")
    bench.pass_time(60)
    message = _status(bench, sid)
    assert (message["status"], message["error_code"], message["from"]) == ("failed", 21703, None)
