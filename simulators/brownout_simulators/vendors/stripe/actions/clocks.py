"""Test clocks: customers that live in a time of their own, and all that is theirs with them.

What such a customer is billed happens when its clock says so: what is to come waits on the clock's own agenda, and
`advance` runs it, each step at the instant for which it was planned. Everything else goes by the account's time.
"""

from collections.abc import Callable
from heapq import heappop, heappush
from itertools import count
from typing import Final

from brownout_simulators.account import Aftermath
from brownout_simulators.call import Call, Reply
from brownout_simulators.vendors.stripe import errors
from brownout_simulators.vendors.stripe.actions import crud
from brownout_simulators.vendors.stripe.actions.crud import Given
from brownout_simulators.vendors.stripe.actions.leaving import leave
from brownout_simulators.vendors.stripe.parameters import PARAMETERS
from brownout_simulators.vendors.stripe.resources import RESOURCES
from brownout_simulators.vendors.stripe.state import Agenda, Object, StripeAccount
from brownout_simulators.vendors.stripe.work import Work

RESOURCE: Final = RESOURCES["test_helpers.test_clock"]
ADVANCED_S: Final = 1.0
"""How long a clock is advancing, before it is ready again."""
KEPT_DAYS: Final = 30
"""After so many days a test clock is deleted."""
MAX_CUSTOMERS: Final = 3
LIMIT: Final = 5_000
"""Steps of one advance; what is more stays for the next."""

Step = Callable[[Work], None]


def go_by(work: Work, owner: Object) -> None:
    """From here on the work's instant is that of the owner's clock, where it has one."""
    clock = work.state.of[RESOURCE.kind].get(owner["test_clock"]) if owner.get("test_clock") else None
    if clock is not None and not clock.get("deleted"):
        if clock["status"] == "advancing" and work.call.method:
            message = "This object's test clock is advancing: try again when it is ready."
            raise errors.wrong_state(work.call, message, "test_clock_advancing")
        work.now = clock["frozen_time"]


def later(account: StripeAccount, owner: Object, due: int, step: Step) -> None:
    """Run `step` at an instant (seconds since 1970) of the owner's time: its clock's, or the account's."""
    clock = owner.get("test_clock")
    agenda = account.state.agendas.get(clock) if clock else None
    if agenda is not None:
        heappush(agenda.steps, (due, next(agenda.order), step))
        return
    if clock:
        return  # its clock is gone, and time stands still for it
    account.later(max(0.0, due - account.wall_s()), lambda: _run(account, step))


def _run(account: StripeAccount, step: Step) -> Aftermath:
    work = Work(None, account)
    step(work)
    return work.aftermath()


def _new(work: Work, given: Given, clock: Object) -> None:
    clock["deletes_after"] = work.now + KEPT_DAYS * 86_400
    if given["frozen_time"] < 0:
        raise errors.invalid(work.call, "frozen_time", "Invalid timestamp")
    work.state.agendas[clock["id"]] = Agenda([], count())


def join(work: Work, customer: Object) -> None:
    """A new customer goes by the clock that it names."""
    id = customer["test_clock"]  # noqa: A001
    if id is None:
        return
    clock = work.find(RESOURCE.kind, id, "test_clock", RESOURCE.noun)
    if clock.get("deleted"):
        raise errors.no_such(work.call, RESOURCE.noun, id, "test_clock", in_path=False)
    customers = work.state.agendas[id].customers
    if len(customers) >= MAX_CUSTOMERS:
        message = f"A test clock can have at most {MAX_CUSTOMERS} customers."
        raise errors.invalid(work.call, "test_clock", message)
    customers.append(customer["id"])
    customer["created"] = work.now = clock["frozen_time"]


def advance(call: Call, account: StripeAccount) -> Reply:
    """POST /v1/test_helpers/test_clocks/{id}/advance."""
    work = Work(call, account)
    given = work.read(PARAMETERS["POST /v1/test_helpers/test_clocks/{id}/advance"])
    clock = crud.alive(work, RESOURCE)
    if given.get("frozen_time") is None:
        raise errors.missing(call, "frozen_time")
    if clock["status"] != "ready":
        raise errors.wrong_state(call, "This test clock is already advancing.", "test_clock_advancing")
    if given["frozen_time"] <= clock["frozen_time"]:
        message = "A test clock can only be advanced: the new time must be after the present one."
        raise errors.invalid(call, "frozen_time", message)
    details = {"advancing": {"target_frozen_time": given["frozen_time"]}}
    work.change(clock, {"status": "advancing", "status_details": details})
    work.emit("test_helpers.test_clock.advancing", clock)
    id, target = clock["id"], given["frozen_time"]  # noqa: A001
    account.later(ADVANCED_S, lambda: _advance(account, id, target))
    return work.reply(clock)


def _advance(account: StripeAccount, id: str, target: int) -> Aftermath | None:  # noqa: A002
    """Everything that the clock passes on its way, each at its instant."""
    clock, agenda = account.state.of[RESOURCE.kind].get(id), account.state.agendas.get(id)
    if clock is None or agenda is None:
        return None
    work = Work(None, account)
    for _ in range(LIMIT):
        if not agenda.steps or agenda.steps[0][0] > target:
            break
        due, _order, step = heappop(agenda.steps)
        work.now = max(due, clock["frozen_time"])
        work.change(clock, {"frozen_time": work.now})
        step(work)
    work.now = target
    work.change(clock, {"frozen_time": target, "status": "ready", "status_details": {}})
    work.emit("test_helpers.test_clock.ready", clock)
    return work.aftermath()


def delete(call: Call, account: StripeAccount) -> Reply:
    """DELETE /v1/test_helpers/test_clocks/{id}: its customers go with it."""
    work = Work(call, account)
    clock = crud.alive(work, RESOURCE)
    agenda = account.state.agendas.pop(clock["id"], None)
    for id in agenda.customers if agenda is not None else ():  # noqa: A001
        customer = account.state.of["customer"].get(id)
        if customer is not None and not customer.get("deleted"):
            leave(work, customer)
            stub: Object = {"id": id, "object": "customer", "deleted": True}
            account.state.of["customer"].replace(stub, account.clock())
    stub = {"id": clock["id"], "object": RESOURCE.kind, "deleted": True}
    account.state.of[RESOURCE.kind].replace(stub, account.clock())
    work.emit("test_helpers.test_clock.deleted", clock)
    return work.reply(stub)


ROUTES: Final = (
    *crud.routes(RESOURCE.kind, prepare=_new),
    crud.route("POST", "/v1/test_helpers/test_clocks/{id}/advance", advance),
    crud.route("DELETE", "/v1/test_helpers/test_clocks/{id}", delete),
)
