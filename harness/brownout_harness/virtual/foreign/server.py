"""An application of somebody else's in virtual time: one life after another, killed and started like a process."""

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine
from types import FrameType
from typing import Any, TypeVar

from brownout_core.front_door.answers import Answer
from brownout_core.front_door.telling import Outlet
from brownout_harness.asked.dead_letters import Dialogue
from brownout_harness.asked.request import Request
from brownout_harness.judging.endings import Ending
from brownout_harness.problems import BadInput, NotJudged
from brownout_harness.virtual.foreign.asgi import Application
from brownout_harness.virtual.foreign.life import ForeignLife
from brownout_harness.virtual.foreign.loop import network_loop
from brownout_scenarios.processes import KILLED_AFTER_S

T = TypeVar("T")

LOOK_EVERY_S = 0.1
QUIET_S = 1.0
"""For so long nothing must have moved: between two steps of the application, nothing does."""
MANY_ERRORS = 5
"""So many kinds of errors are told of."""


class ForeignServer:
    """Asked as the reference application is. Belongs to one loop."""

    def __init__(
        self,
        load: Callable[[], Application],
        *,
        grace_s: float,
        drain_s: float,
        process: str,
        not_back: Callable[[str], None],
    ) -> None:
        """`load` imports it anew; what would come later than `drain_s` is not waited for at the end; `not_back` is told
        why a life that the scenario asked for did not come."""
        self._loop = network_loop()
        self._load = load
        self._grace_s = grace_s
        self._drain_s = drain_s
        self._process = process
        self._not_back = not_back
        self._life: ForeignLife | None = None
        self._lives: list[ForeignLife] = []
        self._ending: list[tuple[Ending, ForeignLife]] = []
        self._quiet_since_s: float | None = None
        self._beside: set[asyncio.Task[None]] = set()
        self._errors: Counter[str] = Counter()
        self.answers = 0
        """How many it gave."""

    # --- its lives

    async def ready(self, path: str, within_s: float) -> None:
        """Begin the first life, and ask until it answers below 500.

        Raises:
            BadInput: it cannot be imported.
            NotJudged: it does not start, or does not answer so.
        """
        life = self._new_life()
        try:
            async with asyncio.timeout(within_s):
                if why := await life.started():
                    raise NotJudged(f"the target did not start: {why}")
                while (answer := await self._looked(path)) >= 500:  # noqa: ASYNC110 - it asks each time
                    await asyncio.sleep(LOOK_EVERY_S)
        except TimeoutError:
            said = f"GET {path} answered {answer}" if life.serves else "its lifespan did not say that it had started"
            raise NotJudged(f"the target was not ready within {within_s:g} s of virtual time: {said}") from None
        self._errors.clear()

    async def _looked(self, path: str) -> int:
        asking = self.serve(Request("GET", path, {}, b""), name=f"GET {path}")
        return 503 if asking is None else (await asking).status

    def _new_life(self) -> ForeignLife:
        life = self._life = ForeignLife(self._loop, raised=self._raised)
        self._lives.append(life)
        life.born(self._load)
        return life

    def start(self) -> None:
        """A new life; one that is stopped goes on. Does nothing while one runs."""
        if self._life is not None:
            if self._life.is_stopped:
                self._life.go_on()
            return
        try:
            life = self._new_life()
        except BadInput as error:
            self._not_back(str(error))
            return
        self._do(self._started_again(life), f"{self._process} starts")

    async def _started_again(self, life: ForeignLife) -> None:
        if why := await life.started():
            self._not_back(f"the target did not start again: {why}")

    def kill(self) -> None:
        """SIGKILL: nothing is finished, nothing is said, no `finally` runs."""
        if self._life is not None:
            self._life.kill()
        self._life = None

    def pause(self) -> None:
        """SIGSTOP: what it is asked waits, and so does what it does."""
        if self._life is not None:
            self._life.pause()

    def stop(self) -> None:
        """SIGTERM: no new request is taken; what is open has its grace; killed two seconds after that."""
        if self._life is not None:
            life, self._life = self._life, None
            self._do(self._leave(life), f"{self._process} ends")

    async def _leave(self, life: ForeignLife) -> None:
        asked_s, was_killed = self._loop.time(), False
        place = len(self._ending)
        self._ending.append((Ending(self._process, asked_s, self._grace_s, None, was_killed=False), life))
        try:
            async with asyncio.timeout(self._grace_s + KILLED_AFTER_S):
                await life.leave(self._grace_s)
        except TimeoutError:
            life.kill()
            was_killed = True
        ending = Ending(self._process, asked_s, self._grace_s, self._loop.time(), was_killed=was_killed)
        self._ending[place] = (ending, life)

    def _do(self, work: Coroutine[Any, Any, None], name: str) -> None:
        task = self._loop.create_task(work, name=name)
        self._beside.add(task)
        task.add_done_callback(self._beside.discard)

    def end(self) -> None:
        """Every life is over, and what it was doing is let go of."""
        self._life = None
        for life in self._lives:
            life.kill()
        for life in self._lives:
            life.bury()

    def endings(self, process: str) -> list[Ending]:
        """What came of each stop, in their order; `process` is its name."""
        return [ending._replace(process=process) for ending, _ in self._ending]

    def is_ending(self) -> bool:
        """Whether what was told to stop has not ended yet: nothing can be started in its place."""
        return any(not life.is_over for _, life in self._ending)

    # --- what it is asked

    def serve(self, request: Request, *, name: str, outlet: Outlet | None = None) -> "asyncio.Future[Answer] | None":
        """Begin to answer; None where nothing listens. An answer that is told as it is made goes to `outlet`."""
        if self._life is None or not self._life.serves:
            return None
        answer = self._life.ask(request, outlet, name=name)
        answer.add_done_callback(self._count)
        return answer

    def _count(self, answer: "asyncio.Future[Answer]") -> None:
        self.answers += not answer.cancelled()

    async def talk(self, dialogue: Dialogue[T]) -> T:
        """It knows none of the gateway's own requests."""
        dialogue.close()
        raise NotJudged("the target is not the gateway: it shows nothing of itself")

    def is_at_work(self) -> bool:
        """Whether anything of what was asked of it has moved within the last second, or is still to come."""
        now_s = self._loop.time()
        if self._moves():
            self._quiet_since_s = None
        elif self._quiet_since_s is None:
            self._quiet_since_s = now_s
        return self._quiet_since_s is None or now_s - self._quiet_since_s < min(QUIET_S, self._drain_s / 2)

    def _moves(self) -> bool:
        return (
            bool(self._beside)
            or any(life.is_at_work(self._drain_s) for life in self._lives)
            or self._loop.network.is_moving()
        )

    def _raised(self, error: Exception) -> None:
        frame, line = last_of(error)
        at = "" if frame is None else f" ({frame.f_code.co_filename.rpartition('/')[2]}:{line})"
        self._errors[f"{type(error).__name__}: {' '.join(str(error).split())[:120]}{at}"] += 1

    def notes(self) -> list[str]:
        """What it let escape, most often first; a server answers 500 for it."""
        raised = [f"the target raised {count} times: {error}" for error, count in self._errors.most_common(MANY_ERRORS)]
        ended = dict.fromkeys(life.lifespan_error for life in self._lives if life.lifespan_error)
        return [*(f"the target's lifespan ended with an error: {error}" for error in ended), *raised]


def last_of(error: BaseException) -> tuple[FrameType | None, int]:
    """Where it was raised."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return (None, 0) if trace is None else (trace.tb_frame, trace.tb_lineno)
