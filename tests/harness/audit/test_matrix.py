"""The matrix: every known-bad part is caught, and only what went red counts as a catch."""

from concurrent.futures import ProcessPoolExecutor
from typing import Any

import pytest

from brownout_harness.audit.matrix import GOOD, Cell, Matrix, run_cell, run_matrix
from brownout_harness.audit.mutants import MUTANTS
from brownout_harness.audit.mutants.drops_spilled_letters import weather
from brownout_harness.running.execute import judged_virtually
from brownout_reports.run_folder import Status
from brownout_scenarios.library import names

# One scenario that catches each, so that a scenario's teeth cannot be lost unnoticed.
CAUGHT_BY = {
    "admits-all-half-open": ("stripe-brownout", "quiet_while_open"),
    "admits-past-the-bulkhead": ("places-taken", "requests"),
    "counts-consecutive-failures": ("grey-failure", "breaker"),
    "retries-unsafe-calls": ("impatient-callers", "exactly_once"),
    "retries-without-budget": ("stripe-brownout", "amplification"),
    "ignores-retry-after": ("twilio-rate-limited", "retry_after_respected"),
    "waits-without-jitter": ("stripe-lost-answers", "backoff"),
    "keys-from-the-clock": ("commit-then-crash", "exactly_once"),
    "frees-foreign-claims": ("impatient-callers", "exactly_once"),
    "acknowledges-early": ("commit-then-crash", "nothing_lost"),
    "fakes-transitions": ("stripe-brownout", "breaker"),
    "forgets-sendings": ("crash-in-doubt", "exactly_once"),
    "refuses-in-doubt": ("crash-in-doubt", "nothing_lost"),
    "redrives-blindly": ("shutdown-mid-redrive", "exactly_once"),
    "drops-spilled-letters": ("commit-then-crash", "nothing_lost"),
    "saves-up-tokens": ("paused-holder", "requests"),
    "trusts-unreadable-answers": ("unreadable-answers", "nothing_lost"),
    "believes-the-edge": ("late-commits", "exactly_once"),
    "hides-retries": ("stripe-lost-answers", "telemetry_true"),
    "tells-all-done": ("stripe-lost-answers", "telemetry_true"),
    "blames-the-limiter": ("grey-failure", "telemetry_true"),
    "tells-foreign-ids": ("healthy", "telemetry_true"),
    "shares-an-answer": ("healthy", "as_asked"),
    "three-plain-retries": ("metastable", "goodput"),
    "renews-in-the-askers-time": ("token-endpoint-hangs", "quiet_while_open"),
    "trusts-the-key": ("keys-forgotten", "exactly_once"),
    "dates-by-its-own-clock": ("clock-jumps-ahead", "exactly_once"),
    "counts-declines": ("card-testers", "success_rate"),
    "believes-an-old-look": ("killed-mid-redrive", "exactly_once"),
    "slows-down-for-good": ("quota-lowered", "goodput"),
    "serves-without-a-claim": ("store-away", "requests"),
    "keeps-keys-in-the-store": ("store-restored", "exactly_once"),
    "keeps-claims-to-itself": ("two-replicas", "exactly_once"),
    "waits-for-silence": ("openai-goes-silent", "latency"),
    "takes-half-an-answer": ("openai-streams-just-end", "as_asked"),
    "asks-without-money": ("openai-out-of-money", "amplification"),
    "gives-the-first-all-the-time": ("openai-hangs", "latency"),
    "takes-emptiness-for-an-answer": ("gemini-empty-answers", "as_asked"),
    "inserts-anew": ("supabase-lost-answers", "exactly_once"),
    "takes-a-lag-for-a-no": ("supabase-schema-lags", "success_rate"),
    "keeps-its-first-keys": ("clerk-key-rotates", "success_rate"),
    "asks-for-keys-each-time": ("clerk-keys-away", "success_rate"),
    "takes-old-tokens": ("clerk-stale-tokens", "outcome"),
    "ends-as-if-whole": ("openai-streams-cut", "as_asked"),
    "asks-until-somebody-says-it": ("gemini-withholds", "outcome"),
    "reads-no-gaps": ("supabase-realtime-cut", "nothing_lost"),
    "rotates-again": ("vault-lost-writes", "exactly_once"),
    "logs-in-after-errors": ("vault-sealed", "requests"),
    "never-renews": ("vault-short-tokens", "success_rate"),
    "takes-silence-for-peace": ("supabase-realtime-silence", "nothing_lost"),
    "copies-its-session": ("supabase-refresh-reused", "success_rate"),
    "sends-without-looking": ("docusign-lost-answers", "exactly_once"),
    "takes-a-limit-for-a-mistake": ("docusign-limited", "success_rate"),
    "believes-an-empty-list": ("docusign-list-lags", "exactly_once"),
    "makes-anew": ("erp-lost-answers", "exactly_once"),
    "takes-a-lock-for-a-no": ("erp-locked-records", "success_rate"),
    "keeps-what-it-reserved": ("erp-refused-work-orders", "nothing_lost"),
    "mails-anew": ("resend-lost-answers", "exactly_once"),
    "waits-for-a-quota": ("resend-quota-spent", "amplification"),
    "writes-to-the-bounced": ("resend-bounce-storm", "exactly_once"),
    "resends-by-itself": ("cloudflare-lost-answers", "nothing_lost"),
    "believes-the-status": ("cloudflare-purges-fail", "nothing_lost"),
    "sends-as-it-comes": ("cloudflare-rate-shared", "requests"),
    "purges-too-soon": ("cloudflare-purges-fail", "as_asked"),
    "numbers-orders-anew": ("sales-lost-answers", "exactly_once"),
    "renews-for-each": ("sales-tokens-revoked", "requests"),
    "reads-no-dates": ("sales-limited", "retry_after_respected"),
    "takes-nothing-back": ("book-job-declined", "nothing_lost"),
    "undoes-unlooked": ("book-job-refused", "nothing_lost"),
    "begins-again": ("book-job-killed", "exactly_once"),
}

