"""One account at one vendor's simulator: what a test gets."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, Final

from brownout_harness.testing import journal, proof
from brownout_harness.testing.effects import Effects, select
from brownout_harness.testing.faults import Fault, put_in_force
from brownout_harness.testing.notices import Webhooks
from brownout_harness.testing.proof import StillUnderWay
from brownout_harness.testing.rows import Effect, Ledger, ledger_of
from brownout_harness.testing.stand import AnyStand
from brownout_harness.words.fault import read_limits
from brownout_scenarios import units

SETTLE_WITHIN_S: Final = 5.0
LOOK_EVERY_S: Final = 0.005
_STEPS_OF_A_CONNECTION: Final = 10
"""Turns of the loop in which what a client has sent before it asks here is surely taken up: accepted, read, handled."""
_OF_A_MESSAGE: Final = frozenset({"subject", "body", "slug", "channel"})


class Clock:
    """The vendor's clock, which can be moved ahead."""

    def __init__(self, account: "Account") -> None:
        self._account = account

    def advance(self, by: str) -> None:
        """Move it ahead by `25h`, `90s`: tokens and idempotency keys expire, what was put off comes due. It is the
        clock of the whole vendor, and stands right again for the next test. Raises `ValueError`."""
        seconds = units.parse_duration(by)
        account = self._account
        account.stand.do(lambda: account.simulator.advance(seconds))


