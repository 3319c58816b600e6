"""GET /v1/models, and one of them."""

from typing import Any

import orjson

from brownout_simulators.account import Account
from brownout_simulators.call import Call, Reply
from brownout_simulators.vendors.openai.chat import JSON
from brownout_simulators.vendors.openai.errors import no_model
from brownout_simulators.vendors.openai.generation import setup_of
from brownout_simulators.vendors.openai.models import MODELS, Model
from brownout_simulators.vendors.openai.resources import State


def list_models(_call: Call, account: Account[State]) -> Reply:
    """All of them, on one page."""
    known = {**MODELS, **setup_of(account).models}
    data = [_object(model) for model in known.values()]
    return Reply(200, orjson.dumps({"object": "list", "data": data}), dict(JSON))


def fetch_model(call: Call, account: Account[State]) -> Reply:
    """One, by its name."""
    name = call.params["id"]
    model = setup_of(account).models.get(name) or MODELS.get(name)
    if model is None:
        raise no_model(name)
    return Reply(200, orjson.dumps(_object(model)), dict(JSON))


def _object(model: Model) -> dict[str, Any]:
    return {"id": model.name, "object": "model", "created": model.created, "owned_by": model.owner}
