"""What the books tell of vectors, besides what they cost: of which texts they are, and how they begin."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

TEXTS: Final = 16
CHARACTERS: Final = 400
FIRST: Final = 3
EMBEDDED: Final = ("texts", "dimensions", *(f"first_{place}" for place in range(FIRST)))
"""The names of the fields."""


def embedded(texts: Sequence[str], vectors: Sequence[Sequence[float]]) -> Mapping[str, Any]:
    """The beginnings of so many texts, how long each vector is, and the first number of the first few."""
    return {
        "texts": [text[:CHARACTERS] for text in texts[:TEXTS]],
        "dimensions": len(vectors[0]),
        **{f"first_{place}": vector[0] for place, vector in enumerate(vectors[:FIRST])},
    }
