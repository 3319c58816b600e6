"""The settings of one vendor's policies: what may be changed of them, and that docs/policies.md says so."""

import re
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any

import pytest

from brownout_core.errors import ConfigError
from brownout_core.policies.breaker import TRANSITIONS, Event, State
from brownout_core.policies.bulkhead import BulkheadConfig
from brownout_core.policies.fallback import FallbackConfig
from brownout_core.policies.retry import FOREIGN_FAILURE
from brownout_core.policies.settings import (
    ORIGINAL_DEFAULT,
    RECOMMENDED_DEFAULT,
    VendorPolicies,
    make_policies,
    recommended,
)

DOCS = (Path(__file__).parents[3] / "docs" / "policies.md").read_text(encoding="utf-8")
ALL_ON = VendorPolicies()


def test_a_change_makes_new_settings_and_leaves_the_rest() -> None:
    before = RECOMMENDED_DEFAULT
    after = before.overridden({"breaker": {"open_for_s": 9, "slow_call_s": None}, "limiter": None, "timeout": {}})
    assert (after.breaker.open_for_s, after.breaker.slow_call_s, after.limiter) == (9, None, None)
    assert after.breaker.failure_ratio == before.breaker.failure_ratio
    assert (after.retry, after.timeout, after.budget) == (before.retry, before.timeout, before.budget)
    assert before.breaker.open_for_s == 5


def test_a_policy_that_was_off_starts_from_its_defaults() -> None:
    after = ORIGINAL_DEFAULT.overridden({"budget": {"ratio": 0.1}})
    assert after.budget is not None
    assert (after.budget.ratio, after.budget.reserve) == (0.1, 10.0)


@pytest.mark.parametrize("policy", ["budget", "limiter", "bulkhead"])
def test_a_policy_that_can_be_is_switched_off_and_not_made(policy: str) -> None:
    off = RECOMMENDED_DEFAULT.overridden({policy: None})
    assert getattr(off, policy) is None
    assert getattr(make_policies("stripe", off, seed=1), policy) is None


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (3, r"policies\.x: must be a mapping, got 3"),
        ({"breaker": 3}, r"policies\.x\.breaker: must be a mapping, got 3"),
        ({"limiter": [1]}, r"policies\.x\.limiter: must be a mapping"),
        ({"breaker": {"open_for_s": float("inf")}}, r"open_for_s must be in \[0\.001, 86400\], got inf"),
        ({"breaker": {"open_for_s": float("nan")}}, r"open_for_s must be in \[0\.001, 86400\], got nan"),
        ({"breaker": {"permitted_calls": 1}}, r"x\.breaker\.successes_to_close must be in \[1, permitted_calls = 1\]"),
    ],
    ids=str,
)
def test_a_change_that_cannot_be_is_named_with_its_place(changes: Any, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        RECOMMENDED_DEFAULT.overridden(changes, where="policies.x")


def test_the_same_seed_gives_the_same_draws_and_another_vendor_others() -> None:
    def delays(vendor: str, seed: int) -> list[float | None]:
        retry = make_policies(vendor, RECOMMENDED_DEFAULT, seed=seed).retry
        return [retry.delay_s(FOREIGN_FAILURE, attempt=1, idempotent=True, previous_s=0.0) for _ in range(5)]

    assert delays("stripe", 1) == delays("stripe", 1)
    assert delays("stripe", 1) != delays("stripe", 2)
    assert delays("clerk", 1) != delays("supabase", 1)


def _documented(heading: str) -> dict[str, str]:
    """The table under a heading of docs/policies.md: field -> default."""
    table = DOCS.split(f"\n### {heading}", 1)[1].split("| --- |", 1)[1].split("\n\n", 1)[0]
    return dict(re.findall(r"^\| `(\w+)` \| ([^|]+?) \|", table, re.MULTILINE))


def _spelled(default: object) -> str:
    if default is None:
        return "null"
    if isinstance(default, bool):
        return str(default).lower()
    return f"{default:g}" if isinstance(default, int | float) else f"`{default}`"


@pytest.mark.parametrize(
    ("heading", "config"),
    [*((each.name, type(getattr(ALL_ON, each.name))) for each in fields(ALL_ON)), ("Fallback", FallbackConfig)],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_every_field_is_documented_with_its_default(heading: str, config: type[Any]) -> None:
    documented = _documented(heading)
    assert set(documented) == {field.name for field in fields(config)}
    for field in fields(config):
        assert field.default is not MISSING
        assert documented[field.name] == _spelled(field.default), field.name


def test_the_breakers_diagram_is_its_table() -> None:
    """C6"""
    drawn = {(State(old), Event(event)): State(new) for old, new, event in re.findall(r"(\w+) --> (\w+): (\w+)", DOCS)}
    assert drawn == dict(TRANSITIONS)


def test_a_vendor_that_works_on_few_calls_at_a_time_is_sent_no_more() -> None:
    bounded = recommended(4.0, 20.0, at_once=5).bulkhead
    assert bounded is not None
    assert (bounded.max_in_flight, bounded.max_wait_s) == (5, 4.0)
    assert recommended(4.0, 20.0).bulkhead == BulkheadConfig()
