"""The environment's limits, what is on every answer, and how long a request may take.

Five requests at a time and a queue of 95 are no limiter but how the environment serves: `serve: {at_once: 5, queue: 95,
full: throttled, each: …}`. Figures: Microsoft Learn, "Operational limits for Business Central online"; the rate is of
its page of 2020, the pages disagree.
"""

from typing import Any, Final

from brownout_simulators.account import Account
from brownout_simulators.call import UNTIL_WOKEN, Call, Reply
from brownout_simulators.vendor import Limit, Patience
from brownout_simulators.vendors.erp.documents import OPERATION_LIMIT_S
from brownout_simulators.vendors.erp.errors import asks_for_a_token, problem
from brownout_simulators.vendors.erp.maintenance import announce
from brownout_simulators.vendors.erp.quirks import restate
from brownout_simulators.vendors.erp.resources import State
from brownout_simulators.vendors.erp.setup import setup_of


def _api_call(call: Call, account: str) -> str:
    return "" if asks_for_a_token(call.path) else account


LIMITS: Final = (
    Limit(name="rate", rate_per_s=10.0, burst=600.0, key_of=_api_call),
    Limit(name="sandbox", rate_per_s=5.0, burst=300.0, key_of=_api_call),
    Limit(name="concurrency", concurrency=5, key_of=_api_call),
    Limit(name="connections", concurrency=100, key_of=_api_call),
    Limit(name="sessions", concurrency=15, key_of=_api_call),
)


def patience(_call: Call, account: Account[State]) -> Patience:
    """A request waits for its turn as long as that takes, also where its client has gone; its work has a limit."""
    limit_s = setup_of(account).scaled(OPERATION_LIMIT_S)

    def worked_out(call: Call) -> Reply:
        return problem(call, "Internal_RequestTimeout", f"Operation exceeded {limit_s:g} s.")

    return Patience(queue_s=UNTIL_WOKEN, queued_out=worked_out, work_s=limit_s, worked_out=worked_out)


def decorate(call: Call, account: Account[State] | None, reply: Reply) -> None:
    """What is on every answer: the request's id, the version, news of maintenance; and the quirk's words."""
    reply.headers["request-id"] = call.request_id
    if "x-correlation-id" in call.headers:
        reply.headers["x-correlation-id"] = call.headers["x-correlation-id"]
    if account is None:
        return
    reply.headers.setdefault("ms-correlation-x", call.request_id)
    if setup_of(account).maintenance:
        announce(account, reply)
    quirk: Any = setup_of(account).quirk
    if quirk != "none" and not asks_for_a_token(call.path):
        restate(quirk, reply)
