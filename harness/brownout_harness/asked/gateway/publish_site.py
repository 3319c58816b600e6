"""`publish_site`: a host that leads to where a site is served, and a purge after it."""

import random
from typing import Any

from brownout_core.flows.publish_site import PublishSite
from brownout_harness.asked.gateway.operation import GatewayOperation
from brownout_harness.asked.parameters import host_of

SERVERS = 8


def draw(rng: random.Random, operation_id: str) -> dict[str, Any]:
    """A host of its own, at one of several servers."""
    return {"host": host_of(operation_id), "target": f"pages-{rng.randrange(SERVERS)}.host.test"}


OPERATION = GatewayOperation(
    flow=PublishSite,
    draw=draw,
    leaves=("cloudflare.dns_record", "cloudflare.purge"),
    as_asked={
        "cloudflare.dns_record": [
            {"op": op, "type": "CNAME", "name": "{{host}}", "content": "{{target}}"} for op in ("create", "update")
        ],
        "cloudflare.purge": {"selector": "hosts", "items": ["{{host}}"], "led_to": ["{{target}}"]},
    },
    answers={"record": ("cloudflare.dns_record.id",), "purge": ("cloudflare.purge.id",)},
)
