"""Asynchronous requests (OData v4.01, part 1, section 11.6): taken with 202, worked on later, asked about by a monitor.

    notStarted ──a place is free──▶ running ──work──▶ succeeded | failed        notStarted ──DELETE──▶ cancelled

Three are worked on at a time (Microsoft Learn, "API limits": scheduled tasks). While the environment is maintained they
stand still, and begin their work anew afterwards. An If-Match is judged when the work is done, not when it is taken.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

import orjson

from brownout_simulators.account import Account, Aftermath
from brownout_simulators.call import Call, Effect, Reply
from brownout_simulators.vendor import Refused
from brownout_simulators.vendors.erp.errors import JSON, problem, refuse
from brownout_simulators.vendors.erp.inside import ASYNC, perform, without_async
from brownout_simulators.vendors.erp.instants import guid, instant
from brownout_simulators.vendors.erp.maintenance import closed_for_s
from brownout_simulators.vendors.erp.resources import Job, State, state_of
from brownout_simulators.vendors.erp.setup import setup_of

AT_ONCE: Final = 3
KEPT_S: Final = 600.0
"""How long a result can be asked for, in an ERP's seconds."""
LOOK_AGAIN_S: Final = 2
NETSUITE_KEY: Final = "x-netsuite-idempotency-key"

Action = Callable[[Call, Account[State]], Reply]


def may_be_async(action: Action) -> Action:
    """The action; or a job that does it later, where the caller prefers that. Never where he does not."""

    def one(call: Call, account: Account[State]) -> Reply:
        prefer = call.headers.get("prefer", "")
        if ASYNC not in prefer:
            return action(call, account)
        work_s = setup_of(account).jobs.work_s
        if work_s <= _waits_s(prefer):
            reply = action(call, account)
            reply.begins_in_s += work_s
            return reply
        return _take(call, account)

    return one


def monitor(call: Call, account: Account[State]) -> Reply:
    """GET …/$jobs({id}): 202 while it is to come, then its answer."""
    job = _find(call, account)
    if "job=full" in call.headers.get("accept", ""):
        return Reply(200, orjson.dumps(_rendered(job)), {"content-type": JSON, "odata-version": "4.0"})
    if not job.is_over:
        return Reply(202, b"", _headers(call, account, job))
    if job.reply is None:
        raise refuse(call, "BadRequest_InvalidOperation", "The job was cancelled.", target=f"$jobs({job.id})")
    headers = {**job.reply.headers, "asyncresult": str(job.reply.status)}
    return Reply(200, job.reply.body, headers)


def cancel(call: Call, account: Account[State]) -> Reply:
    """DELETE …/$jobs({id}): as long as nothing was begun."""
    job = _find(call, account)
    if job.status != "notStarted":
        raise refuse(call, "BadRequest_InvalidOperation", f"The job is {job.status}.", status=409)
    job.status, job.ended_s = "cancelled", account.clock()
    account.state.waiting_jobs.pop(job.id, None)
    return Reply(204)


def _take(call: Call, account: Account[State]) -> Reply:
    state, setup = account.state, setup_of(account)
    key = call.headers.get(NETSUITE_KEY, "") if setup.quirk == "netsuite" else ""
    if key in state.job_keys:
        headers = {"location": _location(call, account, state.job_keys[key])}
        raise Refused(problem(call, "Internal_EntityWithSameKeyExists", "This job is there.", headers=headers))
    id = guid(account.ids.hexadecimal(32))  # noqa: A001
    draws = [account.random.random() for _ in range(3)]
    job = Job(
        id,
        replace(call, headers=without_async(call.headers)),
        account.wall_s(),
        key=key,
        is_lost=draws[0] < setup.jobs.lost,
        is_stuck=draws[1] < setup.jobs.stuck,
        runs=2 if draws[2] < setup.jobs.double_run else 1,
    )
    state.jobs.add(id, job, account.clock())
    if key:
        state.job_keys[key] = id
    state.waiting_jobs[id] = job
    # It is taken first and begun afterwards: a caller who is quick may still cancel it.
    account.later(0.0, lambda: _begin(account, job))
    return Reply(202, b"", {**_headers(call, account, job), "preference-applied": ASYNC})


