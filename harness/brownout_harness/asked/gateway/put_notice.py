"""`put_notice`: words for the visitors of a host, for a while."""

import random
from typing import Any

from brownout_core.flows.put_notice import PutNotice
from brownout_harness.asked.gateway.operation import GatewayOperation
from brownout_harness.asked.parameters import host_of

WORDS = ("Back in an hour.", "We work on it tonight.", "New opening hours from Monday on.")


def draw(rng: random.Random, operation_id: str) -> dict[str, Any]:
    """At a host of its own."""
    return {"host": host_of(operation_id), "text": rng.choice(WORDS), "for_s": rng.choice((60, 3_600, 86_400))}


OPERATION = GatewayOperation(
    flow=PutNotice,
    draw=draw,
    leaves=("cloudflare.kv_write",),
    as_asked={
        "cloudflare.kv_write": {
            "key": "notice/{{host}}",
            "text": '{"text":"{{text}}","by":"*"}',
            "lives_s": "{{for_s}}",
        }
    },
    answers={"key": ("cloudflare.kv_write.key",)},
)
