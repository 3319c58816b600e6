"""Chance in a closed world: an error for our own packages, which draw from sources that they are handed; seeded for
libraries, which draw ids and jitter from wherever they like."""

import os
import random
import sys
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

from brownout_harness.virtual.guard import GUARD, STDLIB, Place, beyond, is_ours, refusal

DEED: Final = "draws what no seed decides"
_MODULE: Final[Any] = random._inst  # behind `random.random` and the others
NODE: Final = 0x02_00_00_00_00_01
"""Stands for this machine in `uuid1`: a locally administered address."""


def chance_from(seed: int) -> dict[Place, Callable[..., Any]]:
    """What stands in for whatever draws without being handed a source: everything follows from `seed`."""
    entropy = random.Random(f"{seed}:entropy")
    names = [name for name, value in vars(random).items() if getattr(value, "__self__", None) is _MODULE]
    places: dict[Place, Callable[..., Any]] = {(random, name): _watched(getattr(random, name)) for name in names}
    places[os, "urandom"] = _urandom(os.urandom, entropy)
    places[random.Random, "seed"] = _seed(random.Random.seed, entropy)
    return places


@contextmanager
def seeded_module(seed: int) -> Iterator[None]:
    """The sources that modules keep to themselves, seeded; afterwards they are where they were.

    `uuid1` is made of the (virtual) clock and these, not by the system's library and network card.
    """
    inner: Any = uuid
    state = _MODULE.getstate(), inner._generate_time_safe, inner._node, inner._last_timestamp
    try:
        _MODULE.seed(f"{seed}:module")
        inner._generate_time_safe, inner._node, inner._last_timestamp = None, NODE, None
        yield
    finally:
        numbers, inner._generate_time_safe, inner._node, inner._last_timestamp = state
        _MODULE.setstate(numbers)


def _refuse_ours() -> None:
    """Whatever of the standard library lies between: `uuid4` draws, and so does who calls it."""
    frame = beyond(sys._getframe(2), STDLIB)
    if is_ours(frame):
        raise refusal(frame, DEED)


def _watched(original: Callable[..., Any]) -> Callable[..., Any]:
    def draw(*arguments: Any, **options: Any) -> Any:
        if GUARD.is_closed:
            _refuse_ours()
        return original(*arguments, **options)

    return draw


def _urandom(original: Callable[[int], bytes], entropy: random.Random) -> Callable[[int], bytes]:
    def draw(size: int, /) -> bytes:
        if not GUARD.is_closed:
            return original(size)
        _refuse_ours()
        return entropy.randbytes(size)

    return draw


def _seed(original: Callable[..., None], entropy: random.Random) -> Callable[..., None]:
    """Of a `random.Random()` that is given no seed."""

    def seed(self: random.Random, a: Any = None, version: int = 2) -> None:
        if a is None and GUARD.is_closed:
            _refuse_ours()
            a = entropy.getrandbits(64)
        original(self, a, version)

    return seed
