"""`run_job`: a job that is kept, and then done by whichever process hears of it first, by Supabase.

The asking keeps a row. Every process is subscribed to the rows that are queued, and marks each of them done: a change
from `queued` to `done` and from nothing else, so any number of processes, sessions and sendings do it once. What is to
be done is in the table and nowhere else: a process that dies has taken nothing with it.
"""

import asyncio
from contextlib import aclosing
from random import Random
from typing import Any, ClassVar, Final

from brownout_core.adapters import supabase
from brownout_core.adapters.supabase import SupabaseClient
from brownout_core.asking import Asking
from brownout_core.errors import BrownoutError, VendorRefused
from brownout_core.flows.background import Background
from brownout_core.flows.flow import Around, Flow, SetAside
from brownout_core.flows.request import FlowRequest
from brownout_core.guarded import Guarded
from brownout_core.policies.backoff import BackoffConfig, delay_s
from brownout_core.services.storage import Row, eq
from brownout_core.subscription import Gap, Subscriber, Subscription

TABLE: Final = "jobs"
KEY: Final = "business_key"
AT_ONCE: Final = 16
AGAIN: Final = BackoffConfig(initial_delay_s=0.5, max_delay_s=10.0)
# Of what is queued little is there to be read, so it can be looked at often: no job is later than this for a lost word.
SUBSCRIPTION: Final = Subscription(
    table=TABLE, where=eq("status", "queued"), key=KEY, check_every_s=10.0, answer_within_s=3.0
)


class RunJobRequest(FlowRequest):
    """Have one job done. It is known by the operation's id."""

    details: dict[str, str | int | float | bool | None] = {}


class RunJob(Flow[RunJobRequest]):
    """Inserts a row under the operation's id; that is what is promised. Its background does what is queued."""

    name, path, request = "run_job", "/v1/job-runs", RunJobRequest
    uses = (supabase.ADAPTER,)
    sets_aside = SetAside.TRANSIENT
    subscription: ClassVar[Subscription] = SUBSCRIPTION

    def __init__(self, around: Around) -> None:
        super().__init__(around)
        self._supabase = self.guarded(supabase.ADAPTER)
        self.background = JobsDone(self._supabase, self.subscription, around.random(self.name))

    async def do(self, request: RunJobRequest, asking: Asking) -> dict[str, Any]:
        """One row. An upsert would queue again what is done by now."""
        row = {KEY: request.operation_id, "payload": request.details}
        job = await self._supabase(
            asking,
            "insert",
            lambda client: client.admin.insert(TABLE, row, key=KEY, operation_id=request.operation_id),
            idempotent=True,
        )
        return {"job": str(job.get("id", ""))}


class JobsDone(Background):
    """Does every job that is queued."""

    def __init__(self, storage: Guarded[SupabaseClient], subscription: Subscription, rng: Random) -> None:
        self._supabase = storage
        self._rng = rng
        self._subscriber = Subscriber(storage, subscription, rng, lambda client: client.admin)
        self._places = asyncio.Semaphore(AT_ONCE)
        self._in_hand = self._refused = self._gaps = 0

    async def run(self) -> None:
        """Whatever it is told of, several at once; the next one waits for a place."""
        async with asyncio.TaskGroup() as doing, aclosing(self._subscriber.news()) as told:
            async for news in told:
                if isinstance(news, Gap):
                    self._gaps += 1
                elif news.kind != "delete" and isinstance(news.row[KEY], str):  # else it is read, with its name
                    self._in_hand += 1
                    await self._places.acquire()
                    doing.create_task(self._do(news.row))

    async def _do(self, job: Row) -> None:
        try:
            await self._done(str(job[KEY]))
        except VendorRefused:
            self._refused += 1  # it stays queued, and whoever starts next tries it again
        finally:
            self._in_hand -= 1
            self._places.release()

    async def _done(self, key: str) -> None:
        """Until it is, by us or by another."""
        failures, pause_s = 0, 0.0
        while True:
            try:
                await self._supabase(
                    Asking(key),
                    "update",
                    lambda client: client.admin.update(
                        TABLE, {"status": "done"}, where=[eq(KEY, key), eq("status", "queued")], operation_id=key
                    ),
                    idempotent=True,
                )
            except VendorRefused:
                raise
            except BrownoutError:
                failures += 1
                pause_s = delay_s(failures, pause_s, AGAIN, self._rng)
                await asyncio.sleep(pause_s)
            else:
                return

    def in_hand(self) -> int:
        """Jobs."""
        return self._in_hand

    def check(self) -> dict[str, Any]:
        """Whether it hears of jobs at once, and what it could not do."""
        trouble = self._subscriber.trouble
        told = f"listening, {self._gaps} gaps" if not trouble else f"not listening: {trouble}"
        status = "warn" if trouble or self._refused else "pass"
        return {"status": status, "message": f"{told}, {self._in_hand} in hand, {self._refused} refused"}