# One for each part that is swapped out: a breaker, a retry, a redrive, a store, a sink. The rest are for `make test`.
AT_ONCE = {"ignores-retry-after", "redrives-blindly"}


def test_every_mutant_has_its_catcher() -> None:
    assert CAUGHT_BY.keys() == MUTANTS.keys()
    assert CAUGHT_BY.keys() >= AT_ONCE
    assert {scenario for scenario, _ in CAUGHT_BY.values()} <= set(names())


@pytest.mark.parametrize(
    "mutant", [each if each in AT_ONCE else pytest.param(each, marks=pytest.mark.thorough) for each in MUTANTS]
)
def test_the_known_bad_part_is_caught(mutant: str) -> None:
    scenario, expectation = CAUGHT_BY[mutant]
    cell = run_cell(mutant, scenario)
    assert cell.status is Status.FAILED
    assert expectation in cell.failed, cell


@pytest.mark.thorough
@pytest.mark.parametrize("seed", [7, *(pytest.param(seed, marks=pytest.mark.slow) for seed in (1, 2, 3))])
def test_plain_retries_keep_an_overload_alive_for_a_minute_and_the_core_does_not(seed: int) -> None:
    """From 15 s after the trigger until 60 s after it nobody's payment is done; with the core all are."""
    plain, good = (run_cell(mutant, "metastable", seed) for mutant in ("three-plain-retries", GOOD))
    assert good.status is Status.PASSED
    assert "goodput" in plain.failed
    done = plain.observed.partition(" ")[0]
    assert float(done) < 50, plain.observed


@pytest.mark.thorough
def test_the_weather_that_a_known_bad_file_comes_with_harms_no_good_one() -> None:
    """It is the file that loses letters, not the store that is down every other moment."""
    replacements = weather(lambda _line: True)
    assert judged_virtually("commit-then-crash", replacements=replacements).status is Status.PASSED


def test_an_inconclusive_run_catches_nothing() -> None:
    cells = {
        (mutant, "healthy"): Cell(mutant=mutant, scenario="healthy", status=status, failed=(), observed="")
        for mutant, status in [(GOOD, Status.PASSED), ("unclear", Status.INCONCLUSIVE), ("bad", Status.FAILED)]
    }
    matrix = Matrix(("unclear", "bad"), ("healthy",), cells)
    assert matrix.survivors == ("unclear",)
    assert matrix.false_alarms == ()


def test_a_part_that_a_scenarios_settings_do_not_go_with_was_not_tried_there() -> None:
    """Its deadline of a minute is longer than this scenario's lease; the others are run all the same."""
    cell = run_cell("three-plain-retries", "killed-mid-redrive")
    assert cell.status is Status.INCONCLUSIVE
    assert "lease_s must be longer than the longest deadline_s" in cell.observed


@pytest.mark.thorough
def test_runs_in_processes_come_to_the_same_matrix_as_runs_in_place(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three runs, of which two are a lot: the third is made by a pool of its own, and is in the matrix too."""
    pools: list[ProcessPoolExecutor] = []

    class Counted(ProcessPoolExecutor):
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            pools.append(self)

    monkeypatch.setattr("brownout_harness.audit.processes.RUNS_EACH", 1)
    monkeypatch.setattr("brownout_harness.audit.processes.ProcessPoolExecutor", Counted)
    mutants, scenarios = ("counts-consecutive-failures", "keeps-what-it-reserved"), ("erp-refused-work-orders",)
    there = run_matrix(mutants, scenarios, workers=2)
    assert len(pools) == 2
    assert there == run_matrix(mutants, scenarios, workers=1)
