"""What the engine, the clockwork and control of one simulator share."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from brownout_simulators.acting import Acting
from brownout_simulators.agenda import Agenda
from brownout_simulators.books import Books
from brownout_simulators.call_log import CallLog
from brownout_simulators.capacity import Capacity
from brownout_simulators.clock import Clock
from brownout_simulators.faults.live import LiveFaults
from brownout_simulators.faults.plan import Plan
from brownout_simulators.ledger import Ledger
from brownout_simulators.limiter import Limiter
from brownout_simulators.moments import Moments
from brownout_simulators.open_sessions import OpenSessions
from brownout_simulators.problems import Problems
from brownout_simulators.setups import SetUp
from brownout_simulators.vendor import Vendor
from brownout_simulators.worlds import Worlds

S = TypeVar("S")


@dataclass(frozen=True, slots=True)
class Shared(Generic[S]):
    """Each of these changes in place, and none is ever replaced: a reset empties them."""

    vendor: Vendor[S]
    clock: Clock
    problems: Problems
    agenda: Agenda
    acting: Acting
    sessions: OpenSessions
    plan: Plan
    live: LiveFaults
    limiter: Limiter
    capacity: Capacity
    books: Books
    calls: CallLog
    moments: Moments
    worlds: Worlds[S]

    @classmethod
    def of(
        cls,
        vendor: Vendor[S],
        machine_s: Callable[[], float],
        *,
        epoch_s: float,
        seed: int,
        base_url: str,
        ledger: Ledger,
        agenda_limit: int,
        setup: SetUp,
    ) -> "Shared[S]":
        """For a simulator that begins."""
        clock, problems, agenda = Clock(machine_s, epoch_s), Problems(vendor.name), Agenda(agenda_limit)
        acting = Acting(clock, agenda, problems)
        plan, limiter = Plan(vendor.name, seed, machine_s()), Limiter(epoch_s)
        return cls(
            vendor=vendor,
            clock=clock,
            problems=problems,
            agenda=agenda,
            acting=acting,
            sessions=OpenSessions(acting, problems),
            plan=plan,
            live=LiveFaults(),
            limiter=limiter,
            capacity=Capacity(clock, plan, problems),
            books=Books(vendor, clock, agenda, plan, ledger),
            calls=CallLog(),
            moments=Moments(clock),
            worlds=Worlds(vendor, clock, acting, limiter, seed=seed, base_url=base_url, setup=setup),
        )