def _begin(account: Account[Any], job: Job) -> Aftermath | None:
    """When those before it have begun, and there is room. Each waits in a step of its own: what a job does goes back to
    the call that it was taken by, and not to the one that made room for it."""
    state, now_s = state_of(account), account.clock()
    if job.id not in state.waiting_jobs:
        return None  # cancelled
    if next(iter(state.waiting_jobs)) != job.id or len(state.running_jobs) >= AT_ONCE:
        room_s = min(state.running_jobs.values()) if len(state.running_jobs) >= AT_ONCE else now_s
        account.later(room_s - now_s, lambda: _begin(account, job))
        return None
    del state.waiting_jobs[job.id]
    job.status = "running"
    if not job.is_stuck:  # else for ever, and in nobody's way
        _go_on(account, job, setup_of(account).jobs.work_s)
    return None


def _go_on(account: Account[Any], job: Job, for_s: float) -> None:
    state_of(account).running_jobs[job.id] = account.clock() + for_s
    account.later(for_s, lambda: _work(account, job))


def _work(account: Account[Any], job: Job) -> Aftermath | None:
    left_s = closed_for_s(account)
    work_s = setup_of(account).jobs.work_s
    if left_s:
        _go_on(account, job, left_s + work_s)
        return None
    assert job.call is not None  # noqa: S101  only a job that is over has none
    reply = perform(job.call, account)
    effects: tuple[Effect, ...] = tuple(reply.effects)
    job.runs -= 1
    if job.runs:
        _go_on(account, job, work_s)
        return Aftermath(effects)
    job.reply, job.call, job.ended_s = reply, None, account.clock()
    job.status = "failed" if reply.status >= 400 else "succeeded"
    del state_of(account).running_jobs[job.id]
    return Aftermath(effects)


def _find(call: Call, account: Account[State]) -> Job:
    id = call.params["job"].strip("'").lower()  # noqa: A001
    job = account.state.jobs.get(id)
    kept_s = setup_of(account).scaled(KEPT_S)
    if job is None or job.is_lost or (job.is_over and account.clock() - job.ended_s > kept_s):
        raise refuse(call, "BadRequest_ResourceNotFound", "There is no such job.", target=f"$jobs({id[:40]})")
    return job


def _headers(call: Call, account: Account[State], job: Job) -> dict[str, str]:
    headers = {"location": _location(call, account, job.id), "odata-version": "4.0"}
    if not setup_of(account).jobs.retry_after_missing:
        headers["retry-after"] = str(LOOK_AGAIN_S)
    return headers


def _location(call: Call, account: Account[State], id: str) -> str:  # noqa: A002
    root = f"{call.path.partition('/companies(')[0].partition('/$')[0]}/companies({account.state.company_id})"
    host = "" if setup_of(account).jobs.location_relative else account.base_url
    return f"{host}{root}/$jobs({id})"


def _waits_s(prefer: str) -> float:
    """How long the caller would rather wait for a plain answer."""
    for part in prefer.split(","):
        name, _, value = part.strip().partition("=")
        if name == "wait" and value.isascii() and value.isdecimal() and len(value) < 6:
            return float(value)
    return -1.0


def _rendered(job: Job) -> dict[str, Any]:
    percent = {"notStarted": 0, "running": 50}.get(job.status, 100)
    body: dict[str, Any] = {
        "id": job.id,
        "status": job.status,
        "percentComplete": percent,
        "createdDateTime": instant(job.created_s),
    }
    if job.reply is not None and "location" in job.reply.headers:
        body["resourceLocation"] = job.reply.headers["location"]
    if job.reply is not None and job.status == "failed":
        body["error"] = orjson.loads(job.reply.body).get("error")
    return body
