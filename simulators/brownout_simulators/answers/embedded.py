"""What the books tell of vectors, besides what they cost: of which texts they are, by digests, and how they begin."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from brownout_simulators.answers.answering import digest_of

TEXTS: Final = 16
FIRST: Final = 3
EMBEDDED: Final = ("text_digests", "dimensions", *(f"first_{place}" for place in range(FIRST)))
"""The names of the fields."""


def embedded(texts: Sequence[str], vectors: Sequence[Sequence[float]]) -> Mapping[str, Any]:
    """Digests of so many texts, how long each vector is, and the first number of the first few."""
    return {
        "text_digests": [digest_of(text.encode("utf-8", "replace")) for text in texts[:TEXTS]],
        "dimensions": len(vectors[0]),
        **{f"first_{place}": vector[0] for place, vector in enumerate(vectors[:FIRST])},
    }
