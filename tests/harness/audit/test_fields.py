"""A field that is changed is changed, and who notices it went red."""

import pytest

from brownout_core.policies.settings import VendorPolicies
from brownout_harness.audit.fields import MOST_TO_DO, Change, changed, changes, noticed, tried
from brownout_harness.running.orders import checked_scenario
from brownout_reports.run_folder import Status
from brownout_scenarios.library import names

NO_BUDGET = Change("budget", "", "off")


def test_each_policy_has_changes_and_scenarios_that_exist() -> None:
    policies = {change.policy for change in changes()}
    assert policies == set(MOST_TO_DO) == set(VendorPolicies.__dataclass_fields__)
    assert {scenario for each in MOST_TO_DO.values() for scenario in each} <= set(names())
    assert len(set(changes())) == len(changes())


def test_the_change_is_of_every_vendor_that_the_scenario_needs_and_leaves_the_rest() -> None:
    scenario = checked_scenario("metastable", "virtual", None)
    with_it = changed(scenario, Change("breaker", "failure_ratio", "halved"))
    assert with_it is not None
    assert with_it.policies.vendors == {"stripe": {"timeout": {"attempt_s": 3.0}, "breaker": {"failure_ratio": 0.25}}}
    assert scenario.policies.vendors == {"stripe": {"timeout": {"attempt_s": 3.0}}}


def test_what_is_off_already_is_not_changed() -> None:
    scenario = checked_scenario("incident-aws-2021", "virtual", None)
    assert changed(scenario, Change("limiter", "", "off")) is None
    assert changed(scenario, Change("limiter", "capacity", "halved")) is None


def test_settings_that_cannot_be_are_no_trial() -> None:
    assert tried(Change("breaker", "slow_call_ratio", "doubled"), "healthy").status is None


@pytest.mark.thorough
def test_the_first_that_goes_red_notices_it() -> None:
    trial = noticed(NO_BUDGET, ("healthy", "stripe-brownout", "grey-failure"))
    assert trial is not None
    assert (trial.scenario, trial.status, trial.failed) == ("stripe-brownout", Status.FAILED, ("amplification",))
    assert noticed(NO_BUDGET, ("healthy",)) is None
