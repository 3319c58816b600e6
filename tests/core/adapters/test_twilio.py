"""Twilio's requests as its documentation wants them, and what is read from its lists."""

import base64

import pytest

from brownout_core.adapters.twilio import TwilioClient
from brownout_core.errors import ResponseBroken, Throttled, VendorRefused
from tests.core.fakes import ACCESS, TWILIO_TOKEN, WALL_S, FakeTwilio, form_of, reply, wire
from tests.support.aio import virtually


def client(fake: FakeTwilio) -> TwilioClient:
    return TwilioClient(ACCESS["twilio"], wire(fake.transport))


async def send(twilio: TwilioClient, body: str = "Hello", to: str = "+15005550100") -> str:
    return (await twilio.send_message(operation_id="op-1", to=to, body=body)).sid


def test_a_message_is_one_form_post_with_basic_credentials_and_no_key() -> None:
    fake = FakeTwilio()
    assert virtually(send(client(fake), "Hé & you")) == "SM0"
    (request,) = fake.requests
    assert (request.method, request.url) == ("POST", "http://twilio.test/2010-04-01/Accounts/AC1/Messages.json")
    assert request.headers == {
        "X-Correlation-ID": "op-1",
        "Authorization": "Basic " + base64.b64encode(f"AC1:{TWILIO_TOKEN}".encode()).decode(),
        "Accept": "application/json",
        "Content-Type": "application/x-www-form-urlencoded",
    }
    assert form_of(request) == {"To": "+15005550100", "From": "+15005550006", "Body": "Hé & you"}


def test_a_message_can_be_fetched_with_its_date() -> None:
    async def main() -> None:
        fake = FakeTwilio()
        sid = await send(client(fake))
        message = await client(fake).fetch_message(sid, operation_id="op-1")
        assert (message.sid, message.body, message.created_at) == (sid, "Hello", WALL_S)

    virtually(main())


def test_a_list_is_read_page_by_page_and_only_of_that_number() -> None:
    async def main() -> None:
        fake = FakeTwilio()
        for number in range(120):
            await send(client(fake), f"text {number}")
        await send(client(fake), to="+15005550199")
        fake.requests.clear()
        found = await client(fake).list_messages(operation_id="op-1", to="+15005550100", ago_s=0)
        assert [each.body for each in found] == [f"text {number}" for number in reversed(range(120))]
        assert len(fake.requests) == 3

    virtually(main())


def test_reading_stops_at_what_is_older_than_asked_for() -> None:
    async def main() -> None:
        fake = FakeTwilio()
        fake.date = "Sun, 15 Jun 2025 14:00:00 +0000"
        for number in range(60):
            await send(client(fake), f"old {number}")
        fake.date = "Sun, 15 Jun 2025 15:06:40 +0000"
        await send(client(fake), "new")
        fake.requests.clear()
        found = await client(fake).list_messages(operation_id="op-1", to="+15005550100", ago_s=-0.9)
        assert [each.body for each in found] == ["new"]
        assert len(fake.requests) == 1

    virtually(main())


@pytest.mark.parametrize(
    ("theirs", "ours_s", "finds_it"),
    [
        ("Sun, 15 Jun 2025 15:06:40 GMT", WALL_S + 90_000, True),
        ("Mon, 16 Jun 2025 16:06:40 GMT", WALL_S, True),
        ("Sun, 15 Jun 2025 15:06:40 GMT", WALL_S - 90_000, True),
        ("Mon, 16 Jun 2025 16:06:40 GMT", WALL_S + 90_000, False),
        ("soon", WALL_S, True),
        ("soon", WALL_S + 90_000, False),
        (None, WALL_S + 90_000, False),
    ],
)
def test_whichever_clock_is_wrong_a_message_of_a_minute_ago_is_found(
    theirs: str | None, ours_s: float, finds_it: bool
) -> None:
    """With a clock of ours that was a day ahead, the message was too old to be looked at, and was sent twice."""

    async def main() -> None:
        fake = FakeTwilio()
        await send(client(fake))
        fake.answers_date = theirs
        twilio = TwilioClient(ACCESS["twilio"], wire(fake.transport, wall_s=ours_s))
        found = await twilio.list_messages(operation_id="op-1", to="+15005550100", ago_s=60)
        assert bool(found) == finds_it

    virtually(main())


@pytest.mark.parametrize("link", ["http://elsewhere.test/x", "//elsewhere.test/x", 7])
def test_a_link_to_another_host_is_not_followed(link: object) -> None:
    async def main() -> None:
        fake = FakeTwilio()
        fake.script.append(reply(200, {"messages": [], "next_page_uri": link}))
        with pytest.raises(ResponseBroken):  # who cannot see the rest does not know what is not there
            await client(fake).list_messages(operation_id="op-1", to="+15005550100", ago_s=0)
        assert len(fake.requests) == 1

    virtually(main())


def test_a_message_whose_date_cannot_be_read_is_kept() -> None:
    async def main() -> None:
        fake = FakeTwilio()
        fake.date = "soon"
        await send(client(fake))
        (message,) = await client(fake).list_messages(operation_id="op-1", to="+15005550100", ago_s=0)
        assert message.created_at is None

    virtually(main())


def test_a_code_is_sent_and_checked() -> None:
    async def main() -> None:
        fake = FakeTwilio()
        started = await client(fake).start_verification(operation_id="op-1", to="+15005550100")
        assert (started.status, started.is_valid) == ("pending", False)
        right = await client(fake).check_verification(operation_id="op-1", to="+15005550100", code="123456")
        assert right.is_valid
        wrong = await client(fake).check_verification(operation_id="op-1", to="+15005550100", code="1")
        assert not wrong.is_valid
        assert [request.url.rpartition("/v2")[2] for request in fake.requests[:2]] == [
            "/Services/VA1/Verifications",
            "/Services/VA1/VerificationCheck",
        ]

    virtually(main())


def test_an_error_carries_twilios_number() -> None:
    fake = FakeTwilio()
    fake.script.append(reply(400, {"code": 21211, "message": "Invalid 'To'", "status": 400}))
    with pytest.raises(VendorRefused) as caught:
        virtually(send(client(fake)))
    assert (caught.value.code, caught.value.text) == ("21211", "Invalid 'To'")


def test_too_many_requests_surely_sent_nothing() -> None:
    fake = FakeTwilio()
    fake.script.append(reply(429, {"code": 20429, "message": "Too Many Requests"}, retry_after="2"))
    with pytest.raises(Throttled) as caught:
        virtually(send(client(fake)))
    assert (caught.value.may_have_effect, caught.value.retry_after_s) == (False, 2)


def test_a_message_without_a_sid_is_a_broken_answer() -> None:
    fake = FakeTwilio()
    fake.script.append(reply(201, {"status": "queued"}))
    with pytest.raises(ResponseBroken, match="sid"):
        virtually(send(client(fake)))
