"""What was changed by hand is written down: by whom, from when until when, and what it struck meanwhile."""

from collections.abc import Mapping
from typing import Any

import pytest

from brownout_simulators.faults import live, rule_from_json
from tests.simulators.driving import Driver

SLOW = {"latency": {"fixed_s": 2.0}}
FAIL = {"respond": {"status": 503}}


def add(till: Driver, rule_id: str, fault: Mapping[str, Any], by: str = "cli") -> None:
    till.simulator.add_fault(rule_from_json({"id": rule_id, "vendor": "till", **fault}), by)


def told(till: Driver) -> list[tuple[Any, ...]]:
    """Id, who, from, until, who, struck."""
    return [
        (each["rule"]["id"], each["by"], each["on_s"], each["off_s"], each["off_by"], each["struck"])
        for each in till.simulator.changes()["changes"]
    ]


def test_a_fault_is_told_with_its_instants_whoever_changed_it_and_what_it_struck() -> None:
    till = Driver()
    add(till, "a", FAIL)
    till.send()
    till.clock.now_s += 3.0
    assert told(till) == [("a", "cli", 100.0, None, "", 1)]
    assert till.simulator.remove_fault("a", "console")
    till.clock.now_s += 1.0
    assert told(till) == [("a", "cli", 100.0, 103.0, "console", 1)]


def test_the_rule_is_told_as_it_can_be_written_again() -> None:
    till = Driver()
    add(till, "a", {"share": 0.5, "match": "POST /v1/charges", **FAIL})
    (change,) = till.simulator.changes()["changes"]
    rule = rule_from_json(change["rule"])
    assert (rule.share, rule.match.path, rule.vendor) == (0.5, "/v1/charges", "till")


def test_another_fault_of_the_same_id_ends_the_one_before() -> None:
    till = Driver()
    add(till, "a", FAIL)
    till.clock.now_s += 2.0
    add(till, "a", SLOW, "console")
    assert told(till) == [("a", "cli", 100.0, 102.0, "console", 0), ("a", "console", 102.0, None, "", 0)]


def test_what_the_schedule_brought_is_no_change_until_somebody_touches_it() -> None:
    till = Driver({"id": "r0", **FAIL}, {"id": "r1", **FAIL})
    till.send()
    assert told(till) == []
    add(till, "r0", SLOW)
    till.simulator.remove_fault(None, "console")
    assert told(till) == [
        ("r0", "", None, 100.0, "cli", 1),
        ("r0", "cli", 100.0, 100.0, "console", 0),
        ("r1", "", None, 100.0, "console", 0),
    ]


def test_nothing_is_told_of_what_was_not_there_or_could_not_be() -> None:
    till = Driver()
    assert not till.simulator.remove_fault("a")
    assert not told(till)
    till.simulator.remove_fault()
    with pytest.raises(ValueError, match="is for stripe"):
        till.simulator.add_fault(rule_from_json({"id": "a", "vendor": "stripe", **FAIL}))
    for nobody in ("", "CLI", "a b", "x" * 21, "cli\n"):
        with pytest.raises(ValueError, match="by: who makes the change"):
            add(till, "a", FAIL, nobody)
        with pytest.raises(ValueError, match="by: who makes the change"):
            till.simulator.remove_fault("a", nobody)
    assert told(till) == []
    assert not till.simulator.plan.standing


def test_a_new_schedule_and_a_reset_begin_anew() -> None:
    till = Driver()
    add(till, "a", FAIL)
    till.clock.now_s += 5.0
    till.schedule({"id": "a", **SLOW})
    assert told(till) == []
    assert till.simulator.changes()["start_at_s"] == 105.0
    till.simulator.remove_fault("a", "cli")
    assert told(till) == [("a", "", None, 105.0, "cli", 0)]
    till.simulator.reset()
    assert told(till) == []


def test_the_oldest_go_and_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "LIMIT", 2)
    till = Driver()
    for name in "abcd":
        add(till, name, FAIL)
    assert [each[0] for each in told(till)] == ["c", "d"]
    assert till.simulator.changes()["dropped"] == 2
