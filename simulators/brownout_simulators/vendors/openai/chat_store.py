"""Chat completions that were to be stored: listed, read, changed, deleted, with the messages that they answered."""

import orjson

from brownout_simulators.account import Account
from brownout_simulators.call import Call, Reply
from brownout_simulators.store import Store
from brownout_simulators.vendors.openai import validation as v
from brownout_simulators.vendors.openai.asking import text_and_images
from brownout_simulators.vendors.openai.chat import JSON
from brownout_simulators.vendors.openai.errors import not_found
from brownout_simulators.vendors.openai.paging import page
from brownout_simulators.vendors.openai.resources import Object, State, StoredCompletion


def list_completions(call: Call, account: Account[State]) -> Reply:
    """GET /v1/chat/completions: oldest first; `model` and `metadata[key]` choose among them."""
    data = call.data
    wanted = {name[9:-1]: value for name, value in data.items() if name.startswith("metadata[") and name.endswith("]")}

    def is_wanted(one: StoredCompletion) -> bool:
        has = one.body["metadata"]
        fits = all(has.get(name) == value for name, value in wanted.items())
        return fits and data.get("model", one.body["model"]) == one.body["model"]

    found = page(call, account.state.completions, shown=lambda one: one.body, wanted=is_wanted, order="asc")
    return Reply(200, orjson.dumps(found), dict(JSON))


def fetch(call: Call, account: Account[State]) -> Reply:
    """GET /v1/chat/completions/{id}."""
    return Reply(200, orjson.dumps(_stored(call, account).body), dict(JSON))


def change(call: Call, account: Account[State]) -> Reply:
    """POST /v1/chat/completions/{id}: its metadata."""
    stored = _stored(call, account)
    v.checked(call.data, {"metadata": v.metadata}, ("metadata",))
    stored.body = {**stored.body, "metadata": call.data["metadata"]}
    return Reply(200, orjson.dumps(stored.body), dict(JSON))


def delete(call: Call, account: Account[State]) -> Reply:
    """DELETE /v1/chat/completions/{id}."""
    id = _stored(call, account).body["id"]  # noqa: A001
    account.state.completions.remove(id)
    return Reply(200, orjson.dumps({"object": "chat.completion.deleted", "id": id, "deleted": True}), dict(JSON))


def messages(call: Call, account: Account[State]) -> Reply:
    """GET /v1/chat/completions/{id}/messages: those that it answered."""
    stored = _stored(call, account)
    shown: Store[Object] = Store(5_000)
    for place, message in enumerate(stored.messages):
        id = f"{stored.body['id']}-{place}"  # noqa: A001
        content = message.get("content")
        text = content if isinstance(content, str) else text_and_images(content)[0]
        parts = content if isinstance(content, list) else None
        shown.add(id, {"refusal": None, **message, "id": id, "content": text, "content_parts": parts})
    return Reply(200, orjson.dumps(page(call, shown, order="asc")), dict(JSON))


def _stored(call: Call, account: Account[State]) -> StoredCompletion:
    stored = account.state.completions.get(call.params["id"])
    if stored is None:
        raise not_found("Chat completion", call.params["id"])
    return stored
