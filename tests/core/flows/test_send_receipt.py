"""`send_receipt`: one mail for each operation, whatever becomes of answers, keys and quotas."""

import asyncio
import itertools
from dataclasses import replace
from typing import Any

import pytest

from brownout_core.adapters.resend import ResendAccess
from brownout_core.application import Application
from brownout_core.asking import Asking, Earlier
from brownout_core.compose import AppConfig, build
from brownout_core.errors import NotSettled, QuotaExhausted
from brownout_core.flows.ending import Ending, EndingStatus
from brownout_core.flows.send_receipt import ReceiptRequest, message_of
from brownout_core.records import ClaimStore
from brownout_core.stores.memory import MemoryClaimStore
from brownout_core.stores.sqlite import SqliteDeadLetterStore
from brownout_core.transport import Lost, NoConnection, Response
from brownout_harness.virtual.life import Life
from tests.core.adapters.test_resend import ACCESS, FakeResend
from tests.core.fakes import WALL_S, After, Step, reply
from tests.core.flows.world import policies
from tests.support.aio import virtually

DAY_S = 86_400.0


class Shop:
    """An application whose vendor and stores outlive it."""

    def __init__(self, **setup: Any) -> None:
        loop = asyncio.get_running_loop()
        self.resend = FakeResend(**setup)
        self.claims: ClaimStore = MemoryClaimStore(loop.time)
        self.letters = SqliteDeadLetterStore(":memory:", wall_clock=lambda: WALL_S + loop.time())
        self.lives = itertools.count()
        self.app = self.application()

    def application(self, life: Life | None = None, access: ResendAccess = ACCESS) -> Application:
        loop, life = asyncio.get_running_loop(), life or Life()
        return build(
            AppConfig(access={"resend": access}, operations=("send_receipt",), **policies(resend={})),
            transports={"resend": life.transport(self.resend.transport)},
            claims=life.claims(self.claims),
            dead_letters=life.dead_letters(self.letters),
            wall_clock=lambda: WALL_S + loop.time(),
            instance=f"life-{next(self.lives)}",
        )

    async def ask(self, operation_id: str = "op-1", **more: Any) -> Ending:
        return await self.app.flows["send_receipt"](receipt(operation_id, **more))


def receipt(operation_id: str = "op-1", to: str = "ada@sim.test") -> ReceiptRequest:
    return ReceiptRequest(operation_id=operation_id, to=to, amount=1250)


def test_a_receipt_is_one_mail_that_says_how_much() -> None:
    async def main() -> None:
        shop = Shop()
        ending = await shop.ask()
        assert (ending.status, ending.http_status) == (EndingStatus.DONE, 200)
        assert await shop.ask() == ending
        (row,) = shop.resend.mails
        assert ending.result == {"email": row["id"]}
        assert "12.50 USD" in message_of(receipt()).text

    virtually(main())


@pytest.mark.parametrize(
    "step",
    [After(Lost()), Lost(), NoConnection(), After(), reply(500, {}), Response(502, {}, b"<html>"), reply(200, {}),
     reply(429, {"name": "rate_limit_exceeded"}, retry_after="1"),
     reply(409, {"name": "concurrent_idempotent_requests"})],
)  # fmt: skip
def test_whatever_happens_once_it_is_sent_again_under_its_key_and_is_one_mail(step: Step) -> None:
    async def main() -> None:
        shop = Shop()
        shop.resend.script.append(step)
        assert (await shop.ask()).status is EndingStatus.DONE
        assert len(shop.resend.requests) == 2
        assert len(shop.resend.mails) == 1

    virtually(main())


@pytest.mark.parametrize("name", ["daily_quota_exceeded", "monthly_quota_exceeded"])
def test_a_quota_is_asked_once_and_the_receipt_parked(name: str) -> None:
    async def main() -> None:
        shop = Shop()
        shop.resend.always = reply(429, {"name": name, "message": "no more"})
        ending = await shop.ask()
        assert (ending.status, ending.http_status) == (EndingStatus.ACCEPTED, 202)
        assert len(shop.resend.requests) == 1
        assert shop.resend.mails == []

    virtually(main())


@pytest.mark.parametrize("name", ["validation_error", "missing_required_field"])
def test_a_definitive_no_is_told_and_not_parked(name: str) -> None:
    async def main() -> None:
        shop = Shop()
        shop.resend.always = reply(422, {"name": name, "message": "no"})
        ending = await shop.ask()
        assert (ending.status, ending.code) == (EndingStatus.REFUSED, name)
        assert len(shop.resend.requests) == 1

    virtually(main())


@pytest.mark.parametrize("to", ["ada@sim.test", "bounced@sim.test", "suppressed@sim.test", "failed@sim.test"])
def test_a_redrive_after_the_keys_day_finds_the_mail_whatever_became_of_it(to: str) -> None:
    async def main() -> None:
        shop = Shop()
        ending = await shop.ask(to=to)
        flow, request = shop.app.flows["send_receipt"], receipt(to=to)
        await asyncio.sleep(DAY_S + 3_600)
        asking = Asking("op-1", "a key that Resend has forgotten", earlier=Earlier(DAY_S + 3_700, DAY_S + 3_600))
        assert await flow.do(request, asking) == ending.result
        assert len(shop.resend.mails) == 1

    virtually(main())


