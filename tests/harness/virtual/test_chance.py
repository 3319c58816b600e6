"""In a closed world our own packages draw from what they are handed, and libraries from what the seed decides."""

import random

import pytest

from brownout_harness.virtual.closed import NotVirtual, closed_world
from tests.harness.virtual.reaching import Maker, in_virtual_time

CHANCE = [
    "import random; random.random()",
    "import random; random.choice([1, 2])",
    "from random import uniform; uniform(1, 2)",
    "import random; random.Random()",
    "import random; random.SystemRandom().random()",
    "import uuid; uuid.uuid4()",
    "from uuid import uuid4; uuid4()",
    "import uuid; uuid.uuid1()",
    "import os; os.urandom(8)",
    "from os import urandom; urandom(8)",
    "import secrets; secrets.token_hex()",
    "import secrets; secrets.choice([1, 2])",
    "from secrets import randbelow; randbelow(5)",
]


@pytest.mark.parametrize("text", CHANCE)
def test_our_own_packages_may_not(ours: Maker, text: str) -> None:
    do = ours(text)
    with closed_world(), pytest.raises(NotVirtual, match=r"somewhere\.py:\d+ draws what no seed decides"):
        do()


@pytest.mark.thorough
@pytest.mark.parametrize("text", CHANCE)
def test_what_libraries_draw_follows_from_the_seed(theirs: Maker, text: str) -> None:
    do = theirs(text if "Random()" not in text else f"{text}.random()".replace(".random().random()", ".random()"))

    def many() -> list[str]:
        return [str(do()) for _ in range(20)]

    first = in_virtual_time(many)
    assert in_virtual_time(many) == first
    assert in_virtual_time(many, seed=8) != first
    assert len(set(first)) > 1


def test_a_source_with_a_seed_is_anybodys(ours: Maker) -> None:
    draw = ours("import random; random.Random(5).random()")
    assert in_virtual_time(draw) == random.Random(5).random()
