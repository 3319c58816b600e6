"""Many scenarios in virtual time, on all cores; and the table of what came of several, in either mode."""

import sys
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, replace

from rich.console import Console
from rich.markup import escape

from brownout_harness.audit.bar import bar
from brownout_harness.audit.processes import in_processes
from brownout_harness.commands.terminal import MARKS, PLAIN_MARKS
from brownout_harness.problems import NOT_JUDGED, Problem, worst
from brownout_harness.progress import is_redrawn
from brownout_harness.running.execute import EXIT_CODES, Finished, execute_keeping
from brownout_harness.running.keep import Keep
from brownout_harness.running.orders import Order
from brownout_harness.tables import table
from brownout_reports.printable import one_line
from brownout_reports.run_folder import Status, Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """What came of one run, in short."""

    scenario: str
    status: Status | None
    """None: it came to no verdict."""
    exit_code: int
    observed: str
    """How many expectations hold, or what the first that does not saw."""
    folder: str = ""
    """Where its files are; empty where none were kept."""
    undrawn: str = ""
    command: str = ""
    place: int = 0
    """Among the orders."""

    @classmethod
    def of(cls, verdict: Verdict, finished: Finished | None) -> "Ended":
        """Of a run that was judged."""
        return cls(
            scenario=verdict.scenario,
            status=verdict.verdict,
            exit_code=EXIT_CODES[verdict.verdict],
            observed=_in_short(verdict),
            folder="" if finished is None else str(finished.folder),
            undrawn="" if finished is None else finished.undrawn,
            command=verdict.command,
        )

    @classmethod
    def without_verdict(cls, order: Order, problem: Exception) -> "Ended":
        """Of one that was not."""
        code = problem.exit_code if isinstance(problem, Problem) else NOT_JUDGED
        said = str(problem) if isinstance(problem, Problem) else f"{type(problem).__name__}: {problem}"
        return cls(
            scenario=order.scenario.name, status=None, exit_code=code, observed=one_line(said), command=order.command
        )


def _in_short(verdict: Verdict) -> str:
    if verdict.verdict is Status.PASSED:
        return f"{len(verdict.expectations)} expectations hold"
    wrong = [f"{each.title}: {each.observed}" for each in verdict.expectations if each.status is verdict.verdict]
    # The reasons of an inconclusive run name its expectations, too.
    return one_line("; ".join((verdict.reasons or wrong)[:2]))


def one(order: Order, place: int, keep: Keep) -> Ended:
    """One run, in whatever process. A problem of one is told, and the others go on."""
    try:
        ended = Ended.of(*execute_keeping(keep, order))
    except Exception as error:  # noqa: BLE001 - by its scenario's name, in the table
        ended = Ended.without_verdict(order, error)
    return replace(ended, place=place)


def run_many(
    console: Console, orders: Sequence[Order], keep: Keep, *, workers: int | None = None, fail_fast: bool = False
) -> int:
    """Run all orders in virtual time, on all cores, and show what came of them; the exit code of the worst."""
    ended: list[Ended] = []
    wanted = [(order, place, keep) for place, order in enumerate(orders)]
    try:
        with (
            bar(console, "running", len(orders), in_lines=False) as step,
            closing(in_processes(one, wanted, workers)) as runs,
        ):
            for each in runs:
                ended.append(each)
                step(each.scenario)
                if not is_redrawn(console):
                    _tell(console, each, len(ended), len(orders))
                if fail_fast and each.exit_code:
                    break
    finally:
        # Also to whoever ends it before its time.
        show_all(console, sorted(ended, key=lambda each: each.place), len(orders))
    return worst([each.exit_code for each in ended])


def _tell(console: Console, each: Ended, count: int, total: int) -> None:
    word = each.status.value if each.status else "not judged"
    console.print(f"{count} of {total} {each.scenario}: {word}", markup=False, highlight=False, soft_wrap=True)


def show_all(console: Console, ended: Sequence[Ended], total: int) -> None:
    """A line for each, then how many came to what, and how to make again those that did not pass."""
    marks = MARKS if console.encoding.startswith("utf") else PLAIN_MARKS
    rows = [
        (marks[each.status] if each.status else "[red]![/]", escape(each.scenario), escape(each.observed))
        for each in ended
    ]
    console.print()
    console.print(table(console, ("", "scenario", "observed"), rows, whole=("scenario",)))
    console.print()
    counted = Counter(each.status.value if each.status else "not judged" for each in ended)
    parts = [f"{count} {word}" for word, count in sorted(counted.items(), key=lambda item: item[0] != "passed")]
    if left := total - len(ended):
        parts.append(f"{left} not run")
    console.print(f"of {total}: {', '.join(parts)}", markup=False, highlight=False)
    for each in ended:
        if each.exit_code:
            where = f"brownout show {each.folder}" if each.folder else one_line(each.command)
            console.print(f"look at {each.scenario}: {where}", markup=False, highlight=False, soft_wrap=True)
        if each.undrawn:
            print(f"error: {each.scenario}: {each.undrawn}", file=sys.stderr)
