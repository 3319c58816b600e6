"""A flow: one business operation, as a plain coroutine over guarded clients, and what stands around every one of them.

    ask ─▶ dead letter ─▶ claim on the key ─▶ do ─▶ per call: bulkhead ─▶ retry ─▶ … ─▶ attempt

A flow says what it is asked for, which vendors it uses, what it does, and which failures are set aside instead of
being told to the caller. It may ask several vendors, one after the other or at once.
"""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from random import Random
from typing import Any, ClassVar, Generic, TypeVar

import orjson

from brownout_core.adapters.declaration import Adapter
from brownout_core.asking import Asking, Say
from brownout_core.clock import WallClock
from brownout_core.errors import (
    BrownoutError,
    CallRejected,
    DeadLettered,
    IdempotencyConflict,
    NotSettled,
    RetrySuppressed,
    VendorRefused,
)
from brownout_core.flows import ending as endings
from brownout_core.flows.background import Background
from brownout_core.flows.ending import Ending, EndingStatus
from brownout_core.flows.request import FlowRequest
from brownout_core.guarded import Guarded
from brownout_core.policies.dead_letter import DeadLetters
from brownout_core.policies.idempotency import Idempotency
from brownout_core.policies.inbox import Inbox, News
from brownout_core.records import DeadLetter, Parcel, StoreUnavailable
from brownout_core.telemetry import Event, Kind, Sink, outcome_of

A = TypeVar("A")
C = TypeVar("C")
R = TypeVar("R", bound=FlowRequest)
T = TypeVar("T")

KeyFunction = Callable[[str, str], str]
"""(flow, operation id) to the idempotency key. The same arguments give the same key, in any process, for ever."""


class SetAside(StrEnum):
    """Which failures become dead letters. A definitive refusal never does."""

    UNKNOWN = "unknown"  # what may have had its effect: somebody has to find out
    TRANSIENT = "transient"  # also what surely was not done, but can be later
    NOTHING = "nothing"  # whoever asked has to ask again: nobody else could, or nobody would want it later


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """What stands around every flow."""

    guarded: Mapping[str, Guarded[Any]]
    """Each vendor's client behind its policies, by the vendor's name."""
    idempotency: Callable[[str, float], Idempotency]
    """(flow, its longest duration in seconds) to what does its work once."""
    dead_letters: DeadLetters
    inbox: Inbox
    key: KeyFunction
    wall_clock: WallClock
    settle_s: float
    """How long an earlier sending may take to show up, where one has to look for it."""
    random: Callable[[str], Random]
    """A source of randomness of one's own, by name."""
    sink: Sink | None


