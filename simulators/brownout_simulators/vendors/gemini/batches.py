"""Batches of requests that are answered later, at half the price: made, fetched, listed, cancelled, deleted.

    PENDING → RUNNING → SUCCEEDED, or CANCELLED on the way

The answers are generated a few at a time while the batch runs; what a cancelled one had generated is spent.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, Final

import orjson

from brownout_simulators.account import Account, Aftermath
from brownout_simulators.call import Call, Effect, Reply
from brownout_simulators.vendor import Refused
from brownout_simulators.vendors.gemini import models
from brownout_simulators.vendors.gemini.errors import JSON, invalid, pretty, problem, unreadable
from brownout_simulators.vendors.gemini.files import lines_of, made_file
from brownout_simulators.vendors.gemini.generating import effect_of, generate
from brownout_simulators.vendors.gemini.paging import listed, page_body
from brownout_simulators.vendors.gemini.prompts import prompt_of
from brownout_simulators.vendors.gemini.reading import Unreadable, read
from brownout_simulators.vendors.gemini.rendering import whole
from brownout_simulators.vendors.gemini.resources import Batch, State, new_id, rfc3339

AT_ONCE: Final = 100
"""Requests that are answered in one go: a simulator that works longer keeps its other callers waiting."""
MOST: Final = 50_000
PENDING_SHARE: Final = 0.25
_PREFIX: Final = "type.googleapis.com/google.ai.generativelanguage.v1main."
_CODES: Final = {"INVALID_ARGUMENT": 3, "NOT_FOUND": 5, "PERMISSION_DENIED": 7, "FAILED_PRECONDITION": 9}


def create_batch(call: Call, account: Account[State]) -> Reply:
    """POST /V/models/{model}:batchGenerateContent: requests inline, or in the lines of a file."""
    model = models.wanted(call, "batchGenerateContent")
    given = _read(call, "BatchGenerateContentRequest", call.data if call.body else {}).get("batch", {})
    source = given.get("inputConfig", {})
    inline = source.get("requests", {}).get("requests")
    if (inline is None) == ("fileName" not in source):
        raise invalid(
            call, "* BatchGenerateContentRequest.batch.input_config: one of requests and file_name is needed\n"
        )
    requests = inline if inline is not None else _from_file(call, account, source["fileName"])
    if not 1 <= len(requests) <= MOST:
        raise invalid(call, f"A batch holds 1 to {MOST} requests, got {len(requests)}.")
    batch = Batch(
        id=new_id(account, 32),
        model=model.id,
        display_name=given.get("displayName", ""),
        requests=requests,
        is_inline=inline is not None,
        made_wall_s=account.wall_s(),
    )
    batch.move("PENDING", account.clock(), account.wall_s())
    account.state.batches.add(batch.id, batch, account.clock())
    _plan(call, account, batch)
    return _told(batch, account)


def fetch_batch(call: Call, account: Account[State]) -> Reply:
    """GET /V/batches/{batch}."""
    return _told(_wanted(call, account), account)


def list_batches(call: Call, account: Account[State]) -> Reply:
    """GET /V/batches, the newest first."""
    shown, token = listed(
        call,
        account.state.batches,
        lambda batch: _is_seen(account, batch),
        lambda batch: batch.id,
        default=50,
        most=1_000,
    )
    at_s = _at_s(account)
    body = page_body("operations", [_rendered(batch, at_s) for batch in shown], token)
    return Reply(200, pretty(body), {"content-type": JSON})


def cancel_batch(call: Call, account: Account[State]) -> Reply:
    """POST /V/batches/{batch}:cancel."""
    batch = _wanted(call, account)
    if batch.is_done:
        raise Refused(problem(call, "failed-precondition", "The batch is in a state in which it cannot be cancelled."))
    batch.move("CANCELLED", account.clock(), account.wall_s())
    return Reply(200, b"{}\n", {"content-type": JSON})


def delete_batch(call: Call, account: Account[State]) -> Reply:
    """DELETE /V/batches/{batch}."""
    account.state.batches.remove(_wanted(call, account).id)
    return Reply(200, b"{}\n", {"content-type": JSON})


def _read(call: Call, message: str, data: Any) -> dict[str, Any]:
    try:
        return read(message, data)
    except Unreadable as found:
        raise Refused(unreadable(call, found.violations)) from None


def _from_file(call: Call, account: Account[State], name: str) -> Sequence[Mapping[str, Any]]:
    """A request for each line: `{"key": …, "request": {…}}`. A line that is none is answered with an error."""
    return [_line(line) for line in lines_of(call, account, name) if line.strip()]


def _line(line: bytes) -> Mapping[str, Any]:
    try:
        found = orjson.loads(line)
    except ValueError:
        return {"request": None}
    return found if isinstance(found, dict) else {"request": None}


def _plan(call: Call, account: Account[State], batch: Batch) -> None:
    """All that is to happen, from now on: were a step to follow upon another, a clock that is moved would delay it."""
    takes_s = account.setup.batch_s
    begins_s = takes_s * PENDING_SHARE
    slices = -(-len(batch.requests) // AT_ONCE)
    path = f"/v1beta/models/{batch.model}:generateContent"
    own = replace(call, path=path, params={"model": batch.model}, query="", body=b"", data={})
    account.later(begins_s, partial(_begin, account, batch))
    for number in range(slices):
        due_s = begins_s + (takes_s - begins_s) * (number + 1) / slices
        account.later(due_s, partial(_answer_some, own, account, batch, number))


def _begin(account: Account[State], batch: Batch) -> None:
    if not batch.is_done:
        batch.move("RUNNING", account.clock(), account.wall_s())


def _answer_some(call: Call, account: Account[State], batch: Batch, number: int) -> Aftermath | None:
    if batch.is_done or account.state.batches.get(batch.id) is not batch:
        return None
    effects: list[Effect] = []
    for one in batch.requests[number * AT_ONCE : (number + 1) * AT_ONCE]:
        answer, effect = _answer(call, account, batch, one)
        batch.answers.append(answer)
        if effect is not None:
            effects.append(effect)
    if len(batch.answers) == len(batch.requests):
        if not batch.is_inline:
            lines = b"".join(orjson.dumps(answer) + b"\n" for answer in batch.answers)
            batch.output = made_file(account, f"batch-{batch.id[:32]}", lines, "application/jsonl").id
        batch.move("SUCCEEDED", account.clock(), account.wall_s())
    return Aftermath(effects=effects)


def _answer(
    call: Call, account: Account[State], batch: Batch, one: Mapping[str, Any]
) -> tuple[dict[str, Any], Effect | None]:
    """What becomes of one request; the price is half of the usual one."""
    kept = {name: one[name] for name in ("key",) if isinstance(one.get(name), str)}
    if batch.is_inline and "metadata" in one:
        kept["metadata"] = one["metadata"]
    try:
        request = _read(call, "GenerateContentRequest", one.get("request"))
        model = models.known(request.get("model", "")) or models.known(batch.model)
        assert model is not None  # noqa: S101  the batch's own is known
        generation = generate(call, account, prompt_of(call, account, model, request))
    except Refused as refused:
        error = orjson.loads(refused.reply.body)["error"]
        batch.failed += 1
        return {**kept, "error": {"code": _CODES.get(error["status"], 2), "message": error["message"]}}, None
    effect = effect_of(call, account, generation, streamed=False)
    fields = {**effect.fields, "cost": -(-int(effect.fields["cost"]) // 2), "batch": f"batches/{batch.id}"}
    given = kept.get("metadata", {})
    references = {f"metadata.{name}": str(value) for name, value in given.items()}
    if "key" in kept:
        references["key"] = kept["key"]
    effect = effect._replace(fields=fields, references={**effect.references, **references})
    return {**kept, "response": whole(generation)}, effect


def _wanted(call: Call, account: Account[State]) -> Batch:
    batch = account.state.batches.get(call.params["batch"])
    if batch is None or not _is_seen(account, batch):
        raise Refused(problem(call, "not-found", "Requested entity was not found."))
    return batch


def _is_seen(account: Account[State], batch: Batch) -> bool:
    if account.as_of_s is not None and batch.revisions[0].at_s > account.as_of_s:
        account.was_stale = True
        return False
    return True


def _at_s(account: Account[State]) -> float:
    return account.clock() if account.as_of_s is None or account.hides_new_only else account.as_of_s


def _told(batch: Batch, account: Account[State]) -> Reply:
    return Reply(200, pretty(_rendered(batch, _at_s(account))), {"content-type": JSON})


def _rendered(batch: Batch, at_s: float) -> dict[str, Any]:
    """An operation, as of an instant of the simulator's clock."""
    now = batch.as_of(at_s)
    is_done = now.state in ("SUCCEEDED", "CANCELLED")
    answered = len(batch.answers) if is_done else 0
    counts = {
        "requestCount": len(batch.requests),
        "pendingRequestCount": len(batch.requests) - answered,
        "successfulRequestCount": answered - batch.failed if is_done else 0,
        "failedRequestCount": batch.failed if is_done else 0,
    }
    metadata: dict[str, Any] = {
        "@type": f"{_PREFIX}GenerateContentBatch",
        "model": f"models/{batch.model}",
        "displayName": batch.display_name,
        "createTime": rfc3339(batch.made_wall_s),
        "updateTime": rfc3339(now.wall_s),
        "batchStats": {name: str(count) for name, count in counts.items() if count},
        "state": f"BATCH_STATE_{now.state}",
        "name": f"batches/{batch.id}",
    }
    body: dict[str, Any] = {"name": f"batches/{batch.id}", "metadata": metadata}
    if not is_done:
        return body
    metadata["endTime"] = rfc3339(now.wall_s)
    body["done"] = True
    if now.state == "CANCELLED":
        return {**body, "error": {"code": 1, "message": "The operation was cancelled."}}
    output = (
        {"inlinedResponses": {"inlinedResponses": batch.answers}}
        if batch.is_inline
        else {"responsesFile": f"files/{batch.output}"}
    )
    metadata["output"] = output
    return {**body, "response": {"@type": f"{_PREFIX}GenerateContentBatchOutput", **output}}
