"""Beginnings of prompts that were seen a short while ago: their tokens are told as cached, and cost less.

From 1,024 tokens on, in steps of 128, exact to the letter, for the same model, tools and `prompt_cache_key`; gone after
five minutes without a prompt that begins so, and in any case after an hour (guide "Prompt caching", 2025). Where in a
text a step of tokens ends is found by the prompt's own mean of bytes to a token.
"""

import hashlib
from collections import OrderedDict
from collections.abc import Iterator
from typing import Final

LEAST: Final = 1_024
STEP: Final = 128
IDLE_S: Final = 300.0
LONGEST_S: Final = 3_600.0
BLOCK: Final = 512
"""Bytes of a text that are remembered at once: four to a token."""
KEPT: Final = 50_000
"""Blocks, over all prompts: a megabyte or two."""


class PromptCache:
    """One account's."""

    def __init__(self) -> None:
        self._blocks: OrderedDict[bytes, tuple[float, float]] = OrderedDict()
        """By what stands up to the block's end, when it was seen first and last; who was seen last stands last."""

    def __len__(self) -> int:
        return len(self._blocks)

    def seen(self, text: bytes, tokens: int, about: bytes, now_s: float) -> int:
        """How many of a prompt's tokens were seen; from now on all of them are. `about` is what has to be the same
        beside its text."""
        if tokens < LEAST:
            return 0
        known, is_known = 0, True
        for digest in _digests(text, about):
            first_s, last_s = self._blocks.pop(digest, (now_s, float("-inf")))
            is_fresh = now_s - last_s <= IDLE_S and now_s - first_s <= LONGEST_S
            is_known = is_known and is_fresh
            known += is_known
            self._blocks[digest] = (first_s if is_fresh else now_s, now_s)
        while len(self._blocks) > KEPT:
            self._blocks.popitem(last=False)
        cached = tokens * known * BLOCK // len(text) // STEP * STEP
        return cached if cached >= LEAST else 0


def _digests(text: bytes, about: bytes) -> Iterator[bytes]:
    """Of each beginning that ends with a block."""
    running = hashlib.blake2b(about, digest_size=16)
    for end in range(BLOCK, len(text) + 1, BLOCK):
        running.update(text[end - BLOCK : end])
        yield running.digest()
