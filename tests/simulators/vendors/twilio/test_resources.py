"""Segments, dates, tables of states, the shelf."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brownout_simulators.vendors.twilio.resources import (
    CALL_TRANSITIONS,
    FINAL_CALL,
    FINAL_MESSAGE,
    MESSAGE_TRANSITIONS,
    Message,
    PhoneCall,
    Verification,
    formatted,
    iso8601,
    request_sid,
    rfc2822,
    segments,
)
from brownout_simulators.vendors.twilio.state import State, stores
from tests.support.examples import examples


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("", 1),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("€" * 80, 1),  # an extended letter takes two septets
        ("€" * 81, 2),
        ("я" * 70, 1),
        ("я" * 71, 2),
        ("я" * 134, 2),
        ("я" * 135, 3),
        ("🙂" * 35, 1),  # two UTF-16 units each
        ("🙂" * 36, 2),
    ],
)
def test_a_body_is_cut_into_segments_of_septets_or_utf16_units(body: str, expected: int) -> None:
    assert segments(body) == expected


def test_dates_are_rfc_2822_in_the_2010_api_and_iso_8601_without_fraction_in_the_newer_ones() -> None:
    assert rfc2822(1_760_000_000.9) == "Thu, 09 Oct 2025 08:53:20 +0000"
    assert iso8601(1_760_000_000.9) == "2025-10-09T08:53:20Z"


def test_a_north_american_number_has_a_national_form_and_others_stay() -> None:
    assert formatted("+12025550123") == "(202) 555-0123"
    assert formatted("+4915112345678") == "+4915112345678"


def test_request_sids_are_unique_and_shaped_like_sids() -> None:
    assert request_sid("a") != request_sid("b")
    assert len(request_sid("a")) == 34


def _message(status: str = "queued") -> Message:
    return Message("SM1", "AC1", "+12025550123", "+15005550006", "hi", status, 0.0, 0.0)


@given(st.lists(st.sampled_from(sorted({*MESSAGE_TRANSITIONS, *FINAL_MESSAGE})), max_size=20))
@examples(50)
def test_a_message_only_ever_takes_steps_of_the_table(wishes: list[str]) -> None:
    message = _message()
    for wish in wishes:
        before = message.status
        allowed = wish in MESSAGE_TRANSITIONS.get(before, frozenset())
        assert message.move(wish, 1.0) is allowed
        assert message.status == (wish if allowed else before)


def test_final_states_have_no_way_out() -> None:
    assert not FINAL_MESSAGE & set(MESSAGE_TRANSITIONS)
    assert not FINAL_CALL & set(CALL_TRANSITIONS)


def test_price_and_date_sent_appear_when_a_message_is_sent() -> None:
    message = _message("sending")
    assert message.rendered()["price"] is None
    assert message.rendered()["date_sent"] is None
    message.move("sent", 5.0)
    assert message.rendered()["price"] == "-0.00750"
    assert message.rendered()["date_sent"] == "Thu, 01 Jan 1970 00:00:05 +0000"


def test_a_call_that_nobody_took_has_no_duration() -> None:
    call = PhoneCall("CA1", "AC1", "+12025550123", "+15005550006", 0.0, 0.0)
    call.move("ringing", 1.0)
    call.move("busy", 2.0)
    assert call.duration_s == 0
    assert call.rendered()["duration"] == "0"
    assert call.rendered()["price"] is None


def test_every_kind_of_resource_is_bounded_and_what_is_known_beside_it_goes_with_it() -> None:
    state = State()
    assert all(0 < store.limit <= 100_000 for store in stores(state).values())
    state.messages.limit = state.verifications.limit = 2
    for number in range(5):
        message = Message(f"SM{number}", "AC1", f"+1202555012{number % 2}", None, "hi", "delivered", 0.0, 0.0)
        state.add_message(message)
        verification = Verification(f"VE{number}", "VA1", "AC1", f"+{number}", "sms", "1", 0.0, 0.0)
        state.pending["VA1", f"+{number}"] = verification
        state.verifications.add(verification.sid, verification)
    assert sorted(sid for messages in state.messages_to.values() for sid in messages) == ["SM3", "SM4"]
    assert len(state.messages_to) == 2
    assert [to for _, to in state.pending] == ["+3", "+4"]
    for message in list(state.messages.oldest_first()):
        state.remove_message(message)
    assert (len(state.messages), state.messages_to) == (0, {})


def test_a_message_on_its_way_is_forgotten_after_those_that_arrived() -> None:
    state = State()
    state.messages.limit = 2
    for number, status in enumerate(("sending", "delivered", "delivered", "delivered")):
        state.add_message(Message(f"SM{number}", "AC1", "+12025550123", None, "hi", status, 0.0, 0.0))
    assert [message.sid for message in state.messages.oldest_first()] == ["SM0", "SM3"]
