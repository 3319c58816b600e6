"""The defects of the code sketches that this project descends from, and the known-bad part that stands for each.

Five documents sketch four breakers, and locks, buckets, queues and sagas around them. Whatever is wrong with those must
be caught here; what cannot go wrong here, for want of such a part, says so.
"""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Sketch:
    """One defect."""

    topic: str
    defect: str
    mutants: tuple[str, ...] = ()
    """The names of those that stand for it."""
    why_none: str = ""
    """Where there is none: what this core does not have, or does in such a way that it cannot go wrong."""


SKETCHES: Final = (
    Sketch("breaker, trips", "failures in a row are counted: four bad and one good never open it",
           ("counts-consecutive-failures",)),
    Sketch("breaker, trips", "slow answers never open it", ("ignores-slow-calls",)),
    Sketch("breaker, closed", "a success starts the count again", ("counts-consecutive-failures",)),
    Sketch("breaker, half-open", "admits everybody: 200 of 200 concurrent calls", ("admits-all-half-open",)),
    Sketch("breaker, closes", "at one success, or at any of unlimited concurrency", ("closes-on-first-success",)),
    Sketch("breaker, half-open", "a failure opens it only when the count is full again", ("stays-half-open",)),
    Sketch("breaker, late results", "a late failure extends the open time", ("extends-open-by-late-failures",)),
    Sketch("breaker, late results", "a late success closes the open breaker", ("closes-by-late-success",)),
    Sketch("timer", "what timed out goes on running, and may commit", ("leaves-attempts-running",)),
    Sketch("timer", "500 fast successes leave 500 live timers",
           why_none="an attempt's time limit is the event loop's own (`asyncio.timeout`), which ends with it"),
    Sketch("what counts", "every error, a 4xx among them: a burst of 400s opens the breaker for everybody",
           ("counts-declines", "counts-throttling")),
    Sketch("metrics", "half-open is never recorded", ("tells-no-half-open",)),
    Sketch("metrics", "the collector is told the state and not whose it is", ("tells-transitions-of-nobody",)),
    Sketch("order", "the retry inside of the breaker", ("counts-calls-not-attempts",)),
    Sketch("what is retried", "a 408 is refused as any 4xx", ("takes-408-for-a-no",)),
    Sketch("what is retried", "a 501 is retried as any 5xx", ("retries-501",)),
    Sketch("what is retried", "told by three pieces of an error's text: resets and broken pipes are missed",
           ("reads-errors-as-text",)),
    Sketch("what is retried", "Retry-After is ignored everywhere", ("ignores-retry-after",)),
    Sketch("environment", "the open time has no jitter", ("opens-in-step",)),
    Sketch("backoff", "the jitter comes on top of the cap", ("waits-past-the-cap",)),
    Sketch("idempotency", "the key holds a timestamp", ("keys-from-the-clock",)),
    Sketch("idempotency", "no fingerprint of what is asked", ("ignores-fingerprints",)),
    Sketch("idempotency", "no tenant in the key",
           why_none="the application has one tenant; its key is made of the operation's name and its id"),
    Sketch("idempotency", "a result is kept only of a success: what failed for good is done for each who asks",
           ("remembers-no-refusals",)),
    Sketch("idempotency", "an empty result is taken for none, and done again",
           why_none="a result is kept behind a mark of its kind, which nothing has"),
    Sketch("idempotency", "the lock is deleted by whoever ends, whosever it is", ("frees-foreign-claims",)),
    Sketch("idempotency", "the lock's time is over before the longest work is", ("leases-too-short",)),
    Sketch("idempotency", "who waits looks every 100 ms, by calling itself, without end", ("waits-without-end",)),
    Sketch("idempotency", "a result is kept for a day, a dead letter for ever", ("trusts-the-key", "keeps-no-results")),
    Sketch("limiter", "read, then written: 100 of 100 get a token of ten", ("reads-then-writes-tokens",)),
    Sketch("limiter", "its date comes back as a text: the second asking throws", ("cannot-read-its-own-date",)),
    Sketch("breaker and retry", "three failures open it and a call makes six attempts: one call opens it alone",
           ("judges-too-few-calls",)),
    Sketch("webhooks", "the comparison throws where a signature is of another length",
           why_none="no vendor signs so, also where a fault forges: every signature has the right length. "
           "`tests/core/adapters/test_svix.py` holds signatures of other lengths against the receiver"),
    Sketch("dead letters", "what is set aside can itself be lost", ("acknowledges-early", "drops-spilled-letters")),
    Sketch("dead letters", "doing it again is an empty function", ("redrives-nothing",)),
    Sketch("dead letters", "an alert for each message", why_none="the core alerts nobody: it tells events"),
    Sketch("outbox", "published, then marked: twice after a crash", ("redrives-blindly", "believes-an-old-look")),
    Sketch("outbox", "marked, then published: lost after a crash", ("settles-before-the-work",)),
    Sketch("outbox", "no claim: two workers publish the same", ("does-jobs-unclaimed",)),
    Sketch("outbox", "no count of attempts: poison starves the rest", ("counts-no-generations",)),
    Sketch("saga", "an error in a compensation skips the remaining ones", ("stops-at-a-failed-undo",)),
    Sketch("saga", "the failed step, which may have been done, is not compensated", ("undoes-unlooked",)),
    Sketch("saga", "nothing is persisted", ("begins-again",)),
    Sketch("registry", "asks each service for its health whenever it is looked up", ("asks-how-it-is-first",)),
    Sketch("event bus", "swallows its handlers' errors, or fails the publisher for them",
           why_none="the core has none: what a process hears of, it reads from the table (`subscription`)"),
)  # fmt: skip
