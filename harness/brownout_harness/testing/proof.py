"""Why a test that passed has proved nothing: what it asked for did not happen.

A test whose fault never struck would be green without its fault, too; one whose application talked to another account
looked into the wrong books.
"""

from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from brownout_harness.testing import journal

if TYPE_CHECKING:
    from brownout_harness.testing.account import Account

LAST_CALLS_S: Final = 1.0
"""For calls that are under way when a test is over: what they did counts."""


class StillUnderWay(RuntimeError):
    """The vendor is still at work on a call: what the books say now may not be all."""


class ProvesNothing(AssertionError):
    """The test passed, and what it is about did not happen. One line for each thing."""


def check(account: "Account") -> None:
    """Raise `ProvesNothing` where there is a reason to."""
    if told := list(reasons(account)):
        raise ProvesNothing("\n".join(told))


def reasons(account: "Account") -> Iterator[str]:
    """Why it proves nothing, one line each; none where all that was asked for did happen."""
    with suppress(StillUnderWay):  # a call that does not end has met its faults, and whoever holds it goes on
        account.settle(LAST_CALLS_S)
    books = account.books()
    for fault in account.faults:
        matched, struck = fault.count
        if struck >= fault.expect_struck:
            continue
        seen = f"{matched} calls matched" if matched else f"no call matched, {journal.came(books.requests)}"
        wanted = "never struck" if not struck else f"struck {struck} calls, not {fault.expect_struck}"
        yield f"the fault {fault.text} {wanted}: {seen}; expect_struck=0 says that it may strike none"
    found = [] if account.allows_others else journal.strays(account, books)
    if found:
        yield (
            f"calls came to {account.vendor} with another key than this test's: {', '.join(found)}; point the "
            f"application at {account.vendor}.env, or set {account.vendor}.allows_others"
        )
    for problem in account.problems:
        yield f"the simulator of {account.vendor} has a defect: {problem}"
