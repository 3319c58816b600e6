"""Inputs with a fixed outcome. OpenAI has none: these are this simulator's own, and models that a setup declares."""

from collections.abc import Mapping
from typing import Final

FLAGGED: Final[Mapping[str, str]] = {
    "kill": "violence",
    "hate": "hate",
    "suicide": "self-harm",
    "sexual": "sexual",
    "threaten": "harassment/threatening",
    "bomb": "illicit/violent",
}
"""Words that a moderation flags, each for one category."""

DOCUMENTED: Final[Mapping[str, str]] = {
    "moderation of a text with " + ", ".join(FLAGGED): "flagged for " + ", ".join(FLAGGED.values()),
    "a key that begins with sk-test-": "an account named by the rest of it",
    "a key with T3BlbkFJ in it": "401: keys that OpenAI made have no business here",
}
