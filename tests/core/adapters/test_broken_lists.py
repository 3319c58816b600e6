"""A list is looked through for what may be there already: a row that cannot be read may be the very one."""

from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from brownout_core.adapters.clerk import ClerkAccess, ClerkClient
from brownout_core.adapters.resend import ResendAccess, ResendClient
from brownout_core.adapters.twilio import TwilioAccess, TwilioClient
from brownout_core.errors import ResponseBroken
from brownout_core.services.communication import Message
from tests.core.fakes import reply, wire
from tests.core.models import Scripted
from tests.support.aio import virtually

MAIL = {"id": "m", "to": ["a@b.test"], "last_event": "sent", "subject": "s", "created_at": "2026-01-01T00:00:00Z"}
TEXT = {"sid": "SM1", "status": "sent", "to": "+1", "from": "+2", "body": "b", "date_created": None}
USER = {
    "id": "u", "email_addresses": [{"id": "e", "email_address": "a@b.test"}], "primary_email_address_id": "e",
    "private_metadata": {"operation_id": "op"}, "public_metadata": {}, "banned": False, "first_name": None,
}  # fmt: skip


async def mails(fake: Scripted) -> object:
    client = ResendClient(ResendAccess(base_url="http://resend.test", api_key="planted"), wire(fake.transport))
    return await client.find(Message("a@b.test", "t", "s"), operation_id="op", ago_s=60.0)


async def texts(fake: Scripted) -> object:
    access = TwilioAccess(base_url="http://twilio.test", account_sid="AC1", auth_token="planted")
    return await TwilioClient(access, wire(fake.transport)).list_messages(operation_id="op", to="+1", ago_s=60.0)


async def users(fake: Scripted) -> object:
    access = ClerkAccess(base_url="http://clerk.test", secret_key="planted")
    return await ClerkClient(access, wire(fake.transport)).find_user("a", operation_id="op")


@pytest.mark.parametrize(
    ("ask", "answer"),
    [
        *((mails, {"data": [odd], "has_more": False}) for odd in (None, "m", {**MAIL, "to": "a"}, {**MAIL, "to": [7]})),
        (mails, {"data": [MAIL]}),
        (mails, {"data": [MAIL], "has_more": "no"}),
        *((texts, {"messages": [odd], "next_page_uri": None}) for odd in (None, "SM1", {**TEXT, "from": 7})),
        (texts, {"messages": [TEXT]}),
        (texts, {"messages": [TEXT], "next_page_uri": True}),
        (users, [{**USER, "private_metadata": None}]),
        (users, [{**USER, "private_metadata": {"operation_id": 7}}]),
        (users, [{**USER, "primary_email_address_id": "another"}]),
        (users, [{**USER, "email_addresses": [{"id": "e", "email_address": None}]}]),
        (users, [{**USER, "first_name": 7}]),
        (users, [None]),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_no_absence(ask: Callable[[Scripted], Coroutine[Any, Any, object]], answer: Any) -> None:
    with pytest.raises(ResponseBroken):
        virtually(ask(Scripted(reply(200, answer))))


def test_the_same_answers_in_order_are_read() -> None:
    assert virtually(texts(Scripted(reply(200, {"messages": [TEXT], "next_page_uri": None}))))
    virtually(mails(Scripted(reply(200, {"data": [MAIL], "has_more": False}))))
    assert virtually(users(Scripted(reply(200, [USER]))))
