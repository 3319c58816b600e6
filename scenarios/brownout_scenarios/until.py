"""How one learns what came of an operation that was taken on to be finished later: its state is asked for."""

import re
from dataclasses import dataclass
from typing import Final

TEMPLATE_NAME: Final = re.compile(r"operation_id|answer(\.\w+)+")
"""What `get` may fill in: `{{operation_id}}`, `{{answer.order.id}}`."""
PLACE: Final = re.compile(r"body(\.\w+)+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Until:
    """After an *accepted* answer the driver asks for the operation's state until that is an end."""

    get: str
    """A path on the target, filled in: `/orders/{{operation_id}}`, or from the answer `/jobs/{{answer.job.id}}`."""
    at: str
    """Where the state stands in what is answered: `body.state`, `body.jobs.0.status`."""
    done: tuple[str, ...]
    """States in which it is done. Any other than these and `refused` is still open."""
    refused: tuple[str, ...] = ()
    """States in which nothing was done and nothing will be."""
    every_s: float = 1.0
    within_s: float = 120.0
    """From the answer that took it on: what has no end by then is told as still open."""
