"""Runs that are made one after the other, each with its progress and its verdict: those of `run` and of `load`."""

import sys
from typing import TYPE_CHECKING

from brownout_harness.problems import NOT_JUDGED, Problem, complain, worst

if TYPE_CHECKING:
    from rich.console import Console

    from brownout_harness.running.execute import Finished
    from brownout_harness.running.orders import Order


def one_by_one(console: "Console", orders: "list[Order]", *, fail_fast: bool, as_json: bool) -> int:
    """Each with its progress and its verdict; the exit code of all."""
    from brownout_harness.commands.many import Ended, show_all
    from brownout_harness.commands.terminal import watched
    from brownout_harness.running.execute import execute

    ended: list[Ended] = []
    if chosen := next((order.redis for order in orders if order.redis), None):
        console.print(f"redis: {chosen.words}", markup=False, highlight=False)
    if parts := next((order.parts for order in orders if order.parts), ""):
        console.print(f"parts: {parts} in the place of the gateway's own", markup=False, highlight=False)
    for order in orders:
        try:
            with watched(console, order.scenario.name) as progress:
                finished = execute(order, progress)
        except Problem as problem:
            complain(problem)
            ended.append(Ended.without_verdict(order, problem))
        else:
            _tell(console, finished, as_json=as_json)
            if finished.is_interrupted:
                print(
                    f"stopped: what was seen until then is in {finished.folder}; nothing is left running",
                    file=sys.stderr,
                )
                return NOT_JUDGED
            ended.append(Ended.of(finished.verdict, finished))
        if fail_fast and ended[-1].exit_code:
            break
    if len(orders) > 1:
        show_all(console, ended, len(orders))
    return worst([each.exit_code for each in ended])


def _tell(console: "Console", finished: "Finished", *, as_json: bool) -> None:
    """What came of one run."""
    from brownout_harness.commands.terminal import json_line, show_verdict
    from brownout_harness.running.execute import REPORT_FILE

    report = None if finished.undrawn else finished.folder / REPORT_FILE
    if as_json:
        print(json_line(finished.verdict, finished.folder, report), flush=True)
    else:
        show_verdict(console, finished.verdict, finished.folder, report)
    if finished.undrawn:
        print(f"error: {finished.undrawn}", file=sys.stderr)
