"""The application as whoever serves it sees it: its flows, what was set aside, and how everything is.

Made by `compose.build`; belongs to one event loop.
"""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from brownout_core.asking import Asking
from brownout_core.errors import CallRejected
from brownout_core.flows.background import Background
from brownout_core.flows.flow import Flow
from brownout_core.guarded import Guarded
from brownout_core.policies.breaker import State
from brownout_core.policies.dead_letter import DeadLetters, Lot, Redriven
from brownout_core.policies.inbox import Inbox, News
from brownout_core.records import OPEN_STATES, ClaimStore, DeadLetter, StoreUnavailable
from brownout_core.transport import Transport


class DeadLetterDesk:
    """What an operator does with dead letters. Safe for concurrent use, also by several operators."""

    def __init__(self, letters: DeadLetters, flows: Mapping[str, Flow[Any]]) -> None:
        self._letters = letters
        self._flows = flows
        self.page = letters.page
        self.show = letters.show
        self.count = letters.count
        self.discard = letters.discard

    async def redrive(self, letter_id: str, *, insist: bool = False) -> Redriven:
        """Do one letter's work again, through its own flow; `insist` also where it is poison."""
        return await self._letters.redrive(letter_id, self._again, insist=insist)

    async def redrive_lot(self, *, limit: int = 1000, after: str = "", insist: bool = False) -> Lot:
        """Redrive what is pending behind `after`, oldest first, at the configured rate; stops where it is no
        use yet."""
        return await self._letters.redrive_lot(self._again, limit=limit, after=after, insist=insist)

    async def _again(self, letter: DeadLetter, asking: Asking) -> str:
        flow = self._flows.get(letter.flow)
        if flow is None:  # another application on the same store set it aside
            raise CallRejected(f"{letter.flow} is not served here")
        return await flow.redrive(letter, asking)


class Application:
    """The flows, what was set aside, and how everything is. Belongs to one event loop."""

    def __init__(
        self,
        *,
        flows: Mapping[str, Flow[Any]],
        letters: DeadLetters,
        guarded: Mapping[str, Guarded[Any]],
        claims: ClaimStore,
        inbox: Inbox,
        transports: Mapping[str, Transport],
    ) -> None:
        self.flows = flows
        """By name; each is asked by calling it with its request."""
        self.guarded = guarded
        """Each vendor's client behind its policies, by the vendor's name."""
        self.dead_letters = DeadLetterDesk(letters, flows)
        self.inbox = inbox
        """What the vendors have told by themselves."""
        self._letters = letters
        self._claims = claims
        self._transports = transports

    def move_breaker(self, vendor: str, *, is_open: bool) -> None:
        """Open or close a vendor's breaker by hand; opened so, it stays open until it is closed by hand.

        Raises `KeyError`: no such vendor is asked for anything.
        """
        breaker, now_s = self.guarded[vendor].policies.breaker, asyncio.get_running_loop().time()
        if is_open:
            breaker.open_by_hand(now_s)
        else:
            breaker.close_by_hand(now_s)

    def background(self) -> Mapping[str, Background]:
        """What it does beside what it is asked, by the flow's name. Whoever serves it runs them."""
        return {name: flow.background for name, flow in self.flows.items() if flow.background is not None}

    async def hear(self, vendor: str, news: News) -> bool:
        """A vendor tells something: keep it, and let whoever waits for it know. Whether it was further than what had
        been told before. Raises `StoreUnavailable` where it is not kept."""
        is_further = await self.inbox.take(vendor, news)
        # Also of what is known: whoever died behind the keeping has let nobody know.
        with suppress(StoreUnavailable):  # it is kept, and whoever redrives what was set aside finds it
            for flow in self.flows.values():
                await flow.told(vendor, news)
        return is_further

    async def health(self) -> dict[str, Any]:
        """`healthy`, `degraded` (a breaker is not closed, letters are open, what it does beside is in trouble) or
        `unhealthy` (a store is down, or holds what it cannot read), with one check per part: pass, warn or fail. Asks
        no vendor anything."""
        now_s = asyncio.get_running_loop().time()
        checks: dict[str, dict[str, Any]] = {}
        for vendor, guarded in self.guarded.items():
            state = guarded.policies.breaker.state(now_s)
            checks[vendor] = {"status": "pass" if state == State.CLOSED else "warn", "message": f"breaker {state}"}
        checks |= {name: background.check() for name, background in self.background().items()}
        checks["dead_letters"] = await self._letters_check()
        checks["claims"] = await self._claims_check()
        grades = {check["status"] for check in checks.values()}
        status = "unhealthy" if "fail" in grades else "degraded" if "warn" in grades else "healthy"
        return {"status": status, "checks": checks}

    async def _letters_check(self) -> dict[str, Any]:
        try:
            counts = await self._letters.count()
            await self._letters.check()
        except StoreUnavailable as error:
            return {"status": "fail", "message": str(error)}
        waiting = sum(counts[state] for state in OPEN_STATES)
        return {"status": "warn" if waiting else "pass", "message": f"{waiting} open"}

    async def _claims_check(self) -> dict[str, Any]:
        try:
            await self._claims.check()
        except StoreUnavailable as error:
            return {"status": "fail", "message": str(error)}
        return {"status": "pass", "message": "reachable"}

    async def close(self) -> None:
        """Close transports and stores. Operations still under way fail."""
        for transport in self._transports.values():
            await transport.close()
        await self._letters.close()
        await self._claims.close()
