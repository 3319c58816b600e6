"""Batches: a file of requests that are really answered, at half the price, a while later.

validating -> in_progress -> finalizing -> completed
validating -> failed
validating, in_progress -> cancelling -> cancelled
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import orjson

from brownout_simulators.account import Account, Aftermath
from brownout_simulators.call import Call, Effect, Reply
from brownout_simulators.vendor import Refused
from brownout_simulators.vendors.openai import chat, embeddings, files, moderations, responses
from brownout_simulators.vendors.openai import validation as v
from brownout_simulators.vendors.openai.chat import JSON
from brownout_simulators.vendors.openai.errors import error, not_found, refuse
from brownout_simulators.vendors.openai.paging import page
from brownout_simulators.vendors.openai.resources import FINAL, Object, State
from brownout_simulators.vendors.openai.webhooks import notice

ENDPOINTS: Final[Mapping[str, Callable[[Call, Account[State]], Reply]]] = {
    "/v1/chat/completions": chat.create,
    "/v1/responses": responses.create,
    "/v1/embeddings": embeddings.create,
    "/v1/moderations": moderations.create,
}
STEP_S: Final = 1.0
"""How long a batch is in each of its states, at least: hours at the vendor's, but a poll sees each of them."""
LOT: Final = 100
"""Requests that are worked on at once."""
LINES: Final = 50_000
LIFE_S: Final = 86_400
PARAMETERS: Final[Mapping[str, v.Check]] = {
    "input_file_id": v.text,
    "endpoint": v.one_of(*ENDPOINTS),
    "completion_window": v.one_of("24h"),
    "metadata": v.metadata,
    "output_expires_after": v.mapping,
}


@dataclass(slots=True)
class _Work:
    """What is still to be done for a batch, and what came of the rest."""

    lines: list[Mapping[str, Any]]
    done: int = 0
    output: list[bytes] = field(default_factory=list)
    errors: list[bytes] = field(default_factory=list)


def create(call: Call, account: Account[State]) -> Reply:
    """POST /v1/batches."""
    data = {name: value for name, value in call.data.items() if value is not None}
    v.checked(data, PARAMETERS, ("input_file_id", "endpoint", "completion_window"))
    if data["input_file_id"] not in account.state.files:
        raise refuse(f"Invalid file ID: {data['input_file_id'][:100]}", param="input_file_id")
    now = int(account.wall_s())
    body: Object = {
        "id": f"batch_{account.ids.hexadecimal(32)}",
        "object": "batch",
        "endpoint": data["endpoint"],
        "input_file_id": data["input_file_id"],
        "completion_window": data["completion_window"],
        "status": "validating",
        "output_file_id": None,
        "error_file_id": None,
        "created_at": now,
        "expires_at": now + LIFE_S,
        **dict.fromkeys(
            (
                "in_progress_at",
                "finalizing_at",
                "completed_at",
                "failed_at",
                "expired_at",
                "cancelling_at",
                "cancelled_at",
            )
        ),
        "errors": None,
        "request_counts": {"total": 0, "completed": 0, "failed": 0},
        "metadata": data.get("metadata"),
    }
    account.state.batches.add(body["id"], body, account.clock())
    account.later(STEP_S, lambda: _validated(account, body["id"]))
    return Reply(200, orjson.dumps(body), dict(JSON))


def fetch(call: Call, account: Account[State]) -> Reply:
    """GET /v1/batches/{id}."""
    return Reply(200, orjson.dumps(_batch(call, account)), dict(JSON))


def list_batches(call: Call, account: Account[State]) -> Reply:
    """GET /v1/batches."""
    return Reply(200, orjson.dumps(page(call, account.state.batches)), dict(JSON))


def cancel(call: Call, account: Account[State]) -> Reply:
    """POST /v1/batches/{id}/cancel: what is done stays done."""
    body = _batch(call, account)
    if body["status"] in FINAL or body["status"] in {"finalizing", "cancelling"}:
        raise refuse(f"Cannot cancel a batch with status '{body['status']}'.", status=409)
    had_begun = body["status"] == "in_progress"
    _now(account, body, "cancelling")
    if not had_begun:
        account.later(STEP_S, lambda: _ended(account, body, "cancelled"))
    return Reply(200, orjson.dumps(body), dict(JSON))


def _batch(call: Call, account: Account[State]) -> Object:
    body = account.state.batches.get(call.params["id"])
    if body is None:
        raise not_found("Batch", call.params["id"])
    return body


def _now(account: Account[State], body: Object, status: str) -> None:
    body["status"] = status
    body[f"{status}_at"] = int(account.wall_s())


def _ended(account: Account[State], body: Object, status: str) -> Aftermath:
    _now(account, body, status)
    return Aftermath(notices=(notice(account, f"batch.{status}", body["id"]),))


