"""One saga, from wherever it is to its end: all of it applied, or nothing left of it, or a word on what is.

The intent of each step is written down before its first sending, and what it came to with the next one's intent. So
whoever takes over knows of every step whether it may have been sent, and looks for those of which it does not know the
end. Once it goes back no step is made any more; what may still arrive is looked for again when it must have arrived.
"""

from collections.abc import Callable
from functools import partial
from typing import Generic, TypeVar

from brownout_core.asking import Asking, Earlier, Kept
from brownout_core.errors import BrownoutError, LeftStanding, NotSettled, VendorRefused
from brownout_core.saga.journal import Entry, Journal
from brownout_core.saga.steps import Result, Saga, Step

J = TypeVar("J")


class Walk(Generic[J]):
    """One asking's way through a saga."""

    def __init__(
        self,
        saga: Saga[J],
        job: J,
        asking: Asking,
        kept: Kept,
        *,
        wall_clock: Callable[[], float],
        settle_s: float,
    ) -> None:
        """`settle_s` is how long something that was sent can take to show up where one looks for it."""
        self._saga = saga
        self._job = job
        self._asking = asking
        self._kept = kept
        self._wall_clock = wall_clock
        self._settle_s = settle_s
        self._journal = Journal.read(kept.progress)
        self._askings: list[Asking] = []
        for step in saga.steps:
            self._take_over(step)

    def _take_over(self, step: Step[J]) -> None:
        """Whoever had it before us may have sent until its lease was over, where it did not say when it sent."""
        entry = self._journal.entries.get(step.name)
        if entry is not None and entry.is_in_doubt and entry.result is None and not step.is_announced:
            entry.sent_at = max(entry.sent_at, self._kept.last_attempt_at)

    async def to_its_end(self) -> Result:
        """What all steps came to. Raises the definitive no for which it was taken back as a whole; `LeftStanding`
        where a person has to see to it; and what keeps it from going on now."""
        if self._journal.entries:
            self._asking.may_have_sent = True
        try:
            if self._journal.why is None:
                await self._forward()
            if self._journal.why is not None:
                await self._back(self._journal.why)
        except BrownoutError as error:
            self._kept.standing = self._journal.standing()
            if any(asking.told is error for asking in self._askings):
                self._asking.told = error
            raise
        results: Result = {}
        for entry in self._journal.entries.values():
            results |= entry.result or {}
        return results

    # -- forward --------------------------------------------------------------------------------------------------

    async def _forward(self) -> None:
        reversible = self._saga.reversible
        for step in self._saga.steps:
            entry = self._journal.entries.get(step.name)
            if entry is not None and entry.result is not None:
                continue
            try:
                await self._made(step, entry)
            except VendorRefused as refusal:
                await self._note()
                if step not in reversible:
                    raise LeftStanding(f"{step.name} cannot be done: {refusal}") from refusal
                self._journal.why = refusal
                await self._note()
                return
            except BrownoutError:
                await self._note()
                raise

    async def _made(self, step: Step[J], entry: Entry | None) -> None:
        now = self._wall_clock()
        if entry is None or entry.is_over:
            asking = self._asking_of()
            entry = self._journal.entries[step.name] = Entry(now, now)
            if not step.is_announced:  # else its first sending writes it down
                await self._note()
        else:
            asking = self._asking_of(Earlier(now - entry.began_at, now - entry.sent_at))
        asking.announce = partial(self._announce, entry)
        try:
            entry.result = await step.do(self._job, asking)
        except BaseException:
            # What it may have done now, or before: as long as that is open it is looked for.
            entry.sent_at = self._wall_clock() if asking.may_have_sent and not step.is_announced else entry.sent_at
            entry.is_in_doubt = asking.may_have_effect
            entry.is_over = not asking.may_have_effect
            self._asking.may_have_sent |= asking.may_have_effect
            raise
        self._asking.may_have_sent = True
        entry.stands = list(step.names(self._job, entry.result))
        entry.is_in_doubt = False

    def _asking_of(self, earlier: Earlier | None = None) -> Asking:
        """One step's: whether it may have had its effect is written down apart."""
        whole = self._asking
        asking = Asking(whole.operation_id, whole.idempotency_key, whole.ends_at_s, earlier=earlier, one_vendor=True)
        asking.announce = self._note
        self._askings.append(asking)
        return asking

    async def _announce(self, entry: Entry) -> None:
        entry.sent_at = self._wall_clock()
        await self._note()

    async def _note(self) -> None:
        await self._kept.note(self._journal.written())

    # -- back -----------------------------------------------------------------------------------------------------

    async def _back(self, why: VendorRefused) -> None:
        """Take back what there is, in reverse; what cannot be taken back now keeps nothing else from it."""
        failed: list[BrownoutError] = []
        for step in reversed(self._saga.reversible):
            entry = self._journal.entries.get(step.name)
            if entry is None or entry.is_over:
                continue
            try:
                await self._taken_back(step, entry)
            except BrownoutError as error:
                failed.append(error)
            await self._note()
        if not failed:
            self._asking.taken_back()
            raise why
        passing = next((error for error in failed if not isinstance(error, VendorRefused)), None)
        if passing is not None:
            raise passing
        raise LeftStanding(f"after {why}: {failed[0]}") from failed[0]

    async def _taken_back(self, step: Step[J], entry: Entry) -> None:
        assert step.look is not None and step.undo is not None  # noqa: S101, PT018 - the saga has seen to it
        asked_at = self._wall_clock()
        if entry.is_in_doubt:
            found = await step.look(self._job, self._asking_of())
            entry.stands = list(dict.fromkeys([*entry.stands, *found]))
        while entry.stands:
            await step.undo(self._job, self._asking_of(), entry.stands[-1])
            entry.stands.pop()
        left_s = entry.sent_at + self._settle_s - asked_at
        if entry.is_in_doubt and left_s > 0:
            raise NotSettled(f"{step.name} may still be done", retry_after_s=left_s)
        entry.is_over, entry.is_in_doubt = True, False
