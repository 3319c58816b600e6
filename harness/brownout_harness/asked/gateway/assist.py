"""`assist`: a question to whoever can answer it."""

import random
from typing import Any

from brownout_core.flows.assist import OFFLINE, Assist
from brownout_harness.asked.gateway.operation import GatewayOperation

QUESTIONS = (
    "Where is my order?",
    "When does the technician come?",
    "How do I change the filter of my furnace?",
    "Which thermostat do I need for two zones?",
)


def draw(rng: random.Random, operation_id: str) -> dict[str, Any]:
    """No two ask the same: the same words would be answered with the same ones."""
    return {"text": f"{rng.choice(QUESTIONS)} (request {operation_id})", "max_tokens": 60}


OPERATION = GatewayOperation(
    flow=Assist,
    draw=draw,
    # Nobody owes a completion: it may be given up for an honest word. What is given is held against the books.
    leaves=(),
    answers={
        "completion": ("openai.completion.id", "gemini.completion.id"),
        "tokens": ("openai.completion.total_tokens", "gemini.completion.total_tokens"),
    },
    streamed_by="stream",
    names_none={"by": OFFLINE},
)
