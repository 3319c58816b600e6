"""`publish_site`: a host that leads to where a site is served, and a purge after it."""

import random
import re
from typing import Any

from brownout_core.flows.publish_site import PublishSite
from brownout_harness.asked.gateway.operation import GatewayOperation

ZONE = "site.test"
"""Which every user of the simulator has from the beginning."""
SERVERS = 8
NO_LABEL = re.compile("[^a-z0-9-]")


def draw(rng: random.Random, operation_id: str) -> dict[str, Any]:
    """A host of its own, at one of several servers."""
    label = NO_LABEL.sub("-", operation_id.lower())
    return {"host": f"{label}.{ZONE}", "target": f"pages-{rng.randrange(SERVERS)}.host.test"}


OPERATION = GatewayOperation(
    flow=PublishSite,
    draw=draw,
    leaves=("cloudflare.dns_record", "cloudflare.purge"),
    as_asked={
        "cloudflare.dns_record": {"op": "create", "type": "CNAME", "name": "{{host}}", "content": "{{target}}"},
        "cloudflare.purge": {"selector": "hosts", "items": ["{{host}}"], "led_to": ["{{target}}"]},
    },
    answers={"record": ("cloudflare.dns_record.id",), "purge": ("cloudflare.purge.id",)},
)
