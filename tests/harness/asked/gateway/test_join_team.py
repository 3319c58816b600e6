"""`join_team`: each has an account and an address of his own, so that nobody is taken for somebody else."""

import random

from brownout_harness.asked.gateway.join_team import OPERATION


def test_no_two_share_an_account_or_an_address() -> None:
    rng = random.Random(5)
    drawn = [OPERATION.draw(rng, f"join-team-{number:06d}-5f3a9c") for number in range(200)]
    assert len({each["account"] for each in drawn}) == len({each["email"] for each in drawn}) == 200
    assert [list(OPERATION.problems(each)) for each in drawn[:20]] == [[]] * 20
