"""What somebody changed by hand, read from a simulator's own books."""

from typing import Any

import pytest

from brownout_harness.faults.by_hand import changes_in, words_of
from brownout_simulators.faults import rule_from_json
from tests.simulators.driving import Driver


def test_what_the_books_tell_is_read() -> None:
    till = Driver()
    till.simulator.add_fault(rule_from_json({"vendor": "till", "id": "a", "respond": {"status": 503}}), "cli")
    till.send()
    (change,) = changes_in("till", till.simulator.changes())
    assert (change.id, change.by, change.on_s, change.matched, change.struck) == ("a", "cli", 100.0, 1, 1)


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ({"hang": {}}, "hang on every request"),
        ({"latency": {"fixed_s": 2.0}, "match": {"method": "POST", "path": "/v1/a"}}, "latency fixed 2s on POST /v1/a"),
        ({"hang": {}, "share": 0.2, "match": "/v1/*"}, "hang on 20% of /v1/*"),
        ({"hang": {}, "sequence": "FF.*"}, "hang on every request, sequence FF.*"),
        ({"hang": {}, "calls": {"from": 21, "to": 40}}, "hang on every request, calls {from 21, to 40}"),
        ({"hang": {}, "flapping": {"on_s": 5.0, "off_s": 10.0}}, "hang on every request, flapping {on 5s, off 10s}"),
    ],
)
def test_a_rule_is_told_in_the_words_of_a_scenario(rule: dict[str, Any], words: str) -> None:
    assert words_of({"id": "a", "vendor": "till", **rule}) == words