def _validated(account: Account[State], id: str) -> Aftermath | None:  # noqa: A002
    body = account.state.batches.get(id)
    if body is None or body["status"] != "validating":
        return None
    file = account.state.files.get(body["input_file_id"])
    lines, wrong = _lines(b"" if file is None else file.content, body["endpoint"])
    if wrong:
        body["errors"] = {"object": "list", "data": wrong[:100]}
        return _ended(account, body, "failed")
    body["request_counts"] = {"total": len(lines), "completed": 0, "failed": 0}
    _now(account, body, "in_progress")
    work = _Work(lines)
    account.later(STEP_S, lambda: _worked(account, body, work))
    return None


def _lines(content: bytes, endpoint: str) -> tuple[list[Mapping[str, Any]], list[Object]]:
    """The requests of the file, and what is wrong with those that are none."""
    found: list[Mapping[str, Any]] = []
    wrong: list[Object] = []
    seen: set[str] = set()
    for number, line in enumerate(content.splitlines(), 1):
        if not line.strip():
            continue
        code, message, request = _line(line, endpoint, seen)
        if code:
            wrong.append({"code": code, "message": message, "param": None, "line": number})
        else:
            seen.add(request["custom_id"])
            found.append(request)
    if not found and not wrong:
        wrong.append({"code": "empty_file", "message": "The input file is empty.", "param": None, "line": None})
    if len(found) > LINES:
        wrong.append({"code": "too_many_tasks", "message": f"At most {LINES} requests.", "param": None, "line": None})
    return found, wrong


def _line(  # noqa: PLR0911  one line for each thing that can be wrong
    line: bytes, endpoint: str, seen: set[str]
) -> tuple[str, str, Mapping[str, Any]]:
    """(code, message, {}) of what is wrong, or ("", "", request)."""
    try:
        request = orjson.loads(line)
    except orjson.JSONDecodeError:
        return "invalid_json_line", "This line is not parseable as valid JSON.", {}
    if not isinstance(request, dict) or not isinstance(request.get("custom_id"), str):
        return "missing_required_parameter", "Missing required parameter: 'custom_id'.", {}
    if request["custom_id"] in seen:
        return "duplicate_custom_id", f"The custom_id '{request['custom_id'][:64]}' appears more than once.", {}
    if request.get("method") != "POST":
        return "invalid_method", "The only supported method is POST.", {}
    if request.get("url") != endpoint:
        return "mismatched_endpoint", f"The URL of this request is not the batch's endpoint, {endpoint}.", {}
    if not isinstance(request.get("body"), dict):
        return "missing_required_parameter", "Missing required parameter: 'body'.", {}
    return "", "", request


def _worked(account: Account[State], body: Object, work: _Work) -> Aftermath:
    """The next lot of requests, and what is booked for them; then the next step."""
    effects: list[Effect] = []
    if body["status"] == "in_progress":
        lot = work.lines[work.done : work.done + LOT]
        for request in lot:
            reply = _answer(request, account)
            id = f"batch_req_{account.ids.hexadecimal(32)}"  # noqa: A001
            (work.output if reply.status < 300 else work.errors).append(_output_line(id, request, reply))
            effects += [_at_half_price(effect, body["id"]) for effect in reply.effects]
        work.done += len(lot)
        counts = {"completed": len(work.output), "failed": len(work.errors)}
        body["request_counts"] = {"total": len(work.lines), **counts}
    if body["status"] == "in_progress" and work.done < len(work.lines):
        account.later(0.0, lambda: _worked(account, body, work))
    elif body["status"] == "in_progress":
        _now(account, body, "finalizing")
        account.later(STEP_S, lambda: _written(account, body, work, "completed"))
    else:
        account.later(STEP_S, lambda: _written(account, body, work, "cancelled"))
    return Aftermath(effects)


def _answer(request: Mapping[str, Any], account: Account[State]) -> Reply:
    """As the endpoint itself answers: as one object, and at once."""
    data = request["body"]
    if data.get("stream") or data.get("background"):
        return error(400, "Streams and background responses are not possible in a batch.", param="stream")
    call = Call("POST", request["url"], "", {}, b"", account.clock(), data=data)
    try:
        return ENDPOINTS[request["url"]](call, account)
    except Refused as refused:
        return refused.reply


def _output_line(id: str, request: Mapping[str, Any], reply: Reply) -> bytes:  # noqa: A002
    response = {
        "status_code": reply.status,
        "request_id": id.removeprefix("batch_"),
        "body": orjson.Fragment(reply.body),
    }
    return orjson.dumps({"id": id, "custom_id": request["custom_id"], "response": response, "error": None})


def _at_half_price(effect: Effect, batch: str) -> Effect:
    references = {**effect.references, "batch": batch}
    cost = effect.fields.get("cost")
    fields = effect.fields if cost is None else {**effect.fields, "cost": -(-cost // 2)}
    return effect._replace(references=references, fields=fields)


def _written(account: Account[State], body: Object, work: _Work, status: str) -> Aftermath:
    for name, rows in (("output", work.output), ("error", work.errors)):
        if rows:
            content = b"\n".join(rows) + b"\n"
            made = files.add(account, f"{body['id']}_{name}.jsonl", "batch_output", content)
            body[f"{name}_file_id"] = made["id"]
    return _ended(account, body, status)
