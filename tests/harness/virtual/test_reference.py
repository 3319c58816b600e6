"""What a run has for the reference application: the vendors' own names, and nothing that would make it fail."""

from dataclasses import replace
from types import SimpleNamespace
from typing import cast

import pytest

from brownout_harness.running.execute import run_virtually_for
from brownout_harness.running.orders import checked_scenario
from brownout_harness.virtual.foreign.loop import NetworkLoop
from brownout_harness.virtual.foreign.staging import url_of
from brownout_harness.virtual.loop import VirtualLoop
from brownout_harness.virtual.reference import ReferenceStage
from brownout_harness.virtual.runner import Run
from brownout_harness.virtual.wire import base_url_of


def stage_of(name: str, *linked: str) -> ReferenceStage:
    scenario = replace(checked_scenario(name, "virtual", None), keeps_linked=linked)
    return ReferenceStage(cast("Run", SimpleNamespace(scenario=scenario)))


def test_it_reaches_vendors_by_transports_on_a_plain_loop() -> None:
    stage = stage_of("healthy")
    assert stage.loop is VirtualLoop
    assert stage.base_url("stripe") == base_url_of("stripe")


def test_where_a_link_is_named_its_own_clients_find_that_peer_on_the_network() -> None:
    stage = stage_of("healthy", "stripe")
    assert stage.loop is NetworkLoop
    assert stage.base_url("stripe") == url_of("stripe")
    assert stage.base_url("twilio") == base_url_of("twilio")


@pytest.mark.thorough
def test_a_run_of_it_has_gaps_only_where_there_are_some() -> None:
    _, inputs = run_virtually_for("stripe-brownout")
    assert inputs.gaps == ()
    assert inputs.shows_dead_letters
