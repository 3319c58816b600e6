"""Where an operation's id does travel, when it was looked for elsewhere."""

import pytest

from brownout_harness.judging.judge import judge
from brownout_harness.judging.whereabouts import advice
from brownout_reports.rows import LedgerRow
from tests.support.histories import known, operation

OPERATIONS = tuple(operation(number) for number in range(20))
IDS = [each.operation_id for each in OPERATIONS]


def effect(number: int, operation_id: str = "") -> LedgerRow:
    return LedgerRow("effect", number, "twilio", "a", operation_id, 1.0, 1.0, "twilio.message", f"SM{number}")


NAMELESS = tuple(effect(number) for number in range(20))


@pytest.mark.parametrize(
    ("said", "count", "place"),
    [
        ([{"body.order": each, "body.to": "+1"} for each in IDS], 20, "body.order"),
        ([{"callback.order": each, "body.Hook": f"http://x/?order={each}"} for each in IDS], 20, "callback.order"),
        ([{"body.Body": f"Your order {each} is on its way."} for each in IDS], 20, None),
        ([{"path.id": each} for each in IDS[:18]] + [{"path.id": "?"}] * 2, 18, "path.id"),
    ],
)
def test_the_place_that_holds_the_ids_is_told_as_it_is_written(
    said: list[dict[str, str]], count: int, place: str | None
) -> None:
    (line,) = advice(known(operations=OPERATIONS, effects=NAMELESS, said={"twilio": said}))
    place = place or 'body.Body: "Your order ([\\\\w.:-]*\\\\w)"'
    at = place.partition(": ")[0]
    held = f"twilio: {count} of 20 calls with an effect hold an operation's id at {at}"
    assert line == f"{held}: write correlate: {{twilio: [{place}]}}"


def test_nothing_is_advised_where_ids_are_known_or_nowhere() -> None:
    said = {"twilio": [{"body.order": each} for each in IDS]}
    named = tuple(effect(number, IDS[number]) for number in range(20))
    assert list(advice(known(operations=OPERATIONS, effects=named, said=said))) == []
    elsewhere = {"twilio": [{"body.order": f"other-{number}"} for number in range(20)]}
    assert list(advice(known(operations=OPERATIONS, effects=NAMELESS, said=elsewhere))) == []
    few = {"twilio": [{"body.order": IDS[0]}, *[{"body.order": "?"}] * 9]}
    assert list(advice(known(operations=OPERATIONS, effects=NAMELESS, said=few))) == []


def test_it_is_among_the_reasons_of_a_run_that_is_not_passed() -> None:
    said = {"twilio": [{"body.order": each} for each in IDS]}
    reasons = judge(known(operations=OPERATIONS, effects=NAMELESS, said=said), ()).reasons
    assert any("write correlate: {twilio: [body.order]}" in reason for reason in reasons)
