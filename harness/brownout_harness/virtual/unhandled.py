"""An error that reached the loop because nobody handled it: the target's own, or one of the run."""

import asyncio
import re
from collections.abc import Mapping
from typing import Any

from brownout_core.telemetry import Event, Kind
from brownout_harness.judging.evidence import Gap, GapKind
from brownout_harness.virtual.frozen import PROCESS
from brownout_harness.virtual.life import Killed


def unhandled(context: Mapping[str, Any], at_s: float) -> Event | Gap | None:
    """What is told of it: a defect where a process of the target's runs; else that the run is not whole, for what a
    task or a callback was to do was not done. None where it is a process's being killed."""
    error = context.get("exception")
    if isinstance(error, Killed):
        return None
    message = message_of(context)
    if isinstance(error, Exception) and PROCESS.get() is not None:
        return Event(at_s, Kind.DEFECT, outcome=type(error).__name__, detail=message)
    task = context.get("future") or context.get("task")
    whose = f" ({task.get_name()})" if isinstance(task, asyncio.Task) else ""
    return Gap(GapKind.OTHER, f"nobody handled an error: {message}{whose}: {error!r}", at_s)


def message_of(context: Mapping[str, Any]) -> str:
    """What asyncio says of it, without addresses: they differ from run to run."""
    return re.sub(r" at 0x[0-9a-f]+", "", str(context.get("message", "")))
