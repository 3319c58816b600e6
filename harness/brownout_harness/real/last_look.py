"""When all is at rest: one more look at the state of every operation that was taken on to be finished later.

What had ended must still have ended so, and what was still open may have ended by now.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

from brownout_harness.asked.dead_letters import Answered
from brownout_harness.asked.request import Request
from brownout_harness.asked.until import Following, one_more
from brownout_scenarios.schema import Scenario

AT_ONCE: Final = 8
WITHIN_S: Final = 60.0
"""For all of them; those after it are recorded as not read."""

Row = dict[str, Any]
"""An operation as the load process wrote it, with its `look`."""


def look_again(
    told: Sequence[Row], scenario: Scenario, ask: Callable[[Request], Answered], now_s: Callable[[], float]
) -> list[Row]:
    """The rows, each that was followed with its state of now; `now_s` counts from the run's start."""
    followings = {each.name: Following(each.until) for each in scenario.workload.operations if each.until is not None}
    until_s = now_s() + WITHIN_S

    def looked(row: Row) -> Row:
        if not row.get("look"):
            return row
        path, headers = row["look"]
        asked = Request("GET", path, headers, b"")
        answered = ask(asked) if now_s() < until_s else Answered(0)
        seen = followings[row["name"]].read(answered.status, answered.body)
        return {**row, **one_more(row["outcome"], row["states"], now_s(), seen)}

    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="last-look") as threads:
        return list(threads.map(looked, told))
