"""A flow of several steps that is a saga: kept durably before it is begun, and gone on with by whoever finds it.

    ask ─▶ claim on the key ─▶ keep it, under way ─▶ its steps, each written down before it ─▶ forget it ─▶ answer

What has come no further is a dead letter, as it is; a redrive goes on from there. What its process died over is one,
too, once its lease is over; whoever asks again then goes on with it at once.
"""

from abc import abstractmethod
from typing import ClassVar, TypeVar

import orjson

from brownout_core.asking import Asking
from brownout_core.errors import BrownoutError, ClaimsUnavailable, DeadLettered, IdempotencyConflict
from brownout_core.flows.ending import Ending, EndingStatus
from brownout_core.flows.flow import Around, Flow, SetAside
from brownout_core.flows.request import FlowRequest
from brownout_core.policies.idempotency import MARGIN_S
from brownout_core.policies.undertaking import Undertaking
from brownout_core.records import LetterState, Parcel, StoreUnavailable
from brownout_core.saga.journal import Journal
from brownout_core.saga.steps import Result, Saga
from brownout_core.saga.walk import Walk

R = TypeVar("R", bound=FlowRequest)


class LongFlow(Flow[R]):
    """A flow whose `do` is a saga. It can wait: whatever is no definitive no is set aside."""

    sets_aside: ClassVar[SetAside] = SetAside.TRANSIENT

    def __init__(self, around: Around) -> None:
        super().__init__(around)
        self.saga = self.declared()
        self._lease_s = self.deadline_s + MARGIN_S

    @abstractmethod
    def declared(self) -> Saga[R]:
        """Its steps. Asked once."""

    async def do(self, request: R, asking: Asking) -> Result:
        """Go on from wherever it is, to its end."""
        if asking.kept is None:
            undertaken = await self._undertaken(request, asking)
            if undertaken.letter.state is LetterState.REDRIVEN:
                done: Result = orjson.loads(undertaken.letter.outcome)
                return done
            asking.kept = undertaken
        walk = Walk(
            self.saga,
            request,
            asking,
            asking.kept,
            wall_clock=self._around.wall_clock,
            settle_s=self._around.settle_s,
        )
        return await walk.to_its_end()

    async def _undertaken(self, request: R, asking: Asking) -> Undertaking:
        """Ours to do, or done. Raises what else has become of it."""
        parcel = Parcel(
            flow=self.name,
            payload=request.payload(),
            idempotency_key=asking.idempotency_key,
            operation_id=asking.operation_id,
            first_attempt_at=self._around.wall_clock(),
        )
        try:
            kept = await self._around.dead_letters.undertake(parcel, self._lease_s)
        except StoreUnavailable as error:
            raise ClaimsUnavailable(f"it cannot be kept, and so not be begun: {error}") from error
        state = kept.letter.state
        if kept.is_held or state is LetterState.REDRIVEN:
            return kept
        if state is LetterState.REFUSED and (why := Journal.read(kept.progress).why) is not None:
            asking.taken_back()
            raise why
        if state in {LetterState.UNDER_WAY, LetterState.REDRIVING}:
            asking.may_have_sent = True
            raise IdempotencyConflict("somebody else does it", may_have_effect=True)
        raise DeadLettered(kept.letter.id)

    async def _raise_if_set_aside(self, key: str) -> None:
        """What is kept says so itself, and one that a process has died over is gone on with."""

    async def _set_aside(self, parcel: Parcel, error: BrownoutError, asking: Asking) -> str:
        if not isinstance(asking.kept, Undertaking):
            return await super()._set_aside(parcel, error, asking)
        return await self._around.dead_letters.leave(asking.kept, error)

    async def _over(self, asking: Asking, ending: Ending) -> None:
        if isinstance(asking.kept, Undertaking) and ending.status in {EndingStatus.DONE, EndingStatus.REFUSED}:
            is_refused = ending.status is EndingStatus.REFUSED
            came_to = ending.code if is_refused else orjson.dumps(dict(ending.result)).decode()
            await self._around.dead_letters.let_go(
                asking.kept, came_to, refused=is_refused, answer_is_kept=asking.answer_is_kept
            )


def own(asking: Asking, part: str) -> Asking:
    """An asking of the same operation with a key of its own, for what is taken back: a vendor tells the two apart."""
    return Asking(asking.operation_id, f"{asking.idempotency_key}-{part}", asking.ends_at_s)
