"""The two ways in which a run does not come to a verdict, and their exit codes.

    Problem
    ├── BadInput     what the user gave cannot be run; exit code 2
    └── NotJudged    the run was started and could not be judged; exit code 3

Each message is one line, but for the end of a target's log; it says what to do, and never holds a secret.
"""

import signal
import sys

PASSED = 0
FAILED = 1
BAD_INPUT = 2
NOT_JUDGED = 3

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
"""By which somebody asks the harness to end."""


class Problem(Exception):
    """The message is for the user."""

    exit_code: int = NOT_JUDGED


class BadInput(Problem):
    """A scenario, option or setting that cannot be run."""

    exit_code = BAD_INPUT


class NotJudged(Problem):
    """The harness, or the target, did not do what judging needs."""

    exit_code = NOT_JUDGED


class Interrupted(BaseException):
    """Somebody asked the harness to end, by the signal that it names. Not an `Exception`: who swallows it must know."""


def complain(problem: Problem) -> int:
    """Say on standard error what is wrong, a line each; the exit code."""
    for text in str(problem).splitlines():
        print(f"error: {text}", file=sys.stderr)  # noqa: T201 - this is the place
    return problem.exit_code


def worst(codes: list[int]) -> int:
    """The exit code of several runs: a failed expectation outweighs an unjudged run, which outweighs a pass.

    Bad input ends a command before it runs anything, so it outweighs all.
    """
    for code in (BAD_INPUT, FAILED, NOT_JUDGED):
        if code in codes:
            return code
    return PASSED
