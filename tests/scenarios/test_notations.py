"""What a scenario writes in a short way of its own."""

import pytest

from brownout_scenarios import notations


@pytest.mark.parametrize(
    ("read", "wrong", "why"),
    [
        (notations._statuses, "abc", "'abc' is not a status: write 200, or 400-499"),
        (notations._statuses, "499-400", "is outside 100 to 599"),
        (notations._places, [], "is empty: write vendor.effect.field"),
        (notations._places, "stripe.charge", "is no field of an effect"),
        (notations._command, "", "is no command"),
        (notations._place, 5, "5 is no place"),
        (notations.restore, {"store": "store"}, "write {store, from: 15s}"),
    ],
)
def test_what_cannot_be_read_says_how_to_write_it(read: object, wrong: object, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        read(wrong)  # type: ignore[operator]


def test_each_has_its_short_way() -> None:
    assert list(notations._statuses([200, "400-499"])) == [(200, 200), (400, 499)]
    assert list(notations._places("stripe.charge.id")) == ["stripe.charge.id"]
    assert list(notations._command("node server.js")) == ["node", "server.js"]
    assert notations._place({"body.Body": "Order (\\S+)"}) == "body.Body: Order (\\S+)"
    assert notations._place('body.Body: "Order (\\\\S+)"') == "body.Body: Order (\\S+)"
    assert notations.ready("/health") == {"path": "/health"}
