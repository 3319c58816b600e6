"""Drop after the effect: the answer is lost."""

import pytest

from tests.simulators.driving import Driver


@pytest.mark.parametrize("ending", ["reset", "close", "hang"])
def test_the_effect_is_there_and_the_answer_is_not(ending: str) -> None:
    till = Driver({"drop_after_effect": {"ending": ending}})
    answer = till.send(operation="op-1")
    assert (answer.status, answer.ending) == (0, ending)
    assert [row["operation_id"] for row in till.effects()] == ["op-1"]
    assert till.requests()[0]["status"] == 0


def test_there_is_no_answer_to_lose_where_nothing_was_done() -> None:
    till = Driver({"drop_after_effect": {}}, {"respond": {"status": 503}})
    assert till.send().status == 503
    assert till.struck("r0") == 0


def test_an_answer_is_lost_only_once() -> None:
    till = Driver({"drop_after_effect": {"ending": "close"}}, {"drop_after_effect": {"ending": "reset"}})
    assert till.send().ending == "close"
    assert [till.struck("r0"), till.struck("r1")] == [1, 0]


def test_a_replayed_answer_can_be_lost_too() -> None:
    till = Driver({"drop_after_effect": {}, "sequence": "FF."})
    assert [till.send(operation="op", key="k").status for _ in range(3)] == [0, 0, 200]
    assert len(till.effects()) == 1
