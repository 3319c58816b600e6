"""The application's dead letters in virtual time: asked for and answered as over HTTP."""

import asyncio
from collections import Counter

import pytest

from brownout_core.application import Application, DeadLetterDesk
from brownout_core.errors import VendorUnavailable
from brownout_core.policies.dead_letter import DeadLetterConfig, DeadLetters
from brownout_core.records import DeadLetter, Parcel
from brownout_core.stores.sqlite import SqliteDeadLetterStore
from brownout_harness.asked.dead_letters import Answered, Dialogue, letters, redrive
from brownout_harness.asked.exchange import Request
from brownout_harness.virtual.letters_door import ask
from brownout_harness.virtual.life import Killed
from brownout_reports.rows import LetterRow
from tests.support.aio import virtually


class Flow:
    """Does a letter's work again; every so many times in vain."""

    def __init__(self, fails_every: int) -> None:
        self.sent: Counter[str] = Counter()
        self.takes_s = 0.0
        self.dies = False
        self._fails_every = fails_every

    async def redrive(self, letter: DeadLetter) -> str:
        await asyncio.sleep(self.takes_s)
        if self.dies:
            raise Killed
        self.sent[letter.id] += 1
        if sum(self.sent.values()) % self._fails_every == 0:
            raise VendorUnavailable("stripe", "create_payment_intent", "503")
        return "done"


class Stand:
    """An application of dead letters alone."""

    def __init__(self, flow: Flow) -> None:
        store = SqliteDeadLetterStore(":memory:", wall_clock=lambda: 1000.0)
        self.letters = DeadLetters(store, DeadLetterConfig(), wall_clock=lambda: 1000.0, instance="life-1")
        self.dead_letters = DeadLetterDesk(self.letters, {"pay": flow})  # type: ignore[dict-item]

    async def set_aside(self, count: int) -> None:
        for number in range(count):
            parcel = Parcel(flow="pay", payload=b"{}", idempotency_key=f"k-{number}", correlation_id=f"op-{number}",
                            first_attempt_at=1000.0)  # fmt: skip
            await self.letters.set_aside(parcel, VendorUnavailable("stripe", "create_payment_intent", "503"))

    async def talk(self, dialogue: Dialogue[object]) -> object:
        application: Application = self  # type: ignore[assignment]  # its desk is all that is asked for
        try:
            request = next(dialogue)
            while True:
                request = dialogue.send(await ask(application, request))
        except StopIteration as end:
            return end.value


def test_every_letter_is_sent_once_at_the_gateways_pace_and_shown_afterwards() -> None:
    async def main() -> None:
        flow = Flow(fails_every=10)
        stand = Stand(flow)
        await stand.set_aside(120)
        assert await stand.talk(redrive()) == "108 done, 12 failed"
        assert set(flow.sent.values()) == {1}
        assert len(flow.sent) == 120
        assert asyncio.get_running_loop().time() == pytest.approx(6.0)
        shown = await stand.talk(letters(1000.0))
        assert isinstance(shown, list)
        assert Counter(row.state for row in shown) == {"redriven": 108, "pending": 12}
        assert isinstance(shown[0], LetterRow)
        assert (shown[0].operation_id, shown[0].payload, shown[0].first_attempt_at) == ("op-0", "{}", 0.0)

    virtually(main())


def test_when_the_first_ones_fail_the_rest_is_left() -> None:
    async def main() -> None:
        flow = Flow(fails_every=1)
        stand = Stand(flow)
        await stand.set_aside(120)
        assert await stand.talk(redrive()) == "3 failed; stopped, as it was no use yet"

    virtually(main())


def test_where_nothing_listens_or_all_dies_there_is_no_answer() -> None:
    async def main() -> None:
        request = Request("POST", "/dead-letters/redrive", {}, b'{"limit": 50, "after": ""}')
        assert await ask(None, request) == Answered(0, error="connection_refused")
        flow = Flow(fails_every=10)
        stand = Stand(flow)
        await stand.set_aside(1)
        flow.dies = True
        application: Application = stand  # type: ignore[assignment]
        assert await ask(application, request) == Answered(0, error="connection_lost")
        assert (await ask(application, request._replace(body=b'{"limit": "x", "after": ""}'))).status == 500

    virtually(main())
