"""`index_document`: passages of which the books keep digests of all, no two the same."""

import random

from brownout_harness.asked.gateway.index_document import EACH, OPERATION
from brownout_simulators.answers import digest_of
from brownout_simulators.answers.embedded import FIRST, TEXTS


def test_what_is_drawn_can_be_compared_whole() -> None:
    drawn = OPERATION.draw(random.Random(5), "index-document-shoppers-000001-5f3a9c")
    assert len(set(drawn["passages"])) == EACH == FIRST
    assert len(drawn["passages"]) <= TEXTS
    assert OPERATION.derived(drawn) == {"text_digests": [digest_of(each.encode()) for each in drawn["passages"]]}
    assert list(OPERATION.problems(drawn)) == []
