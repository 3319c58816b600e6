"""What the gateway shows of what it was told, asked for one operation after the other."""

import json

import pytest

from brownout_harness.asked.dead_letters import Answered, drive
from brownout_harness.asked.notices import notices
from brownout_harness.asked.request import Request
from brownout_harness.problems import NotJudged
from brownout_reports.rows import NOTICE_SHOWN, EventRow


def test_each_operation_is_asked_for_at_each_vendor_and_what_nobody_told_is_left_out() -> None:
    asked: list[str] = []

    def door(request: Request) -> Answered:
        asked.append(f"{request.method} {request.path}")
        if request.path != "/notices/stripe/op%2F1":
            return Answered(404, b"{}")
        return Answered(200, json.dumps({"state": "refunded", "event": "charge.refunded"}).encode())

    rows = drive(notices(["op/1", "op-2"], ["stripe", "sales"], 9.0), door)
    assert rows == [
        EventRow(9.0, NOTICE_SHOWN, "stripe", operation_id="op/1", outcome="refunded", detail="charge.refunded")
    ]
    paths = ["stripe/op%2F1", "sales/op%2F1", "stripe/op-2", "sales/op-2"]
    assert asked == [f"GET /notices/{path}" for path in paths]


def test_where_nobody_is_heard_nothing_is_asked() -> None:
    assert drive(notices(["op-1"], [], 9.0), lambda _request: Answered(500)) == []


@pytest.mark.parametrize("answer", [Answered(0), Answered(500, b"{}"), Answered(200, b"no"), Answered(200, b"{}")])
def test_what_cannot_be_read_is_not_judged(answer: Answered) -> None:
    with pytest.raises(NotJudged):
        drive(notices(["op-1"], ["stripe"], 9.0), lambda _request: answer)
