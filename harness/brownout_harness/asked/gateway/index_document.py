"""`index_document`: the passages of a manual, to be found by what they mean."""

import random
from collections.abc import Mapping
from typing import Any

from brownout_core.flows.index_document import IndexDocument
from brownout_harness.asked.gateway.operation import GatewayOperation
from brownout_simulators.answers import digest_of

PASSAGES = (
    "Turn off the furnace before you open its door.",
    "A filter is changed every three months, more often where there are pets.",
    "Two zones need a thermostat each, and a panel between them.",
    "A heat pump frosts over in damp cold, and thaws itself within ten minutes.",
)
EACH = 3
"""The first numbers of so many vectors are in the books."""


def draw(rng: random.Random, operation_id: str) -> dict[str, Any]:
    """No two documents are the same, and no two passages of one."""
    passages = rng.sample(PASSAGES, EACH)
    return {"passages": [f"{passage} ({operation_id})" for passage in passages], "dimensions": rng.choice((32, 64))}


def derived(params: Mapping[str, Any]) -> dict[str, Any]:
    """What stands in the books for the passages."""
    return {"text_digests": [digest_of(passage.encode()) for passage in params["passages"]]}


ASKED = {"text_digests": "{{text_digests}}", "dimensions": "{{dimensions}}"}
OPERATION = GatewayOperation(
    flow=IndexDocument,
    draw=draw,
    # Nobody owes vectors, which may be asked for in vain. What is given is held against the books.
    leaves=(),
    derived=derived,
    as_asked={"openai.embedding": ASKED, "gemini.embedding": ASKED},
    answers={
        "model": ("openai.embedding.model", "gemini.embedding.model"),
        **{
            f"vectors.{place}.0": (f"openai.embedding.first_{place}", f"gemini.embedding.first_{place}")
            for place in range(EACH)
        },
    },
)
