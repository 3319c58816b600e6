"""The faults that a page has a switch for."""

import pytest

from brownout_harness.real.console.switches import SWITCHES, Switch
from brownout_harness.words.fault import read_rule
from brownout_simulators.faults.kinds import rule_from_json


@pytest.mark.parametrize("switch", SWITCHES, ids=lambda switch: switch.id)
def test_every_switch_is_a_rule_however_the_control_api_reads_it(switch: Switch) -> None:
    given = {"id": f"console.{switch.id}", "vendor": "stripe", **switch.rule}
    assert read_rule(given) == rule_from_json(given)


def test_no_two_have_one_id() -> None:
    assert len({switch.id for switch in SWITCHES}) == len(SWITCHES)
