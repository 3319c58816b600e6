"""Vendors' notices at the door: what is genuine is kept before it is acknowledged, whatever else changes nothing."""

import hashlib
import hmac
from typing import Any

import orjson
import pytest

from brownout_core.adapters.stripe_webhooks import read_event
from brownout_core.records import DeadLetter, StoreUnavailable
from brownout_core.stores.memory import MemoryClaimStore
from brownout_core.telemetry import Kind
from brownout_core.transport import Lost
from tests.core.fakes import WALL_S, After
from tests.core.front_door.browser import PAY, Browser, browse

SECRETS = ("whsec_old", "whsec_x")
STAMP = int(WALL_S)


def event(kind: str = "payment_intent.succeeded", operation_id: str = "op-1") -> bytes:
    metadata = {"operation_id": operation_id}
    thing = {"id": "pi_1", "payment_intent": "pi_1", "amount": 1200, "currency": "usd", "metadata": metadata}
    return orjson.dumps({"id": "evt_1", "object": "event", "type": kind, "data": {"object": thing}})


def right(body: bytes, stamp: int = STAMP) -> str:
    return f"t={stamp},v1={hmac.new(b'whsec_x', f'{stamp}.'.encode() + body, hashlib.sha256).hexdigest()}"


async def tell(browser: Browser, body: bytes, signature: str | None = None) -> tuple[int, Any]:
    signed = right(body) if signature is None else signature
    status, answer, _ = await browser.ask(
        "POST", "/webhooks/stripe", data=body, stripe_signature=signed, operation=None
    )
    return status, answer


async def known(browser: Browser, operation_id: str = "op-1") -> tuple[int, str]:
    status, answer, _ = await browser.ask("GET", f"/notices/stripe/{operation_id}", operation=None)
    return status, answer.get("state", "")


def test_a_genuine_event_is_kept_and_shown_and_its_duplicate_is_nothing_new() -> None:
    async def body(browser: Browser) -> None:
        assert await known(browser) == (404, "")
        assert await tell(browser, event()) == (200, {"received": True, "new": True})
        assert await tell(browser, event()) == (200, {"received": True, "new": False})
        assert await known(browser) == (200, "succeeded")
        outcomes = [each.outcome for each in browser.world.told(Kind.NOTICE)]
        assert outcomes == ["taken", "known"]

    browse(body, secrets=SECRETS)


def test_an_earlier_state_that_arrives_late_takes_nothing_back() -> None:
    async def body(browser: Browser) -> None:
        for kind in ("charge.refunded", "payment_intent.succeeded", "payment_intent.payment_failed"):
            assert (await tell(browser, event(kind)))[0] == 200
        assert await known(browser) == (200, "refunded")

    browse(body, secrets=SECRETS)


@pytest.mark.parametrize(
    "signature", ["", right(event())[:-1], right(event(), STAMP - 301), right(event(), STAMP + 301), right(b"{}")]
)
def test_what_is_forged_or_old_is_refused_and_changes_nothing(signature: str) -> None:
    async def body(browser: Browser) -> None:
        status, answer = await tell(browser, event(), signature)
        assert (status, answer["code"]) == (400, "signature_invalid")
        assert await known(browser) == (404, "")
        assert not browser.world.told(Kind.NOTICE)

    browse(body, secrets=SECRETS)


def test_an_event_that_nobody_wants_to_know_is_acknowledged_and_not_kept() -> None:
    async def body(browser: Browser) -> None:
        assert await tell(browser, event("charge.updated")) == (200, {"received": True, "new": False})
        assert await known(browser) == (404, "")

    browse(body, secrets=SECRETS)


def test_what_cannot_be_kept_is_not_acknowledged(monkeypatch: pytest.MonkeyPatch) -> None:
    async def away(*_: object) -> bool:
        raise StoreUnavailable("away")

    async def body(browser: Browser) -> None:
        with monkeypatch.context() as patch:
            patch.setattr(MemoryClaimStore, "advance", away)
            assert (await tell(browser, event()))[0] == 503
        assert await known(browser) == (404, "")
        assert (await tell(browser, event()))[0] == 200

    browse(body, secrets=SECRETS)


def test_a_payment_whose_answer_was_lost_is_settled_by_the_event_and_asked_for_no_more() -> None:
    async def body(browser: Browser) -> None:
        browser.world.stripe.script.append(After(Lost()))
        status, answer, _ = await browser.ask("POST", "/v1/pay", PAY)
        assert (status, answer["status"]) == (202, "accepted")
        assert await tell(browser, event()) == (200, {"received": True, "new": True})
        letter = await browser.world.letters.get(answer["dead_letter_id"])
        assert letter is not None
        assert letter.state == "redriven"
        status, answer, _ = await browser.ask("POST", "/v1/pay", PAY)
        assert (status, answer["status"], answer["payment_intent"]) == (200, "done", "pi_1")
        assert len(browser.world.stripe.requests) == 1

    browse(body, secrets=SECRETS)


def test_who_died_between_keeping_and_settling_is_made_up_for_by_the_redelivery() -> None:
    async def body(browser: Browser) -> None:
        browser.world.stripe.script.append(After(Lost()))
        _, answer, _ = await browser.ask("POST", "/v1/pay", PAY)
        news = read_event(orjson.loads(event()))
        assert news is not None
        assert await browser.world.app.inbox.take("stripe", news)  # kept, and nobody was let know
        assert await tell(browser, event()) == (200, {"received": True, "new": False})
        letter = await browser.world.letters.get(answer["dead_letter_id"])
        assert letter is not None
        assert letter.state == "redriven"

    browse(body, secrets=SECRETS)


def test_an_event_that_comes_just_before_the_letter_is_there_settles_it_too() -> None:
    """It has found no letter, and whoever wrote the letter had looked before."""

    async def body(browser: Browser) -> None:
        put = browser.world.letters.put

        async def behind_the_event(letter: DeadLetter) -> str:
            assert await tell(browser, event()) == (200, {"received": True, "new": True})
            return await put(letter)

        browser.world.letters.put = behind_the_event  # type: ignore[method-assign]
        browser.world.stripe.script.append(After(Lost()))
        _, answer, _ = await browser.ask("POST", "/v1/pay", PAY)
        letter = await browser.world.letters.get(answer["dead_letter_id"])
        assert letter is not None
        assert letter.state == "redriven"
        assert len(browser.world.stripe.requests) == 1

    browse(body, secrets=SECRETS)


def test_an_event_that_comes_before_the_answer_is_lost_makes_the_answer() -> None:
    async def body(browser: Browser) -> None:
        assert (await tell(browser, event()))[0] == 200
        browser.world.stripe.script.append(After(Lost()))
        status, answer, _ = await browser.ask("POST", "/v1/pay", PAY)
        assert (status, answer["status"], answer["payment_status"]) == (200, "done", "succeeded")

    browse(body, secrets=SECRETS)


def test_without_a_secret_there_is_no_door_and_nothing_to_show() -> None:
    async def body(browser: Browser) -> None:
        assert (await tell(browser, event()))[0] == 404
        assert (await known(browser))[0] == 404

    browse(body)
