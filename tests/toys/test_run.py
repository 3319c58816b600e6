"""A vendor, an adapter, a flow and an operation, put in by a line each: loaded, run in virtual time, judged."""

import asyncio
from collections import Counter
from collections.abc import Mapping
from typing import NamedTuple

import pytest

from brownout_core.adapters.declaration import read_access
from brownout_core.asking import Asking
from brownout_core.compose import AppConfig, Replacements, build
from brownout_core.stores.memory import MemoryClaimStore
from brownout_core.stores.sqlite import SqliteDeadLetterStore
from brownout_harness.judging.judge import Judgement, judge
from brownout_harness.running.execute import evidence_of
from brownout_harness.virtual.runner import run_virtual
from brownout_harness.virtual.vendors import Vendors
from brownout_reports.rows import LedgerRow, OperationRow
from brownout_reports.run_folder import Status
from brownout_scenarios.errors import ScenarioError
from brownout_scenarios.load import load_text
from tests.support.aio import virtually
from tests.toys import takes_twice
from tests.toys.tables import NEEDED, OPERATIONS, SERVED, VENDORS, WORDS, with_the_toys

SCENARIO = """
name: collect-from-either
about: Acme says no for a while, and the money is had from Stripe.
seed: 5
target: gateway
workload:
  arrivals: {rate: 20/s}
  operations: [{name: collect}]
phases:
  - {name: steady, for: 5s}
  - name: trouble
    for: 5s
    faults: FAULTS
  - name: recovery
    for: 15s
    actions: [{at: 12s, redrive: {}}]
expect:
  - exactly_once: {effect: acme.payment}
  - nothing_lost: {}
  - success_rate: {operation: collect, at_least: 99%}
"""
ACME_SAYS_NO = "{vendor: acme, match: POST /payments, throttle: {}, expect_struck: 20}"
ACME_IS_LOST = "{vendor: acme, match: POST /payments, drop_after_effect: {}, expect_struck: 20}"
STRIPE_SAYS_NO = "{vendor: stripe, match: POST /v1/payment_intents, throttle: {}, expect_struck: 20}"
STRIPE_FAILS = "{vendor: stripe, match: POST /v1/payment_intents, respond: {status: 503}, expect_struck: 20}"


class Run(NamedTuple):
    """What came of a run."""

    judgement: Judgement
    operations: list[OperationRow]
    ledger: list[LedgerRow]

    @property
    def statuses(self) -> Mapping[str, Status]:
        """Of each expectation."""
        return {each.name: each.status for each in self.judgement.results}

    def outcomes(self, *, within: tuple[float, float] = (0.0, 100.0)) -> Counter[str]:
        """How what was asked in that time ended."""
        start_s, end_s = within
        return Counter(each.outcome for each in self.operations if start_s <= each.intended_s < end_s)

    def effects(self) -> Counter[str]:
        """How many of which kind."""
        return Counter(each.kind for each in self.ledger if each.entry == "effect")


def run(*faults: str, replacements: Replacements | None = None) -> Run:
    scenario = load_text(SCENARIO.replace("FAULTS", f"[{', '.join(faults)}]"), WORDS)
    inputs = run_virtual(scenario, replacements=with_the_toys(replacements), vendors=VENDORS, operations=OPERATIONS)
    evidence = evidence_of(scenario, inputs, {}, OPERATIONS)
    assert not inputs.gaps
    return Run(
        judge(evidence, [each.check for each in scenario.expect]),
        list(inputs.tables.of(OperationRow)),
        list(inputs.tables.of(LedgerRow)),
    )


@pytest.mark.thorough
def test_healthy_it_passes_and_only_the_first_vendor_is_asked() -> None:
    healthy = run()
    assert healthy.judgement.status is Status.PASSED
    assert healthy.effects() == {"acme.payment": len(healthy.operations)}
    assert not [row for row in healthy.ledger if row.vendor == "stripe"]


@pytest.mark.thorough
def test_where_the_first_vendor_says_no_the_second_one_does_it() -> None:
    helped = run(ACME_SAYS_NO)
    assert helped.judgement.status is Status.PASSED
    effects = helped.effects()
    assert effects["stripe.charge"] > 50
    assert effects.total() == len(helped.operations) == helped.outcomes()["done"]