def test_a_redrive_that_finds_none_sends_it_and_not_before_an_earlier_one_can_no_longer_arrive() -> None:
    async def main() -> None:
        shop = Shop()
        flow = shop.app.flows["send_receipt"]
        with pytest.raises(NotSettled):
            await flow.do(receipt(), Asking("op-1", "k", earlier=Earlier(5, 1)))
        assert shop.resend.mails == []
        await flow.do(receipt(), Asking("op-1", "k", earlier=Earlier(60, 50)))
        assert len(shop.resend.mails) == 1

    virtually(main())


def test_a_redrive_while_the_quota_is_spent_sends_nothing_and_says_so() -> None:
    async def main() -> None:
        shop = Shop()
        shop.resend.bench.schedule(limits={"daily-quota": {"burst": 1}})
        assert (await shop.ask("op-0")).status is EndingStatus.DONE
        with pytest.raises(QuotaExhausted):
            await shop.app.flows["send_receipt"].do(receipt(), Asking("op-1", "k", earlier=Earlier(60, 50)))
        assert len(shop.resend.mails) == 1

    virtually(main())


def test_a_dead_letter_that_is_redriven_a_day_later_is_the_same_mail() -> None:
    async def main() -> None:
        shop = Shop()
        shop.resend.always = After()
        ending = await shop.ask()
        assert ending.status is EndingStatus.ACCEPTED
        assert len(shop.resend.mails) == 1
        shop.resend.always = None
        await asyncio.sleep(DAY_S + 3_600)
        assert (await shop.app.dead_letters.redrive(ending.dead_letter_id)).outcome == "done"
        (row,) = shop.resend.mails
        assert (await shop.ask()).result == {"email": row["id"]}

    virtually(main())


@pytest.mark.parametrize("dies_at_s", [0.005, 0.015, 0.5])
@pytest.mark.parametrize("step", [None, After(), Lost()])
def test_who_takes_over_from_a_process_that_died_sends_no_second_mail(step: Step, dies_at_s: float) -> None:
    """Also where the key is forgotten meanwhile: the first answer came a day ago."""

    async def main() -> None:
        shop, life = Shop(), Life()
        shop.resend.script.append(step)
        dying = shop.application(life)
        first = life.start(dying.flows["send_receipt"](receipt()), name="first")
        await asyncio.sleep(dies_at_s)
        life.kill()
        await asyncio.gather(first, return_exceptions=True)
        shop.resend.bench.simulator.advance(DAY_S + 3_600)
        ending = await shop.ask()
        for _ in range(20):
            if ending.status is EndingStatus.DONE:
                break
            await asyncio.sleep(30)
            if ending.status is EndingStatus.ACCEPTED:
                await shop.app.dead_letters.redrive(ending.dead_letter_id)
            ending = await shop.ask()
        assert ending.status is EndingStatus.DONE
        assert len(shop.resend.mails) == 1

    virtually(main())


def elsewhere(shop: Shop) -> Application:
    """Whoever is asked the same without knowing of it, and writes from another address since."""
    shop.claims = MemoryClaimStore(asyncio.get_running_loop().time)
    return shop.application(access=replace(ACCESS, sender="Shop <shop@mail.test>"))


def test_a_receipt_that_was_sent_from_another_address_is_sent() -> None:
    """It was told as refused: the key stands for another mail. That is the receipt, from the address of before."""

    async def main() -> None:
        shop = Shop()
        first = await shop.ask()
        shop.app = elsewhere(shop)
        again = await shop.ask()
        assert (again.status, again.result) == (EndingStatus.DONE, first.result)
        assert len(shop.resend.mails) == 1

    virtually(main())


def test_where_the_list_does_not_show_it_yet_it_is_parked_and_found_later() -> None:
    async def main() -> None:
        shop = Shop()
        first = await shop.ask()
        shop.app = elsewhere(shop)
        shop.resend.script += [None, reply(200, {"object": "list", "has_more": False, "data": []})]
        again = await shop.ask()
        assert again.status is EndingStatus.ACCEPTED
        assert (await shop.app.dead_letters.redrive(again.dead_letter_id)).outcome == "done"
        assert (await shop.ask()).result == first.result
        assert len(shop.resend.mails) == 1

    virtually(main())


def test_a_key_that_stands_for_somebody_elses_receipt_is_no_receipt_of_ours() -> None:
    async def main() -> None:
        shop = Shop()
        await shop.ask()
        shop.app = elsewhere(shop)
        assert (await shop.ask(to="bob@sim.test")).status is EndingStatus.ACCEPTED
        assert len(shop.resend.mails) == 1

    virtually(main())


@pytest.mark.parametrize("to", ["", "ada", "ada@sim", "a b@sim.test", "Ada <ada@sim.test>", "a@b@sim.test"])
def test_an_address_that_is_none_is_no_request(to: str) -> None:
    with pytest.raises(ValueError, match="to"):
        receipt(to=to)
