"""The effective policies: what the application really runs with."""

from dataclasses import asdict

from brownout_core.adapters import ADAPTERS
from brownout_core.policies.sampling import SLICES
from brownout_core.presets import policies_for
from brownout_harness.judging.settings import settings_of


def test_every_field_of_every_policy_is_told() -> None:
    stripe = policies_for("stripe").overridden({"breaker": {"failure_ratio": 0.25}, "limiter": None})
    settings = settings_of({"twilio": policies_for("twilio"), "stripe": stripe})
    assert settings is not None
    assert list(settings.policies) == ["stripe", "twilio"]
    told, usual = settings.policies["stripe"], asdict(policies_for("stripe"))
    assert told["breaker"] == {**usual["breaker"], "failure_ratio": 0.25}
    assert told["limiter"] is None
    assert told["retry"] == usual["retry"]
    assert settings.window_slices == SLICES


def test_what_speaks_against_a_vendor_is_a_failure_and_what_it_refuses_is_none() -> None:
    settings = settings_of({name: policies_for(name) for name in ADAPTERS})
    assert settings is not None
    assert {"vendor_unavailable", "attempt_timeout", "connection_lost"} <= set(settings.failures)
    assert not {"throttled", "vendor_refused", "vendor_busy", "ok"} & set(settings.failures)


def test_of_another_target_nothing_is_known() -> None:
    assert settings_of({}) is None