@pytest.mark.thorough
def test_where_the_first_vendor_may_have_done_it_the_second_one_is_not_asked() -> None:
    doubtful = run(ACME_IS_LOST)
    assert doubtful.outcomes(within=(5.0, 10.0))["accepted"] > 20
    # Behind an open breaker nothing is sent to Acme, and Stripe may be asked.
    assert doubtful.effects()["stripe.charge"] > 20
    per_operation = Counter(each.operation_id for each in doubtful.ledger if each.entry == "effect")
    assert per_operation == {each.operation_id: 1 for each in doubtful.operations}


@pytest.mark.thorough
def test_where_both_say_no_it_is_refused_and_nothing_is_done_or_lost() -> None:
    refused = run(ACME_SAYS_NO, STRIPE_SAYS_NO)
    told = refused.outcomes(within=(5.0, 10.0))
    assert told["refused"] > 50
    assert told["accepted"] == told["unknown"] == 0
    assert refused.effects().total() == refused.outcomes()["done"]
    assert refused.statuses == {
        "exactly_once": Status.PASSED, "nothing_lost": Status.PASSED, "success_rate": Status.FAILED
    }  # fmt: skip


@pytest.mark.thorough
def test_where_the_second_one_may_have_done_it_it_is_set_aside_and_done_once_in_the_end() -> None:
    doubtful = run(ACME_SAYS_NO, STRIPE_FAILS)
    told = doubtful.outcomes(within=(5.0, 10.0))
    assert told["accepted"] > 5
    assert told["done"] == told["unknown"] == 0
    assert doubtful.effects().total() == doubtful.outcomes()["done"] + told["accepted"]
    assert (doubtful.statuses["exactly_once"], doubtful.statuses["nothing_lost"]) == (Status.PASSED, Status.PASSED)


def test_a_client_that_takes_the_money_twice_is_caught() -> None:
    caught = run(replacements=takes_twice.MUTANT.replacements())
    assert caught.statuses["exactly_once"] is Status.FAILED
    assert caught.effects()["acme.payment"] == 2 * len(caught.operations)


@pytest.mark.thorough
def test_the_same_seed_gives_the_same_run() -> None:
    assert run(ACME_SAYS_NO) == run(ACME_SAYS_NO)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (SCENARIO.replace("FAULTS", "[{vendor: acne, hang: {}}]"), "acme"),
        (SCENARIO.replace("FAULTS", "[{vendor: acme, match: POST /payment, hang: {}}]"), "POST /payments"),
        (SCENARIO.replace("FAULTS", "[]").replace("name: collect}", "name: colect}"), "collect"),
        (SCENARIO.replace("FAULTS", "[]").replace("name: collect}", "name: collect, params: {amount: 0}}"), "amount"),
        (SCENARIO.replace("FAULTS", "[]").replace("acme.payment", "acme.paymnt"), "acme.payment"),
        (SCENARIO.replace("FAULTS", "[]") + "policies: {acme: {breaker: {failure_ratio: 3}}}\n", "failure_ratio"),
    ],
    ids=["vendor", "route", "operation", "parameter", "effect", "policies"],
)
def test_a_scenarios_mistakes_about_them_are_told_as_any_others(wrong: str, said: str) -> None:
    with pytest.raises(ScenarioError, match=said):
        load_text(wrong, WORDS)


def test_the_vendors_stream_comes_through_the_policies_piece_by_piece() -> None:
    async def main() -> None:
        scenario, loop = load_text(SCENARIO.replace("FAULTS", "[]"), WORDS), asyncio.get_running_loop()
        vendors = Vendors(scenario, VENDORS, epoch_s=0.0, blocks={})
        environment = {name: value for each in vendors.environments.values() for name, value in each.items()}
        app = build(
            AppConfig(access=read_access(NEEDED, environment), operations=SERVED),
            with_the_toys(),
            transports=vendors.transports(),
            claims=MemoryClaimStore(loop.time),
            dead_letters=SqliteDeadLetterStore(":memory:", wall_clock=loop.time),
            wall_clock=loop.time,
        )
        asking, acme = Asking("op-1"), app.guarded["acme"]
        await acme(
            asking, "take", lambda client: client.take(operation_id="op-1", idempotency_key="k", amount=1200),
            idempotent=True,
        )  # fmt: skip
        taken_s = loop.time()
        async with acme.stream(
            asking, "receipt", lambda client: client.receipt(operation_id="op-1"), first_within_s=0.6, idle_s=0.6
        ) as receipt:
            pieces = [(piece, round(loop.time() - taken_s, 2)) async for piece in receipt]
        assert pieces == [(b"12.00 ", 0.5), (b"USD, ", 1.0), (b"paid", 1.5)]
        await app.close()

    virtually(main())
