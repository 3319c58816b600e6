"""How fast senders are, and what can be set up."""

import pytest

from brownout_simulators.vendors.twilio.settings import Settings, read
from tests.simulators.vendors.twilio.bench import FROM


@pytest.mark.parametrize(
    ("sender", "rate"),
    [("+12025550123", 1.0), ("+18005550123", 3.0), ("+18885550123", 3.0), ("+18015550123", 1.0),
     ("+4915112345678", 10.0),
     ("12345", 100.0), ("SHOP", 10.0), ("whatsapp:+12025550123", 80.0), (FROM, None)],
)  # fmt: skip
def test_a_sender_is_as_fast_as_its_kind(sender: str, rate: float | None) -> None:
    assert Settings().rate_of(sender) == rate


def test_a_rate_that_was_set_up_stands_in_place_of_the_usual_one() -> None:
    settings = read({"segments_per_s": {"+12025550123": 5, "*": 0.5}, "queue_s": 14_400})
    assert [settings.rate_of(sender) for sender in ("+12025550123", "12345", FROM)] == [5.0, 0.5, 0.5]
    assert settings.queue_s == 14_400.0
    assert read({}) == Settings()


@pytest.mark.parametrize(
    ("given", "place"),
    [({"queue_s": 0}, "queue_s"), ({"queue_s": True}, "queue_s"), ({"queue_s": float("nan")}, "queue_s"),
     ({"segments_per_s": 3}, "segments_per_s"), ({"segments_per_s": {"+1": "x"}}, "segments_per_s.+1"),
     ({"segments_per_s": {"*": -1}}, r"segments_per_s.*")],
)  # fmt: skip
def test_what_cannot_be_set_up_is_refused_with_its_place(given: dict[str, object], place: str) -> None:
    with pytest.raises(ValueError, match=r": must be") as caught:
        read(given)
    assert str(caught.value).startswith(f"{place}: ")
