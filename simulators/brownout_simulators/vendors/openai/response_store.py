"""Responses that are kept: read, streamed again, cancelled, deleted; their input in pages; tokens counted."""

from typing import Any

import orjson

from brownout_simulators.account import Account
from brownout_simulators.call import Call, Reply
from brownout_simulators.store import Store
from brownout_simulators.vendors.openai.chat import JSON
from brownout_simulators.vendors.openai.errors import not_found, refuse
from brownout_simulators.vendors.openai.paging import page
from brownout_simulators.vendors.openai.resources import FINAL, State, StoredResponse
from brownout_simulators.vendors.openai.response_stream import stream_of
from brownout_simulators.vendors.openai.responses import STREAM, read
from brownout_simulators.vendors.openai.webhooks import notice


def fetch(call: Call, account: Account[State]) -> Reply:
    """GET /v1/responses/{id}; with `stream=true` its events once more, behind `starting_after`."""
    stored = _stored(call, account)
    if call.data.get("stream") not in {"true", "True", "1"}:
        return Reply(200, orjson.dumps(stored.body), dict(JSON))
    if stored.body["status"] not in {"completed", "incomplete"}:
        raise refuse("This response cannot be streamed: it was not created with stream=true.", param="stream")
    after = str(call.data.get("starting_after", "-1"))
    if not after.lstrip("-").isdecimal():
        raise refuse(
            "Invalid type for 'starting_after': expected an integer.", param="starting_after", code="invalid_type"
        )
    return Reply(200, headers=dict(STREAM), stream=stream_of(stored.body, after=max(-1, int(after[:9]))))


def delete(call: Call, account: Account[State]) -> Reply:
    """DELETE /v1/responses/{id}."""
    id = _stored(call, account).body["id"]  # noqa: A001
    account.state.responses.remove(id)
    return Reply(200, orjson.dumps({"id": id, "object": "response", "deleted": True}), dict(JSON))


def cancel(call: Call, account: Account[State]) -> Reply:
    """POST /v1/responses/{id}/cancel: only what runs in the background; what is cancelled stays so."""
    stored = _stored(call, account)
    if not stored.body["background"]:
        raise refuse("Cannot cancel a synchronous response.")
    if stored.body["status"] in FINAL:
        return Reply(200, orjson.dumps(stored.body), dict(JSON))
    stored.body = {**stored.body, "status": "cancelled"}
    told = notice(account, "response.cancelled", stored.body["id"])
    return Reply(200, orjson.dumps(stored.body), dict(JSON), notices=(told,))


def input_items(call: Call, account: Account[State]) -> Reply:
    """GET /v1/responses/{id}/input_items."""
    items: Store[Any] = Store(10_000)
    for item in _stored(call, account).items:
        items.put(item["id"], item)
    return Reply(200, orjson.dumps(page(call, items)), dict(JSON))


def count_tokens(call: Call, account: Account[State]) -> Reply:
    """POST /v1/responses/input_tokens: what a response would be asked with; nothing is generated."""
    data = {name: value for name, value in call.data.items() if value is not None}
    tokens = read({"model": "gpt-4o", **data}, account).prompt.tokens
    return Reply(200, orjson.dumps({"object": "response.input_tokens", "input_tokens": tokens}), dict(JSON))


def _stored(call: Call, account: Account[State]) -> StoredResponse:
    stored = account.state.responses.get(call.params["id"])
    if stored is None:
        raise not_found("Response", call.params["id"])
    return stored
