"""The application as whoever serves it sees it: its operations, what was set aside, and how everything is.

Made by `compose.build`; belongs to one event loop.
"""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from brownout_core.flows.notify import Notify
from brownout_core.flows.operation import Operation
from brownout_core.flows.outcome import Outcome
from brownout_core.flows.pay import Pay
from brownout_core.flows.place_order import PlaceOrder
from brownout_core.flows.requests import NotifyRequest, OrderRequest, PayRequest
from brownout_core.policies.breaker import State
from brownout_core.policies.dead_letter import DeadLetters, Redriven
from brownout_core.policies.parts import BreakerPart, VendorParts
from brownout_core.records import OPEN_STATES, ClaimStore, DeadLetter, LetterState, StoreUnavailable
from brownout_core.transport import Transport


class DeadLetterDesk:
    """What an operator does with dead letters. Safe for concurrent use, also by several operators."""

    def __init__(self, letters: DeadLetters, operations: Mapping[str, Operation[Any]]) -> None:
        self._letters = letters
        self._operations = operations

    async def page(
        self, *, states: Sequence[LetterState] = OPEN_STATES, limit: int = 100, after: str = ""
    ) -> Sequence[DeadLetter]:
        """Letters, oldest first; by default those that still want something done."""
        return await self._letters.page(states=states, limit=limit, after=after)

    async def show(self, letter_id: str) -> DeadLetter | None:
        """One letter, in whatever state."""
        return await self._letters.show(letter_id)

    async def count(self) -> dict[LetterState, int]:
        """How many letters are in each state."""
        return await self._letters.count()

    async def redrive(self, letter_id: str, *, insist: bool = False) -> Redriven:
        """Do one letter's work again, through its own flow; `insist` also where it is poison."""
        return await self._letters.redrive(letter_id, self._again, insist=insist)

    async def redrive_all(self, *, limit: int = 1000, insist: bool = False) -> list[Redriven]:
        """Redrive what waits, oldest first, at the configured rate; stops where it is no use yet."""
        return await self._letters.redrive_all(self._again, limit=limit, insist=insist)

    async def discard(self, letter_id: str) -> bool:
        """Give one up for good."""
        return await self._letters.discard(letter_id)

    async def _again(self, letter: DeadLetter) -> str:
        return await self._operations[letter.flow].redrive(letter)


class Application:
    """The operations, what was set aside, and how everything is. Belongs to one event loop."""

    def __init__(
        self,
        *,
        pay: Pay,
        notify: Notify,
        place_order: PlaceOrder,
        letters: DeadLetters,
        vendors: Mapping[str, VendorParts],
        claims: ClaimStore,
        transports: Mapping[str, Transport],
    ) -> None:
        self._pay, self._notify, self._place_order = pay, notify, place_order
        self._letters = letters
        self._vendors = vendors
        self._claims = claims
        self._transports = transports
        self.dead_letters = DeadLetterDesk(letters, {each.name: each for each in (pay, notify, place_order)})

    async def pay(self, request: PayRequest) -> Outcome:
        """Take money once."""
        return await self._pay(request)

    async def notify(self, request: NotifyRequest) -> Outcome:
        """Send one text message."""
        return await self._notify(request)

    async def place_order(self, request: OrderRequest) -> Outcome:
        """Hand one order in."""
        return await self._place_order(request)

    async def health(self) -> dict[str, Any]:
        """`healthy`, `degraded` (a breaker is not closed, letters wait) or `unhealthy` (a store is down), with one
        check per part: pass, warn or fail. Asks no vendor anything."""
        now_s = asyncio.get_running_loop().time()
        checks: dict[str, dict[str, Any]] = {}
        for vendor, parts in self._vendors.items():
            state = _state(parts.breaker, now_s)
            checks[vendor] = {"status": "pass" if state == State.CLOSED else "warn", "message": f"breaker {state}"}
        checks["dead_letters"] = await self._letters_check()
        checks["claims"] = await self._claims_check()
        grades = {check["status"] for check in checks.values()}
        status = "unhealthy" if "fail" in grades else "degraded" if "warn" in grades else "healthy"
        return {"status": status, "checks": checks}

    async def _letters_check(self) -> dict[str, Any]:
        try:
            counts = await self._letters.count()
        except StoreUnavailable as error:
            return {"status": "fail", "message": str(error)}
        waiting = sum(counts[state] for state in OPEN_STATES)
        return {"status": "warn" if waiting else "pass", "message": f"{waiting} open"}

    async def _claims_check(self) -> dict[str, Any]:
        ping = getattr(self._claims, "ping", None)
        if ping is not None:
            try:
                await ping()
            except StoreUnavailable as error:
                return {"status": "fail", "message": str(error)}
        return {"status": "pass", "message": "reachable"}

    async def close(self) -> None:
        """Close transports and stores. Operations still under way fail."""
        for transport in self._transports.values():
            await transport.close()
        await self._letters.close()
        await self._claims.close()


def _state(breaker: BreakerPart, now_s: float) -> str:
    state = getattr(breaker, "state", None)
    return str(state(now_s)) if callable(state) else "unknown"
