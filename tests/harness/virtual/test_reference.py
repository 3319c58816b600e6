"""What a run has for the reference application: the vendors' own names, and nothing that would make it fail."""

from typing import cast

import pytest

from brownout_harness.running.execute import run_virtually_for
from brownout_harness.virtual.loop import VirtualLoop
from brownout_harness.virtual.reference import ReferenceStage
from brownout_harness.virtual.runner import Run
from brownout_harness.virtual.wire import base_url_of


def test_it_reaches_vendors_by_transports_on_a_plain_loop() -> None:
    assert ReferenceStage.base_url is base_url_of
    assert ReferenceStage(run=cast("Run", None)).loop is VirtualLoop  # the run is looked at later


@pytest.mark.thorough
def test_a_run_of_it_has_gaps_only_where_there_are_some() -> None:
    _, inputs = run_virtually_for("stripe-brownout")
    assert inputs.gaps == ()
    assert inputs.shows_dead_letters
