"""`save_job`: no two share a business key."""

import random

from brownout_harness.asked.gateway.save_job import OPERATION


def test_two_jobs_are_two_rows() -> None:
    drawn = [OPERATION.draw(random.Random(5), name) for name in ("op-1", "op-2")]
    assert [each["business_key"] for each in drawn] == ["op-1", "op-2"]
    assert list(OPERATION.problems(drawn[0])) == []
