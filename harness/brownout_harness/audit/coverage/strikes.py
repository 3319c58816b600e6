"""The rows that a vendor makes: what it can do to a request, at each stage, and in which words."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from brownout_core.policies.settings import VendorPolicies
from brownout_harness.audit.coverage.seen import Seen, Struck
from brownout_reports.rows import LedgerRow
from brownout_scenarios.schema import FaultRule
from brownout_simulators.faults import FAULTS

STATUSES: Final = (400, 401, 402, 403, 404, 409, 422, 500, 502, 503, 504, 529)
WAITS: Final = ("none", "seconds", "date", "milliseconds", "malformed")
ENDINGS: Final = ("reset", "close", "hang")
SPEEDS: Final = {"quick": "below what is slow", "slow": "slow, but in time", "late": "longer than an attempt"}
NOTICES: Final = ("late", "twice", "out_of_order", "lost", "bad_signature", "signature_age")
IN_PARTS: Final = frozenset(
    {
        "latency",
        "respond",
        "throttle",
        "drop_before_effect",
        "drop_after_effect",
        "fail_after_effect",
        "serve",
        "webhooks",
    }
)
"""Kinds whose strikes are told apart: each has rows of its own, below."""
_SAID: Final[Mapping[str, str]] = {
    "cold_start": "answers slow at first",
    "lose_capacity": "a queue for fewer places",
    "hang": "no answer, and nothing done",
    "lock": "a lock that is held",
    "quota": "a quota that is used up",
    "limit_headers": "headers of a limit that are not so",
    "truncate": "an answer that is cut off",
    "malform": "an answer that is no JSON",
    "wrong_type": "an answer with other types",
    "break_schema": "an answer with one value of another kind",
    "drip": "an answer that comes drop by drop",
    "end_stream": "a stream that ends as if whole",
    "break_stream": "a stream that breaks",
    "stall": "a stream that stands still",
    "inject": "a stream with something in it",
    "break_session": "a session that ends",
    "lose_messages": "a session that loses messages",
    "revoke_credentials": "a credential that is revoked",
    "expire_tokens": "tokens that expire",
    "clock_skew": "a clock that is wrong",
    "stale_reads": "reads that are old",
    "read_after_write_lag": "writes that are not shown yet",
}

PLAIN: Final[Mapping[str, str]] = {
    name: _SAID.get(name) or (kind.__doc__ or name).partition("\n")[0].partition(":")[0].rstrip(".").lower()
    for name, kind in FAULTS.items()
    if name not in IN_PARTS
}
"""The other ones, in words; of which nothing is said here, in those of the fault itself."""

ROWS: Final[Mapping[str, str]] = {
    **{f"latency.{stage}.{speed}": f"answers {words}, {stage} the effect"
       for stage in ("before", "after") for speed, words in SPEEDS.items()},
    **{f"answer.{status}": f"{status}, and nothing done" for status in STATUSES},
    **{f"answer.429.{wait}": f"429, Retry-After {wait}" for wait in WAITS},
    "answer.html": "an error page of the edge",
    **{f"drop_before_effect.{ending}": f"connection: {ending}, before the effect" for ending in ENDINGS},
    **{f"drop_after_effect.{ending}": f"connection: {ending}, after the effect" for ending in ENDINGS},
    "fail_after_effect": "an error, and it is done",
    "fail_after_effect.later": "an error, and it is done later",
    **PLAIN,
    "serve.waits": "a queue in which calls wait",
    "serve.turns_away": "a full queue",
    **{f"webhooks.{what}": f"notices: {what.replace('_', ' ')}" for what in NOTICES},
}  # fmt: skip
"""By key, in words."""
OF_NOTICES: Final = frozenset({"claim", "redrive"})
"""The columns that a notice can have: it is no call, and what stands around calls has to do with it by chance only."""


def columns_of(row: str) -> frozenset[str]:
    """Which columns a row can have; empty: any."""
    return OF_NOTICES if row.startswith("webhooks.") else frozenset()


def strikes(seen: Seen) -> Iterator[Struck]:
    """Every request that something befell at its vendor."""
    for request in seen.requests:
        rules = [seen.rules[each] for each in request.faults if each in seen.rules]
        for rule in rules:
            for row in rows_of(rule, request, seen.policies[request.vendor]):
                yield _struck(row, request)
        if request.status == 429 and not any(rule.kind in {"throttle", "respond"} for rule in rules):
            yield _struck(f"answer.429.{_wait_of({}, request)}", request)
        if not rules and request.status in STATUSES:
            # A refusal of the vendor's own: a card that is declined, a key that is in use.
            yield _struck(f"answer.{request.status}", request)
        if request.queued_s > 0:
            yield _struck("serve.waits", request)

    for notice in seen.deliveries:
        for rule in (seen.rules[each] for each in notice.faults if each in seen.rules):
            for row in _noticed(rule):
                told = (notice.at_s, notice.finished_s, notice.operation_id, notice.vendor)
                yield Struck(row, *told, status=notice.status)


def _noticed(rule: FaultRule) -> Iterator[str]:
    """The rows of a fault of notices."""
    given: Mapping[str, Any] = rule.json.get(rule.kind) or {}
    yield from (f"webhooks.{what}" for what in NOTICES if given.get(what) or given.get(f"{what}_s"))


def _struck(row: str, request: LedgerRow) -> Struck:
    return Struck(
        row, request.at_s, request.finished_s, request.operation_id, request.vendor, request.route, request.status
    )


def rows_of(rule: FaultRule, request: LedgerRow, policies: VendorPolicies) -> Iterator[str]:
    """The rows that a rule's strike at a request belongs to."""
    given: Mapping[str, Any] = rule.json.get(rule.kind) or {}
    match rule.kind:
        case "latency":
            yield f"latency.{given.get('at', 'before')}.{_speed(request.asked_delay_s or 0.0, policies)}"
        case "respond" | "throttle":
            yield from _answered(given, request)
        case "drop_before_effect" | "drop_after_effect":
            yield f"{rule.kind}.{given.get('ending', 'reset')}"
        case "fail_after_effect":
            yield "fail_after_effect.later" if given.get("commits_in") else "fail_after_effect"
        case "serve":
            if request.status in {429, 503}:
                yield "serve.turns_away"
        case "webhooks":
            yield from _noticed(rule)
        case plain:
            yield plain


def _answered(given: Mapping[str, Any], request: LedgerRow) -> Iterator[str]:
    if request.status == 429:
        yield f"answer.429.{_wait_of(given, request)}"
    elif request.status >= 400:
        yield f"answer.{request.status}"
    if given.get("body") == "html":
        yield "answer.html"


def _speed(delay_s: float, policies: VendorPolicies) -> str:
    if delay_s >= policies.timeout.attempt_s:
        return "late"
    slow_s = policies.breaker.slow_call_s
    return "slow" if slow_s is not None and delay_s >= slow_s else "quick"


def _wait_of(given: Mapping[str, Any], request: LedgerRow) -> str:
    """In which form the answer says when to come back."""
    headers = {name.lower(): value for name, value in (given.get("headers") or {}).items()}
    if "retry-after-ms" in headers:
        return "milliseconds"
    if "retry-after" in headers:
        return "seconds" if headers["retry-after"].isdecimal() else "malformed"
    if request.retry_after_s is None:
        return "none"
    return str(given.get("retry_after_form", "seconds"))