class Flow(ABC, Generic[R]):
    """One flow. Safe for concurrent use; each asking is independent but for the claim on its key."""

    name: ClassVar[str]
    path: ClassVar[str]
    """Where it is asked for: `/v1/pay`."""
    request: type[R]
    uses: ClassVar[Sequence[Adapter[Any, Any]]]
    """The vendors that it may ask."""
    not_waited_for: ClassVar[Sequence[Adapter[Any, Any]]] = ()
    """Those of them that get what time the others leave: what they do can be done without."""
    told_by: ClassVar[Adapter[Any, Any] | None] = None
    """The one of them whose notices say what came of it; None: nobody's do."""
    http_status: ClassVar[int] = 200
    """Of an answer that it is done."""
    sets_aside: ClassVar[SetAside] = SetAside.UNKNOWN
    spoken: ClassVar[str] = ""
    """The part of what comes of it that can be handed on as it is made: a text; empty: none can."""
    background: Background | None = None
    """What finishes, beside the askings, what `do` has taken on. Where there is one, who asked is told `accepted`."""

    def __init__(self, around: Around) -> None:
        self._around = around
        limits = [around.guarded[adapter.name].policies.timeouts for adapter in self.waited_for()]
        self._one_vendor = len(self.uses) == 1
        self.deadline_s = max(each.deadline_at_s(0.0, None) for each in limits)
        """The longest that it takes: as long as a call to the slowest of its vendors."""
        self._once = around.idempotency(self.name, self.deadline_s)
        is_told = self.told_by is not None and around.inbox.hears(self.told_by.name)
        self._work = self._do_or_hear if is_told else self.do

    @classmethod
    def waited_for(cls) -> Sequence[Adapter[Any, Any]]:
        """The vendors of which the slowest says how long it takes."""
        return [adapter for adapter in cls.uses if adapter not in cls.not_waited_for]

    def guarded(self, adapter: Adapter[A, C]) -> Guarded[C]:
        """The client of a vendor that this flow `uses`."""
        if adapter not in self.uses:
            raise TypeError(f"the flow {self.name} does not say that it uses {adapter.name}")
        return self._around.guarded[adapter.name]

    @abstractmethod
    async def do(self, request: R, asking: Asking) -> dict[str, Any]:
        """Do it, and return what came of it as JSON. Raises the errors of its calls.

        It may run again after it failed, or died: with the same key, and with `asking.earlier` set. So it makes its
        calls in the same order each time, and a call that its vendor cannot tell from its repetition only after it
        has looked (`look_first`).
        """

    def came_of(self, news: News) -> dict[str, Any] | None:  # noqa: ARG002 - of those of which nobody tells
        """What `do` would return, by what the vendor has told; None: that it is done is not said by it."""
        return None

    def is_streamed(self, request: R) -> bool:  # noqa: ARG002 - of those that are never
        """Whether whoever asks reads the answer as it is made: only where something is `spoken`."""
        return False

    async def __call__(self, request: R, say: Say | None = None) -> Ending:
        """Do it, or return what an earlier asker with the same operation id got. Raises nothing but defects.

        `say` takes what is `spoken` piece by piece, as it is made; of an earlier asker's answer, which is whole,
        nothing. Only a good ending says that the pieces were all.
        """
        around = self._around
        started_s = asyncio.get_running_loop().time()
        first_attempt_at = around.wall_clock()
        payload = request.payload()
        operation_id = request.operation_id
        key = around.key(self.name, operation_id)
        asking = Asking(operation_id, key, started_s + self.deadline_s, one_vendor=self._one_vendor)
        asking.say = say
        try:
            result = await self._once.run_once(
                asking,
                request.fingerprint(payload),
                partial(self._work, request, asking),
                call=self.name,
                taken_over=partial(self._raise_if_set_aside, key),
            )
            if self.background is not None:
                ending = endings.taken_on(operation_id, result)
            else:
                ending = endings.done(operation_id, result, self.http_status)
        except BrownoutError as error:
            parcel = Parcel(
                flow=self.name,
                payload=payload,
                idempotency_key=key,
                operation_id=operation_id,
                first_attempt_at=first_attempt_at,
            )
            ending = await self._failed(parcel, error, asking)
        await self._over(asking, ending)
        if around.sink is not None:
            self._tell_end(around.sink, ending, started_s)
        return ending

    async def redrive(self, letter: DeadLetter, asking: Asking) -> str:
        """Do a dead letter's work, with its own key; returns its result as text, raises where it failed again."""
        request = self.request.model_validate_json(letter.payload)
        asking.ends_at_s = asyncio.get_running_loop().time() + self.deadline_s
        asking.one_vendor = self._one_vendor
        work = partial(self._work, request, asking)
        result = await self._once.run_once(asking, request.fingerprint(letter.payload), work, call=self.name)
        return orjson.dumps(result).decode()

    async def told(self, vendor: str, news: News) -> None:
        """A vendor has told of an operation: where that is done by it and was set aside, it is settled.

        Raises `StoreUnavailable`.
        """
        if self.told_by is None or self.told_by.name != vendor or self.came_of(news) is None:
            return
        letter = await self._around.dead_letters.find(self.name, self._around.key(self.name, news.about))
        if letter is not None:
            await self._around.dead_letters.redrive(letter.id, self.redrive, insist=True)

    async def _do_or_hear(self, request: R, asking: Asking) -> dict[str, Any]:
        """`do`, where the vendor has not told already that it is done: before whoever comes back to it, and after
        whoever cannot tell whether it was."""
        if asking.earlier is not None and (heard := await self._heard(asking)) is not None:
            return heard
        try:
            return await self.do(request, asking)
        except BrownoutError:
            heard = await self._heard(asking) if asking.may_have_effect else None
            if heard is None:
                raise
            return heard

    async def _settle_if_heard(self, asking: Asking, letter_id: str) -> None:
        """A notice that came after the last look and before the letter was there has found nothing to settle. Each of
        the two writes before it looks for the other, so one of them finds it."""
        if await self._heard(asking) is None:
            return
        with suppress(StoreUnavailable):  # it is set aside, and the redrive will hear of it
            await self._around.dead_letters.redrive(letter_id, self.redrive, insist=True)

    async def _heard(self, asking: Asking) -> dict[str, Any] | None:
        if self.told_by is None or not self._around.inbox.hears(self.told_by.name):
            return None
        try:
            news = await self._around.inbox.furthest(self.told_by.name, asking.operation_id)
        except StoreUnavailable:
            return None  # then one has to look, as without any notice
        return None if news is None else self.came_of(news)

    async def look_first(self, asking: Asking, look: Callable[[float], Awaitable[T | None]]) -> T | None:
        """What an earlier sending of this operation left, if there was one; None: now it may be sent.

        `look(ago_s)` looks for it among what came to be in the last so many seconds, counted by the vendor's own clock:
        no two machines' are the same. Raises `NotSettled` where nothing is there, and it is too early to tell that
        nothing will be.
        """
        earlier = asking.earlier
        if earlier is None:
            return None
        found = await look(earlier.began_ago_s)
        if found is None:
            left_s = self._around.settle_s - earlier.sent_ago_s
            if left_s > 0:
                raise NotSettled("an earlier sending may still arrive", retry_after_s=left_s)
            asking.settled()
        return found

    async def _raise_if_set_aside(self, key: str) -> None:
        try:
            letter = await self._around.dead_letters.find(self.name, key)
        except StoreUnavailable:
            return  # then there is nobody to say that it was set aside
        if letter is not None:
            raise DeadLettered(letter.id)

    async def _failed(self, parcel: Parcel, error: BrownoutError, asking: Asking) -> Ending:
        if isinstance(error, CallRejected):
            self._tell_rejection(error, asking)
        if self._is_set_aside(error, asking):
            try:
                letter_id = await self._set_aside(parcel, error, asking)
            except StoreUnavailable:
                pass  # not durable, so not acknowledged
            else:
                self._tell_set_aside(error, parcel.operation_id, letter_id)
                await self._settle_if_heard(asking, letter_id)
                return endings.accepted(parcel.operation_id, letter_id)
        return endings.ended(parcel.operation_id, error, may_have_effect=asking.may_have_effect)

    async def _set_aside(self, parcel: Parcel, error: BrownoutError, asking: Asking) -> str:  # noqa: ARG002 - of others
        return await self._around.dead_letters.set_aside(parcel, error)

    async def _over(self, asking: Asking, ending: Ending) -> None:
        """Awaited when it has ended, and its answer is kept if it can be."""

    def _is_set_aside(self, error: BrownoutError, asking: Asking) -> bool:
        if isinstance(error, DeadLettered | IdempotencyConflict) or self.sets_aside is SetAside.NOTHING:
            return False
        if asking.may_have_effect:
            return True
        return self.sets_aside is SetAside.TRANSIENT and not isinstance(error, VendorRefused)

    def _tell_rejection(self, error: CallRejected, asking: Asking) -> None:
        """That something around the calls refused: for the vendor that it names, or every one that might have been
        asked."""
        if self._around.sink is None or error is asking.told or isinstance(error, RetrySuppressed):
            return
        now_s = asyncio.get_running_loop().time()
        named = getattr(error, "vendor", "")
        for adapter in self.uses:
            if named not in {"", adapter.name}:
                continue
            told = (adapter.name, self.name, asking.operation_id)
            self._around.sink(Event(now_s, Kind.CALL_REJECTED, *told, outcome=error.policy))

    def _tell_set_aside(self, error: BrownoutError, operation_id: str, letter_id: str) -> None:
        if self._around.sink is not None:
            now_s = asyncio.get_running_loop().time()
            vendor = getattr(error, "vendor", "") or self.uses[0].name
            told = (vendor, self.name, operation_id)
            self._around.sink(Event(now_s, Kind.DEAD_LETTERED, *told, outcome=outcome_of(error), detail=letter_id))

    def _tell_end(self, sink: Sink, ending: Ending, started_s: float) -> None:
        now_s = asyncio.get_running_loop().time()
        outcome = "dead_lettered" if ending.dead_letter_id else TOLD_AS.get(ending.status) or ending.status.value
        detail = ending.dead_letter_id or ending.code
        told = ("", self.name, ending.operation_id, 0, outcome, now_s - started_s, detail)
        sink(Event(now_s, Kind.OPERATION_FINISHED, *told))


TOLD_AS: Mapping[EndingStatus, str] = {EndingStatus.IN_PROGRESS: "unknown"}
"""What telemetry calls an ending, where it has another word for it."""


def by_name(*flows: type[Flow[Any]]) -> Mapping[str, type[Flow[Any]]]:
    """A table of flows. Two of one name, or one path, are a mistake."""
    for what in ("name", "path"):
        if len({getattr(flow, what) for flow in flows}) < len(flows):
            raise TypeError(f"two flows have one {what}")
    return {flow.name: flow for flow in flows}
