"""`keep_file`: a file that is kept."""

import random
from hashlib import sha256
from typing import Any

from brownout_core.flows.keep_file import KeepFile
from brownout_harness.asked.gateway.operation import GatewayOperation
from brownout_harness.asked.parameters import text

TYPES = {"txt": "text/plain", "csv": "text/csv", "md": "text/markdown"}


def draw(rng: random.Random, operation_id: str) -> dict[str, Any]:
    """A note of some lines, each file another one."""
    ending = rng.choice(tuple(TYPES))
    lines = "\n".join([operation_id, *[text(rng)] * rng.randint(1, 40)])
    return {
        "name": f"note-{rng.randint(1, 9)}.{ending}",
        "content_type": TYPES[ending],
        "text": lines,
        "size": len(lines.encode()),
    }


OPERATION = GatewayOperation(
    flow=KeepFile,
    draw=draw,
    leaves=("supabase.object",),
    undone_by={"supabase.object": "supabase.object_deleted"},
    derived=lambda params: {"sha256": sha256(params["text"].encode()).hexdigest()},
    as_asked={
        kind: {
            "bucket": "attachments",
            "name": "*/{{name}}",
            "size": "{{size}}",
            "mimetype": "{{content_type}}",
            "sha256": "{{sha256}}",
        }
        for kind in ("supabase.object", "supabase.object_updated")
    },
    answers={
        "file": ("supabase.object.name",),
        "size": ("supabase.object.size",),
        "content_type": ("supabase.object.mimetype",),
    },
)
