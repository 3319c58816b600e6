"""One tree of errors, and what each says to the policies.

    BrownoutError
    ├── ConfigError                a setting that cannot be (also a ValueError)
    ├── CallRejected               a policy refused; nothing was sent
    │   ├── BreakerOpen
    │   ├── BulkheadFull
    │   ├── LimiterFull
    │   ├── DeadlineExceeded       the caller's time was over before another attempt could start
    │   ├── NotSettled             too early to tell whether an earlier attempt had its effect
    │   ├── RenewalPaused          the credential could not be renewed, and it is too early to try again
    │   ├── IdempotencyConflict    the key is in use by another caller
    │   │   └── KeyReused          the key stands for another request: a definitive no
    │   ├── ClaimsUnavailable      the store of idempotency claims is down
    │   └── RetrySuppressed        the last attempt failed and the retry budget was empty
    ├── DeadLettered               set aside durably, to be redriven; carries the dead letter's id
    ├── LeftStanding               work of several steps that can neither be finished nor taken back
    ├── SignatureInvalid           a webhook that its vendor did not sign
    └── ServiceError               an attempt was made and did not succeed
        ├── ConnectFailed          no connection: surely no effect
        ├── ConnectionLost         sent, then reset or closed: the effect is unknown
        ├── AttemptTimeout         sent, no answer in time: the effect is unknown
        ├── ResponseBroken         an answer that cannot be read: the effect is unknown
        │   └── AnswerEmpty        an answer that is well formed, and holds nothing of what was asked for
        └── VendorError            the vendor answered with an error status
            ├── Throttled          429: refused before any work
            ├── VendorUnavailable  5xx: the effect is unknown
            ├── VendorBusy         409: still at work on the same idempotency key, the effect is unknown
            ├── VendorContended    409, 412: somebody else had it or was first, nothing was done
            ├── AuthenticationFailed  401 after one refresh
            ├── QuotaExhausted     out of money, or of a quota that no waiting brings back
            └── VendorRefused      any other 4xx: a definitive no
                └── ContentWithheld  the vendor will not answer that: a filter, a block, a model's refusal

Policies read five attributes and never the class:
`retryable` (worth another attempt), `may_have_effect` (the vendor may have done it),
`is_failure` (a sample against the vendor's health), `retry_after_s` (the vendor's wish, seconds from now),
`is_about_us` (nothing is wrong with the request: another vendor may do what this one will not).

An error speaks of one attempt, and nobody writes to it afterwards: several callers may hold the same one. What all
attempts of an asking may have done together is written down in its `asking.Asking`.
"""

from enum import StrEnum
from typing import Self


class BrownoutError(Exception):
    """The root of every error that this package raises on purpose."""

    retryable: bool = False
    may_have_effect: bool = False
    is_failure: bool = False
    is_about_us: bool = False
    retry_after_s: float | None = None


class ConfigError(BrownoutError, ValueError):
    """A setting that cannot be. The message names the setting, the value and the allowed range."""


class CallRejected(BrownoutError):
    """A policy refused the call; nothing was sent by the refused attempt.

    `policy` is the refusing policy's name; `retry_after_s` says when asking again may help, if known.
    `may_have_effect` is true where something else is known that may have reached the vendor: an earlier attempt of
    the same call, another caller who holds the key.
    """

    policy: str = "policy"

    def __init__(self, message: str, *, retry_after_s: float | None = None, may_have_effect: bool = False) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s
        self.may_have_effect = may_have_effect


class BreakerOpen(CallRejected):
    """The circuit breaker is open, or half-open with no permit left."""

    policy = "breaker"


class BulkheadFull(CallRejected):
    """As many calls are in flight, and waiting, as the bulkhead allows."""

    policy = "bulkhead"


class LimiterFull(CallRejected):
    """The client's own rate limiter has no token within the time left."""

    policy = "limiter"


class DeadlineExceeded(CallRejected):
    """The deadline leaves no time for another attempt."""

    policy = "deadline"


class NotSettled(CallRejected):
    """An earlier attempt may still take effect, so doing it again must wait; nothing was sent."""

    policy = "settling"


class RenewalPaused(CallRejected):
    """The vendor's credential has to be renewed, and it is too early for that; in `retry_after_s` it may be."""

    policy = "renewal"
    retryable = True

    def __init__(self, message: str, *, vendor: str = "", retry_after_s: float | None = None) -> None:
        super().__init__(message, retry_after_s=retry_after_s)
        self.vendor = vendor
        """Whose credential; where a flow asks several vendors, the others refused nothing."""


