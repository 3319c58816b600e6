"""`make conformance`: every vendor with every official client, as one table. Exit code 1 where a check failed.

python -m tests.conformance                     all
python -m tests.conformance stripe              one vendor
python -m tests.conformance "stripe node" 3 4   one client, some checks
"""

import sys
from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple

from tests.conformance.running import Absent, Found, missing, run, run_in_process
from tests.conformance.suites import IN_PROCESS, SUITES, Suite


def main(arguments: Sequence[str]) -> int:
    """The exit code."""
    wanted, *numbers = arguments or ["all"]
    programs = [suite for suite in SUITES if wanted in ("all", suite.vendor, suite.name)]
    tests = {} if numbers else {vendor: path for vendor, path in IN_PROCESS.items() if wanted in ("all", vendor)}
    if not programs and not tests:
        print(f"no such vendor or client: {wanted}; there are {', '.join(suite.name for suite in SUITES)}")
        return 2
    table = [
        *(_row(suite.vendor, suite.shown, partial(_checked, suite, numbers)) for suite in programs),
        *(_row(vendor, "python", partial(_tested, path)) for vendor, path in tests.items()),
    ]
    print(f"\n{'vendor':12} {'client':14} checks")
    for row in sorted(table):
        print(row.text)
    return 0 if all(row.is_whole for row in table) else 1


class Row(NamedTuple):
    """A vendor with a client."""

    vendor: str
    client: str
    said: str
    is_whole: bool

    @property
    def text(self) -> str:
        return f"{self.vendor:12} {self.client:14} {self.said}"


def _row(vendor: str, client: str, ask: Callable[[], tuple[list[Found], list[str]]]) -> Row:
    try:
        found, lacking = ask()
    except (Absent, RuntimeError) as error:
        return Row(vendor, client, str(error), is_whole=False)
    _tell(f"{vendor} {client}", found, lacking)
    passed, all_of_them = sum(not one.detail for one in found), len(found) + len(lacking)
    took_s = sum(one.took_s for one in found)
    return Row(vendor, client, f"{passed} of {all_of_them} in {took_s:.1f} s", is_whole=passed == all_of_them)


def _checked(suite: Suite, numbers: Sequence[str]) -> tuple[list[Found], list[str]]:
    found = run(suite, numbers)
    return found, [] if numbers else missing(suite, found)


def _tested(path: str) -> tuple[list[Found], list[str]]:
    return run_in_process(path), []


def _tell(title: str, found: Sequence[Found], lacking: Sequence[str]) -> None:
    """Every check on a line."""
    print(f"\n{title}")
    for one in found:
        print(f"  {'✗' if one.detail else '✓'} {one.number:>3}  {one.about}  ({one.took_s:.2f} s)")
        if one.detail:
            print("      " + one.detail.strip().replace("\n", "\n      "))
    for line in lacking:
        print(f"  ✗ {line}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
