"""How tests run coroutines: `virtually` in virtual time, `really` on the machine's clock."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from brownout_harness.virtual.loop import run_virtually

T = TypeVar("T")


def virtually(main: Coroutine[Any, Any, T]) -> T:
    """Run in virtual time: sleeping costs nothing, a deadlock is an error."""
    return run_virtually(main)


def really(main: Coroutine[Any, Any, T]) -> T:
    """Run on a real event loop: for what needs sockets."""
    return asyncio.run(main)
