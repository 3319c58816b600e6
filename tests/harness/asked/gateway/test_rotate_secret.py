"""`rotate_secret`: several rotate the same secret, most another one."""

import random

from brownout_harness.asked.gateway.rotate_secret import OPERATION, SECRETS


def test_there_are_a_few_secrets_and_each_is_one_that_can_be_asked_for() -> None:
    rng = random.Random(5)
    drawn = [OPERATION.draw(rng, f"op-{number}") for number in range(1_000)]
    assert len({each["path"] for each in drawn}) == SECRETS
    assert list(OPERATION.problems(drawn[0])) == []
