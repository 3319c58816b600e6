"""Known-bad receivers of webhooks: each with the good store below, and what the vendor's own package signs."""

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest

from brownout_core.compose import Replacements
from brownout_core.errors import SignatureInvalid
from brownout_core.policies.inbox import Inbox, News
from brownout_core.stores.memory import MemoryClaimStore
from brownout_simulators.vendors.stripe.webhooks import signature
from tests.core.fakes import WALL_S
from tests.harness.audit.mutants.demo import Demo, shown

SECRET = "whsec_x"
BODY = b'{"id": "evt_1",\n  "type": "charge.refunded"}'


def is_taken(put: Replacements, body: bytes, secret: str = SECRET, *, age_s: float = 0.0) -> bool:
    """Whether Stripe's receiver takes a body that was signed so."""
    webhooks = put.adapters["stripe"].webhooks
    assert webhooks is not None
    headers = {"stripe-signature": signature(body, secret, int(WALL_S - age_s))}
    try:
        return bool(webhooks.verify(body, headers, [SECRET], WALL_S)["id"] == "evt_1")
    except SignatureInvalid:
        return False


async def takes_what_somebody_else_signed(put: Replacements) -> tuple[bool, bool]:
    return is_taken(put, BODY), is_taken(put, BODY, "somebody else's")


async def takes_what_is_old(put: Replacements) -> tuple[bool, bool]:
    return is_taken(put, BODY), is_taken(put, BODY, age_s=600.0)


async def takes_what_has_spaces(put: Replacements) -> tuple[bool, bool]:
    return is_taken(put, b'{"id":"evt_1"}'), is_taken(put, BODY)


def inbox(put: Replacements) -> Inbox:
    store = put.claim_store(MemoryClaimStore(asyncio.get_running_loop().time))
    return put.inbox(store, ["sales"], sink=None)


def news(step: int) -> News:
    return News(about="op-1", event=f"order.{step}", step=step, state=str(step))


async def taken_of_the_same(put: Replacements) -> list[bool]:
    by = inbox(put)
    return [await by.take("sales", news(1)) for _ in range(2)]


async def known_after_a_late_one(put: Replacements) -> str:
    by = inbox(put)
    for step in (2, 1):
        await by.take("sales", news(step))
    found = await by.furthest("sales", "op-1")
    return "" if found is None else found.state


async def known_when_it_is_acknowledged(put: Replacements) -> bool:
    by = inbox(put)
    await by.take("sales", news(1))
    known = await by.furthest("sales", "op-1") is not None
    await asyncio.sleep(1.0)  # in virtual time: what is to be kept in a moment is kept
    return known


async def what_a_known_one_comes_to(put: Replacements) -> Any:
    by = inbox(put)
    await by.take("sales", news(1))
    try:
        return await by.take("sales", news(1))
    except RuntimeError as error:
        return type(error).__name__


DEMOS: Mapping[str, Demo] = {
    "believes-whoever-writes": Demo(takes_what_somebody_else_signed, (True, False), (True, True)),
    "reads-the-age-backwards": Demo(takes_what_is_old, (True, False), (True, True)),
    "signs-what-it-has-parsed": Demo(takes_what_has_spaces, (True, True), (True, False)),
    "takes-each-delivery": Demo(taken_of_the_same, [True, False], [True, True]),
    "takes-the-last-word": Demo(known_after_a_late_one, "2", "1"),
    "acknowledges-before-it-keeps": Demo(known_when_it_is_acknowledged, True, False),
    "fails-at-what-it-knows": Demo(what_a_known_one_comes_to, False, "RuntimeError"),
}


@pytest.mark.parametrize("name", DEMOS)
def test_the_known_bad_one_does_what_is_wrong_and_the_good_one_does_not(name: str) -> None:
    assert shown(name, DEMOS[name]) == (DEMOS[name].good, DEMOS[name].bad)
