"""What is kept of an answer: the places that name effects, and nothing else of it."""

import json
from typing import Any

import pytest

from brownout_harness.asked.named import NOT_KEPT, named_in

ANSWER = {"payment": {"id": "ch_1", "card": "4242"}, "amounts": [100, 250], "nothing": None, "total": 0}


@pytest.mark.parametrize(
    ("path", "value"),
    [("payment.id", "ch_1"), ("amounts.1", 250), ("total", 0), ("amounts", [100, 250])],
)
def test_a_path_leads_into_objects_and_lists(path: str, value: Any) -> None:
    assert json.loads(named_in(ANSWER, [path])) == {path: value}


@pytest.mark.parametrize("path", ["payment.sid", "amounts.2", "amounts.-1", "total.id", "nothing", "x"])
def test_what_is_not_there_is_left_out(path: str) -> None:
    assert named_in(ANSWER, [path]) == ""


@pytest.mark.parametrize("answer", [None, [], "text", 7])
def test_an_answer_that_is_no_object_names_nothing(answer: Any) -> None:
    assert named_in(answer, ["id"]) == ""


def test_a_list_at_the_top_is_an_answer_too() -> None:
    assert json.loads(named_in([{"id": "ch_1"}], ["0.id"])) == {"0.id": "ch_1"}


def test_what_is_long_or_looks_live_is_not_kept() -> None:
    live = "sk_" + "live_" + "0" * 24
    assert json.loads(named_in({"id": live, "text": "x" * 1000}, ["id", "text"])) == {"id": NOT_KEPT, "text": NOT_KEPT}
