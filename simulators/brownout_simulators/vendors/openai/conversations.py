"""Conversations: made, read, changed, deleted; their items added, listed, fetched, taken out."""

import orjson

from brownout_simulators.account import Account
from brownout_simulators.call import Call, Reply
from brownout_simulators.vendors.openai import validation as v
from brownout_simulators.vendors.openai.chat import JSON
from brownout_simulators.vendors.openai.errors import not_found
from brownout_simulators.vendors.openai.items import check, kept, new_id
from brownout_simulators.vendors.openai.paging import page
from brownout_simulators.vendors.openai.resources import Conversation, Object, State

_ITEMS = v.array(check, 0, 20)


def create(call: Call, account: Account[State]) -> Reply:
    """POST /v1/conversations, with up to 20 items."""
    data = {name: value for name, value in call.data.items() if value is not None}
    v.checked(data, {"metadata": v.metadata, "items": _ITEMS})
    body: Object = {
        "id": new_id("conv", account),
        "object": "conversation",
        "created_at": int(account.wall_s()),
        "metadata": data.get("metadata", {}),
    }
    made = Conversation(body)
    _add(made, kept(data.get("items", []), account), account)
    account.state.conversations.add(body["id"], made, account.clock())
    return Reply(200, orjson.dumps(body), dict(JSON))


def fetch(call: Call, account: Account[State]) -> Reply:
    """GET /v1/conversations/{id}."""
    return Reply(200, orjson.dumps(_conversation(call, account).body), dict(JSON))


def change(call: Call, account: Account[State]) -> Reply:
    """POST /v1/conversations/{id}: its metadata."""
    found = _conversation(call, account)
    v.checked(call.data, {"metadata": v.metadata}, ("metadata",))
    found.body = {**found.body, "metadata": call.data["metadata"]}
    return Reply(200, orjson.dumps(found.body), dict(JSON))


def delete(call: Call, account: Account[State]) -> Reply:
    """DELETE /v1/conversations/{id}: its items stay with the responses that they are of."""
    id = _conversation(call, account).body["id"]  # noqa: A001
    account.state.conversations.remove(id)
    return Reply(200, orjson.dumps({"id": id, "object": "conversation.deleted", "deleted": True}), dict(JSON))


def add_items(call: Call, account: Account[State]) -> Reply:
    """POST /v1/conversations/{id}/items: up to 20; the answer is those that were added."""
    found = _conversation(call, account)
    v.checked(call.data, {"items": v.array(check, 1, 20)}, ("items",))
    added = kept(call.data["items"], account)
    _add(found, added, account)
    ends = {"first_id": added[0]["id"], "last_id": added[-1]["id"], "has_more": False}
    return Reply(200, orjson.dumps({"object": "list", "data": added, **ends}), dict(JSON))


def list_items(call: Call, account: Account[State]) -> Reply:
    """GET /v1/conversations/{id}/items."""
    return Reply(200, orjson.dumps(page(call, _conversation(call, account).items)), dict(JSON))


def fetch_item(call: Call, account: Account[State]) -> Reply:
    """GET /v1/conversations/{id}/items/{item}."""
    item = _conversation(call, account).items.get(call.params["item"])
    if item is None:
        raise not_found("Item", call.params["item"])
    return Reply(200, orjson.dumps(item), dict(JSON))


def delete_item(call: Call, account: Account[State]) -> Reply:
    """DELETE /v1/conversations/{id}/items/{item}: the answer is the conversation."""
    found = _conversation(call, account)
    if found.items.remove(call.params["item"]) is None:
        raise not_found("Item", call.params["item"])
    return Reply(200, orjson.dumps(found.body), dict(JSON))


def _conversation(call: Call, account: Account[State]) -> Conversation:
    found = account.state.conversations.get(call.params["id"])
    if found is None:
        raise not_found("Conversation", call.params["id"])
    return found


def _add(conversation: Conversation, items: list[Object], account: Account[State]) -> None:
    for item in items:
        conversation.items.put(item["id"], item, account.clock())
        if item["id"] not in account.state.items:
            account.state.items.add(item["id"], item)