class IdempotencyConflict(CallRejected):
    """The idempotency key is in use by another caller."""

    policy = "idempotency"


class KeyReused(IdempotencyConflict):
    """The idempotency key was used for a different request: asking again will not help."""


class ClaimsUnavailable(CallRejected):
    """No claim could be made, for their store is down: nothing was sent.

    `may_have_effect` where nobody can tell whether it was sent before, by an earlier asker.
    """

    policy = "idempotency"


class RetrySuppressed(CallRejected):
    """An attempt failed, would have been retried, and the retry budget was empty.

    Its own outcome and not the vendor's error; the vendor's error is its `__cause__`.
    """

    policy = "retry_budget"


class DeadLettered(BrownoutError):
    """The operation was set aside durably and will be redriven. `dead_letter_id` names it."""

    def __init__(self, dead_letter_id: str) -> None:
        super().__init__(f"set aside as dead letter {dead_letter_id}")
        self.dead_letter_id = dead_letter_id


class LeftStanding(BrownoutError):
    """What was done can neither be finished nor be taken back: a person has to."""

    may_have_effect = True


class SignatureInvalid(BrownoutError):
    """A webhook that the vendor did not sign, or signed too long ago. Says nothing about which secret was tried."""


class ServiceError(BrownoutError):
    """An attempt was made and did not succeed. Never carries a secret, in message or attributes."""

    retryable = True
    may_have_effect = True
    is_failure = True

    def __init__(
        self,
        vendor: str,
        call: str,
        message: str,
        *,
        status: int | None = None,
        code: str | None = None,
        retryable: bool | None = None,
        retry_after_s: float | None = None,
    ) -> None:
        super().__init__(f"{vendor} {call}: {message}")
        self.text = message
        self.vendor = vendor
        self.call = call
        self.status = status
        self.code = code
        self.retry_after_s = retry_after_s
        if retryable is not None:
            self.retryable = retryable

    def copied(self) -> Self:
        """An error of one's own that says the same: for several who wait for one attempt."""
        own = type(self).__new__(type(self), *self.args)
        own.__dict__.update(self.__dict__)
        return own


class ConnectFailed(ServiceError):
    """No connection could be made: the request surely did not arrive."""

    may_have_effect = False


class ConnectionLost(ServiceError):
    """The connection was reset or closed after the request was sent."""


class AttemptTimeout(ServiceError):
    """No complete answer within the attempt timeout."""


class ResponseBroken(ServiceError):
    """An answer arrived that is cut short, malformed or of the wrong type."""


class AnswerEmpty(ResponseBroken):
    """A good status, a body that can be read, and nothing in it: no choice, no candidate, no text."""

    is_about_us = True


class VendorError(ServiceError):
    """The vendor answered with an error status; `status` and the vendor's `code` are set."""


class Throttled(VendorError):
    """429: the vendor refused before doing any work. A throttle signal, not a health sample."""

    may_have_effect = False
    is_failure = False


class VendorUnavailable(VendorError):
    """5xx: whether the work was done is unknown."""


class VendorBusy(VendorError):
    """The vendor still works on an earlier attempt of the same idempotency key: ask again, with the same key."""

    is_failure = False


class VendorContended(VendorError):
    """Somebody else has the record, or changed it first: nothing was done. Look again, and then try again."""

    may_have_effect = False
    is_failure = False


class AuthenticationFailed(VendorError):
    """401 that one refresh did not cure."""

    retryable = False
    may_have_effect = False
    is_failure = False
    is_about_us = True


class QuotaExhausted(VendorError):
    """The account is out of money, or has no quota for this at all. Often a 429, which no waiting cures."""

    retryable = False
    may_have_effect = False
    is_failure = False
    is_about_us = True


class VendorRefused(VendorError):
    """A definitive no: the request will not become right by asking again."""

    retryable = False
    may_have_effect = False
    is_failure = False


class ContentWithheld(VendorRefused):
    """What was asked, or answered, is nothing that the vendor will say. `code` is its reason."""


class Severity(StrEnum):
    """How loudly an error response asks for attention."""

    WARNING = "warning"
    ERROR = "error"
