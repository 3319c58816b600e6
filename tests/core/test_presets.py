"""The presets by name, and the document that changes them."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from brownout_core.adapters import ADAPTERS
from brownout_core.asking import Asking
from brownout_core.errors import BreakerOpen, ConfigError, VendorUnavailable
from brownout_core.pipeline import Pipeline
from brownout_core.policies.settings import make_policies
from brownout_core.presets import PRESETS, policies_for, read_policies
from brownout_core.telemetry import Event as Told
from brownout_core.telemetry import Kind
from tests.support.aio import virtually
from tests.support.pipelines import Vendor

DOCS = (Path(__file__).parents[2] / "docs" / "policies.md").read_text(encoding="utf-8")
VENDORS = (*ADAPTERS, "a vendor without an adapter")


def test_recommended_is_the_default() -> None:
    assert policies_for("stripe") == policies_for("stripe", "recommended")
    assert read_policies({})(ADAPTERS["stripe"]) == policies_for("stripe")


@pytest.mark.parametrize("vendor", VENDORS)
def test_recommended_settings_fit_each_other(vendor: str) -> None:
    """A deadline with room for a retry, a probe that may take its time, a slow call that is slower than healthy."""
    policies = policies_for(vendor)
    assert policies.timeout.deadline_s >= 2 * policies.timeout.attempt_s
    assert policies.breaker.probe_timeout_s > policies.timeout.attempt_s
    assert policies.breaker.sampling_window_s >= policies.timeout.attempt_s
    assert policies.breaker.slow_call_s
    assert policies.breaker.slow_call_s < policies.timeout.attempt_s
    assert policies.budget is not None
    assert policies.bulkhead is not None


def test_a_payment_that_takes_four_seconds_is_waited_for_and_not_sent_twice() -> None:
    async def main() -> None:
        pipeline = Pipeline("stripe", make_policies("stripe", policies_for("stripe"), seed=7))
        slow = Vendor(4.0)
        assert await pipeline.call(Asking("op"), "call", slow, idempotent=True) == "ok"
        assert slow.attempts == 1

    virtually(main())


@pytest.mark.parametrize(
    ("vendor", "breaker", "retry", "limiter"),
    [
        ("sales", (5, 2, 30, 60), (3, 1, 30, 2, 0.1), (100, 10)),
        ("twilio", (10, 3, 15, 30), (5, 0.5, 10, 2, 0.15), (50, 10)),
        ("stripe", (5, 3, 30, 60), (3, 1, 30, 2, 0), None),
        ("anybody", (5, 3, 30, 60), (3, 1, 30, 2, 0), None),
    ],
)
def test_original_holds_the_numbers_of_the_systems_before(
    vendor: str, breaker: object, retry: object, limiter: object
) -> None:
    p = policies_for(vendor, "original")
    b, r = p.breaker, p.retry
    assert breaker == (b.minimum_calls, b.successes_to_close, p.timeout.attempt_s, b.open_for_s)
    assert retry == (r.max_retries, r.initial_delay_s, r.max_delay_s, r.multiplier, r.jitter_share)
    assert limiter == (None if p.limiter is None else (p.limiter.capacity, p.limiter.refill_per_s))
    assert (p.budget, p.bulkhead, p.breaker.slow_call_s, p.breaker.open_jitter) == (None, None, None, 0.0)


@pytest.mark.parametrize("vendor", VENDORS)
def test_the_originals_deadline_never_strikes(vendor: str) -> None:
    """B4: it is longer than all attempts and the longest delays together."""
    p = policies_for(vendor, "original")
    worst_s = (p.retry.max_retries + 1) * p.timeout.attempt_s
    for retry in range(p.retry.max_retries):
        worst_s += min(p.retry.max_delay_s, p.retry.initial_delay_s * 2**retry * (1 + p.retry.jitter_share))
    assert p.timeout.deadline_s > worst_s


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ({"presets": "original"}, r"policies\.presets: no such key; did you mean preset\?"),
        ({"preset": "orignal"}, r"preset 'orignal': no such preset; did you mean original\?"),
        ({"vendors": []}, r"policies\.vendors: must be a mapping"),
        ({"vendors": {"stripe": 3}}, r"policies\.stripe: must be a mapping, got 3"),
        ({"vendors": {"stripe": {"braker": {}}}}, r"policies\.stripe\.braker: no such policy; did you mean breaker\?"),
        ({"vendors": {"stripe": {"xyz": {}}}}, r"no such policy; there are timeout, retry, budget"),
        (
            {"vendors": {"stripe": {"breaker": {"open_fr_s": 5}}}},
            r"policies\.stripe\.breaker\.open_fr_s: no such field; did you mean open_for_s\?",
        ),
        (
            {"vendors": {"stripe": {"breaker": {"open_for_s": -5}}}},
            r"policies\.stripe\.breaker\.open_for_s must be in \[0\.001, 86400\], got -5",
        ),
        ({"vendors": {"stripe": {"breaker": {"open_for_s": "5s"}}}}, r"open_for_s: must be a number, got '5s'"),
        ({"vendors": {"stripe": {"breaker": {"open_for_s": True}}}}, r"open_for_s: must be a number, got True"),
        ({"vendors": {"stripe": {"breaker": {"open_for_s": None}}}}, r"open_for_s: must be a number, got None"),
        ({"vendors": {"stripe": {"breaker": {"minimum_calls": 2.5}}}}, r"minimum_calls: must be a whole number"),
        ({"vendors": {"stripe": {"breaker": {"slow_call_s": "x"}}}}, r"slow_call_s: must be a number or null"),
        ({"vendors": {"stripe": {"retry": {"jitter": "some"}}}}, r"jitter: must be one of full, equal"),
        ({"vendors": {"stripe": {"retry": {"jitter": []}}}}, r"jitter: must be one of full, equal"),
        ({"vendors": {"stripe": {"retry": {"honour_retry_after": 1}}}}, r"honour_retry_after: must be true or false"),
        ({"vendors": {"stripe": {"retry": None}}}, r"policies\.stripe\.retry: cannot be switched off"),
    ],
    ids=str,
)
def test_a_mistake_is_named_with_its_place(document: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        read_policies(document)


def test_a_document_changes_the_vendors_that_it_names() -> None:
    policies = read_policies({"preset": "original", "vendors": {"stripe": {"breaker": {"open_for_s": 9}}}})
    assert policies(ADAPTERS["stripe"]).breaker.open_for_s == 9
    assert policies(ADAPTERS["sales"]) == policies_for("sales", "original")


@pytest.mark.parametrize("preset", sorted(PRESETS))
@pytest.mark.parametrize("vendor", VENDORS)
def test_every_preset_builds_a_pipeline_that_survives_an_outage(vendor: str, preset: str) -> None:
    """A3, C3: a vendor that is down is asked no more often than the minimum of calls; healed, it is asked again."""

    async def main() -> None:
        policies = policies_for(vendor, preset)
        told: list[Told] = []
        pipeline = Pipeline(vendor, make_policies(vendor, policies, seed=7, sink=told.append))
        down = Vendor(VendorUnavailable(vendor, "o", "503", status=503))
        for _ in range(policies.breaker.minimum_calls + 20):
            with pytest.raises((VendorUnavailable, BreakerOpen)):
                await pipeline.call(Asking("op"), "call", down, idempotent=False)
        assert down.attempts == policies.breaker.minimum_calls
        assert [event.outcome for event in told if event.kind is Kind.BREAKER_TRANSITION] == ["open"]

    virtually(main())


def test_the_document_in_the_docs_is_valid() -> None:
    example = json.loads(re.search(r"```json\n(.*?)```", DOCS, re.DOTALL)[1])  # type: ignore[index]
    policies = read_policies(example)
    assert policies(ADAPTERS["stripe"]).limiter is None
    assert policies(ADAPTERS["sales"]).timeout.attempt_s == 8
