"""Whatever a vendor says, or anything in front of it: the core does nothing twice, and loses nothing."""

from collections.abc import Iterable, Sequence
from functools import cache

import pytest

from brownout_harness.judging.judge import Judgement, judge
from brownout_harness.running.execute import evidence_of
from brownout_harness.virtual.runner import run_virtual
from brownout_harness.words.vocabulary import vocabulary
from brownout_reports.run_folder import Status
from brownout_reports.spans import FaultSpan
from brownout_scenarios.load import load_text
from brownout_simulators.vendors import VENDORS, load_vendor

WRITES = {
    "stripe": ("pay", "POST /v1/payment_intents", "stripe.charge"),
    "twilio": ("notify", "POST *", "twilio.message"),
    "sales": ("place_order", "POST /api/v2/orders/intake", "sales.order"),
    "supabase": ("save_job", "POST /rest/v1/jobs", "supabase.row"),
    "resend": ("send_receipt", "POST /emails", "resend.email"),
    "openai": ("assist", "POST /v1/chat/completions", ""),
    "vault": ("rotate_secret", "POST /v1/secret/data/*", "vault.secret_written"),
    "cloudflare": ("publish_site", "POST */dns_records", "cloudflare.dns_record"),
}
"""The operation, the write that is struck, and what it leaves once; "" for an answer that may cost twice."""
POLICIES = {
    vendor: f"policies: {{{vendor}: {{limiter: {{capacity: 100, refill: 100/s}}}}}}"
    for vendor in ("resend", "cloudflare")
}
"""Where the vendor's own limit is below this load."""
ASKED_NOTHING_ALONE = {"gemini", "clerk", "erp", "docusign"}
"""Vendors of which no operation wants a write alone."""

LATE = """\
name: late
about: The first answer to every payment is 502, and the commit comes a minute later.
workload:
  arrivals: {rate: 5/s}
  operations: [{name: pay}]
phases:
  - {name: odd, for: 5s}
always:
  - vendor: stripe
    match: POST /v1/payment_intents
    sequence: F
    fail_after_effect: {status: 502, commits_in: {fixed: 60s}}
drain: 5s
expect: [nothing_lost]
"""

SCENARIO = """\
name: answers
about: One odd answer a second, each to a share of the writes.
seed: 7
workload:
  arrivals: {{rate: 20/s}}
  operations: [{{name: {operation}}}]
  ask_again: {{after: 2s, times: 20}}
phases:
  - {{name: odd, for: {seconds}s}}
  - {{name: recovery, for: 60s, rate: 5/s, actions: [{{at: 20s, redrive: {{}}}}, {{at: 40s, redrive: {{}}}}]}}
always:
{faults}
drain: 60s
{policies}
expect:
  - exactly_once: {{effect: {effect}}}
  - nothing_lost: {{}}
"""

HOSTILE = (
    "soon",
    "-5",
    "1e9",
    "1000000000",
    "Fri, 31 Dec 1999 23:59:59 GMT",
    "Fri, 31 Dec 9999 23:59:59 GMT",
    "",
)


def ran(vendor: str, answers: Iterable[str], share: str = "50%") -> tuple[Judgement, Sequence[FaultSpan]]:
    """A run in which each answer has a second of its own."""
    operation, match, effect = WRITES[vendor]
    given = list(answers)
    seconds = [f"{{start: {at}s, end: {at + 1}s}}" for at in range(len(given))]
    which = f"vendor: {vendor}, match: {match}, share: {share}, expect_struck: 0"
    faults = "\n".join(f"  - {{{which}, window: {at}, {each}}}" for at, each in zip(seconds, given, strict=True))
    text = SCENARIO.format(
        operation=operation, effect=effect, seconds=len(given), faults=faults, policies=POLICIES.get(vendor, "")
    )
    if not effect:
        text = text.replace("  - exactly_once: {effect: }\n", "")
    scenario = load_text(text, vocabulary())
    evidence = evidence_of(scenario, run_virtual(scenario), {})
    return judge(evidence, [each.check for each in scenario.expect]), evidence.faults


@cache
def all_named(vendor: str) -> tuple[Judgement, Sequence[FaultSpan]]:
    return ran(vendor, (f'respond: {{error: "{name}"}}' for name in load_vendor(vendor).named_errors))


def test_every_vendor_is_put_to_the_test_or_known_not_to_be() -> None:
    assert {*WRITES, *ASKED_NOTHING_ALONE} == {*VENDORS}


def put_to_the_test(judgement: Judgement, faults: Sequence[FaultSpan]) -> None:
    """It passed, and breaker and limiter kept less than half of the answers away."""
    assert judgement.status is Status.PASSED, judgement
    assert sum(fault.struck > 0 for fault in faults) > 0.5 * len(faults), [
        each.text for each in faults if not each.struck
    ]


@pytest.mark.thorough
@pytest.mark.parametrize("vendor", WRITES)
def test_none_of_the_vendors_own_errors_makes_the_core_lose_or_repeat_anything(vendor: str) -> None:
    put_to_the_test(*all_named(vendor))


@pytest.mark.thorough
@pytest.mark.parametrize("vendor", WRITES)
def test_no_retry_after_makes_the_core_lose_or_repeat_anything(vendor: str) -> None:
    answers = [f'throttle: {{headers: {{retry-after: "{value}"}}}}' for value in HOSTILE]
    put_to_the_test(*ran(vendor, [*answers, "throttle: {retry_after: 1s, means: 5s}"]))


# Not openai: its limiter lets one call a second through, and an answer of the other model's serves the rest.
@pytest.mark.thorough
@pytest.mark.parametrize("vendor", [vendor for vendor, (_, _, effect) in WRITES.items() if effect])
def test_no_unreadable_answer_makes_the_core_lose_or_repeat_anything(vendor: str) -> None:
    bodies = (
        "body: html",
        "body: json",
        'body: json, content: ""',
        'body: json, content: "[]"',
        "body: html, content: x",
    )
    answers = [f"respond: {{status: {status}, {body}}}" for status in (200, 202, 302) for body in bodies]
    put_to_the_test(*ran(vendor, answers, share="20%"))


@pytest.mark.parametrize(("drain", "status"), [("5s", Status.INCONCLUSIVE), ("70s", Status.PASSED)])
def test_no_run_is_judged_before_the_effects_that_are_still_to_come(drain: str, status: Status) -> None:
    scenario = load_text(LATE.replace("drain: 5s", f"drain: {drain}"), vocabulary())
    inputs = run_virtual(scenario)
    judgement = judge(evidence_of(scenario, inputs, {}), [each.check for each in scenario.expect])
    assert judgement.status is status, judgement
    assert any("requests still open 5 s after the load ended" in each for each in judgement.reasons) == (drain == "5s")


@pytest.mark.thorough
def test_a_fault_of_the_whole_run_has_one_span_and_one_count() -> None:
    _, faults = all_named("sales")
    assert [fault.id for fault in faults] == [f"always.{number}" for number in range(len(faults))]