class Account:
    """An account of its own at a vendor, with empty books: `url`, `key` and `env` point an application at it.

    Everything may be called from any thread; what waits says so.
    """

    def __init__(self, stand: AnyStand, vendor: str, name: str) -> None:
        """`name` is any name: the same one is the same account. Raises `UnknownVendor`, and `RuntimeError` where
        another account is open at this stand's simulator: clock, limits and set-up are the whole vendor's."""
        host = stand.take(vendor, name)
        self.stand, self.simulator = stand, host.simulator
        self.vendor = vendor
        """The vendor's name."""
        self.name = name
        self.url = host.url
        """Where the simulator is, without a trailing slash."""
        self.key = self.simulator.vendor.test_key(name)
        """The test key that opens this account."""
        self.label = self.simulator.vendor.account_of(self.key)
        """What the ledger calls it."""
        self.env = dict(self.simulator.vendor.environment(host.url, self.key))
        """The variables by which an application finds the vendor, its address and key among them."""
        self.ca = None if host.certificate is None else str(host.certificate.authority)
        """The authority to trust, where the vendor's clients insist on TLS; None elsewhere."""
        self.allows_others = False
        """Set it where calls with other keys than this account's are part of the test; else they fail it, for an
        application that uses another key is not what these books tell of."""
        self.faults: list[Fault] = []
        """Every fault that was asked for, in order."""
        self.clock = Clock(self)
        self._since_s, self._first_row, self._epoch = stand.do(self._begin)
        self.webhooks = Webhooks(stand, self.simulator, self.label)
        self._is_open = True

    def _begin(self) -> tuple[float, int, int]:
        simulator = self.simulator
        simulator.schedule([], fields=simulator.vendor.effects)
        return simulator.clock(), simulator.ledger.next_seq, simulator.epoch

    # -- what goes wrong ------------------------------------------------------------------------------------------

    def fault(self, match: str | Mapping[str, Any] = "", /, *, first: int | None = None, **written: Any) -> Fault:
        """Have a fault from now on, written as in a scenario: `fault("POST /v1/payment_intents", latency="2s")`,
        `fault(respond={"status": 503}, share="50%")`. Without a `match` every call of this account is meant.

        `first=2` strikes the first two calls that match, and no later one. A fault that strikes nothing fails the test,
        but for `expect_struck=0`. Raises `ValueError` in one line for what cannot be, or can strike nothing.
        """
        if match:
            written["match"] = match
        number = len(self.faults) + 1
        made = put_in_force(
            self.stand,
            self.simulator,
            account=self.label,
            rule_id=f"{self.name}.{number}",
            first=first,
            written=written,
        )
        self.faults.append(made)
        return made

    def limits(self, **on: Any) -> None:
        """Have the vendor's own limiters on, as in a scenario's `limits`, and no others: `limits(read=True)`,
        `limits(read={"rate": "2/s", "burst": 2})`. Off for the next test. Raises `ValueError`."""
        wanted = read_limits(on)
        self.stand.do(lambda: self.simulator.limit(wanted))

    def set_up(self, **given: Any) -> None:
        """What somebody would have set up in the vendor's dashboard, as in a scenario's `setup`: tables, canned
        answers. As at first for the next test. Raises `ValueError`."""
        self.stand.do(lambda: self.simulator.set_up(given))

    # -- what the books say ---------------------------------------------------------------------------------------

    def effects(self, kind: str, /, *, settled: bool = True, **wanted: Any) -> Effects:
        """What the vendor did of this kind: `effects("stripe.charge", order="7").once`. Waits as `settle` does, unless
        `settled` is False. Raises `ValueError` for a kind or a field that there is not."""
        if settled:
            self.settle()
        return select(self.simulator.vendor.effects, self._own().effects, kind, wanted)

    @property
    def ledger(self) -> Ledger:
        """All requests and effects of this account, once nothing of it is under way. Waits as `settle` does."""
        self.settle()
        return self._own()

    @property
    def inbox(self) -> tuple[Effect, ...]:
        """What was sent to people, in order: mails, messages, codes. Waits as `settle` does. Raises `ValueError` where
        the vendor writes to nobody."""
        effects = self.simulator.vendor.effects
        kinds = {kind for kind, fields in effects.items() if "to" in fields and _OF_A_MESSAGE & set(fields)}
        if not kinds:
            raise ValueError(f"{self.vendor} writes to nobody: it has no inbox")
        return tuple(effect for effect in self.ledger.effects if effect.kind in kinds)

    def settle(self, within_s: float = SETTLE_WITHIN_S) -> None:
        """Wait until the vendor has done its work on every call that has reached it: whoever gave one up has stopped
        nothing. Raises `StillUnderWay`. In an asynchronous test: `await stripe.settled()`."""
        self.stand.run(self._settle(within_s), within_s=within_s + SETTLE_WITHIN_S)

    async def settled(self, within_s: float = SETTLE_WITHIN_S) -> None:
        """`settle`, for an asynchronous test whose own loop has calls under way."""
        await self.stand.wait(self._settle(within_s))

    async def _settle(self, within_s: float) -> None:
        for _ in range(_STEPS_OF_A_CONNECTION):
            await asyncio.sleep(0)
        try:
            async with asyncio.timeout(within_s):
                while self.simulator.under_way:  # noqa: ASYNC110  the engine tells nobody when a call is over
                    await asyncio.sleep(LOOK_EVERY_S)
        except TimeoutError:
            raise StillUnderWay(
                f"{self.vendor} is still at work on {self.simulator.under_way} calls after {within_s:g} s: let the "
                "client end them, or ask with settled=False"
            ) from None

    def _own(self) -> Ledger:
        every = self.books()
        return Ledger(
            tuple(one for one in every.requests if one.account == self.label),
            tuple(one for one in every.effects if one.account == self.label),
        )

    def books(self) -> Ledger:
        """What the vendor has written down since the account was opened, of any account. Raises `RuntimeError` where it
        was too much to be kept, or forgotten meanwhile."""
        return self.stand.do(self._books)

    def _books(self) -> Ledger:
        ledger = self.simulator.ledger
        if self.simulator.epoch != self._epoch:
            raise RuntimeError(f"{self.vendor} was reset: its books do not tell of all that happened to {self.name}")
        if ledger.dropped > self._first_row:
            raise RuntimeError(f"{self.vendor}: more than {ledger.limit} rows of one test: the oldest are gone")
        return ledger_of(ledger.rows(self._first_row - 1), self._since_s)

    @property
    def problems(self) -> Sequence[str]:
        """Defects of the simulator itself: there should be none, and a test with one proves nothing."""
        return self.stand.do(lambda: [str(one) for one in self.simulator.status()["problems"]])

    # -- the end --------------------------------------------------------------------------------------------------

    def journal(self) -> str:
        """What happened, line by line: requests, effects, faults, and what nearly was one."""
        return journal.of(self)

    def check(self) -> None:
        """Raise `ProvesNothing` where what was asked for did not happen: a fault that never struck, calls with other
        keys, a defect of the simulator."""
        proof.check(self)

    def close(self) -> None:
        """Forget the account, and have the vendor as new for the next one: books, clock, limits. What is still under
        way ends here. May be called again."""
        if self._is_open:
            self._is_open = False
            for fault in self.faults:
                fault.remove()
            self.stand.do(self.simulator.reset)
            self.stand.leave(self.vendor)

    def __repr__(self) -> str:
        return f"<account {self.name} at {self.vendor}, {self.url}>"
